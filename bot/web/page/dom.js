/** Elements, made in code: what people wrote is only ever text here, never markup. */

/**
 * @param {string} tag an element's name, with its classes: "button.primary"
 * @param {Object<string, any>} given attributes; a function is a listener, false or null is left out
 * @param {...(Node|string)} children
 */
export function make(tag, given = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(given)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== false && value != null) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** A button that does nothing but what is given to it. */
export function button(classes, click, ...children) {
  return make(`button${classes}`, { type: "button", click }, ...children);
}

const PATHS = {
  send: "M3 11.500 20.500 3.500 15 20.500l-3.300-6.700z",
  attach: "M16.500 6.500v9a4.500 4.500 0 0 1-9 0V5.500a3 3 0 0 1 6 0v9.500a1.500 1.500 0 0 1-3 0V7H9v8a3 3 0 0 0 6 0V5.500a4.500 4.500 0 0 0-9 0v10a6 6 0 0 0 12 0v-9z",
  menu: "M4 6h16v2H4zM4 11h16v2H4zM4 16h16v2H4z",
  down: "M12 16.500 4.500 9 6 7.500l6 6 6-6L19.500 9z",
  file: "M6 2h8l5 5v15H5V2zm7 1.500V8h4.500z",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2a7 7 0 1 1 0 14 7 7 0 0 1 0-14zm-1 2v6l4 2.500 1-1.700-3-1.800V7z",
};

/** @param {keyof PATHS} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", PATHS[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

/** An element keeps its name for the ear and as a tip for the eye. */
export function label(element, words) {
  element.setAttribute("aria-label", words);
  element.title = words;
}

export function direction(language) {
  return language === "en" ? "ltr" : "rtl";
}

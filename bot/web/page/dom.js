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

/** An icon drawn from one path. */
export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS(svg.namespaceURI, "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

export const ICONS = {
  send: "M3 11.500 20.500 3.500 15 20.500l-3.300-6.700z",
  attach: "M16.500 6.500v9a4.500 4.500 0 0 1-9 0V5.500a3 3 0 0 1 6 0v9.500a1.500 1.500 0 0 1-3 0V7H9v8a3 3 0 0 0 6 0V5.500a4.500 4.500 0 0 0-9 0v10a6 6 0 0 0 12 0v-9z",
  menu: "M4 6h16v2H4zM4 11h16v2H4zM4 16h16v2H4z",
};

/** Ask before something that cannot be taken back; resolves to whether it is wanted. */
export function sure(question, yes, no) {
  return new Promise((resolve) => {
    const dialog = make("dialog.popup", { "aria-label": question });
    const end = (answer) => () => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    dialog.append(
      make("p", { dir: "auto" }, question),
      make("div.choices", {},
        make("button.plain", { type: "button", click: end(false) }, no),
        make("button.primary", { type: "button", click: end(true) }, yes)),
    );
    dialog.addEventListener("cancel", end(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A text that must be seen now and leaves nothing behind. */
export function popUp(words, close, language) {
  const dialog = make("dialog.popup", { lang: language, dir: direction(language) });
  const end = () => {
    dialog.close();
    dialog.remove();
  };
  dialog.append(
    ...words.split("\n").map((line) => make("p", { dir: "auto" }, line)),
    make("div.choices", {}, make("button.primary", { type: "button", click: end, autofocus: true }, close)),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

export function direction(language) {
  return language === "en" ? "ltr" : "rtl";
}

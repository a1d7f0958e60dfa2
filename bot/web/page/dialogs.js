/** What stands in front of everything until it is answered. */

import { button, direction, make } from "./dom.js";

/** A text that must be seen now and leaves nothing behind. */
export function popUp(words, close, language) {
  const lines = words.split("\n").map((line) => make("p", { dir: "auto" }, line));
  show(words, language, lines, (dialog) => [button(".primary", () => dialog.close(), close)]);
}

/** Ask before something that cannot be taken back.
 * @returns {Promise<boolean>} whether it is wanted */
export function sure(question, yes, no, language) {
  return new Promise((resolve) => {
    const dialog = show(question, language, [make("p", {}, question)], (it) => [
      button(".plain", () => it.close(), no),
      button(".primary", () => it.close("yes"), yes),
    ]);
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
  });
}

function show(name, language, lines, buttonsOf) {
  const dialog = make("dialog.popup", { "aria-label": name, lang: language, dir: direction(language) });
  dialog.append(...lines, make("div.choices", {}, ...buttonsOf(dialog)));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

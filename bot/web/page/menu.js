/** The commands of one phone: a button that opens their list, used by finger or by keyboard. */

import { button, icon, label, make } from "./dom.js";

export class Menu {
  /** @param {string} id @param {function(string): void} give told which command was chosen */
  constructor(id, give) {
    this.give = give;
    this.button = button(".icon", () => this.toggle(), icon("menu"));
    this.button.setAttribute("aria-controls", id);
    this.list = make("ul.menu", { id, keydown: (event) => this.pressed(event) });
    this.close();
    document.addEventListener("pointerdown", ({ target }) => {
      if (!this.list.contains(target) && !this.button.contains(target)) this.close();
    });
  }

  name(words) {
    label(this.button, words);
    this.list.setAttribute("aria-label", words);
  }

  /** @param {string[][]} commands each with what it does */
  show(commands) {
    this.list.replaceChildren(...commands.map(([name, does]) => make("li", {},
      button("", () => this.choose(`/${name}`),
        make("b", { dir: "ltr" }, `/${name}`), make("span", { dir: "auto" }, does)))));
  }

  choose(command) {
    this.close();
    this.button.focus();
    this.give(command);
  }

  toggle() {
    if (!this.list.hidden) {
      this.close();
      return;
    }
    this.list.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.list.querySelector("button")?.focus();
  }

  close() {
    this.list.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  pressed(event) {
    if (event.key === "Tab") this.close();
    if (event.key === "Escape") {
      this.close();
      this.button.focus();
    }
    const all = [...this.list.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[(to + all.length) % all.length].focus();
  }
}

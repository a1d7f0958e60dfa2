/** Where somebody writes: the field, a file to go with it, and the button that sends. */

import { button, icon, label, make } from "./dom.js";
import { say } from "./words.js";

const LONGEST = 4096;
/** A browser takes long over a text field with a book in it. */
const LONGEST_PASTED = 5 * LONGEST;
const LARGEST_FILE = 20 * 1024 * 1024;
/** Five lines, with what is around them. */
const HIGHEST = 138;
/** What a telephone makes of its own pictures, if it is asked for one of these. */
const FILES = "image/jpeg,image/png,image/webp,image/gif,application/pdf";

export class Writing {
  /**
   * @param {import("./menu.js").Menu} menu
   * @param {{words: function(string): void, file: function(File): void,
   *   tell: function(string): void}} then
   */
  constructor(menu, then) {
    this.then = then;
    this.isTooLong = false;
    this.field = make("textarea", {
      rows: 1,
      dir: "auto",
      input: () => this.changed(),
      paste: (event) => this.pasted(event),
      keydown: (event) => this.pressed(event),
    });
    this.picker = make("input.unseen", {
      type: "file", accept: FILES, multiple: true, tabindex: -1, "aria-hidden": "true",
      change: () => this.attach(),
    });
    this.attachButton = button(".icon", () => this.picker.click(), icon("attach"));
    this.sendButton = make("button.icon.send", { type: "submit" }, icon("send"));
    const submit = (event) => { event.preventDefault(); this.send(); };
    this.element = make("form.writing", { submit },
      menu.button, menu.list, this.attachButton, this.picker, this.field, this.sendButton);
  }

  speak(language) {
    this.language = language;
    this.field.placeholder = say(language, "web.write");
    label(this.field, say(language, "web.write"));
    label(this.attachButton, say(language, "web.attach"));
    label(this.sendButton, say(language, "web.send"));
  }

  /** Put words where one writes, without sending them. */
  prefill(words) {
    this.field.value = words;
    this.changed();
    this.field.focus();
  }

  send() {
    this.changed();
    const words = this.field.value.trim();
    if (!words || this.isTooLong) return;
    this.field.value = "";
    this.changed();
    this.then.tell("");
    this.then.words(words);
  }

  changed() {
    const count = this.field.value.trim().length;
    this.element.classList.toggle("has-words", count > 0);
    this.countWords(count);
    this.grow();
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight + 2, HIGHEST)}px`;
  }

  countWords(count) {
    const isTooLong = count > LONGEST;
    if (isTooLong) this.tellTooLong(count);
    else if (this.isTooLong) this.then.tell("");
    this.isTooLong = isTooLong;
  }

  tellTooLong(count) {
    this.then.tell(say(this.language, "web.too_long", { count, longest: LONGEST }));
  }

  /** What is far too long stays in the clipboard. */
  pasted(event) {
    const count = event.clipboardData.getData("text").length;
    if (count <= LONGEST_PASTED) return;
    event.preventDefault();
    this.tellTooLong(count);
  }

  /** On a touch screen Enter begins a new line: there is no Shift beside it. */
  pressed(event) {
    const isTouch = matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouch) return;
    event.preventDefault();
    this.send();
  }

  attach() {
    const files = [...this.picker.files];
    this.picker.value = "";
    for (const file of files) {
      if (file.size > LARGEST_FILE) this.then.tell(say(this.language, "web.too_large"));
      else this.then.file(file);
    }
  }
}

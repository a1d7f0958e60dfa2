/** The line that says what to try next in a rehearsal, and helps to. */

import { button, make } from "./dom.js";
import { say } from "./words.js";

/** @typedef {{step: number, of: number, phone: ?number, type: ?string,
 *   words: Object<string, string>}} Step */

export class Guide {
  /** @param {{show: function(number): void, type: function(number, string): void}} then */
  constructor(place, then) {
    this.place = place;
    /** @type {?Step} */
    this.step = null;
    this.number = make("p.step", { id: "guide-step" });
    this.words = make("p.words", { role: "status", dir: "auto" });
    this.show = button(".plain.show", () => then.show(this.step.phone));
    this.type = button(".primary", () => then.type(this.step.phone, this.step.type));
    place.setAttribute("aria-labelledby", "guide-step");
    place.append(this.number, this.words, make("div.choices", {}, this.show, this.type));
  }

  /** @param {?Step} step none when all was tried */
  tell(step) {
    this.step = step;
    this.speak(this.language);
  }

  speak(language) {
    this.language = language;
    const { step } = this;
    this.place.dataset.step = step?.step ?? "";
    this.number.textContent = step ? say(language, "rehearsal.guide", { step: step.step, of: step.of }) : "";
    this.words.textContent = step ? step.words[language] : say(language, "rehearsal.guide.done");
    this.show.textContent = say(language, "rehearsal.guide.show");
    this.show.hidden = !step?.phone;
    this.type.textContent = say(language, "rehearsal.guide.type");
    this.type.hidden = !step?.phone || !step.type;
  }
}

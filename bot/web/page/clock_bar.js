/** The bar over a rehearsal: that it is one, its clock, and the way back to its beginning. */

import { button, make } from "./dom.js";
import { otherLanguage, say, time } from "./words.js";

/** Seconds are not shown. */
const BEAT = 5000;

/** @typedef {{now: string, next: ?string, moving: boolean}} Clock */

export class ClockBar {
  /**
   * @param {{move: function(string): Promise<void>, speak: function(string): void,
   *   wipe: function(): void}} then
   */
  constructor(place, then) {
    this.then = then;
    this.isAsked = false;
    this.warning = make("h1.warning");
    this.now = make("time.now");
    this.next = make("span.next", { role: "status" });
    this.buttons = ["hour", "day", "next"].map((way) => this.mover(way));
    this.group = make("div.clock", { role: "group" }, this.now, ...this.buttons, this.next);
    this.other = button(".plain", () => then.speak(otherLanguage(this.language)));
    this.wipe = button(".plain.wipe", () => then.wipe());
    place.append(this.warning, this.group, make("div.choices", {}, this.other, this.wipe));
    setInterval(() => this.beat(), BEAT);
  }

  mover(way) {
    const it = button(".plain", () => this.move(it));
    it.dataset.move = way;
    return it;
  }

  /** A button that is disabled loses the focus; it gets it back, if nobody took it meanwhile. */
  async move(pressed) {
    this.isAsked = true;
    this.showClock();
    await this.then.move(pressed.dataset.move);
    this.isAsked = false;
    this.showClock();
    if (document.activeElement === document.body) pressed.focus();
  }

  /** @param {Clock} clock */
  tell(clock) {
    this.clock = clock;
    this.toldAt = Date.now();
    this.now.dateTime = clock.now;
    this.showClock();
  }

  speak(language) {
    this.language = language;
    this.warning.textContent = say(language, "rehearsal.bar");
    this.group.setAttribute("aria-label", say(language, "rehearsal.clock"));
    for (const it of this.buttons) it.textContent = say(language, `rehearsal.clock.${it.dataset.move}`);
    this.other.lang = otherLanguage(language);
    this.other.textContent = say(this.other.lang, `web.language.${this.other.lang}`);
    this.wipe.textContent = say(language, "rehearsal.wipe");
    if (this.clock) this.showClock();
  }

  showClock() {
    const isMoving = this.isAsked || this.clock.moving;
    this.group.setAttribute("aria-busy", String(isMoving));
    for (const it of this.buttons) it.disabled = isMoving || (it.dataset.move === "next" && !this.clock.next);
    this.next.textContent = isMoving ? say(this.language, "rehearsal.clock.moving") : this.nextWords();
    this.beat();
  }

  nextWords() {
    if (!this.clock.next) return say(this.language, "rehearsal.clock.nothing");
    const at = time(this.language, "moment", new Date(this.clock.next));
    return say(this.language, "rehearsal.clock.next_at", { at });
  }

  /** The clock goes on by itself between what the server tells of it. */
  beat() {
    const passed = Date.now() - this.toldAt;
    this.now.textContent = time(this.language, "moment", new Date(Date.parse(this.clock.now) + passed));
  }
}

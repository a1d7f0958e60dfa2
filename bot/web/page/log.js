/** The lines of one chat in their order, each day with its name, and what is still on its way. */

import { button, icon, label, make } from "./dom.js";
import { dayElement, lineElement, pendingElement, tellTimes } from "./lines.js";
import { say, time } from "./words.js";

/** As many the server tells at first, and as many when asked for earlier ones. */
const FIRST_LINES = 200;
const EARLIER_LINES = 100;
/** Whoever reads so close to the end wants to see what comes. */
const NEAR = 120;
const AT_ONCE = 300;

export class Log {
  /**
   * @param {import("./lines.js").Reader} reader
   * @param {function(number): Promise<?import("./lines.js").Line[]>} before the lines before one
   */
  constructor(reader, before) {
    this.reader = reader;
    this.before = before;
    /** @type {Map<number, HTMLElement>} */
    this.shown = new Map();
    /** @type {Map<string, HTMLElement>} */
    this.pending = new Map();
    this.isFollowed = true;
    this.build();
  }

  build() {
    this.earlier = button(".earlier", () => this.showEarlier());
    this.earlier.hidden = true;
    this.list = make("ol.lines");
    this.region = make("div", { role: "log", "aria-relevant": "additions" }, this.list);
    this.readAloud(false);
    this.dots = make("div.dots", { hidden: true, role: "img" }, make("i"), make("i"), make("i"));
    this.toEnd = button(".to-end", () => this.scrollToEnd(), icon("down"));
    this.toEnd.hidden = true;
    const content = make("div", {}, this.earlier, this.region, this.dots);
    this.scroller = make("div.scroller", { tabindex: 0, scroll: () => this.noteScrolling() }, content);
    this.element = make("div.log", {}, this.scroller, this.toEnd);
    this.follow(content);
  }

  /** Once for all that came at the same time, and for pictures that come later. */
  follow(content) {
    const observer = new ResizeObserver(() => { if (this.isFollowed) this.scrollToEnd(); });
    observer.observe(this.scroller);
    observer.observe(content);
  }

  get language() {
    return this.reader.language;
  }

  name(title) {
    this.region.setAttribute("aria-label", title);
  }

  speak() {
    this.earlier.textContent = say(this.language, "web.earlier");
    label(this.toEnd, say(this.language, "web.newest"));
    label(this.dots, say(this.language, "web.typing"));
    tellTimes(this.list, this.language);
  }

  /** Hundreds of lines of long ago are not read aloud; what comes from now on is. */
  readAloud(isSo) {
    this.region.setAttribute("aria-live", isSo ? "polite" : "off");
  }

  // Lines ---------------------------------------------------------------------------------------

  /** @param {import("./lines.js").Line} line @returns {boolean} whether it is a new one */
  show(line) {
    const there = this.shown.get(line.id);
    const element = lineElement(line, this.reader);
    this.shown.set(line.id, element);
    if (there) {
      takePlace(there, element);
    } else {
      if (line.author === "me") this.isFollowed = true;
      this.insert(element);
      if (this.shown.size >= FIRST_LINES && !this.isAllShown) this.earlier.hidden = false;
    }
    if (line.author === "bot") this.stopExpecting();
    if (line.key) this.drop(line.key);
    return !there;
  }

  /** Lines stand in their order, also when an older one comes late. */
  insert(element) {
    const id = Number(element.dataset.id);
    let before = this.list.lastElementChild;
    while (before && !(Number(before.dataset.id) < id)) before = before.previousElementSibling;
    if (before) before.after(element);
    else this.list.prepend(element);
    this.nameDay(element);
    const next = neighbour(element, "nextElementSibling");
    if (next) this.nameDay(next);
  }

  /** A day is named before its first line, and nowhere else. */
  nameDay(element) {
    const before = neighbour(element, "previousElementSibling");
    const named = element.previousElementSibling?.matches(".day") ? element.previousElementSibling : null;
    const isFirst = !before || this.dayOf(before) !== this.dayOf(element);
    if (isFirst && !named) element.before(dayElement(element.dataset.at, this.language));
    if (!isFirst) named?.remove();
  }

  dayOf(element) {
    return time(this.language, "day", new Date(element.dataset.at));
  }

  async showEarlier() {
    const lines = await this.before(Math.min(...this.shown.keys()));
    if (!lines) return;
    const { scrollHeight, scrollTop } = this.scroller;
    this.readAloud(false);
    for (const line of lines) this.show(line);
    this.isAllShown = lines.length < EARLIER_LINES;
    this.earlier.hidden = this.isAllShown;
    this.isFollowed = false;
    this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
    setTimeout(() => this.readAloud(true), AT_ONCE);
  }

  // What is on its way --------------------------------------------------------------------------

  await(key, text) {
    const element = pendingElement(text, this.language);
    this.pending.set(key, element);
    this.list.append(element);
    this.isFollowed = true;
  }

  refuse(key, reason, remove) {
    const element = this.pending.get(key);
    element.classList.add("refused");
    element.append(make("p.reason", { role: "alert" }, reason),
      button(".plain", remove, say(this.language, "web.remove")));
    this.stopExpecting();
  }

  drop(key) {
    this.pending.get(key)?.remove();
    this.pending.delete(key);
  }

  /** An answer that is there at once needs no announcing, and there may be none at all. */
  expectAnswer(patience) {
    this.stopExpecting();
    this.dotsTimer = setTimeout(() => {
      this.dots.hidden = false;
      this.dotsTimer = setTimeout(() => this.stopExpecting(), patience);
    }, AT_ONCE);
  }

  stopExpecting() {
    clearTimeout(this.dotsTimer);
    this.dots.hidden = true;
  }

  // Scrolling -----------------------------------------------------------------------------------

  noteScrolling() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.isFollowed = scrollHeight - scrollTop - clientHeight < NEAR;
    this.toEnd.hidden = this.isFollowed;
  }

  scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

/** Whoever had the focus in a line that was edited has it in the line that took its place; not on
 * a button there, so that a key pressed twice does not answer the next question too. */
function takePlace(there, element) {
  const hadFocus = there.contains(document.activeElement);
  there.replaceWith(element);
  if (!hadFocus) return;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/** The line before or after this one; names of days are none. */
function neighbour(element, way) {
  let it = element[way];
  while (it && !it.dataset.id) it = it[way];
  return it;
}

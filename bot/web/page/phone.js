/** One phone: its chat, its menu and where one writes. */

import { ICONS, direction, icon, make, popUp } from "./dom.js";
import { dayElement, elementId, lineElement, pendingElement } from "./lines.js";
import { Outbox } from "./outbox.js";
import { get } from "./server.js";
import { say, time } from "./words.js";

export const LONGEST = 4096;
/** A browser takes long over a text field with a book in it. */
const LONGEST_PASTED = 5 * LONGEST;
const LARGEST_FILE = 10 * 1024 * 1024;
const FIRST_LINES = 200;
/** How long the dots of somebody writing are shown, and a tapped button is held, at most. */
const PATIENCE = 8000;

/** @typedef {{id: number, language: ?string, role: ?string, name: string}} PhoneState */

export class Phone {
  /**
   * @param {PhoneState} state
   * @param {{epoch: string, language: function(): string, title: function(PhoneState): string,
   *   ended: function(number): void, open: function(string): boolean, unread?: function(Phone): void}} page
   */
  constructor(state, page) {
    this.id = state.id;
    this.page = page;
    this.commands = new Set();
    this.menu = [];
    this.taps = new Map();
    this.pending = new Map();
    this.oldest = Infinity;
    this.outbox = new Outbox({
      epoch: page.epoch,
      phone: state.id,
      sent: (item) => this.wasSent(item),
      refused: (item, status) => this.wasRefused(item, status),
      ended: page.ended,
    });
    this.build();
    this.update(state);
    this.outbox.items.forEach((item) => this.showPending(item));
    this.outbox.send();
  }

  get language() {
    return this.state.language ?? this.page.language();
  }

  say(key, params) {
    return say(this.language, key, params);
  }

  // What it is made of ------------------------------------------------------------------------

  build() {
    this.title = make("h2", {});
    this.log = make("ol.lines", { role: "log", "aria-live": "polite", "aria-relevant": "additions" });
    this.earlier = make("button.earlier", { type: "button", hidden: true, click: () => this.showEarlier() });
    this.dots = make("div.dots", { hidden: true, role: "status" }, make("i"), make("i"), make("i"));
    this.scroller = make("div.scroller", { tabindex: 0 }, this.earlier, this.log, this.dots);
    this.note = make("p.note", { role: "status", hidden: true, dir: "auto" });
    this.lost = make("p.note", { role: "status", hidden: true, dir: "auto" });
    this.words = make("textarea", {
      rows: 1, dir: "auto", enterkeyhint: "send",
      input: () => this.grow(),
      paste: (event) => this.pasted(event),
      keydown: (event) => this.pressed(event),
    });
    this.fileInput = make("input.unseen", {
      type: "file", accept: "image/*,application/pdf", tabindex: -1,
      change: () => this.attach(),
    });
    this.menuButton = make("button.icon", { type: "button", "aria-expanded": "false", "aria-controls": `menu-${this.id}`, click: () => this.toggleMenu() }, icon(ICONS.menu));
    this.attachButton = make("button.icon", { type: "button", click: () => this.fileInput.click() }, icon(ICONS.attach));
    this.sendButton = make("button.icon.send", { type: "submit" }, icon(ICONS.send));
    this.menuList = make("ul.menu", { id: `menu-${this.id}`, hidden: true, keydown: (event) => this.moveInMenu(event) });
    this.form = make("form.writing", { submit: (event) => { event.preventDefault(); this.sendWords(); } },
      this.menuButton, this.attachButton, this.fileInput, this.words, this.sendButton);
    this.head = make("header.head", {}, make("span.face", { "aria-hidden": "true" }), this.title);
    this.element = make("section.phone", { id: `phone-${this.id}`, "data-phone": this.id },
      this.head, this.scroller, this.lost, this.note, this.menuList, this.form);
  }

  /** @param {PhoneState} state */
  update(state) {
    const before = this.state?.language;
    this.state = state;
    const title = this.page.title(state);
    this.title.textContent = title;
    this.head.querySelector(".face").textContent = [...title][0] ?? "";
    this.element.dataset.role = state.role ?? "";
    if (before === state.language && before !== undefined) return;
    this.element.lang = this.language;
    this.element.dir = direction(this.language);
    this.log.setAttribute("aria-label", title);
    this.earlier.textContent = this.say("web.earlier");
    this.dots.setAttribute("aria-label", this.say("web.typing"));
    this.words.placeholder = this.say("web.write");
    this.label(this.words, "web.write");
    this.label(this.menuButton, "web.menu");
    this.label(this.attachButton, "web.attach");
    this.label(this.sendButton, "web.send");
    this.label(this.fileInput, "web.attach");
  }

  label(element, key) {
    const words = this.say(key);
    element.setAttribute("aria-label", words);
    element.title = words;
  }

  // What the server tells ---------------------------------------------------------------------

  /** @param {import("./lines.js").Line} line */
  showLine(line) {
    const there = document.getElementById(elementId(this, line.id));
    const element = lineElement(line, this.tools);
    if (there) {
      there.replaceWith(element);
    } else {
      const stay = this.isAtEnd;
      this.insert(line, element);
      if (stay || line.author === "me") this.scrollToEnd();
      if (line.author === "bot") this.page.unread?.(this);
    }
    if (line.author === "bot") this.stopDots();
    if (line.key) this.dropPending(line.key);
  }

  /** Lines stand in their order, also when an older one comes late. */
  insert(line, element) {
    element.dataset.at = line.at;
    element.dataset.id = line.id;
    const shown = this.log.querySelectorAll("li[data-id]");
    let before = null;
    for (let i = shown.length - 1; i >= 0 && Number(shown[i].dataset.id) > line.id; i -= 1) before = shown[i];
    const next = before ?? this.log.querySelector("li.pending");
    this.log.insertBefore(element, next);
    this.separateDays(element);
    this.oldest = Math.min(this.oldest, line.id);
    if (shown.length + 1 >= FIRST_LINES) this.earlier.hidden = false;
  }

  separateDays(element) {
    let before = element.previousElementSibling;
    while (before && !before.dataset.at) before = before.previousElementSibling;
    const day = (it) => time(this.language, "day", new Date(it.dataset.at));
    if (!before || day(before) !== day(element)) {
      element.before(dayElement(new Date(element.dataset.at), this.language));
    }
  }

  showMenu(commands) {
    this.menu = commands;
    this.commands = new Set(commands.map(([name]) => name));
    this.menuList.replaceChildren(...commands.map(([name, does]) => make("li", {},
      make("button", { type: "button", click: () => this.give(`/${name}`) },
        make("b", { dir: "ltr" }, `/${name}`), make("span", { dir: "auto" }, does)))));
  }

  tapAnswered(tap, words) {
    this.taps.get(tap)?.removeAttribute("aria-busy");
    if (!this.taps.delete(tap)) return;
    if (words) popUp(words, this.say("web.close"), this.language);
  }

  // What somebody does ------------------------------------------------------------------------

  get tools() {
    return {
      id: this.id,
      language: this.language,
      commands: this.commands,
      tap: (button, data) => this.tap(button, data),
      command: (command) => this.give(command),
      open: this.page.open,
    };
  }

  sendWords() {
    const text = this.words.value.trim();
    if (!text) return;
    if (text.length > LONGEST) {
      this.tell(this.say("web.too_long", { count: text.length, longest: LONGEST }));
      return;
    }
    this.words.value = "";
    this.grow();
    this.tell("");
    this.give(text);
  }

  give(text) {
    this.closeMenu();
    this.showPending(this.outbox.put("send", { text }));
    this.startDots();
  }

  /** A button that was tapped waits for its answer, and is not tapped twice. */
  tap(button, data) {
    if (button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    const line = Number(button.closest(".keyboard").dataset.line);
    const { key } = this.outbox.put("tap", { line, data });
    this.taps.set(key, button);
    this.startDots();
  }

  attach() {
    const file = this.fileInput.files[0];
    this.fileInput.value = "";
    if (!file) return;
    if (file.size > LARGEST_FILE) {
      this.tell(this.say("web.too_large"));
      return;
    }
    this.showPending(this.outbox.put("file", {}, file));
    this.startDots();
  }

  /** Put words where one writes, without sending them. */
  prefill(words) {
    this.words.value = words;
    this.grow();
    this.words.focus();
  }

  pressed(event) {
    const touch = matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || touch) return;
    event.preventDefault();
    this.sendWords();
  }

  /** What is far too long stays in the clipboard. */
  pasted(event) {
    const count = event.clipboardData.getData("text").length;
    if (count <= LONGEST_PASTED) return;
    event.preventDefault();
    this.tell(this.say("web.too_long", { count, longest: LONGEST }));
  }

  grow() {
    this.words.style.height = "auto";
    this.words.style.height = `${Math.min(this.words.scrollHeight, 132)}px`;
    this.element.classList.toggle("has-words", this.words.value.trim() !== "");
  }

  async showEarlier() {
    const { content } = await get(`lines?phone=${this.id}&before=${this.oldest}`);
    if (!content) return;
    const height = this.scroller.scrollHeight;
    content.lines.forEach((line) => this.insert(line, lineElement(line, this.tools)));
    this.earlier.hidden = content.lines.length === 0;
    this.scroller.scrollTop += this.scroller.scrollHeight - height;
  }

  // What is on its way ------------------------------------------------------------------------

  showPending(item) {
    if (item.path === "tap") return;
    const element = pendingElement(item.content.text, item.file, this.language);
    this.pending.set(item.key, element);
    this.log.append(element);
    if (item.refused) this.wasRefused(item, item.refused);
    this.scrollToEnd();
  }

  dropPending(key) {
    this.pending.get(key)?.remove();
    this.pending.delete(key);
  }

  wasSent(item) {
    if (item.path !== "tap") return;
    setTimeout(() => {
      this.taps.get(item.key)?.removeAttribute("aria-busy");
    }, PATIENCE);
  }

  wasRefused(item, status) {
    this.stopDots();
    const reason = { 413: item.file ? "web.too_large" : "web.not_sent", 415: "web.not_taken" }[status] ?? "web.not_sent";
    if (item.path === "tap") {
      this.outbox.remove(item);
      this.taps.get(item.key)?.removeAttribute("aria-busy");
      this.taps.delete(item.key);
      this.tell(this.say(reason));
      return;
    }
    const remove = () => {
      this.outbox.remove(item);
      this.dropPending(item.key);
      if (item.content.text) this.prefill(item.content.text);
    };
    const element = this.pending.get(item.key);
    element.classList.add("refused");
    element.append(make("p.reason", { role: "alert" }, this.say(reason), " ",
      make("button.plain", { type: "button", click: remove }, this.say("web.remove"))));
  }

  tell(words) {
    this.note.textContent = words;
    this.note.hidden = !words;
  }

  /** Said for as long as it is so, whatever else is told. */
  setConnected(isConnected) {
    this.lost.textContent = isConnected ? "" : this.say("web.lost");
    this.lost.hidden = isConnected;
    if (isConnected) this.outbox.hurry();
  }

  startDots() {
    this.dots.hidden = false;
    clearTimeout(this.dotsTimer);
    this.dotsTimer = setTimeout(() => this.stopDots(), PATIENCE);
    if (this.isAtEnd) this.scrollToEnd();
  }

  stopDots() {
    this.dots.hidden = true;
  }

  get isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < 120;
  }

  scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  // Its menu ----------------------------------------------------------------------------------

  toggleMenu() {
    if (!this.menuList.hidden) {
      this.closeMenu();
      return;
    }
    this.menuList.hidden = false;
    this.menuButton.setAttribute("aria-expanded", "true");
    this.menuList.querySelector("button")?.focus();
  }

  closeMenu() {
    this.menuList.hidden = true;
    this.menuButton.setAttribute("aria-expanded", "false");
  }

  moveInMenu(event) {
    const buttons = [...this.menuList.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Escape") {
      this.closeMenu();
      this.menuButton.focus();
    }
    if (to === undefined) return;
    event.preventDefault();
    buttons[(to + buttons.length) % buttons.length].focus();
  }
}


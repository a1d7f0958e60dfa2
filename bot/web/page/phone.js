/** One phone: its chat, its menu and where one writes. */

import { popUp } from "./dialogs.js";
import { direction, make } from "./dom.js";
import { Log } from "./log.js";
import { Menu } from "./menu.js";
import { Outbox } from "./outbox.js";
import { get } from "./server.js";
import { say } from "./words.js";
import { Writing } from "./writing.js";

/** How long an answer is waited for, and a tapped button is held, at most. */
const PATIENCE = 8000;
const TOO_LARGE = 413;
const NOT_TAKEN = 415;

/** @typedef {{id: number, language: ?string, role: ?string, name: string}} PhoneState */

/** @typedef {{epoch: string, language: function(): string, title: function(PhoneState): string,
 *   ended: function(): void, open: function(string): boolean, heard: function(Phone): void}} PageOfPhones
 *   heard: told of each new line of the bot */

export class Phone {
  /** @param {PhoneState} state @param {PageOfPhones} page */
  constructor(state, page) {
    this.id = state.id;
    this.page = page;
    this.state = state;
    this.isConnected = true;
    this.outbox = new Outbox({
      epoch: page.epoch,
      phone: state.id,
      sent: (item) => this.wasSent(item),
      refused: (item, status) => this.wasRefused(item, status),
      ended: page.ended,
    });
    /** Taps that wait for their answer, by key, with their buttons as long as those are shown.
     * @type {Map<string, ?HTMLElement>} */
    this.taps = new Map(this.outbox.items.filter(isTap).map((item) => [item.key, null]));
    this.build();
    this.update(state);
    this.outbox.items.forEach((item) => this.showWaiting(item));
    this.outbox.send();
  }

  get language() {
    return this.state.language ?? this.page.language();
  }

  get title() {
    return this.page.title(this.state);
  }

  say(key, params) {
    return say(this.language, key, params);
  }

  build() {
    const phone = this;
    const reader = {
      get language() { return phone.language; },
      tap: (button, line, data) => this.tap(button, line, data),
      command: (command) => this.give(command),
      open: (url) => this.page.open(url),
    };
    this.log = new Log(reader, (line) => this.linesBefore(line));
    this.menu = new Menu(`menu-${this.id}`, (command) => this.give(command));
    this.writing = new Writing(this.menu, {
      words: (words) => this.give(words),
      file: (file) => this.send("file", {}, file),
      tell: (words) => this.tell(words),
    });
    this.lost = make("p.note", { role: "status", hidden: true });
    this.note = make("p.note", { role: "status", hidden: true });
    this.face = make("span.face", { "aria-hidden": "true" });
    this.heading = make("h2", { dir: "auto" });
    this.head = make("header.head", {}, this.face, this.heading);
    this.element = make("section.phone", { "data-phone": this.id },
      this.head, this.log.element, this.lost, this.note, this.writing.element);
  }

  /** Whose it is, and in which language, may change. @param {PhoneState} state */
  update(state) {
    this.state = state;
    this.element.dataset.role = state.role ?? "";
    this.heading.textContent = this.title;
    [this.face.textContent] = this.title;
    this.log.name(this.title);
    if (this.element.lang !== this.language) this.speak();
  }

  speak() {
    this.element.lang = this.language;
    this.element.dir = direction(this.language);
    this.menu.name(this.say("web.menu"));
    this.writing.speak(this.language);
    this.log.speak();
    this.setConnected(this.isConnected);
  }

  // What the server tells -----------------------------------------------------------------------

  /** @param {import("./lines.js").Line} line */
  showLine(line) {
    if (this.log.show(line) && line.author === "bot") this.page.heard(this);
  }

  /** What was said before is shown; from now on it is news. */
  isUpToDate() {
    this.log.readAloud(true);
  }

  showMenu(commands) {
    this.menu.show(commands);
  }

  /** Of a tap on another page nothing is shown here. */
  tapAnswered(key, words) {
    if (!this.taps.has(key)) return;
    this.release(key);
    this.taps.delete(key);
    this.log.stopExpecting();
    if (words) popUp(words, this.say("web.close"), this.language);
  }

  /** Said for as long as it is so, whatever else is told. */
  setConnected(isConnected) {
    this.isConnected = isConnected;
    this.lost.textContent = isConnected ? "" : this.say("web.lost");
    this.lost.hidden = isConnected;
    if (isConnected) this.outbox.hurry();
  }

  tell(words) {
    this.note.textContent = words;
    this.note.hidden = !words;
  }

  // What somebody does --------------------------------------------------------------------------

  give(text) {
    this.send("send", { text });
  }

  send(path, content, file) {
    this.showWaiting(this.outbox.put(path, content, file));
    this.expectAnswer();
  }

  /** A button that was tapped waits for its answer, and is not tapped twice. */
  tap(button, line, data) {
    if (button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    const { key } = this.outbox.put("tap", { line, data });
    this.taps.set(key, button);
    this.expectAnswer();
  }

  expectAnswer() {
    if (this.isConnected) this.log.expectAnswer(PATIENCE);
  }

  async linesBefore(line) {
    const { content } = await get(`lines?phone=${this.id}&before=${line}`);
    return content?.lines;
  }

  // What is on its way --------------------------------------------------------------------------

  showWaiting(item) {
    if (isTap(item)) return;
    this.log.await(item.key, item.content.text ?? item.file.name);
    if (item.refused) this.wasRefused(item, item.refused);
  }

  wasSent(item) {
    if (isTap(item)) setTimeout(() => this.release(item.key), PATIENCE);
  }

  wasRefused(item, status) {
    const reason = this.say(reasonOf(item, status));
    if (!isTap(item)) {
      this.log.refuse(item.key, reason, () => this.takeBack(item));
      return;
    }
    this.outbox.remove(item);
    this.release(item.key);
    this.tell(reason);
  }

  release(key) {
    this.taps.get(key)?.removeAttribute("aria-busy");
  }

  /** What was not sent can be mended. */
  takeBack(item) {
    this.outbox.remove(item);
    this.log.drop(item.key);
    this.writing.prefill(item.content.text ?? "");
  }
}

function isTap(item) {
  return item.path === "tap";
}

function reasonOf(item, status) {
  if (item.file && status === TOO_LARGE) return "web.too_large";
  return status === NOT_TAKEN ? "web.not_taken" : "web.not_sent";
}

/** The page of a rehearsal: every phone, the clock, and what to try next. */

import { loadAnew, wasLoadedAnew } from "./anew.js";
import { ClockBar } from "./clock_bar.js";
import { sure } from "./dialogs.js";
import { direction } from "./dom.js";
import { Events } from "./events.js";
import { Guide } from "./guide.js";
import { forgetAll } from "./outbox.js";
import { Phone } from "./phone.js";
import { get, pause, post, postPatiently } from "./server.js";
import { Tabs } from "./tabs.js";
import { keepPageLanguage, loadWords, pageLanguage, say, setZone } from "./words.js";

const CHOSEN = "hamrah.phone";
const START = "#start=";
const DONE = 204;
const OF_BEFORE = 410;

class Rehearsal {
  constructor({ epoch, clock, guide, phones }) {
    this.epoch = epoch;
    this.language = pageLanguage();
    /** Whether what was said before the page was opened is shown already. */
    this.isUpToDate = false;
    /** @type {Map<number, Phone>} */
    this.phones = new Map();
    /** What is sent from a phone as soon as it is there. @type {Map<number, string>} */
    this.beginnings = new Map();
    this.place = document.getElementById("phones");
    this.bar = new ClockBar(document.getElementById("bar"), {
      move: (move) => this.ask("rehearsal/clock", { move }),
      speak: (language) => this.choosePageLanguage(language),
      wipe: () => this.wipe(),
    });
    this.guide = new Guide(document.getElementById("guide"), {
      show: (id) => this.bringForward(id),
      type: (id, words) => this.bringForward(id).writing.prefill(words),
    });
    this.tabs = new Tabs(document.getElementById("tabs"), {
      choose: (id) => this.bringForward(id),
      add: () => this.ask("rehearsal/phones"),
    });
    this.speak();
    this.bar.tell(clock);
    this.guide.tell(guide);
    this.showPhones(phones);
    const last = Number(localStorage.getItem(CHOSEN));
    this.choose(this.phones.has(last) ? last : phones[0].id);
  }

  say(key, params) {
    return say(this.language, key, params);
  }

  // Its words -----------------------------------------------------------------------------------

  choosePageLanguage(language) {
    this.language = language;
    keepPageLanguage(language);
    this.speak();
  }

  speak() {
    document.documentElement.lang = this.language;
    document.documentElement.dir = direction(this.language);
    document.title = this.say("web.title");
    this.bar.speak(this.language);
    this.guide.speak(this.language);
    for (const phone of this.phones.values()) phone.update(phone.state);
    this.tabs.show([...this.phones.values()], this.language);
  }

  title({ id, role, name }) {
    if (!role) return this.say("rehearsal.phone.nobody", { number: id });
    return this.say("rehearsal.phone.label", { role: this.say(`role.${role}`), name });
  }

  // The phones ----------------------------------------------------------------------------------

  /** @param {import("./phone.js").PhoneState[]} states */
  showPhones(states) {
    for (const state of states) {
      if (this.phones.has(state.id)) this.phones.get(state.id).update(state);
      else this.addPhone(state);
    }
    this.tabs.show([...this.phones.values()], this.language);
  }

  addPhone(state) {
    const phone = new Phone(state, {
      epoch: this.epoch,
      language: () => this.language,
      title: (it) => this.title(it),
      ended: () => this.end(),
      open: (url) => this.open(url),
      heard: ({ id }) => { if (this.isUpToDate && id !== this.chosen) this.tabs.heard(id); },
    });
    this.phones.set(state.id, phone);
    phone.element.addEventListener("focusin", () => this.choose(state.id));
    if (this.isUpToDate) phone.isUpToDate();
    this.place.append(phone.element);
    this.begin(state.id);
  }

  choose(id) {
    this.chosen = id;
    localStorage.setItem(CHOSEN, id);
    for (const phone of this.phones.values()) phone.element.classList.toggle("chosen", phone.id === id);
    this.tabs.choose(id);
  }

  /** @returns {Phone} */
  bringForward(id) {
    this.choose(id);
    const phone = this.phones.get(id);
    phone.element.scrollIntoView({ block: "nearest", inline: "center" });
    phone.log.scrollToEnd();
    return phone;
  }

  /** A link that invites somebody opens on a phone that is nobody's yet. */
  open(url) {
    const at = url.indexOf(START);
    if (at < 0 || !url.startsWith(`${location.origin}/`)) return false;
    this.beginOnFreePhone(`/start ${url.slice(at + START.length)}`);
    return true;
  }

  async beginOnFreePhone(words) {
    const free = [...this.phones.values()].find((phone) => !phone.state.role);
    const id = free?.id ?? (await this.ask("rehearsal/phones"))?.id;
    if (id === undefined) return;
    this.beginnings.set(id, words);
    this.begin(id);
  }

  begin(id) {
    if (!this.phones.has(id) || !this.beginnings.has(id)) return;
    const words = this.beginnings.get(id);
    this.beginnings.delete(id);
    this.bringForward(id).give(words);
  }

  // The server ----------------------------------------------------------------------------------

  async ask(path, content) {
    const answer = await postPatiently(path, { epoch: this.epoch, ...content });
    if (answer.status === OF_BEFORE) this.end();
    return answer.content;
  }

  follow() {
    const phone = (it) => this.phones.get(it.phone);
    this.events = new Events({
      epoch: ({ epoch }) => { if (epoch !== this.epoch) this.end(); },
      ready: () => this.becomeUpToDate(),
      line: (line) => phone(line)?.showLine(line),
      menu: (menu) => phone(menu)?.showMenu(menu.commands),
      tap: (tap) => phone(tap)?.tapAnswered(tap.tap, tap.text),
      phones: (phones) => this.showPhones(phones),
      clock: (clock) => this.bar.tell(clock),
      guide: (step) => this.guide.tell(step),
      over: () => this.end(),
    }, (isConnected) => this.phones.forEach((it) => it.setConnected(isConnected)));
  }

  becomeUpToDate() {
    this.isUpToDate = true;
    this.phones.forEach((phone) => phone.isUpToDate());
  }

  async wipe() {
    const words = [this.say("rehearsal.wipe.sure"), this.say("rehearsal.wipe"), this.say("web.cancel")];
    if (!await sure(...words, this.language)) return;
    const { status } = await post("rehearsal/wipe", { epoch: this.epoch });
    if (status !== DONE && status !== OF_BEFORE) return;
    this.events.close();
    await this.untilItIsNew();
    forgetAll();
    location.reload();
  }

  async untilItIsNew() {
    for (;;) {
      const { content } = await get(`state?language=${this.language}`);
      if (content && content.epoch !== this.epoch) return;
      await pause(300);
    }
  }

  /** The data that this page shows were wiped, by another page. */
  end() {
    this.events?.close();
    forgetAll();
    loadAnew(() => this.tellAll("web.failed"));
  }

  tellAll(key) {
    this.phones.forEach((phone) => phone.tell(phone.say(key)));
  }
}

async function untilServed() {
  for (;;) {
    const { content } = await get(`state?language=${pageLanguage()}`);
    if (content) return content;
    await pause(500);
  }
}

async function begin() {
  await loadWords();
  const state = await untilServed();
  setZone(state.zone);
  const rehearsal = new Rehearsal(state);
  if (wasLoadedAnew()) rehearsal.tellAll("web.over");
  rehearsal.follow();
  const openAddress = () => {
    const { href } = location;
    history.replaceState(null, "", location.pathname);
    rehearsal.open(href);
  };
  addEventListener("hashchange", openAddress);
  openAddress();
}

begin();

/** The page of a rehearsal: every phone, the clock, and what to try next. */

import { direction, make, sure } from "./dom.js";
import { Events } from "./events.js";
import { Phone } from "./phone.js";
import { get, pause, post } from "./server.js";
import { keepPageLanguage, loadWords, pageLanguage, say, setZone, time } from "./words.js";

const CHOSEN = "hamrah.phone";
const START = "#start=";

const bar = document.getElementById("bar");
const guidePlace = document.getElementById("guide");
const tabs = document.getElementById("tabs");
const place = document.getElementById("phones");

/** @type {Map<number, Phone>} */
const phones = new Map();
const unread = new Map();
let language = pageLanguage();
let epoch = "";
let clock = null;
let clockRead = 0;
let guide = null;
let chosen = Number(localStorage.getItem(CHOSEN));
let moving = false;
/** Whether what was said before the page was opened is shown already. */
let live = false;

function words(key, params) {
  return say(language, key, params);
}

function title({ id, role, name }) {
  if (!role) return words("rehearsal.phone.nobody", { number: id });
  return words("rehearsal.phone.label", { role: words(`role.${role}`), name });
}

// The bar, with the clock ---------------------------------------------------------------------

/** The clock goes on by itself between what the server tells of it. */
function now() {
  return new Date(new Date(clock.now).getTime() + (Date.now() - clockRead));
}

function showBar() {
  const other = language === "fa" ? "en" : "fa";
  const next = clock.next ? words("rehearsal.clock.next_at", { at: time(language, "moment", new Date(clock.next)) }) : words("rehearsal.clock.nothing");
  const busy = moving || clock.moving;
  const button = (move, isOff) => make("button.plain", {
    type: "button", "data-move": move, disabled: busy || isOff, click: () => move_(move),
  }, words(`rehearsal.clock.${move}`));
  bar.replaceChildren(
    make("p.warning", {}, words("rehearsal.bar")),
    make("div.clock", { role: "group", "aria-label": words("rehearsal.clock"), "aria-busy": String(busy) },
      make("time.now", { datetime: now().toISOString() }, time(language, "moment", now())),
      button("hour", false), button("day", false), button("next", !clock.next),
      make("span.next", { role: "status" }, busy ? words("rehearsal.clock.moving") : next)),
    make("div.choices", {},
      make("button.plain", { type: "button", lang: other, click: () => speak(other) }, say(other, `web.language.${other}`)),
      make("button.plain.wipe", { type: "button", click: wipe }, words("rehearsal.wipe"))),
  );
}

async function move_(move) {
  moving = true;
  showBar();
  const status = await post("rehearsal/clock", { epoch, move });
  moving = false;
  if (status === 410) outOfDate();
  else showBar();
}

async function wipe() {
  if (!(await sure(words("rehearsal.wipe.sure"), words("rehearsal.wipe"), words("web.cancel")))) return;
  const status = await post("rehearsal/wipe", { epoch });
  if (status === 204 || status === 410) await beginAgain();
}

/** The server needs a moment until everything is new. */
async function beginAgain() {
  for (;;) {
    await pause(300);
    const { status, content } = await get(`state?language=${language}`);
    if (status === 200 && content.epoch !== epoch) break;
  }
  forget();
  location.reload();
}

function forget() {
  Object.keys(localStorage).filter((it) => it.startsWith("hamrah.outbox.")).forEach((it) => localStorage.removeItem(it));
}

// What to try next ----------------------------------------------------------------------------

function showGuide() {
  guidePlace.dataset.step = guide?.step ?? "";
  if (!guide) {
    guidePlace.replaceChildren(make("p.words", {}, words("rehearsal.guide.done")));
    return;
  }
  const phone = phones.get(guide.phone);
  const { step, of } = guide;
  const buttons = [];
  if (phone) buttons.push(make("button.plain.show", { type: "button", click: () => choose(guide.phone, true) }, words("rehearsal.guide.show")));
  if (phone && guide.type) {
    buttons.push(make("button.primary", { type: "button", click: () => { choose(guide.phone, true); phone.prefill(guide.type); } }, words("rehearsal.guide.type")));
  }
  guidePlace.replaceChildren(
    make("p.step", {}, words("rehearsal.guide", { step, of })),
    make("p.words", { role: "status", dir: direction(language) }, guide.words[language]),
    make("div.choices", {}, ...buttons),
  );
}

// The phones ----------------------------------------------------------------------------------

function showPhones(states) {
  for (const state of states) {
    if (phones.has(state.id)) phones.get(state.id).update(state);
    else addPhone(state);
  }
  if (!phones.has(chosen)) chosen = states[0]?.id;
  choose(chosen, false);
}

function addPhone(state) {
  const phone = new Phone(state, {
    epoch, title, open,
    language: () => language,
    ended: outOfDate,
    unread: (it) => { if (live && it.id !== chosen) { unread.set(it.id, (unread.get(it.id) ?? 0) + 1); showTabs(); } },
  });
  phones.set(state.id, phone);
  phone.element.addEventListener("focusin", () => choose(state.id, false));
  place.append(phone.element);
}

function showTabs() {
  const buttons = [...phones.values()].map((phone) => {
    const count = unread.get(phone.id);
    const button = make("button.tab", {
      type: "button", "data-phone": phone.id, "aria-current": phone.id === chosen ? "true" : false,
      click: () => choose(phone.id, true),
    }, title(phone.state));
    if (count) button.append(" ", make("span.count", { "aria-label": words("web.new", { count }) }, words("web.new", { count })));
    return button;
  });
  tabs.setAttribute("aria-label", words("rehearsal.phones"));
  tabs.replaceChildren(...buttons, make("button.tab.add", { type: "button", click: newPhone }, `＋ ${words("rehearsal.phone.add")}`));
}

function choose(id, moveThere) {
  const isOther = chosen !== id;
  chosen = id;
  localStorage.setItem(CHOSEN, id);
  unread.delete(id);
  for (const phone of phones.values()) phone.element.classList.toggle("chosen", phone.id === id);
  if (isOther || moveThere || !tabs.childElementCount) showTabs();
  if (!moveThere) return;
  const phone = phones.get(id);
  phone.element.scrollIntoView({ block: "nearest", inline: "center" });
  phone.scrollToEnd();
}

async function newPhone() {
  const status = await post("rehearsal/phones", { epoch });
  if (status === 410) outOfDate();
}

/** A link that invites somebody opens on a phone that is nobody's yet. */
function open(url) {
  const at = url.indexOf(START);
  if (at < 0 || !url.startsWith(location.origin)) return false;
  const free = [...phones.values()].find((phone) => !phone.state.role);
  if (free) {
    choose(free.id, true);
    free.give(`/start ${url.slice(at + START.length)}`);
  } else {
    newPhone().then(() => pause(500)).then(() => open(url));
  }
  return true;
}

// The page ------------------------------------------------------------------------------------

function speak(chosenLanguage) {
  language = chosenLanguage;
  keepPageLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = direction(language);
  document.title = `${say("fa", "web.title")} · ${say("en", "web.title")}`;
  showBar();
  showGuide();
  for (const phone of phones.values()) phone.update(phone.state);
  showTabs();
}

/** Shown once after the reload, so that nobody wonders where everything went. */
function outOfDate() {
  forget();
  sessionStorage.setItem("hamrah.over", "1");
  location.reload();
}

function noteConnection(isConnected) {
  phones.forEach((phone) => phone.setConnected(isConnected));
}

async function begin() {
  await loadWords();
  let state = null;
  while (!state) {
    state = (await get(`state?language=${language}`)).content;
    if (!state) await pause(500);
  }
  ({ epoch, clock, guide } = state);
  clockRead = Date.now();
  setZone(state.zone);
  showPhones(state.phones);
  speak(language);
  if (sessionStorage.getItem("hamrah.over")) {
    sessionStorage.removeItem("hamrah.over");
    phones.get(chosen)?.tell(words("web.over"));
  }
  new Events({
    ready: () => { live = true; },
    epoch: (told) => { if (told.epoch !== epoch) outOfDate(); },
    line: (line) => phones.get(line.phone)?.showLine(line),
    menu: (menu) => phones.get(menu.phone)?.showMenu(menu.commands),
    tap: ({ phone, tap, text }) => phones.get(phone)?.tapAnswered(tap, text),
    phones: (told) => { showPhones(told); showTabs(); showGuide(); },
    clock: (told) => { clock = told; clockRead = Date.now(); showBar(); },
    guide: (told) => { guide = told; showGuide(); },
    over: outOfDate,
  }, noteConnection);
  if (location.hash.startsWith(START)) {
    const url = location.href;
    history.replaceState(null, "", location.pathname);
    open(url);
  }
  setInterval(() => { bar.querySelector(".now").textContent = time(language, "moment", now()); }, 20000);
}

begin();

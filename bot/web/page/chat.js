/** The page of one person: their own chat, once they have entered. */

import { loadAnew, wasLoadedAnew } from "./anew.js";
import { sure } from "./dialogs.js";
import { button, direction, make } from "./dom.js";
import { showEntering } from "./entering.js";
import { Events } from "./events.js";
import { Phone } from "./phone.js";
import { get, pause, post } from "./server.js";
import { keepPageLanguage, loadWords, pageLanguage, say, setZone } from "./words.js";

const LINK = "hamrah.link";
const FOUND = 200;
const NO_SESSION = 401;
const ENTERED = 204;

const main = document.getElementById("main");

/** A link's secret is taken out of the address at once, so that nobody reads it over a shoulder. */
function takeSecret() {
  const secret = location.hash.slice(1) || sessionStorage.getItem(LINK) || "";
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (secret) sessionStorage.setItem(LINK, secret);
  return secret;
}

function forgetSecret() {
  sessionStorage.removeItem(LINK);
}

function speak(language) {
  document.documentElement.lang = language;
  document.documentElement.dir = direction(language);
  document.title = say(language, "web.title");
}

async function begin() {
  const secret = takeSecret();
  await loadWords();
  const { status, content } = await get("state");
  if (status === FOUND && (!secret || await isOwn(secret))) showChat(content);
  else if (status === FOUND || status === NO_SESSION) enter(secret);
  else await fail();
}

/** Who opens their own link again is in already. */
async function isOwn(secret) {
  const { status } = await post("enter", { link: secret, code: "" });
  if (status === ENTERED) forgetSecret();
  return status === ENTERED;
}

/** A link that was just opened is entered with, whoever was here before. */
function enter(secret) {
  speak(pageLanguage());
  showEntering(main, secret, {
    entered: () => {
      forgetSecret();
      location.reload();
    },
    language: (language) => {
      keepPageLanguage(language);
      enter(secret);
    },
  });
}

async function fail() {
  showFailure();
  await pause(5000);
  await begin();
}

function showFailure() {
  const language = pageLanguage();
  speak(language);
  main.replaceChildren(make("div.entering", {},
    make("p", { role: "alert" }, say(language, "web.failed")),
    button(".primary", () => location.reload(), say(language, "web.again"))));
}

// The chat ------------------------------------------------------------------------------------

function showChat(state) {
  const [mine] = state.phones;
  const phone = new Phone(mine, {
    epoch: state.epoch,
    language: pageLanguage,
    title: ({ language }) => say(language ?? pageLanguage(), "web.title"),
    ended: () => loadAnew(showFailure),
    open: () => false,
    heard: () => {},
  });
  const leaving = button(".plain.leave", () => leave(phone.language));
  setZone(state.zone);
  phone.head.append(leaving);
  phone.heading.ariaLevel = "1";
  main.replaceChildren(phone.element);
  speakAs(phone, leaving);
  if (wasLoadedAnew()) phone.tell(phone.say("web.over"));
  follow(phone, () => speakAs(phone, leaving));
}

function speakAs(phone, leaving) {
  speak(phone.language);
  leaving.textContent = phone.say("web.leave");
}

/** @param {function(): void} spoken told when somebody may have chosen another language */
function follow(phone, spoken) {
  const ended = () => {
    events.close();
    loadAnew(showFailure);
  };
  const events = new Events({
    ready: () => phone.isUpToDate(),
    line: (line) => phone.showLine(line),
    menu: async ({ commands }) => {
      phone.showMenu(commands);
      const { content } = await get("state");
      if (content) phone.update(content.phones[0]);
      spoken();
    },
    tap: ({ tap, text }) => phone.tapAnswered(tap, text),
    over: ended,
  }, async (isConnected) => {
    phone.setConnected(isConnected);
    if (!isConnected && (await get("state")).status === NO_SESSION) ended();
  });
}

async function leave(language) {
  const words = [say(language, "web.leave.sure"), say(language, "web.leave"), say(language, "web.cancel")];
  if (!await sure(...words, language)) return;
  await post("leave", {});
  localStorage.clear();
  location.reload();
}

// A link that is opened in a page that is open already changes only the address behind the #.
addEventListener("hashchange", () => location.reload());
begin();

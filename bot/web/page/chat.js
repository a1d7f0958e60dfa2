/** The page of one person: their own chat, once they have entered. */

import { direction, make, sure } from "./dom.js";
import { showEntering } from "./entering.js";
import { Events } from "./events.js";
import { Phone } from "./phone.js";
import { get, pause, post } from "./server.js";
import { keepPageLanguage, loadWords, pageLanguage, say, setZone } from "./words.js";

const main = document.getElementById("main");

/** A link's secret is taken out of the address at once, so that nobody reads it over a shoulder. */
function takeSecret() {
  const secret = location.hash.slice(1) || sessionStorage.getItem("hamrah.link") || "";
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (secret) sessionStorage.setItem("hamrah.link", secret);
  return secret;
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
  if (status === 200 && (!secret || await isMine(secret))) showChat(content);
  else if (status === 200 || status === 401) enter(secret);
  else showFailure();
}

/** Who opens their own link again is in already. */
async function isMine(secret) {
  const is = await post("enter", { link: secret, code: "" }) === 204;
  if (is) sessionStorage.removeItem("hamrah.link");
  return is;
}

/** A link that was just opened is entered with, whoever was here before. */
function enter(secret) {
  speak(pageLanguage());
  showEntering(main, secret, {
    entered: () => {
      sessionStorage.removeItem("hamrah.link");
      location.reload();
    },
    language: (language) => {
      keepPageLanguage(language);
      enter(secret);
    },
  });
}

function showChat(state) {
  const [mine] = state.phones;
  setZone(state.zone);
  const language = () => phone?.state.language ?? mine.language ?? pageLanguage();
  speak(mine.language ?? pageLanguage());
  const ended = () => location.reload();
  const phone = new Phone(mine, {
    epoch: state.epoch, language, ended, open: () => false,
    title: () => say(mine.language ?? "fa", "web.title"),
  });
  phone.element.id = "phone";
  phone.head.append(make("button.plain.leave", { type: "button", click: () => leave(language()) }, say(language(), "web.leave")));
  main.replaceChildren(phone.element);
  const events = new Events({
    line: (line) => phone.showLine(line),
    menu: ({ commands }) => phone.showMenu(commands),
    tap: ({ tap, text }) => phone.tapAnswered(tap, text),
    phones: ([it]) => { phone.update(it); speak(phone.language); },
    over: () => { events.close(); location.reload(); },
  }, async (isConnected) => {
    phone.setConnected(isConnected);
    if (!isConnected && (await get("state")).status === 401) location.reload();
  });
}

async function leave(language) {
  const question = say(language, "web.leave.sure");
  if (await sure(question, say(language, "web.leave"), say(language, "web.cancel"))) {
    await post("leave", {});
    localStorage.clear();
    location.reload();
  }
}

async function showFailure() {
  const language = pageLanguage();
  speak(language);
  main.replaceChildren(make("div.entering", {},
    make("p", { role: "alert" }, say(language, "web.failed")),
    make("button.primary", { type: "button", click: () => location.reload() }, say(language, "web.again"))));
  await pause(5000);
  if ((await get("state")).status) location.reload();
  else showFailure();
}

begin().catch(showFailure);

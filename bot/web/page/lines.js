/** The lines of a chat as elements. What anybody wrote is shown as text, whatever it looks like. */

import { make } from "./dom.js";
import { say, time } from "./words.js";

/** @typedef {{id: number, author: string, at: string, text: string, buttons: string[][][],
 *   file: ?{url: string, type: string, name: string}, key: ?string}} Line */

const LINKS = /(https?:\/\/[^\s\u2069]+)|(^|[\s\u2066-\u2068(])(\/[a-z][a-z0-9_]{1,31})(?![\w/.])/gu;

/**
 * @param {Line} line
 * @param {{language: string, commands: Set<string>, tap: function(Element, string): void,
 *   command: function(string): void, open: function(string): boolean}} chat
 */
export function lineElement(line, chat) {
  const mine = line.author === "me";
  const bubble = make("div.bubble", {});
  if (line.file) bubble.append(fileElement(line.file, chat.language));
  bubble.append(...paragraphs(line.text, mine ? null : chat));
  bubble.append(stamp(line, chat.language));
  const who = say(chat.language, mine ? "web.me" : "web.bot");
  const element = make(mine ? "li.mine" : "li.theirs", { id: elementId(chat, line.id) },
    make("span.unseen", {}, `${who}: `), bubble);
  if (line.buttons.length) element.append(keyboard(line, chat));
  return element;
}

export function elementId(chat, line) {
  return `line-${chat.id}-${line}`;
}

/** A line that is not on the server yet. */
export function pendingElement(text, file, language) {
  const bubble = make("div.bubble", {}, ...paragraphs(text || file?.name || "", null),
    make("span.stamp", { title: say(language, "web.waiting") }, "🕓"));
  return make("li.mine.pending", {}, make("span.unseen", {}, `${say(language, "web.waiting")}: `), bubble);
}

export function dayElement(date, language) {
  return make("li.day", {}, make("span", {}, time(language, "day", date)));
}

function stamp(line, language) {
  const at = new Date(line.at);
  return make("time.stamp", { datetime: line.at, title: time(language, "moment", at) },
    time(language, "hour", at));
}

function paragraphs(text, chat) {
  if (!text) return [];
  return text.split("\n").map((words) => make("p", { dir: "auto" }, ...linked(words, chat)));
}

/** Commands and links in the bot's words can be tapped; nobody else's are looked at. */
function linked(words, chat) {
  if (!chat) return [words];
  const parts = [];
  let from = 0;
  for (const match of words.matchAll(LINKS)) {
    const [, url, before = "", command] = match;
    if (command && !chat.commands.has(command.slice(1))) continue;
    const at = match.index + before.length;
    parts.push(words.slice(from, at), url ? link(url, chat) : commandButton(command, chat));
    from = at + (url ?? command).length;
  }
  parts.push(words.slice(from));
  return parts.filter((part) => part !== "");
}

function link(url, chat) {
  return make("a", {
    href: url, target: "_blank", rel: "noopener noreferrer", dir: "ltr",
    click: (event) => { if (chat.open(url)) event.preventDefault(); },
  }, url);
}

function commandButton(command, chat) {
  return make("button.command", { type: "button", dir: "ltr", click: () => chat.command(command) }, command);
}

function keyboard(line, chat) {
  const rows = line.buttons.map((row) => make("div.row", {}, ...row.map(([label, data]) =>
    make("button", { type: "button", dir: "auto", "data-tap": data, click: (event) => chat.tap(event.currentTarget, data) }, label))));
  return make("div.keyboard", { "data-line": line.id }, ...rows);
}

function fileElement(file, language) {
  if (file.type.startsWith("image/")) {
    return make("a.picture", { href: file.url, target: "_blank", rel: "noopener" },
      make("img", { src: file.url, alt: file.name || say(language, "web.picture"), loading: "lazy" }));
  }
  return make("a.file", { href: file.url, download: file.name || "", rel: "noopener" },
    `📄 ${file.name || say(language, "web.file")}`);
}

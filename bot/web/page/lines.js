/** The lines of a chat as elements. What anybody wrote is shown as text, whatever it looks like. */

import { button, icon, make } from "./dom.js";
import { say, time } from "./words.js";

/** @typedef {{id: number, author: string, at: string, text: string, buttons: string[][][],
 *   file: ?{url: string, type: string, name: string}, key: ?string, removed: boolean}} Line
 *   what was removed leaves a mark in its place */

/** @typedef {{language: string, tap: function(HTMLElement, number, string): void,
 *   command: function(string): void, open: function(string): boolean}} Reader
 *   in which language a line is read, and what is done with what is tapped in it */

const LINKS = new RegExp(
  [
    /(?<url>https?:\/\/[^\s\u2066-\u2069]*[^\s\u2066-\u2069.,:;!?)\]»،؛؟])/,
    /(?<=^|[\s\u200e\u200f\u2066-\u2068(«])(?<command>\/[a-z][a-z0-9_]{1,31})(?![\w/.])/,
  ].map((it) => it.source).join("|"),
  "gu",
);

/** @param {Line} line @param {Reader} reader */
export function lineElement(line, reader) {
  const isMine = line.author === "me";
  const words = line.removed ? say(reader.language, "web.removed") : line.text;
  const bubble = make("div.bubble", {}, ...paragraphs(words, isMine ? null : reader),
    stamp("time.stamp", "hour", line.at, reader.language));
  if (line.file) bubble.prepend(fileElement(line.file, reader.language));
  const element = make(isMine ? "li.mine" : "li.theirs", { "data-id": line.id, "data-at": line.at },
    author(isMine ? "web.me" : "web.bot", reader.language), bubble);
  if (line.buttons.length) element.append(keyboard(line, reader));
  return element;
}

/** A line that is not on the server yet. */
export function pendingElement(text, language) {
  const mark = make("span.stamp", { title: say(language, "web.waiting") }, icon("clock"));
  return make("li.mine.pending", {}, author("web.waiting", language),
    make("div.bubble", {}, ...paragraphs(text, null), mark));
}

export function dayElement(at, language) {
  return make("li.day", {}, stamp("time", "day", at, language));
}

/** Times already shown, in a phone's new language. */
export function tellTimes(place, language) {
  for (const shown of place.querySelectorAll("time[data-form]")) {
    shown.textContent = time(language, shown.dataset.form, new Date(shown.dateTime));
  }
}

function author(key, language) {
  return make("span.unseen", {}, `${say(language, key)}: `);
}

function stamp(tag, form, at, language) {
  const date = new Date(at);
  return make(tag, { datetime: at, "data-form": form, title: time(language, "moment", date) },
    time(language, form, date));
}

function paragraphs(text, reader) {
  if (!text) return [];
  return text.split("\n").map((words) => make("p", { dir: "auto" }, ...linked(words, reader)));
}

/** Commands and links in the bot's words can be tapped; nobody else's are looked at. */
function linked(words, reader) {
  if (!reader) return [words];
  const parts = [];
  let from = 0;
  for (const { 0: found, index, groups } of words.matchAll(LINKS)) {
    parts.push(words.slice(from, index), groups.command ? commandButton(found, reader) : link(found, reader));
    from = index + found.length;
  }
  return [...parts, words.slice(from)].filter((part) => part !== "");
}

/** Our own page can be opened without TLS, on this machine; others only with it. */
function link(url, reader) {
  if (!url.startsWith("https:") && !url.startsWith(`${location.origin}/`)) return url;
  const click = (event) => { if (reader.open(url)) event.preventDefault(); };
  return make("a", { href: url, target: "_blank", rel: "noopener noreferrer", dir: "ltr", click }, url);
}

function commandButton(command, reader) {
  const it = button(".command", () => reader.command(command), command);
  it.dir = "ltr";
  return it;
}

function keyboard(line, reader) {
  const rows = line.buttons.map((row) => make("div.row", {}, ...row.map(([words, data]) =>
    tapButton(words, data, line.id, reader))));
  return make("div.keyboard", {}, ...rows);
}

/** The second click of a double click would hit what has taken this button's place. */
function tapButton(words, data, line, reader) {
  const click = (event) => { if (event.detail < 2) reader.tap(event.currentTarget, line, data); };
  return make("button", { type: "button", dir: "auto", "data-tap": data, click }, words);
}

function fileElement(file, language) {
  if (file.type.startsWith("image/")) {
    const name = file.name || say(language, "web.picture");
    return make("a.picture", { href: file.url, target: "_blank", rel: "noopener" },
      make("img", { src: file.url, alt: name, loading: "lazy" }));
  }
  return make("a.file", { href: file.url, download: file.name, rel: "noopener", dir: "auto" },
    icon("file"), file.name || say(language, "web.file"));
}

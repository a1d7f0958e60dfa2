/** The page's own words, numbers and dates, in both languages. */

import { get, pause } from "./server.js";

const PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹";
const ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩";
const KEPT = "hamrah.language";

/** @typedef {"fa"|"en"} Language */

let catalogues = { fa: {}, en: {} };
let zone = "Asia/Tehran";

/** Without words there is nothing to say, so they are asked for until they come. */
export async function loadWords() {
  for (;;) {
    const { content } = await get("words");
    if (content) {
      catalogues = content;
      return;
    }
    await pause(1000);
  }
}

export function setZone(name) {
  zone = name;
}

/** The language of the page's own words: the one chosen before, or the browser's. */
export function pageLanguage() {
  const kept = localStorage.getItem(KEPT);
  if (kept === "fa" || kept === "en") return kept;
  return navigator.language.startsWith("fa") ? "fa" : "en";
}

export function keepPageLanguage(language) {
  localStorage.setItem(KEPT, language);
}

/** @param {Language} language @returns {Language} */
export function otherLanguage(language) {
  return language === "fa" ? "en" : "fa";
}

/** @param {Language} language @param {string} key @param {Object<string, string|number>} [params] */
export function say(language, key, params = {}) {
  const words = catalogues[language][key] ?? key;
  return words.replace(/\{([a-z_]+)\}/g, (whole, name) =>
    name in params ? shown(language, params[name]) : whole);
}

/** Numbers have the digits of the language; codes and names stay as they are. */
function shown(language, value) {
  return typeof value === "number" ? digits(language, String(value)) : value;
}

function digits(language, text) {
  return language === "fa" ? text.replace(/[0-9]/g, (digit) => PERSIAN_DIGITS[digit]) : text;
}

/** Digits of any script, as 0-9. */
export function plainDigits(text) {
  return text.replace(/[۰-۹٠-٩]/g, (digit) =>
    String(Math.max(PERSIAN_DIGITS.indexOf(digit), ARABIC_DIGITS.indexOf(digit))));
}

const formats = new Map();

/** @param {Language} language @param {"hour"|"day"|"moment"} form @param {Date} date */
export function time(language, form, date) {
  const key = `${language} ${form} ${zone}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale(language), options(form)));
  return formats.get(key).format(date);
}

function locale(language) {
  return language === "fa" ? "fa-IR-u-ca-persian-nu-arabext" : "en-GB";
}

function options(form) {
  const hour = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const day = { weekday: "long", day: "numeric", month: "long" };
  const forms = { hour, day, moment: { ...day, ...hour } };
  return { timeZone: zone, ...forms[form] };
}

/** The form before a person's chat: their link brought them here, the clinic's code lets them in. */

import { button, make } from "./dom.js";
import { post } from "./server.js";
import { otherLanguage, pageLanguage, plainDigits, say } from "./words.js";

const ENTERED = 204;
const REASONS = { 403: "web.enter.wrong", 429: "web.enter.wait" };

/** @param {{entered: function(): void, language: function(string): void}} then */
export function showEntering(place, secret, then) {
  const language = pageLanguage();
  const other = otherLanguage(language);
  const speak = button(".plain.language", () => then.language(other), say(other, `web.language.${other}`));
  speak.lang = other;
  const title = make("h1", {}, say(language, "web.enter.title"));
  if (secret) {
    const form = codeForm(language, secret, then.entered);
    place.replaceChildren(make("div.entering", {}, speak, title, form));
    form.querySelector("input").focus();
  } else {
    place.replaceChildren(make("div.entering", {}, speak, title, make("p", {}, say(language, "web.enter.no_link"))));
  }
}

function codeForm(language, secret, entered) {
  const code = make("input", {
    id: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 12, dir: "ltr",
    required: true, "aria-describedby": "reason",
  });
  const reason = make("p.reason", { id: "reason", role: "alert" });
  const enter = make("button.primary", { type: "submit" }, say(language, "web.enter.submit"));
  const submit = async (event) => {
    event.preventDefault();
    reason.textContent = "";
    enter.disabled = true;
    const { status } = await post("enter", { link: secret, code: plainDigits(code.value).replace(/\D/g, "") });
    enter.disabled = false;
    if (status === ENTERED) {
      entered();
      return;
    }
    reason.textContent = say(language, REASONS[status] ?? "web.failed");
    code.select();
  };
  return make("form", { submit },
    make("label", { for: "code" }, say(language, "web.enter.how")), code, enter, reason);
}

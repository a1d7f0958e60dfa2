/** The form before a person's chat: their link brought them here, the clinic's code lets them in. */

import { make } from "./dom.js";
import { post } from "./server.js";
import { pageLanguage, plainDigits, say } from "./words.js";

const REASONS = { 403: "web.enter.wrong", 429: "web.enter.wait" };

/** @param {{entered: function(): void, language: function(string): void}} then */
export function showEntering(place, secret, then) {
  const language = pageLanguage();
  const other = language === "fa" ? "en" : "fa";
  const reason = make("p.reason", { role: "alert" });
  const code = make("input", {
    id: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 12, dir: "ltr", required: true,
  });
  const submit = make("button.primary", { type: "submit" }, say(language, "web.enter.submit"));
  const form = make("form.entering", {
    submit: async (event) => {
      event.preventDefault();
      submit.disabled = true;
      const status = await post("enter", { link: secret, code: plainDigits(code.value).replace(/\D/g, "") });
      submit.disabled = false;
      if (status === 204) then.entered();
      else reason.textContent = say(language, REASONS[status] ?? "web.failed");
      code.select();
    },
  });
  form.append(
    make("button.plain.language", { type: "button", lang: other, click: () => then.language(other) }, say(other, `web.language.${other}`)),
    make("h1", {}, say(language, "web.title")),
  );
  if (secret) {
    form.append(
      make("label", { for: "code" }, say(language, "web.enter.how")), code, submit, reason,
    );
  } else {
    form.append(make("p", {}, say(language, "web.enter.no_link")));
  }
  place.replaceChildren(form);
  if (secret) code.focus();
}

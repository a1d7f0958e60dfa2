/** One tab for each phone of a rehearsal, with how much is new there. */

import { button, make } from "./dom.js";
import { say } from "./words.js";

export class Tabs {
  /** @param {{choose: function(number): void, add: function(): void}} then */
  constructor(place, then) {
    this.place = place;
    this.then = then;
    /** @type {Map<number, {title: Text, count: HTMLElement, element: HTMLElement, unread: number}>} */
    this.tabs = new Map();
    this.add = button(".tab.add", () => then.add());
    place.append(this.add);
  }

  /** @param {import("./phone.js").Phone[]} phones */
  show(phones, language) {
    this.language = language;
    this.place.setAttribute("aria-label", say(language, "rehearsal.phones"));
    this.add.textContent = `+ ${say(language, "rehearsal.phone.add")}`;
    for (const { id, title } of phones) this.tab(id).title.data = title;
    this.tabs.forEach((tab) => this.showCount(tab));
  }

  tab(id) {
    if (!this.tabs.has(id)) this.tabs.set(id, this.newTab(id));
    return this.tabs.get(id);
  }

  newTab(id) {
    const title = new Text();
    const count = make("span.count");
    const element = button(".tab", () => this.then.choose(id), title, " ", count);
    this.add.before(element);
    return { title, count, element, unread: 0 };
  }

  choose(id) {
    for (const [other, { element }] of this.tabs) element.setAttribute("aria-current", String(other === id));
    const tab = this.tab(id);
    tab.unread = 0;
    this.showCount(tab);
    tab.element.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  heard(id) {
    const tab = this.tab(id);
    tab.unread += 1;
    this.showCount(tab);
  }

  showCount({ count, unread }) {
    count.hidden = !unread;
    count.textContent = say(this.language, "web.new", { count: unread });
  }
}

/**
 * What somebody wrote or tapped, until the server has it.
 *
 * It is kept in the browser, so neither a lost connection nor a reload loses it, and sent in its
 * order. A key of its own makes it count once, however often it is sent.
 */

import { newKey, pause, post } from "./server.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;
const DONE = 204;
const GONE = 410;
const SESSION_ENDED = 401;
/** Statuses that trying again would only repeat. */
const REFUSED = [400, 404, 413, 415];

/** @typedef {{key: string, path: string, content: Object, file?: File, refused?: number}} Item */

export class Outbox {
  /**
   * @param {{epoch: string, phone: number, sent: function(Item): void,
   *   refused: function(Item, number): void, ended: function(number): void}} given
   */
  constructor(given) {
    Object.assign(this, given);
    this.place = `hamrah.outbox.${this.epoch}.${this.phone}`;
    /** @type {Item[]} */
    this.items = JSON.parse(localStorage.getItem(this.place) ?? "[]");
    this.sending = false;
    addEventListener("online", () => this.hurry());
  }

  /** @returns {Item} */
  put(path, content, file) {
    const item = { key: newKey(), path, content, file };
    this.items.push(item);
    this.keep();
    this.send();
    return item;
  }

  remove(item) {
    this.items = this.items.filter((it) => it !== item);
    this.keep();
  }

  /** A file is too large to be kept; it is sent as long as the page is open. */
  keep() {
    const kept = this.items.filter((it) => !it.file);
    if (kept.length) localStorage.setItem(this.place, JSON.stringify(kept));
    else localStorage.removeItem(this.place);
  }

  hurry() {
    this.wake?.();
    this.send();
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    let wait = FIRST_WAIT;
    let item;
    while ((item = this.items.find((it) => !it.refused))) {
      const status = await this.post(item);
      if (status === DONE) {
        wait = FIRST_WAIT;
        this.remove(item);
        this.sent(item);
      } else if (REFUSED.includes(status)) {
        item.refused = status;
        this.keep();
        this.refused(item, status);
      } else if (status === GONE || status === SESSION_ENDED) {
        this.ended(status);
        break;
      } else {
        await this.rest(wait);
        wait = Math.min(LONGEST_WAIT, wait * 2);
      }
    }
    this.sending = false;
  }

  post({ key, path, content, file }) {
    const { epoch, phone } = this;
    if (!file) return post(path, { epoch, phone, key, ...content });
    const query = new URLSearchParams({ epoch, phone, key });
    return post(`${path}?${query}`, file, {
      "Content-Type": file.type || "application/octet-stream",
      "X-File-Name": encodeURIComponent(file.name),
    });
  }

  rest(milliseconds) {
    return Promise.race([
      pause(milliseconds),
      new Promise((resolve) => { this.wake = resolve; }),
    ]);
  }
}

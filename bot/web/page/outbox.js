/**
 * What somebody wrote or tapped, until the server has it.
 *
 * It is kept in the browser, so neither a lost connection nor a reload loses it, and sent in its
 * order. A key of its own makes it count once, however often it is sent. Each item has a place of
 * its own, so that two tabs of one phone do not overwrite what the other one keeps.
 */

import { newKey, pause, post, postFile } from "./server.js";

const PLACE = "hamrah.outbox.";
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;
const DONE = 204;
/** The data were wiped, or the session ended: nothing of this page is taken any more. */
const ENDED = [401, 410];
const PASSING = [0, 408, 429];

/** @typedef {{key: string, at: number, path: string, content: Object, file?: File,
 *   refused?: number}} Item */

export class Outbox {
  /**
   * @param {{epoch: string, phone: number, sent: function(Item): void,
   *   refused: function(Item, number): void, ended: function(): void}} given
   */
  constructor({ epoch, phone, sent, refused, ended }) {
    Object.assign(this, { epoch, phone, sent, refused, ended });
    this.place = `${PLACE}${epoch}.${phone}.`;
    /** @type {Item[]} */
    this.items = kept(this.place);
    this.isSending = false;
    addEventListener("online", () => this.hurry());
  }

  /** @returns {Item} */
  put(path, content, file) {
    const at = Math.max(Date.now(), (this.items.at(-1)?.at ?? 0) + 1);
    const item = { key: newKey(), at, path, content, file };
    this.items.push(item);
    this.keep(item);
    this.send();
    return item;
  }

  remove(item) {
    this.items = this.items.filter((it) => it !== item);
    localStorage.removeItem(this.place + item.key);
  }

  /** A file is too large to be kept; it is sent as long as the page is open. */
  keep(item) {
    if (!item.file) localStorage.setItem(this.place + item.key, JSON.stringify(item));
  }

  /** Do not wait any longer: the connection seems to be back. */
  hurry() {
    this.wake?.();
    this.send();
  }

  async send() {
    if (this.isSending) return;
    this.isSending = true;
    let wait = FIRST_WAIT;
    let item;
    while ((item = this.items.find((it) => !it.refused))) {
      const answer = await this.post(item);
      if (ENDED.includes(answer.status)) {
        this.ended();
        break;
      }
      if (PASSING.includes(answer.status) || answer.status >= 500) {
        await this.rest(Math.max(wait, answer.wait));
        wait = Math.min(LONGEST_WAIT, wait * 2);
      } else {
        wait = FIRST_WAIT;
        this.settle(item, answer.status);
      }
    }
    this.isSending = false;
  }

  settle(item, status) {
    if (status === DONE) {
      this.remove(item);
      this.sent(item);
    } else {
      item.refused = status;
      this.keep(item);
      this.refused(item, status);
    }
  }

  post({ key, path, content, file }) {
    const { epoch, phone } = this;
    if (!file) return post(path, { epoch, phone, key, ...content });
    return postFile(`${path}?${new URLSearchParams({ epoch, phone, key })}`, file);
  }

  rest(milliseconds) {
    return Promise.race([
      pause(milliseconds),
      new Promise((resolve) => { this.wake = resolve; }),
    ]);
  }
}

/** @returns {Item[]} */
function kept(place) {
  return Object.keys(localStorage)
    .filter((name) => name.startsWith(place))
    .map((name) => JSON.parse(localStorage.getItem(name)))
    .sort((one, other) => one.at - other.at);
}

/** What was not sent is given up, on every phone. */
export function forgetAll() {
  Object.keys(localStorage)
    .filter((name) => name.startsWith(PLACE))
    .forEach((name) => localStorage.removeItem(name));
}

/** What the server tells, as it happens; after a lost connection also what was missed. */

const NAMES = ["line", "menu", "tap", "phones", "clock", "guide", "over", "epoch", "ready", "beat"];
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;
/** The server is never silent for so long; a line that is has died without a word. */
const LONGEST_SILENCE = 40000;

export class Events {
  /**
   * @param {Object<string, function(any): void>} listeners by the event's name
   * @param {function(boolean): void} connected told when the connection is lost and when it is back
   */
  constructor(listeners, connected) {
    this.listeners = listeners;
    this.connected = connected;
    this.cursor = "";
    this.wait = FIRST_WAIT;
    addEventListener("online", () => this.open());
    document.addEventListener("visibilitychange", () => this.hurry());
    this.open();
  }

  open() {
    this.close();
    this.source = new EventSource(this.cursor ? `events?after=${this.cursor}` : "events");
    this.listenForSilence();
    this.source.addEventListener("open", () => {
      this.wait = FIRST_WAIT;
      this.connected(true);
    });
    this.source.addEventListener("error", () => this.lost());
    for (const name of NAMES) {
      this.source.addEventListener(name, (event) => {
        this.listenForSilence();
        if (event.lastEventId) this.cursor = event.lastEventId;
        this.listeners[name]?.(JSON.parse(event.data));
      });
    }
  }

  listenForSilence() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), LONGEST_SILENCE);
  }

  /** The browser's own waiting between tries cannot be seen or hastened, so we wait ourselves. */
  lost() {
    this.close();
    this.connected(false);
    this.timer = setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
  }

  /** A phone that was put aside and is looked at again does not wait. */
  hurry() {
    if (!document.hidden && this.source.readyState === EventSource.CLOSED) this.open();
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.source?.close();
  }
}

/** The line to the server: what happens elsewhere, and what to do when it is cut. */

/** @import {App} from "./app.js" */
/** @import {Listeners} from "./api.js" */

import { ApiError, listen, loadDocument } from "./api.js";

/** What is said when the server has ended, or cannot be reached. */
const NO_ANSWER =
  "The server does not answer: start veernet review again and open the address that it prints. What was saved is kept; what is changed now is not saved.";

/** What is said when another run answers at the same address. */
const ANOTHER_RUN =
  "veernet review was started anew: open the address that it printed, in this browser. This tab then goes on, and saves what waits.";

const ANOTHER_SCAN =
  "Another scan is open at this address now: this tab can go on no more. Reload shows the other.";

/** Milliseconds between two tries. */
const REST = 1500;

/** Listens to the server, and finds it again after it was started anew. */
export class Connection {
  /** @param {App} app @param {Omit<Listeners, "open">} told */
  constructor(app, told) {
    this.app = app;
    this.told = told;
    this.trying = false;
    /** @type {EventSource|null} */
    this.source = null;
    app.state.on("unknown", () => this.#lost(ANOTHER_RUN));
  }

  listen() {
    this.source?.close();
    this.source = listen({ ...this.told, open: (open) => this.#changed(open) });
  }

  /** @param {boolean} open */
  #changed(open) {
    if (open) this.#back();
    else this.#lost(NO_ANSWER);
  }

  #back() {
    const { state, queue } = this.app;
    if (state.saved === "offline") state.say("The server answers again.");
    if (queue.idle) state.setSaved("saved");
    else queue.retry();
  }

  /** @param {string} why */
  #lost(why) {
    const { state, queue } = this.app;
    const waits = queue.items.length > 0;
    if (waits) state.setSaved("failed", why);
    if (waits ? why === ANOTHER_RUN : state.saved !== "offline") {
      if (!waits) state.setSaved("offline", why);
      state.say(why, "error");
    }
    void this.#find();
  }

  /** Try until the server lets this tab in again: with the cookie of a newer address. */
  async #find() {
    if (this.trying) return;
    this.trying = true;
    let told = "";
    try {
      for (;;) {
        await new Promise((resolve) => window.setTimeout(resolve, REST));
        // It has come back by itself: the same run.
        if (this.source?.readyState === EventSource.OPEN && told === "") return;
        const found = await this.#ask();
        if (found === "") break;
        if (found === ANOTHER_RUN && told !== found) this.app.state.say(found, "error");
        told = found;
        if (found === ANOTHER_SCAN) {
          this.app.state.say(found, "error");
          return;
        }
      }
    } finally {
      this.trying = false;
    }
    this.listen();
  }

  /** @returns {Promise<string>} what is wrong, nothing if this tab can go on */
  async #ask() {
    try {
      const doc = await loadDocument();
      return doc.image.key === this.app.state.doc?.image.key ? "" : ANOTHER_SCAN;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.status === 401 ? ANOTHER_RUN : NO_ANSWER;
    }
  }
}

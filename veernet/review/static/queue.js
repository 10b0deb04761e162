/** Changes go to the server one after the other; each is saved before the next is sent. */

/** @import {Edit, Registration} from "./types.js" */
/** @import {State} from "./state.js" */

import { ApiError, change, loadChanges } from "./api.js";

/**
 * A change on its way.
 *
 * @typedef {{
 *   path: string, id: string, body: Record<string, unknown>,
 *   replayed: boolean, done: (well: boolean) => void
 * }} Item
 */

/** @returns {string} an id of a gesture */
function newId() {
  return crypto.randomUUID();
}

/** The changes that are not yet saved, oldest first. */
export class Queue {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    /** @type {Item[]} */
    this.items = [];
    this.running = false;
    /** @type {(() => void)[]} */
    this.waiting = [];
  }

  /** @returns {boolean} */
  get idle() {
    return !this.running && this.items.length === 0;
  }

  /** @returns {Promise<void>} when all is saved, or nothing more is tried */
  settled() {
    if (!this.running) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** @param {Edit} edit @returns {Promise<boolean>} whether it was saved */
  edit(edit) {
    return this.#add("/api/edit", { edit });
  }

  /** @returns {Promise<boolean>} */
  undo() {
    if (this.idle && !this.state.doc?.history.undo) {
      this.state.say("There is nothing to undo.");
      return Promise.resolve(false);
    }
    return this.#add("/api/undo", {});
  }

  /** @returns {Promise<boolean>} */
  redo() {
    if (this.idle && !this.state.doc?.history.redo) {
      this.state.say("There is nothing to redo.");
      return Promise.resolve(false);
    }
    return this.#add("/api/redo", {});
  }

  /**
   * @param {Registration} registration
   * @param {{renamed?: Record<string, string>, confirmed?: string[]}} [more]
   * @returns {Promise<boolean>}
   */
  registration(registration, more = {}) {
    return this.#add("/api/registration", { registration, ...more });
  }

  /** @param {string[]} keys @param {boolean} confirmed @returns {Promise<boolean>} */
  confirm(keys, confirmed) {
    return this.#add("/api/confirm", { keys, confirmed });
  }

  /** Try again what could not be sent. */
  retry() {
    this.#run();
  }

  /** @param {string} path @param {Record<string, unknown>} body @returns {Promise<boolean>} */
  #add(path, body) {
    if (this.state.readOnly) {
      this.state.say("Opened to be read only: nothing can be changed.", "error");
      return Promise.resolve(false);
    }
    // An undo would take back another's change, a registration write over it.
    const replayed = path !== "/api/edit" && path !== "/api/confirm";
    return new Promise((done) => {
      this.items.push({ path, id: newId(), body, replayed, done });
      this.#run();
    });
  }

  async #run() {
    if (this.running) return;
    this.running = true;
    try {
      while (this.items.length) {
        this.state.setSaved("saving");
        if (!(await this.#send(this.items[0]))) return;
      }
      this.state.setSaved("saved");
    } finally {
      this.running = false;
      for (const resolve of this.waiting.splice(0)) resolve();
    }
  }

  /** @param {Item} item @returns {Promise<boolean>} whether to go on with the next */
  async #send(item) {
    try {
      const answer = await change(item.path, this.state.revision, item.id, item.body);
      this.items.shift();
      if (this.state.take(answer)) await this.state.load();
      item.done(true);
      // After what the gesture itself says.
      await Promise.resolve();
      for (const note of answer.notes ?? []) this.state.say(note, "note");
      return true;
    } catch (error) {
      return this.#failed(item, error);
    }
  }

  /** @param {Item} item @param {unknown} error @returns {Promise<boolean>} */
  async #failed(item, error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 409 && error.body.revision !== undefined) {
      // Someone else was faster: take their changes and make this one on top of them.
      await this.refresh();
      if (!item.replayed) {
        item.replayed = true;
        return true;
      }
    }
    if (error.status === 401) {
      // Another run of the server, which does not know this tab: the change waits.
      this.state.setSaved("failed", error.message);
      this.state.emit("unknown");
      return false;
    }
    if (error.status === 0 || error.status >= 500) {
      this.state.setSaved("failed", error.message);
      const end = /[.?!]$/.test(error.message) ? "" : ".";
      this.state.say(`Not saved: ${error.message}${end} Retry sends the change again.`, "error");
      return false;
    }
    this.items.shift();
    const stale = error.status === 409 ? "Changed elsewhere meanwhile, not applied: " : "";
    this.state.say(stale + error.message, "error");
    this.state.emit("refused");
    item.done(false);
    return true;
  }

  /** Take what another tab has changed. */
  async refresh() {
    const answer = await loadChanges(this.state.revision);
    if (this.state.take(answer)) await this.state.load();
    else if (!answer.doubt) this.state.emit("doubt-stale");
  }
}

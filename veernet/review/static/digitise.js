/** The stage between: curves are read in a process of their own, with progress. */

/** @import {App} from "./main.js" */
/** @import {Job} from "./types.js" */

import { ApiError, cancelJob, startJob } from "./api.js";
import { byId, h } from "./dom.js";

/** What jobs are called. */
const NAMES = /** @type {Record<string, string>} */ ({
  register: "Finding tracks, depths and legend",
  digitise: "Reading the curves",
  check: "Checking the registration",
});

/** Starts jobs, and shows how far they are. */
export class Digitising {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    app.state.on("job", () => this.update());
    app.state.on("change", () => this.update());
    app.state.on("document", () => this.update());
  }

  /** @returns {Job|null} that runs */
  get running() {
    const job = this.app.state.doc?.job;
    return job?.state === "running" ? job : null;
  }

  update() {
    const { state } = this.app;
    byId("empty").hidden = true;
    if (state.stage !== "digitise" || !state.doc) return;
    const job = this.running;
    byId("panel").replaceChildren(...(job ? progressOf(job) : this.#start()));
  }

  /** @returns {Node[]} */
  #start() {
    const { doc, curves } = this.app.state;
    const problems = doc?.problems ?? [];
    const disabled = problems.length > 0 || doc?.read_only;
    const again = curves.size > 0;
    const failed = doc?.job?.state === "failed" ? doc.job.error : null;
    return [
      h("h2", { text: "Digitise" }),
      h("p", {
        text: again
          ? "The curves are read already. Reading again takes a minute or so; rows that a person edited are asked about."
          : "The curves of the registration are read from the scan. A log of 30,000 rows takes about a minute; you can go on looking at the page meanwhile.",
      }),
      ...problems.map((line) => h("p", { class: "wrong", text: line })),
      failed ? h("p", { class: "wrong", text: failed }) : h("p"),
      h("div", { class: "row" }, [
        h("button", { type: "button", id: "digitise", class: "primary", disabled, text: again ? "Digitise again" : "Digitise", onclick: () => this.start("digitise") }),
        problems.length
          ? h("button", { type: "button", text: "Go to Register", onclick: () => this.app.setStage("register") })
          : null,
      ]),
    ];
  }

  /**
   * Start a job; ask where it would overwrite what a person edited.
   *
   * @param {string} kind
   * @param {Record<string, boolean>} [choice]
   */
  async start(kind, choice = {}) {
    const { state, queue } = this.app;
    await queue.settled();
    try {
      const answer = await startJob({ kind, base: state.revision, ...choice });
      if (state.doc) state.doc.job = answer.job;
      state.emit("job", answer.job);
      this.app.registering.update();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 409 && error.body.edited !== undefined) this.#ask(kind, error);
      else state.say(error.message, "error");
    }
  }

  /** @param {string} kind @param {ApiError} error */
  #ask(kind, error) {
    const dialog = byId("ask");
    const answer = (/** @type {Record<string, boolean>|null} */ choice) => () => {
      dialog.close();
      if (choice) void this.start(kind, choice);
    };
    const counted = Object.entries(error.body.by_curve ?? {});
    dialog.replaceChildren(
      h("h2", { text: "Keep what was edited?" }),
      h("p", { text: `${error.body.edited} rows were edited by a person.` }),
      h("ul", {}, counted.map(([name, rows]) => h("li", { text: `${name}: ${rows} rows` }))),
      h("div", { class: "actions" }, [
        h("button", { type: "button", text: "Cancel", onclick: answer(null) }),
        h("button", { type: "button", text: "Read all anew (undo brings them back)", onclick: answer({ force: true }) }),
        h("button", { type: "button", class: "primary", text: "Keep the edited rows", onclick: answer({ keep_edits: true }) }),
      ]),
    );
    dialog.showModal();
  }
}

/**
 * @param {Job} job
 * @returns {Node[]}
 */
export function progressOf(job) {
  const share = job.total ? job.done / job.total : 0;
  const known = job.total > 0;
  return [
    h("h2", { text: NAMES[job.kind] ?? job.kind }),
    h("p", { text: known ? `${job.stage}: ${Math.round(100 * share)} %` : job.stage }),
    h("p", {}, [h("progress", known ? { max: 1, value: share, id: "job" } : { id: "job" })]),
    h("div", { class: "row" }, [
      h("button", { type: "button", text: "Cancel", id: "cancel-job", onclick: () => void cancelJob() }),
    ]),
  ];
}

/** The stage between: curves are read in a process of their own, with progress. */

/** @import {App} from "./app.js" */
/** @import {Job} from "./types.js" */

import { ApiError, cancelJob, startJob } from "./api.js";
import { byId, choice, h, rebuild } from "./dom.js";

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
    if (state.stage !== "digitise" || !state.doc) return;
    const job = this.running;
    if (job) showProgress(job);
    else rebuild(byId("panel"), this.#start());
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
        h("button", {
          type: "button",
          id: "digitise",
          class: "primary",
          disabled,
          text: again ? "Digitise again" : "Digitise",
          onclick: () => this.start("digitise"),
        }),
        problems.length
          ? h("button", {
              type: "button",
              text: "Go to Register",
              onclick: () => this.app.setStage("register"),
            })
          : null,
      ]),
    ];
  }

  /**
   * Start a job; ask where it would overwrite what a person edited.
   *
   * @param {string} kind
   * @param {Record<string, unknown>} [choice]
   */
  async start(kind, choice = {}) {
    const { state, queue } = this.app;
    state.say(`${NAMES[kind] ?? kind} …`);
    await queue.settled();
    try {
      const answer = await startJob({ kind, base: state.revision, ...choice });
      if (state.doc) state.doc.job = answer.job;
      state.emit("job", answer.job);
      this.app.registering.update();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 409 && error.body.edited !== undefined) this.#ask(kind, error, choice);
      else state.say(error.message, "error");
    }
  }

  /**
   * @param {string} kind
   * @param {ApiError} error
   * @param {Record<string, unknown>} before what was chosen already
   */
  #ask(kind, error, before) {
    const dialog = byId("ask");
    const answer = (/** @type {Record<string, boolean>|null} */ choice) => () => {
      dialog.close();
      if (choice) void this.start(kind, { ...before, ...choice });
    };
    const counted = Object.entries(error.body.by_curve ?? {});
    const registering = kind === "register";
    dialog.replaceChildren(
      h("h2", { text: registering ? "Replace the registration?" : "Keep what was edited?" }),
      h("p", { text: error.message }),
      h(
        "ul",
        {},
        counted.map(([name, rows]) => h("li", { text: `${name}: ${rows} rows` })),
      ),
      h("div", { class: "actions" }, [
        h("button", { type: "button", text: "Cancel", onclick: answer(null) }),
        h("button", {
          type: "button",
          text: registering
            ? "Replace it (undo brings it back)"
            : "Read all anew (undo brings them back)",
          onclick: answer({ force: true }),
        }),
        registering
          ? null
          : h("button", {
              type: "button",
              class: "primary",
              text: "Keep the edited rows",
              onclick: answer({ keep_edits: true }),
            }),
      ]),
    );
    dialog.showModal();
  }

  /** Ask what is known of the depths, all of it optional, and look for the rest. */
  askRegister() {
    const dialog = byId("ask");
    const field = (/** @type {string} */ title) =>
      h("input", { type: "text", inputmode: "decimal", "aria-label": title });
    const top = field("Depth of the first line");
    const bottom = field("Depth of the last line");
    const least = field("Least depth");
    const most = field("Greatest depth");
    const unit = choice(
      { "aria-label": "Unit" },
      [
        ["", "as printed"],
        ["ft", "ft"],
        ["m", "m"],
      ],
      "",
    );
    const find = () => {
      dialog.close();
      /** @type {Record<string, unknown>} */
      const known = {};
      if (top.value.trim() && bottom.value.trim())
        known.stated = [Number(top.value), Number(bottom.value)];
      if (least.value.trim() && most.value.trim())
        known.within = [Number(least.value), Number(most.value)];
      if (unit.value) known.unit = unit.value;
      void this.start("register", known);
    };
    dialog.replaceChildren(
      h("h2", { text: "Find sections, tracks, depths and the legend" }),
      h("p", {
        class: "soft",
        text: "Nothing needs to be given. What is known of the depths helps where the numerals are hard to read.",
      }),
      h("div", { class: "choices" }, [
        h("label", {}, ["Unit of depth ", unit]),
        h("label", {}, ["Depths of the first and the last depth line ", top, bottom]),
        h("label", {}, ["The whole log lies between ", least, most]),
      ]),
      h("div", { class: "actions" }, [
        h("button", { type: "button", text: "Cancel", onclick: () => dialog.close() }),
        h("button", { type: "button", class: "primary", id: "find", text: "Find", onclick: find }),
      ]),
    );
    dialog.showModal();
    byId("find").focus();
  }
}

/**
 * Show how far a job is; what is shown already is only brought up to date, so that
 * Cancel can be pressed.
 *
 * @param {Job} job
 */
export function showProgress(job) {
  const box = byId("panel");
  // All of a stage is done: what comes next does not tell how far it is.
  const known = job.total > 0 && job.done < job.total;
  const share = known ? job.done / job.total : 0;
  const text = known ? `${job.stage}: ${Math.round(100 * share)} %` : `${job.stage} …`;
  const bar = document.getElementById("job");
  if (bar?.dataset.job === job.id) {
    byId("job-stage").textContent = text;
    if (known) bar.setAttribute("value", String(share));
    else bar.removeAttribute("value");
    return;
  }
  box.replaceChildren(
    h("h2", { text: NAMES[job.kind] ?? job.kind }),
    h("p", { id: "job-stage", text }),
    h("p", {}, [
      h("progress", {
        id: "job",
        "data-job": job.id,
        max: 1,
        value: known ? share : null,
        "aria-label": "Progress",
      }),
    ]),
    h("p", { class: "soft", text: "The page can be looked at meanwhile." }),
    h("div", { class: "row" }, [
      h("button", {
        type: "button",
        text: "Cancel",
        id: "cancel-job",
        onclick: () => void cancelJob(),
      }),
    ]),
  );
}

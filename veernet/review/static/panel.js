/** The panel of the review: curves, progress, and what is doubted, worst first. */

/** @import {App} from "./app.js" */
/** @import {Figures, Finding, Stretch} from "./types.js" */

import { ApiError, loadFigures } from "./api.js";
import { byId, h, rebuild } from "./dom.js";
import { beside } from "./state.js";

/** Stretches listed at most; `n` goes on beyond them. */
const MOST_LISTED = 200;

/** What is said of a stretch whose confidence tells nothing. */
const KINDS = /** @type {Record<string, string>} */ ({
  gap: "unread",
  off: "off scale",
  away: "unusual",
});

/** Milliseconds of rest after an edit before figures are asked for. */
const REST = 900;

/** Builds the panel anew where something changed; it is short. */
export class Panel {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.box = byId("panel");
    const { state } = app;
    /** @type {Map<string, Figures>} */
    this.figures = new Map();
    /** @type {Finding[]} */
    this.notes = [];
    this.waiting = 0;
    for (const event of [
      "document",
      "change",
      "active",
      "stage",
      "doubt",
      "visibility",
      "stretch",
    ]) {
      state.on(event, () => this.update());
    }
    for (const event of ["document", "change"]) state.on(event, () => this.#askFigures());
  }

  /** Ask for what an edit changes in figures and notes, once nothing more is edited. */
  #askFigures() {
    window.clearTimeout(this.waiting);
    if (!this.app.state.curves.size) return;
    this.waiting = window.setTimeout(async () => {
      try {
        const told = await loadFigures();
        this.figures = new Map(told.curves.map((known) => [known.mnemonic, known]));
        this.notes = told.findings;
        this.update();
      } catch (error) {
        // Figures are for looking at: the next edit asks again.
        if (!(error instanceof ApiError)) throw error;
      }
    }, REST);
  }

  update() {
    const { state } = this.app;
    if (state.stage !== "review" || !state.doc) return;
    if (!state.curves.size) {
      rebuild(this.box, [
        h("h2", { text: "Nothing is read yet" }),
        h("p", { text: "Register the page, then let it be digitised." }),
        h("div", { class: "row" }, [
          h("button", {
            type: "button",
            text: "Go to Register",
            onclick: () => this.app.setStage("register"),
          }),
        ]),
      ]);
      return;
    }
    rebuild(this.box, [
      h("h2", { text: "Curves" }),
      h("ul", { class: "scroll short curves" }, this.#curves()),
      h("h2", { text: "Doubt" }),
      ...this.#progress(),
      h("ol", { class: "scroll doubts" }, this.#doubts()),
      ...this.#notes(),
    ]);
    this.box.querySelector(".doubts li.active")?.scrollIntoView({ block: "nearest" });
  }

  #curves() {
    const { state } = this.app;
    return state.ordered.map((curve, index) => {
      const active = curve === state.curve;
      const swatch = h("span", { class: "swatch" });
      swatch.style.background = beside(curve.colour);
      const share = readShare(curve.column);
      const choose = () => this.app.going.chooseCurve(index);
      const hidden = state.hidden.has(curve.mnemonic);
      return h("li", { class: active ? "active" : "" }, [
        swatch,
        h(
          "button",
          {
            type: "button",
            class: "plain",
            "aria-pressed": null,
            title: `Work on ${curve.mnemonic}${index < 9 ? ` (${index + 1})` : ""}`,
            onclick: choose,
          },
          [curve.mnemonic, h("span", { class: "soft", text: ` ${curve.spec.unit}` })],
        ),
        h("span", {
          class: "soft",
          title: this.#shares(curve.mnemonic),
          text: `${Math.round(share * 100)} %`,
        }),
        h("button", {
          type: "button",
          class: "plain",
          title: hidden ? "Show" : "Hide",
          "aria-label": `${hidden ? "Show" : "Hide"} ${curve.mnemonic}`,
          text: hidden ? "○" : "●",
          onclick: () => this.app.toggleCurve(curve.mnemonic),
        }),
        index < 9 ? h("kbd", { text: index + 1 }) : null,
      ]);
    });
  }

  /** @param {string} mnemonic @returns {string} */
  #shares(mnemonic) {
    const known = this.figures.get(mnemonic);
    if (!known) return "Share of rows that are read";
    const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(1)} %`;
    return `${percent(known.read_share)} of its rows are read, ${percent(known.edited_share)} edited, ${percent(known.bridged_share)} bridged, ${percent(known.off_scale_share)} off scale`;
  }

  #progress() {
    const { state, app } = { state: this.app.state, app: this.app };
    const share = state.doubt.share_reviewed;
    const left = state.doubt.stretches.length;
    const told = left
      ? `${Math.floor(share * 100)} % of the doubt reviewed, ${left} left`
      : "All that was doubted is reviewed";
    return [
      h("p", { text: told }),
      h("p", {}, [
        h("progress", {
          id: "reviewed",
          max: 1,
          value: share,
          "aria-label": "Share of doubt that is reviewed",
        }),
      ]),
      h("div", { class: "row" }, [
        h("button", { type: "button", onclick: () => app.going.next(1) }, [
          "Next",
          h("kbd", { text: "N" }),
        ]),
        h("button", { type: "button", onclick: () => app.going.next(-1) }, [
          "Back",
          h("kbd", { text: "P" }),
        ]),
        h(
          "button",
          {
            type: "button",
            disabled: !state.stretch || state.readOnly,
            onclick: () => state.stretch && app.editor.acceptStretch(state.stretch),
          },
          ["Accept", h("kbd", { text: "A" })],
        ),
      ]),
    ];
  }

  #notes() {
    if (!this.notes.length) return [];
    const items = this.notes.map((note) => {
      const go = () => this.app.going.lookAt(note);
      return h("li", {}, [
        h("button", { type: "button", class: "plain", text: note.text, onclick: go }),
      ]);
    });
    return [
      h("h2", { text: `Notes (${items.length})` }),
      h("ul", { class: "scroll notes" }, items),
    ];
  }

  #doubts() {
    const { state } = this.app;
    const shown = state.doubt.stretches.slice(0, MOST_LISTED);
    return shown.map((stretch) => {
      const curve = state.curves.get(stretch.curve);
      const swatch = h("span", { class: "swatch" });
      swatch.style.background = curve ? beside(curve.colour) : "grey";
      const active = state.stretch?.id === stretch.id;
      return h("li", { class: active ? "active" : "", "data-stretch": stretch.id }, [
        swatch,
        h(
          "button",
          {
            type: "button",
            class: "plain",
            title: stretch.text,
            onclick: () => this.app.going.goTo(stretch),
          },
          this.#told(stretch),
        ),
        h("span", {
          class: "soft",
          text: KINDS[stretch.kind] ?? `${Math.round(stretch.confidence * 100)} %`,
        }),
      ]);
    });
  }

  /** @param {Stretch} stretch @returns {(Node|string)[]} */
  #told(stretch) {
    const { state } = this.app;
    const rows = stretch.row1 - stretch.row0 + 1;
    const unit = state.unit;
    const length = unit ? `${(rows / state.rowsPerUnit).toFixed(1)} ${unit}` : `${rows} rows`;
    return [
      `${stretch.curve} `,
      h("span", { class: "soft", text: `${state.placeName(stretch.row0)}, ${length}` }),
    ];
  }
}

/** @param {Float32Array} column @returns {number} */
function readShare(column) {
  let read = 0;
  for (let i = 0; i < column.length; i += 1) if (!Number.isNaN(column[i])) read += 1;
  return column.length ? read / column.length : 0;
}

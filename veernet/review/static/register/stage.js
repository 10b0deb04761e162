/** The first stage: what was found is laid on the scan, confirmed, dragged, typed. */

/** @import {App} from "../app.js" */
/** @import {Finding, Registration} from "../types.js" */
/** @import {Point} from "../tools/tool.js" */

import { showProgress } from "../digitise.js";
import { byId, h } from "../dom.js";
import { Drawing } from "./drawing.js";
import { Lens } from "./lens.js";
import { Marks } from "./marks.js";
import { registerPanel } from "./panel.js";
import { ScaleTable } from "./table.js";

/** Findings that a person has not yet looked at. */
const OPEN = ["wrong", "suggestion"];

/** What keys, pointer and panel do while the page is registered. */
export class Registering {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.marks = new Marks(app, (registration, told) => this.change(registration, told));
    this.drawing = new Drawing(app, this.marks);
    this.lens = new Lens(app);
    this.table = new ScaleTable(app, (registration, told, more) =>
      this.change(registration, told, more),
    );
    /** @type {string|null} key of the finding that is looked at */
    this.key = null;
    /** @type {Registration|null} on its way to the server */
    this.latest = null;
    for (const event of ["document", "change", "registration", "job"]) {
      app.state.on(event, () => this.update());
    }
  }

  /** @returns {Finding[]} those that ask for something first */
  get findings() {
    const rank = (/** @type {Finding} */ finding) => {
      const place = ["wrong", "suggestion", "note", "stated"].indexOf(finding.severity);
      return finding.confirmed ? 10 + place : place;
    };
    const all = this.app.state.doc?.findings ?? [];
    return [...all].sort((a, b) => rank(a) - rank(b) || this.#off(b) - this.#off(a));
  }

  /** @param {Finding} finding @returns {number} rows that its depth point is off */
  #off(finding) {
    if (finding.row === null || finding.curve) return 0;
    const row = finding.row;
    const point = this.app.state.doc?.depth.find((known) => Math.abs(known.row - row) < 1);
    return Math.abs(point?.residual ?? 0);
  }

  /** @returns {Finding[]} suggested depths that are not confirmed yet */
  get openDepths() {
    return this.open.filter(
      (finding) => finding.row !== null && !finding.curve && /^depth /.test(finding.text),
    );
  }

  /** @returns {Finding[]} */
  get open() {
    return this.findings.filter((finding) => OPEN.includes(finding.severity) && !finding.confirmed);
  }

  /** @returns {string} what a check has found */
  get verdict() {
    const found = this.findings.filter((finding) => finding.source === "check");
    if (found.length === 1) return `Checked: ${found[0].text}. ${this.summary}`;
    const wrong = found.filter((finding) => finding.severity === "wrong").length;
    const notes = found.length - wrong;
    if (!found.length) return `Checked: nothing wrong found. ${this.summary}`;
    return `Checked: ${wrong || "nothing"} wrong, notes: ${notes}; see Findings. ${this.summary}`;
  }

  /** @returns {string} what is to be done next */
  get summary() {
    const count = this.open.length;
    const told = count === 1 ? "1 suggestion is open" : `${count} suggestions are open`;
    if (count) return `${told}: N goes to the next, K confirms it.`;
    const missing = this.app.state.doc?.problems.length ?? 0;
    return missing ? "What is missing stands in the panel." : "All is found: Digitise is next.";
  }

  update() {
    const { state } = this.app;
    const shown = state.stage === "register";
    byId("drawer").hidden = !shown || !this.table.shown;
    if (!shown || !state.doc) return;
    const job = this.app.digitising.running;
    if (job) showProgress(job);
    else registerPanel(this);
    if (this.table.shown) this.table.update();
    this.app.painter.ask("curves", "edit", "depth", "heading");
  }

  /**
   * Save another registration.
   *
   * @param {Registration} registration
   * @param {string} told what was changed
   * @param {{renamed?: Record<string, string>, confirmed?: string[]}} [more]
   */
  async change(registration, told, more = {}) {
    // The next change may come before this one is saved, and is made on top of it.
    this.latest = registration;
    const well = await this.app.queue.registration(registration, more);
    if (this.latest === registration) this.latest = null;
    if (well) this.app.state.say(`${told}: saved. Ctrl+Z takes it back.`);
    else this.update();
  }

  /** @returns {Registration} a copy to be changed */
  copy() {
    const known = this.latest ?? this.app.state.doc?.registration;
    return structuredClone(/** @type {Registration} */ (known));
  }

  /** @param {number} direction */
  next(direction) {
    const open = this.open;
    if (!open.length) {
      this.app.state.say(this.summary);
      return;
    }
    const at = open.findIndex((finding) => finding.key === this.key);
    const wanted = at < 0 ? (direction > 0 ? 0 : open.length - 1) : at + direction;
    this.goTo(open[(wanted + open.length) % open.length]);
  }

  /** @param {Finding} finding */
  goTo(finding) {
    const { view, state } = this.app;
    this.key = finding.key;
    if (finding.row !== null) view.centre(finding.row);
    if (finding.column !== null) view.reveal(finding.column);
    if (finding.curve && state.active !== finding.curve) state.active = finding.curve;
    if (finding.curve && !this.table.shown) this.toggleTable();
    state.say(`${finding.text}${finding.confirmed ? "" : " (K confirms it as it stands)"}`);
    this.app.moved();
    this.update();
  }

  /** Confirm the suggestion that is shown, and go to the next. */
  async confirm() {
    const finding = this.findings.find((known) => known.key === this.key);
    if (!finding || finding.confirmed) {
      this.app.state.say("N goes to a suggestion first.");
      return;
    }
    const well = await this.app.queue.confirm([finding.key], true);
    if (well && this.open.length) this.next(1);
    else if (well) this.app.state.say(this.summary);
  }

  /** @param {Finding[]} findings */
  async confirmAll(findings) {
    const keys = findings.map((finding) => finding.key);
    const well = await this.app.queue.confirm(keys, true);
    if (well) this.app.state.say(`${keys.length} confirmed. ${this.summary}`);
  }

  /**
   * Ask for the depth of a new point.
   *
   * @param {number} row
   */
  askDepth(row) {
    const { state } = this.app;
    const guess = state.geometry?.hasDepth ? state.geometry.depthAt(row) : null;
    const dialog = byId("ask");
    const field = h("input", {
      type: "text",
      inputmode: "decimal",
      id: "new-depth",
      value: guess === null ? "" : Math.round(guess),
    });
    const add = () => {
      const depth = Number(field.value);
      if (field.value.trim() === "" || !Number.isFinite(depth)) return;
      dialog.close();
      const registration = this.copy();
      registration.depth.points.push({ row: Math.round(row * 10) / 10, depth });
      registration.depth.points.sort((a, b) => a.row - b.row);
      void this.change(registration, `Depth ${depth} added`);
    };
    field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter") add();
    });
    dialog.replaceChildren(
      h("h2", { text: `Depth at row ${row.toFixed(0)}` }),
      h("label", {}, ["Depth as printed there: ", field, state.unit]),
      h("div", { class: "actions" }, [
        h("button", { type: "button", text: "Cancel", onclick: () => dialog.close() }),
        h("button", { type: "button", class: "primary", text: "Add", onclick: add }),
      ]),
    );
    dialog.showModal();
    field.select();
  }

  toggleTable() {
    this.table.shown = !this.table.shown;
    this.update();
    this.app.resize();
  }

  /** @param {Point} point */
  down(point) {
    this.marks.down(point);
    this.#magnify(point);
  }

  /** @param {Point} point */
  #magnify(point) {
    const { held } = this.marks;
    // Depth lines end at the track beside the numerals: that is where to look.
    const column = held?.kind === "depth" ? this.marks.depthColumn.left - 8 : point.column;
    this.lens.show(held ? point : null, column);
  }

  /** @param {Point} point */
  drag(point) {
    this.marks.drag(point);
    this.#magnify(point);
  }

  /** @param {Point} point */
  up(point) {
    this.marks.up(point);
    this.lens.show(null);
  }

  /** @param {Point} point */
  hover(point) {
    this.marks.hover(point);
  }

  /** @param {Point} point */
  double(point) {
    if (this.app.state.stage === "register") this.marks.add(point);
  }

  /** @param {number} columns @param {number} rows */
  nudge(columns, rows) {
    if (!this.marks.nudge(columns, rows)) {
      this.app.view.pan(-columns * 8, -rows * 8);
      this.app.moved();
    }
  }

  remove() {
    this.marks.remove();
  }

  cancel() {
    this.marks.cancel();
    this.lens.show(null);
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    this.drawing.draw(context);
    const at = this.app.state.doc?.findings.find((finding) => finding.key === this.key);
    if (at && !at.confirmed) this.drawing.drawFinding(context, at);
  }
}

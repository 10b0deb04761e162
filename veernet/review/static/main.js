/** The page: puts the parts together, and holds what keys and buttons call. */

/** @import {Finding, Job, Stretch} from "./types.js" */

import { listen, loadDoubt } from "./api.js";
import { Digitising } from "./digitise.js";
import { byId, plain } from "./dom.js";
import { Editor } from "./editor.js";
import { Exporting } from "./exporting.js";
import { listenToKeys, showSheet } from "./keys.js";
import { paintLog } from "./paint.js";
import { Painter } from "./layers.js";
import { Minimap } from "./minimap.js";
import { Panel } from "./panel.js";
import { Pointer } from "./pointer.js";
import { Queue } from "./queue.js";
import { Registering } from "./register/stage.js";
import { State } from "./state.js";
import { installHooks } from "./testing.js";
import { Tiles } from "./tiles.js";
import { Toolbar } from "./toolbar.js";
import { View } from "./view.js";

/** Share of the window that a page key moves. */
const PAGE = 0.8;

/** The whole page. */
export class App {
  constructor() {
    this.state = new State();
    this.view = new View();
    this.painter = new Painter();
    this.queue = new Queue(this.state);
    this.editor = new Editor(this.state, this.queue, this.view, (layer) => this.painter.ask(layer));
    this.minimap = new Minimap(this.state);
    /** @type {Tiles|null} */
    this.tiles = null;
    /** @type {Tiles|null} of the header's picture: it looks at another part of the page */
    this.headerTiles = null;
    this.toolbar = new Toolbar(this);
    this.panel = new Panel(this);
    this.registering = new Registering(this);
    this.digitising = new Digitising(this);
    this.exporting = new Exporting(this);
    this.pointer = new Pointer(this);
    this.fit = this.fit.bind(this);
    paintLog(this);
    listenToKeys(this);
    byId("help").addEventListener("click", () => showSheet(this));
    const { state } = this;
    for (const event of ["change", "document", "registration", "doubt"]) {
      state.on(event, () => {
        this.minimap.stale = true;
        this.painter.all();
      });
    }
    for (const event of ["active", "selection", "visibility"]) state.on(event, () => this.painter.all());
    state.on("accepted", (stretch) => this.#accepted(stretch));
    state.on("doubt-stale", () => this.refreshDoubt());
  }

  /** Load the document and show it. */
  async open() {
    const { state } = this;
    await state.load();
    const doc = state.doc;
    if (!doc) return;
    this.tiles = new Tiles(doc.image, () => this.painter.ask("tiles"));
    this.headerTiles = new Tiles(doc.image, () => this.painter.ask("header"));
    this.view.pageRows = doc.image.rows;
    this.view.pageColumns = doc.image.columns;
    this.resize();
    this.view.columnScale = 1;
    this.view.rowScale = 1;
    this.fit();
    this.square();
    this.setStage(doc.stage);
    this.#toTop();
    listen({
      state: (told) => this.#elsewhere(told.revision),
      job: (job) => this.#job(job),
      image: (told) => this.#decoded(told),
      open: (open) => this.#connection(open),
    });
    new ResizeObserver(() => this.resize()).observe(byId("window"));
    byId("window").focus({ preventScroll: true });
    if (state.stage === "review") state.say("N goes to the worst doubt, ? shows all keys.");
  }

  /** Show the first depths of the section, a little of what is above, and all its tracks. */
  #toTop() {
    // The replot may just have come, and have taken its part of the width.
    this.resize();
    this.fit();
    const first = this.state.geometry?.rows[0] ?? 0;
    this.view.row = Math.max(0, first - 0.1 * (this.view.height / this.view.rowScale));
    this.moved();
  }

  /** @param {number} revision */
  async #elsewhere(revision) {
    await this.queue.settled();
    if (revision > this.state.revision) await this.queue.refresh();
  }

  /** @param {Job|null} job */
  async #job(job) {
    if (!this.state.doc || !job) return;
    const before = this.state.doc.job;
    this.state.doc.job = job;
    this.state.emit("job", job);
    const ended = job.state !== "running" && (before?.id !== job.id || before?.state === "running");
    if (!ended) return;
    await this.state.load();
    if (job.state === "done") {
      this.setStage(job.kind === "digitise" ? "review" : "register");
      if (job.kind !== "check") this.#toTop();
      this.state.say(job.kind === "digitise" ? "Read. N goes to the worst doubt." : this.registering.summary);
    } else {
      this.setStage(this.state.stage);
      if (job.state === "failed") this.state.say(job.error ?? "It failed.", "error");
      else this.state.say("Cancelled: nothing was changed.");
    }
  }

  /** @param {{done: number, total: number, ready: boolean}} told */
  #decoded(told) {
    if (!told.ready) this.state.say(`Reading the scan: ${told.done} of ${told.total} rows`);
    this.tiles?.failed.clear();
    this.painter.ask("tiles");
  }

  /** @param {boolean} open */
  #connection(open) {
    if (!open) this.state.setSaved("offline", "The server does not answer: is veernet review still running?");
    else if (this.queue.idle) this.state.setSaved("saved");
    else this.queue.retry();
  }

  async refreshDoubt() {
    this.state.doubt = await loadDoubt();
    this.state.emit("doubt");
  }

  /** @param {string} name */
  async openSection(name) {
    await this.queue.settled();
    await this.state.load(name);
    this.setStage(this.state.doc?.stage ?? "review");
    this.#toTop();
  }

  /** @param {string} stage */
  setStage(stage) {
    if (stage === "export") {
      this.exporting.open();
      return;
    }
    if (this.editor.tool.pending) {
      this.editor.refusePending();
      return;
    }
    this.state.stage = stage;
    this.state.emit("stage");
    this.digitising.update();
    this.registering.update();
    this.painter.all();
  }

  /** The window has another size. */
  resize() {
    const box = byId("window").getBoundingClientRect();
    this.view.resize(box.width, box.height);
    this.painter.all();
    this.toolbar.scale();
  }

  /** The paper was moved or zoomed. */
  moved() {
    this.painter.all();
    this.toolbar.scale();
  }

  fit() {
    const { left, right } = this.state.span;
    const margin = 0.015 * (right - left) + 6;
    this.view.fitColumns(left - margin, right + margin);
    this.moved();
  }

  square() {
    this.view.square();
    this.moved();
  }

  /** @param {number} ratio */
  printScale(ratio) {
    this.view.printScale(ratio, this.state.unit, this.state.rowsPerUnit);
    this.moved();
  }

  /** @param {number} columns @param {number} rows factors */
  zoomBy(columns, rows) {
    this.view.zoom(this.view.width / 2, this.view.height / 2, columns, rows);
    this.moved();
  }

  /** @param {number} pageRow */
  centre(pageRow) {
    this.view.centre(pageRow);
    this.moved();
  }

  /** @param {number} direction */
  page(direction) {
    this.view.pan(0, -direction * PAGE * this.view.height);
    this.moved();
    const { state } = this;
    if (state.stage !== "review" || !state.curve) return;
    const rows = (direction * PAGE * this.view.height) / this.view.rowScale;
    this.editor.caretTo((state.caret?.row ?? this.view.pageRow(this.view.height / 2) - rows) + rows);
  }

  /** @param {number} direction */
  toEnd(direction) {
    const { state } = this;
    const rows = state.geometry?.rows ?? [];
    const row = direction < 0 ? (rows[0] ?? 0) : (rows[rows.length - 1] ?? this.view.pageRows);
    this.centre(row);
    if (state.stage === "review") this.editor.caretTo(row);
  }

  /** @param {number} index */
  chooseCurve(index) {
    const curve = this.state.ordered[index];
    if (!curve) return;
    if (this.editor.tool.pending) {
      this.editor.refusePending();
      return;
    }
    this.state.activate(curve.mnemonic);
    const row = this.view.pageRow(this.view.height / 2);
    const column = curve.near(row);
    if (Number.isFinite(column)) this.view.reveal(curve.fold(row, column));
    this.moved();
  }

  /** @param {string} mnemonic */
  toggleCurve(mnemonic) {
    const { hidden } = this.state;
    if (!hidden.delete(mnemonic)) hidden.add(mnemonic);
    this.state.emit("visibility");
  }

  /** @param {boolean} held */
  hide(held) {
    if (this.state.overlayHidden === held) return;
    this.state.overlayHidden = held;
    this.painter.ask("curves", "edit");
  }

  toggleReplot() {
    const log = byId("log");
    const off = log.classList.toggle("no-replot");
    byId("replot-shown").setAttribute("aria-pressed", String(!off));
    this.resize();
  }

  /** @param {number} direction */
  next(direction) {
    if (this.state.stage === "register") {
      this.registering.next(direction);
      return;
    }
    if (this.editor.tool.pending) {
      this.editor.refusePending();
      return;
    }
    const { stretches } = this.state.doubt;
    if (!stretches.length) {
      this.state.say("All that was doubted is reviewed: E exports.");
      return;
    }
    const at = stretches.findIndex((stretch) => stretch.id === this.state.stretch?.id);
    const wanted = at < 0 ? (direction > 0 ? 0 : stretches.length - 1) : at + direction;
    this.goTo(stretches[(wanted + stretches.length) % stretches.length]);
  }

  /** @param {Stretch} stretch */
  goTo(stretch) {
    if (this.editor.tool.pending) {
      this.editor.refusePending();
      return;
    }
    const { state, view } = this;
    const curve = state.curves.get(stretch.curve);
    if (!curve) return;
    state.activate(stretch.curve);
    state.mark = null;
    state.stretch = stretch;
    const { row0, row1 } = stretch;
    state.select({ row0, row1 });
    const middle = (row0 + row1) / 2;
    const column = curve.fold(middle, curve.near(middle));
    const at = Number.isFinite(column) ? column : curve.track.left[0].column;
    const edges = curve.geometry.edgesAt(curve.track, middle);
    this.#approach(row1 - row0 + 1, edges[1] - edges[0]);
    view.show(curve.geometry.pageRow(row0, at), curve.geometry.pageRow(row1, at));
    this.#across(edges, at);
    this.editor.caretTo(middle);
    state.say(`${stretch.text}. A accepts it as it is; or choose an edit.`);
    state.emit("stretch");
    this.moved();
  }

  /**
   * Show what a note is of.
   *
   * @param {Finding} note
   */
  lookAt(note) {
    const { state, view } = this;
    if (note.curve && state.curves.has(note.curve)) state.activate(note.curve);
    if (note.row !== null) this.centre(note.row);
    if (note.column !== null) view.reveal(note.column);
    state.say(note.text);
    this.moved();
  }

  /**
   * Zoom in until a pixel of the scan is one of the window, as far as rows and track fit.
   *
   * @param {number} rows
   * @param {number} track width in columns
   */
  #approach(rows, track) {
    const { view } = this;
    if (view.rowScale >= 1 || rows > 0.7 * view.height) return;
    const wanted = Math.max(view.columnScale, Math.min(1, view.width / (1.12 * track)));
    view.zoom(view.width / 2, view.height / 2, wanted / view.columnScale, 1 / view.rowScale);
  }

  /**
   * Show a track whole if it fits, else a column of it.
   *
   * @param {[number, number]} edges
   * @param {number} column
   */
  #across([left, right], column) {
    const { view } = this;
    const seen = view.x(left) >= 0 && view.x(right) <= view.width;
    if (seen) return;
    if ((right - left) * view.columnScale > view.width) view.reveal(column);
    else {
      const width = view.width / view.columnScale;
      const middle = (left + right) / 2 - width / 2;
      view.column = Math.max(Math.min(middle, view.pageColumns - width), 0);
    }
  }

  /** @param {Stretch} stretch that was accepted */
  #accepted(stretch) {
    const { state } = this;
    state.stretch = null;
    state.select(null);
    if (state.doubt.stretches.length) this.next(1);
    else state.say("All that was doubted is reviewed: E exports.");
    state.say(`Accepted ${stretch.curve} at ${state.placeName(stretch.row0)}.`);
  }

  async undo() {
    await this.#history(() => this.queue.undo(), `Undone: ${this.state.doc?.history.undo ?? ""}`);
  }

  async redo() {
    await this.#history(() => this.queue.redo(), `Done again: ${this.state.doc?.history.redo ?? ""}`);
  }

  /** @param {() => Promise<boolean>} act @param {string} told */
  async #history(act, told) {
    if (this.editor.tool.pending) {
      this.editor.refusePending();
      return;
    }
    let first = NaN;
    let last = NaN;
    const note = (/** @type {import("./types.js").Patch[]} */ patches) => {
      if (!patches.length) return;
      first = patches[0].row0;
      last = first + patches[0].column.length - 1;
    };
    this.state.on("change", note);
    const well = await act();
    this.state.listeners.get("change")?.delete(note);
    if (!well) return;
    this.state.stretch = null;
    this.state.say(told);
    const hidden = this.view.y(last) < 0 || this.view.y(first) > this.view.height;
    if (hidden) this.centre(first + Math.min(last - first, this.view.height / this.view.rowScale) / 2);
  }

  /** @param {number} columns @param {number} rows */
  nudge(columns, rows) {
    const { state, editor } = this;
    if (state.stage === "register") {
      this.registering.nudge(columns, rows);
      return;
    }
    if (!state.curve || state.readOnly) return;
    if (editor.tool.nudge(columns, rows)) return;
    if (rows) editor.caretTo(editor.caretRow() + rows);
    else editor.moveCaret(columns, 0);
    this.#follow();
  }

  /** Keep the caret in the window. */
  #follow() {
    const { caret, curve } = this.state;
    if (!caret || !curve) return;
    const y = this.view.y(curve.geometry.pageRow(caret.row, curve.fold(caret.row, caret.column)));
    if (y < 20 || y > this.view.height - 20) this.centre(this.view.pageRow(y));
  }

  cancel() {
    if (this.state.stage === "register") this.registering.cancel();
    else this.editor.cancel();
  }

  remove() {
    if (this.state.stage === "register") this.registering.remove();
    else if (!this.editor.tool.remove()) this.state.say("No point is chosen.");
  }

  confirm() {
    this.registering.confirm();
  }

  toggleTable() {
    this.registering.toggleTable();
  }

  /** @param {number} factor */
  reach(factor) {
    const { reach } = this.state;
    const wanted = Math.round(reach * factor);
    this.editor.setReach(wanted === Math.round(reach) ? reach + Math.sign(factor - 1) : wanted);
  }

  selectAll() {
    const { curve } = this.state;
    if (curve) this.state.select({ row0: curve.firstRow, row1: curve.lastRow });
  }

  /** Say what is under the pointer. */
  readout() {
    const { at } = this.pointer;
    const { state } = this;
    if (!at) {
      byId("readout").textContent = "";
      return;
    }
    const depth = state.geometry?.depthAt(at.row) ?? NaN;
    const parts = [];
    if (Number.isFinite(depth)) parts.push(`${depth.toFixed(2)} ${state.unit}`);
    parts.push(`row ${at.row.toFixed(0)}, column ${at.column.toFixed(0)}`);
    const curve = state.curve;
    if (curve && Number.isFinite(depth)) {
      const reads = curve.at(at.row);
      const reference = Number.isNaN(reads) ? curve.near(at.row) : reads;
      const here = curve.valueOf(at.row, curve.unfold(at.row, at.column, reference));
      parts.push(`here ${plain(here, 4)} ${curve.spec.unit}`);
      const index = Math.round(at.row) - curve.firstRow;
      const sure = Math.round((curve.confidence[index] ?? 0) * 100);
      const told = Number.isNaN(reads) ? "unread" : `${plain(curve.valueOf(at.row, reads), 4)} (${sure} %)`;
      parts.push(`${curve.mnemonic} ${told}`);
    }
    byId("readout").textContent = parts.join("  ·  ");
  }

  /** @returns {boolean} whether all is drawn, loaded and saved */
  get idle() {
    return this.painter.idle && this.editor.idle && (this.tiles?.idle ?? false);
  }
}

/** Begin. */
async function begin() {
  const app = new App();
  if (new URLSearchParams(location.search).get("test") === "1") installHooks(app);
  try {
    await app.open();
  } catch (error) {
    app.state.say(error instanceof Error ? error.message : String(error), "error");
    throw error;
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    app.minimap.stale = true;
    app.painter.all();
  });
}

void begin();



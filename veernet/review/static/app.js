/** The page: holds its parts together, and what keys and buttons call. */

/** @import {Job} from "./types.js" */

import { loadDoubt } from "./api.js";
import { Connection } from "./connection.js";
import { Digitising } from "./digitise.js";
import { byId } from "./dom.js";
import { Editor } from "./editor.js";
import { Exporting } from "./exporting.js";
import { Going } from "./going.js";
import { listenToKeys } from "./keys.js";
import { paintLog } from "./paint.js";
import { Painter } from "./layers.js";
import { Minimap } from "./minimap.js";
import { Panel } from "./panel.js";
import { Pointer } from "./pointer.js";
import { Queue } from "./queue.js";
import { Registering } from "./register/stage.js";
import { showSheet } from "./sheet.js";
import { State } from "./state.js";
import { Tiles } from "./tiles.js";
import { Toolbar } from "./toolbar.js";
import { View } from "./view.js";

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
    this.going = new Going(this);
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
    for (const event of ["active", "selection", "visibility"])
      state.on(event, () => this.painter.all());
    state.on("accepted", (stretch) => this.going.accepted(stretch));
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
    this.going.toTop();
    this.connection = new Connection(this, {
      state: (told) => this.#elsewhere(told.revision),
      job: (job) => this.#job(job),
      image: (told) => this.#decoded(told),
    });
    this.connection.listen();
    window.addEventListener("beforeunload", (event) => {
      // What waits for Enter, or for the server, would be lost.
      if (this.editor.tool.pending || !this.queue.idle) event.preventDefault();
    });
    new ResizeObserver(() => this.resize()).observe(byId("window"));
    byId("window").focus({ preventScroll: true });
    if (state.stage === "review") state.say("N goes to the worst doubt, ? shows all keys.");
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
      if (job.kind !== "check") this.going.toTop();
      if (job.kind === "digitise") this.state.say("Read. N goes to the worst doubt.");
      else if (job.kind === "check") this.state.say(this.registering.verdict);
      else this.state.say(this.registering.summary);
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

  async refreshDoubt() {
    this.state.doubt = await loadDoubt();
    this.state.emit("doubt");
  }

  /** @param {string} name */
  async openSection(name) {
    await this.queue.settled();
    await this.state.load(name);
    this.setStage(this.state.doc?.stage ?? "review");
    this.going.toTop();
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
    const other = this.state.stage !== stage;
    this.state.stage = stage;
    if (other && stage === "register") this.state.say(this.registering.summary);
    if (other && stage === "review") this.state.say("N goes to the worst doubt, ? shows all keys.");
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

  async undo() {
    // What is being drawn is the last that was done: that alone is taken back.
    if (this.pointer.pressed) this.cancel();
    else await this.#undo();
  }

  async #undo() {
    await this.#history(() => this.queue.undo(), `Undone: ${this.state.doc?.history.undo ?? ""}`);
  }

  async redo() {
    await this.#history(
      () => this.queue.redo(),
      `Done again: ${this.state.doc?.history.redo ?? ""}`,
    );
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
    if (hidden)
      this.centre(first + Math.min(last - first, this.view.height / this.view.rowScale) / 2);
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
    if (rows) editor.caret.to(editor.caret.row() + rows);
    else editor.caret.move(columns, 0);
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
    this.pointer.letGo();
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

  /** @returns {boolean} whether all is drawn, loaded and saved */
  get idle() {
    return this.painter.idle && this.editor.idle && (this.tiles?.idle ?? false);
  }
}

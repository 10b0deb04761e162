/** Bend: drag the active curve; what is near follows, the farther the less. */

/** @import {Editor} from "../editor.js" */
/** @import {Point} from "./tool.js" */

import { h } from "../dom.js";
import { Tool, drawColumns } from "./tool.js";

/** Pixels of the pointer from a curve that still take hold of it. */
const GRIP = 9;

/** Also the tool at rest: drags beside a curve select rows, presses on another choose it. */
export class Bend extends Tool {
  /** @param {Editor} editor */
  constructor(editor) {
    super(editor, {
      name: "bend",
      key: "d",
      label: "Bend",
      hint: "Drag the active curve; the wheel or [ ] sets the reach. Drag beside it to select rows.",
      help: "Bend: drag the active curve; beside it, select rows; on another curve, choose it",
    });
    /** @type {"bend"|"rows"|null} */
    this.gesture = null;
    /** @type {{row: number, column: number, from: number}|null} where the curve is held */
    this.hold = null;
    this.offset = 0;
    this.anchor = 0;
    /** @type {string|null} another curve that was pressed: chosen unless it becomes a drag */
    this.other = null;
  }

  get dragging() {
    return this.gesture !== null;
  }

  get pending() {
    return this.hold !== null && this.gesture === null;
  }

  /** @param {Point} point */
  down(point) {
    if (this.pending) {
      this.editor.refusePending();
      return;
    }
    const near = this.editor.curveNear(point, GRIP);
    const curve = this.state.curve;
    this.other = near && near !== curve ? near.mnemonic : null;
    if (near && near === curve) {
      const row = Math.round(point.row);
      const from = curve.at(row);
      this.gesture = "bend";
      this.hold = { row, column: from, from };
      this.offset = from - curve.unfold(row, point.column, from);
      return;
    }
    this.gesture = "rows";
    this.anchor = Math.round(point.row);
    this.state.select(null);
  }

  /** @param {Point} point */
  drag(point) {
    const curve = this.state.curve;
    if (!curve) return;
    if (this.gesture === "rows") {
      this.state.select(this.editor.rowsOf(curve, this.anchor, point.row));
    } else if (this.hold) {
      // Never clamped for a curve that wraps: it may be dragged over the edge.
      const k = Math.round((this.hold.column - point.column) / curve.widthAt(this.hold.row));
      const shift = curve.spec.wraps ? k * curve.widthAt(this.hold.row) : 0;
      this.hold.column = this.#legal(point.column + shift + this.offset);
    }
    this.editor.draw("edit");
  }

  /** @param {Point} point */
  up(point) {
    const gesture = this.gesture;
    this.gesture = null;
    if (gesture === "rows") {
      this.editor.caret.to(point.row);
      const selection = this.state.selection;
      if (!selection || selection.row1 - selection.row0 < 2) {
        this.state.select(null);
        if (this.other) this.state.activate(this.other);
      }
    } else if (gesture === "bend" && this.hold) {
      this.editor.caret.to(this.hold.row);
      if (Math.abs(this.hold.column - this.hold.from) < 0.25) this.cancel();
      else this.commit();
    }
  }

  /** @param {number} column @returns {number} */
  #legal(column) {
    const curve = this.state.curve;
    return curve && this.hold ? this.editor.legal(curve, this.hold.row, column) : column;
  }

  /** @param {number} columns @param {number} rows @returns {boolean} */
  nudge(columns, rows) {
    const curve = this.state.curve;
    if (!curve || rows || this.gesture) return Boolean(this.hold);
    if (!this.hold) {
      if (this.state.selection) return this.editor.shiftBy(columns);
      const row = this.editor.caret.row();
      const from = curve.at(row);
      if (Number.isNaN(from)) {
        this.state.say(
          `${curve.mnemonic} is unread at ${this.state.placeName(row)}: redraw it (R).`,
        );
        return true;
      }
      this.hold = { row, column: from, from };
    }
    this.hold.column = this.#legal(this.hold.column + columns);
    this.state.say(this.#told());
    this.editor.draw("edit");
    return true;
  }

  /** @returns {string} */
  #told() {
    const by = this.hold ? this.hold.column - this.hold.from : 0;
    return `Bend ${this.state.active} by ${by.toFixed(1)} px: Enter keeps it, Esc drops it.`;
  }

  commit() {
    if (!this.hold || !this.state.active) return;
    const { row, column } = this.hold;
    const reach = Math.round(this.state.reach);
    this.editor.send({ action: "bend", curve: this.state.active, row, column, reach }, this);
  }

  cancel() {
    if (this.gesture === "rows") this.state.select(null);
    this.hold = null;
    this.gesture = null;
    this.editor.draw("edit");
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    const curve = this.state.curve;
    if (!curve || !this.hold) return;
    const { row, column, from } = this.hold;
    const reach = Math.round(this.state.reach);
    const row0 = Math.max(row - reach, curve.firstRow);
    const row1 = Math.min(row + reach, curve.lastRow);
    const columns = new Float32Array(row1 - row0 + 1);
    for (let i = 0; i < columns.length; i += 1) {
      const share = 0.5 * (1 + Math.cos((Math.PI * Math.abs(row0 + i - row)) / (reach + 1)));
      columns[i] = curve.at(row0 + i) + share * (column - from);
    }
    drawColumns(context, this.editor, curve, row0, columns);
  }

  options() {
    const field = h("input", {
      type: "number",
      id: "reach",
      min: 1,
      max: 2000,
      step: 1,
      value: Math.round(this.state.reach),
      title: "Rows above and below that follow a bend",
      onchange: () => this.editor.setReach(Number(field.value)),
    });
    return [h("label", {}, ["Reach ", field, " rows"])];
  }
}

/** Redraw: a stroke by hand from one point of the curve to another. */

/** @import {Editor} from "../editor.js" */
/** @import {Pick, Point} from "./tool.js" */

import { Tool, drawColumns } from "./tool.js";

/** Pixels of a stroke's end from the curve within which it is tied to the curve. */
const TIE = 9;

/** A stroke by hand from one point of the curve to another. */
export class Redraw extends Tool {
  /** @param {Editor} editor */
  constructor(editor) {
    super(editor, {
      name: "redraw",
      key: "r",
      label: "Redraw",
      hint: "Draw freehand from one point of the curve to another; I sets points by keys. Enter keeps, Esc drops.",
      help: "Redraw: draw the curve by hand from one of its points to another",
    });
    /** @type {Map<number, number>} unfolded column by row */
    this.points = new Map();
    /** @type {Pick|null} */
    this.last = null;
    this.pressed = false;
  }

  get pending() {
    return this.points.size > 0 && !this.pressed;
  }

  get dragging() {
    return this.pressed;
  }

  /** @returns {[number, number][]} by row */
  get ordered() {
    return [...this.points].sort((a, b) => a[0] - b[0]);
  }

  /** @param {Point} point */
  down(point) {
    if (!this.state.curve) return;
    if (!this.points.size) this.editor.chooseTrack(point);
    this.pressed = true;
    this.last = null;
    this.#to(this.#tied(point));
  }

  /** @param {Point} point @returns {Pick} */
  #at(point) {
    const curve = this.editor.curveOrFail();
    const row = this.editor.within(curve, point.row);
    const reference = this.last?.column ?? this.#reference(row);
    const column = curve.unfold(row, point.column, reference);
    return { row, column: this.editor.legal(curve, row, column) };
  }

  /** @param {number} row @returns {number} */
  #reference(row) {
    const [nearest] = this.ordered.sort((a, b) => Math.abs(a[0] - row) - Math.abs(b[0] - row));
    return nearest ? nearest[1] : this.editor.curveOrFail().near(row);
  }

  /** @param {Point} point @returns {Pick} on the curve, if that is near */
  #tied(point) {
    const curve = this.editor.curveOrFail();
    const at = this.#at(point);
    const own = curve.at(at.row);
    const away = Math.abs(own - at.column) * this.editor.view.columnScale;
    return away < TIE && !point.alt ? { row: at.row, column: own } : at;
  }

  /** @param {Pick} next a stroke goes straight to it */
  #to(next) {
    const last = this.last ?? next;
    const direction = Math.sign(next.row - last.row) || 1;
    for (let row = last.row; row !== next.row + direction; row += direction) {
      const share = next.row === last.row ? 1 : (row - last.row) / (next.row - last.row);
      this.points.set(row, last.column + share * (next.column - last.column));
    }
    this.last = next;
    this.editor.draw("edit");
  }

  /** @param {Point} point */
  drag(point) {
    this.#to(this.#at(point));
  }

  /** @param {Point} point */
  up(point) {
    this.#to(this.#tied(point));
    this.pressed = false;
    this.#told();
  }

  #told() {
    const rows = this.ordered;
    if (rows.length < 2) {
      this.state.say("A stroke goes from one row to another: draw along the curve.");
      return;
    }
    const [first, last] = [rows[0][0], rows[rows.length - 1][0]].map((row) =>
      this.state.placeName(row),
    );
    this.state.say(
      `Redraw ${this.state.active} from ${first} to ${last}: Enter keeps it, Esc drops it.`,
    );
  }

  /** @param {number} columns @param {number} rows @returns {boolean} */
  nudge(columns, rows) {
    return this.editor.caret.move(columns, rows);
  }

  pick() {
    const caret = this.state.caret;
    if (!caret) return;
    this.#to({ row: caret.row, column: caret.column });
    this.#told();
  }

  remove() {
    if (!this.points.size) return false;
    this.cancel();
    return true;
  }

  commit() {
    const points = this.ordered;
    if (points.length < 2 || !this.state.active) {
      this.#told();
      return;
    }
    this.editor.send({ action: "redraw", curve: this.state.active, points }, this);
  }

  cancel() {
    this.points.clear();
    this.last = null;
    this.pressed = false;
    this.editor.draw("edit");
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    const curve = this.state.curve;
    const points = this.ordered;
    if (!curve || !points.length) return;
    const row0 = points[0][0];
    const columns = new Float32Array(points[points.length - 1][0] - row0 + 1).fill(NaN);
    for (let i = 0; i < points.length; i += 1) {
      const [row, column] = points[i];
      columns[row - row0] = column;
      // Two strokes apart are joined by a straight line, as the edit will have it.
      const next = points[i + 1];
      if (!next) break;
      for (let between = row + 1; between < next[0]; between += 1) {
        columns[between - row0] = column + ((between - row) / (next[0] - row)) * (next[1] - column);
      }
    }
    drawColumns(context, this.editor, curve, row0, columns);
  }
}

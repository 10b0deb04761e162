/** Tools that work on the rows from one to another: a drag over them, or the selection. */

/** @import {Editor} from "../editor.js" */
/** @import {Point} from "./tool.js" */
/** @import {Edit} from "../types.js" */

import { ink } from "../dom.js";
import { Tool, shadeRows } from "./tool.js";

/** @typedef {{row0: number, row1: number}} Rows */

/**
 * With a selection the tool waits for Enter; without, a drag over rows is the gesture.
 */
export class Stretch extends Tool {
  /** @param {Editor} editor @param {ConstructorParameters<typeof Tool>[1]} told */
  constructor(editor, told) {
    super(editor, told);
    /** @type {Rows|null} that are dragged over */
    this.rows = null;
    /** @type {number|null} */
    this.anchor = null;
    this.sent = false;
  }

  get dragging() {
    return this.anchor !== null;
  }

  /** @returns {boolean} whether a drag is all that the tool needs */
  get complete() {
    return true;
  }

  /** @param {Rows} rows @returns {Edit} */
  edit(rows) {
    return { action: this.name, curve: this.state.active ?? "", ...rows };
  }

  start() {
    this.once = this.state.selection !== null && this.state.curve !== null;
    if (this.once && this.state.selection) this.wait(this.state.selection);
    else this.state.say(this.hint);
  }

  /** @param {Rows} rows */
  wait(rows) {
    this.rows = rows;
    this.draft.propose(this.edit(rows));
    this.state.say(`${this.told(rows)}: Enter keeps it, Esc drops it.`);
  }

  /** @param {Rows} rows @returns {string} */
  told(rows) {
    const first = this.state.placeName(rows.row0);
    const last = this.state.placeName(rows.row1);
    return `${this.label} ${this.state.active} from ${first} to ${last}`;
  }

  /** A setting of the tool has changed. */
  again() {
    if (this.pending && this.rows) this.wait(this.rows);
  }

  /** @param {Point} point */
  down(point) {
    if (this.pending) {
      this.editor.refusePending();
      return;
    }
    this.editor.chooseTrack(point);
    if (!this.state.curve) return;
    this.anchor = point.row;
    this.rows = this.editor.rowsOf(this.state.curve, point.row, point.row);
  }

  /** @param {Point} point */
  drag(point) {
    if (this.anchor === null || !this.state.curve) return;
    this.rows = this.editor.rowsOf(this.state.curve, this.anchor, point.row);
    this.editor.draw("edit");
  }

  up() {
    const rows = this.rows;
    this.anchor = null;
    if (!rows) return;
    if (rows.row1 === rows.row0) {
      this.rows = null;
      this.state.say(this.hint);
    } else if (this.complete) {
      this.sent = true;
      this.editor.send(this.edit(rows), this);
    } else {
      this.wait(rows);
    }
  }

  /** @param {number} columns @param {number} rows @returns {boolean} */
  nudge(columns, rows) {
    return this.pending ? true : this.editor.caret.move(columns, rows);
  }

  cancel() {
    this.rows = null;
    this.anchor = null;
    this.sent = false;
    this.draft.clear();
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    const curve = this.state.curve;
    if (curve && this.rows) {
      shadeRows(context, this.editor, curve, this.rows.row0, this.rows.row1, ink("shade"));
    }
    this.draft.draw(context);
  }
}

/** Swap: two curves exchange their names from a row to their next meeting, or to a pick. */

/** @import {Editor} from "../editor.js" */
/** @import {Edit} from "../types.js" */
/** @import {Point} from "./tool.js" */

import { ink } from "../dom.js";
import { Tool, shadeRows } from "./tool.js";

/** Rows that a click may move before it is a drag to the last row. */
const CLICK_ROWS = 4;

/** A click swaps as far as the next meeting, a drag over the rows dragged over. */
export class Swap extends Tool {
  /** @param {Editor} editor */
  constructor(editor) {
    super(editor, {
      name: "swap",
      key: "s",
      label: "Swap",
      hint: "Click where two curves were exchanged: they are swapped to their next meeting; drag to say how far. Enter keeps, Esc drops.",
      help: "Swap: exchange with another curve from a row to their next meeting, or drag how far",
    });
    /** @type {number|null} */
    this.row0 = null;
    /** @type {number|null} */
    this.row1 = null;
    this.other = "";
    this.pressed = false;
  }

  get dragging() {
    return this.pressed;
  }

  start() {
    const selection = this.state.selection;
    this.once = selection !== null;
    if (selection && this.state.curve) this.#wait(selection.row0, selection.row1);
    else this.state.say(this.hint);
  }

  /** @param {number} row0 @param {number|null} row1 */
  #wait(row0, row1) {
    this.row0 = row0;
    this.row1 = row1;
    this.other = this.editor.partnerOf(row0);
    if (!this.other) {
      this.state.say(`${this.state.active} has no other curve in its track to swap with.`, "error");
      this.cancel();
      return;
    }
    this.draft.propose(this.#edit());
    const end = row1 === null ? "their next meeting" : this.state.placeName(row1);
    this.state.say(
      `Swap ${this.state.active} with ${this.other} from ${this.state.placeName(row0)} to ${end}: Enter keeps it, Esc drops it.`,
    );
  }

  /** @returns {Edit} */
  #edit() {
    /** @type {Edit} */
    const edit = {
      action: "swap",
      curve: this.state.active ?? "",
      other: this.other,
      row0: this.row0,
    };
    if (this.row1 !== null) edit.row1 = this.row1;
    return edit;
  }

  /** @param {Point} point */
  down(point) {
    if (this.pending) {
      this.editor.refusePending();
      return;
    }
    this.editor.chooseTrack(point);
    const curve = this.state.curve;
    if (!curve) return;
    this.pressed = true;
    this.row0 = this.editor.within(curve, point.row);
    this.row1 = this.row0;
  }

  /** @param {Point} point */
  drag(point) {
    if (!this.state.curve) return;
    this.row1 = this.editor.within(this.state.curve, point.row);
    this.editor.draw("edit");
  }

  up() {
    this.pressed = false;
    if (this.row0 === null || this.row1 === null) return;
    const [first, last] = [this.row0, this.row1].sort((a, b) => a - b);
    this.#wait(first, last - first < CLICK_ROWS ? null : last);
  }

  /** @param {number} columns @param {number} rows @returns {boolean} */
  nudge(columns, rows) {
    return this.pending ? true : this.editor.caret.move(columns, rows);
  }

  pick() {
    if (!this.pending && this.state.curve) this.#wait(this.editor.caret.row(), null);
  }

  cancel() {
    this.row0 = null;
    this.row1 = null;
    this.pressed = false;
    this.draft.clear();
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    const curve = this.state.curve;
    if (curve && this.row0 !== null && this.row1 !== null) {
      const [first, last] = [this.row0, this.row1].sort((a, b) => a - b);
      shadeRows(context, this.editor, curve, first, last, ink("shade"));
    }
    this.draft.draw(context);
  }

  options() {
    return this.editor.partnerOptions(() => {
      if (this.pending && this.row0 !== null) this.#wait(this.row0, this.row1);
    });
  }
}

/** Tools on rows that need a number: they wait for it, and for Enter. */

/** @import {Edit} from "../types.js" */
/** @import {Rows} from "./stretch.js" */

import { h, plain } from "../dom.js";
import { Stretch } from "./stretch.js";
import { drawColumns } from "./tool.js";

/** Move by a constant: typed, or by arrows. */
export class Shift extends Stretch {
  by = 0;

  get complete() {
    return false;
  }

  /** @param {Rows} rows @returns {Edit} */
  edit(rows) {
    return { ...super.edit(rows), by: this.by };
  }

  /** @param {Rows} rows */
  wait(rows) {
    this.rows = rows;
    this.draft.edit = this.edit(rows);
    this.state.say(
      `${this.told(rows)} by ${this.by} px: arrows or type, Enter keeps it, Esc drops it.`,
    );
    this.editor.draw("edit");
  }

  /** @param {number} columns @param {number} rows @returns {boolean} */
  nudge(columns, rows) {
    if (!this.pending) return super.nudge(columns, rows);
    this.by += columns;
    this.again();
    this.editor.showOptions();
    return true;
  }

  commit() {
    if (this.by === 0) this.state.say("Moved by 0 pixels: arrows or type a number first.");
    else super.commit();
  }

  cancel() {
    super.cancel();
    this.by = 0;
    this.editor.showOptions();
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    super.draw(context);
    const curve = this.state.curve;
    if (!curve || !this.rows || this.by === 0) return;
    const start = this.rows.row0 - curve.firstRow;
    const columns = curve.column.slice(start, this.rows.row1 - curve.firstRow + 1);
    drawColumns(
      context,
      this.editor,
      curve,
      this.rows.row0,
      columns.map((column) => column + this.by),
    );
  }

  options() {
    const field = h("input", {
      type: "number",
      id: "by",
      step: "any",
      value: this.by,
      oninput: () => ((this.by = Number(field.value) || 0), this.again()),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.editor.fieldKey(event, this),
    });
    return [h("label", {}, ["By ", field, " px"])];
  }
}

/** Type the value of a stretch. */
export class TypeValue extends Stretch {
  text = "";

  get complete() {
    return false;
  }

  /** @param {Rows} rows @returns {Edit} */
  edit(rows) {
    return { ...super.edit(rows), value: Number(this.text) };
  }

  /** @returns {boolean} */
  get typed() {
    return this.text.trim() !== "" && Number.isFinite(Number(this.text));
  }

  up() {
    // A click is a single row here.
    const rows = this.rows;
    this.anchor = null;
    if (rows) this.wait(rows);
  }

  /** @param {Rows} rows */
  wait(rows) {
    this.rows = rows;
    this.draft.edit = this.edit(rows);
    if (this.typed) this.draft.propose(this.edit(rows));
    const unit = this.state.curve?.spec.unit ?? "";
    this.state.say(`${this.told(rows)} ${unit}: type it, Enter keeps it, Esc drops it.`);
    this.editor.draw("edit");
    this.editor.focusOption("typed-value");
  }

  commit() {
    if (this.typed) super.commit();
    else this.state.say("Type a number first: the value of the curve in its unit.");
  }

  cancel() {
    super.cancel();
    this.text = "";
    this.editor.showOptions();
  }

  options() {
    const spec = this.state.curve?.spec;
    const field = h("input", {
      type: "text",
      inputmode: "decimal",
      id: "typed-value",
      value: this.text,
      oninput: () => ((this.text = field.value), this.again()),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.editor.fieldKey(event, this),
    });
    const ends = spec ? ` (scale ${plain(spec.left)} to ${plain(spec.right)})` : "";
    return [h("label", {}, ["Value ", field, ` ${spec?.unit ?? ""}${ends}`])];
  }
}

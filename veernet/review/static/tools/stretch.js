/** Tools that work on the rows from one to another: a drag over them, or the selection. */

/** @import {Editor} from "../editor.js" */
/** @import {Point} from "./tool.js" */
/** @import {Edit} from "../types.js" */

import { choice, h, ink, plain } from "../dom.js";
import { Tool, drawColumns, shadeRows } from "./tool.js";

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
    if (this.state.selection && this.state.curve) this.wait(this.state.selection);
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
    return this.pending ? true : this.editor.moveCaret(columns, rows);
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

/** Off scale on one side: by default the side that the curve is nearer to. */
class OffScale extends Stretch {
  /** @type {string} left, right, or nearest */
  side = "nearest";

  /** @param {Rows} rows @returns {Edit} */
  edit(rows) {
    return { ...super.edit(rows), side: this.side === "nearest" ? this.#nearest(rows) : this.side };
  }

  /** @param {Rows} rows @returns {string} */
  #nearest(rows) {
    const curve = this.editor.curveOrFail();
    const [left, right] = curve.geometry.edgesAt(curve.track, rows.row0);
    const before = curve.near(rows.row0 - 1);
    return before < (left + right) / 2 ? "left" : "right";
  }

  /** @param {Rows} rows @returns {string} */
  told(rows) {
    return `${super.told(rows)}, ${this.edit(rows).side} (arrows choose the side)`;
  }

  /** @param {number} columns @param {number} rows @returns {boolean} */
  nudge(columns, rows) {
    if (!this.pending || !columns) return super.nudge(columns, rows);
    this.side = columns < 0 ? "left" : "right";
    this.again();
    this.editor.showOptions();
    return true;
  }

  options() {
    const select = choice(
      { id: "side", onchange: () => ((this.side = select.value), this.again()) },
      [["nearest", "the nearer side"], ["left", "left"], ["right", "right"]],
      this.side,
    );
    return [h("label", {}, ["Off at ", select])];
  }
}

/** Move by one width of the track: where the wrap was counted wrongly. */
class Unwrap extends Stretch {
  by = 1;

  /** @param {Rows} rows @returns {Edit} */
  edit(rows) {
    return { ...super.edit(rows), by: this.by };
  }

  start() {
    const curve = this.state.curve;
    if (curve && !curve.spec.wraps) {
      this.state.say(`${curve.mnemonic} does not wrap; say so in Register if it does.`, "error");
      return;
    }
    super.start();
  }

  /** @param {Rows} rows @returns {string} */
  told(rows) {
    return `${super.told(rows)} by ${this.by > 0 ? "+1" : "−1"} width (arrows choose)`;
  }

  /** @param {number} columns @param {number} rows @returns {boolean} */
  nudge(columns, rows) {
    if (!this.pending || !columns) return super.nudge(columns, rows);
    this.by = Math.sign(columns);
    this.again();
    this.editor.showOptions();
    return true;
  }

  options() {
    const select = choice(
      { id: "turns", onchange: () => ((this.by = Number(select.value)), this.again()) },
      [["1", "+1 (to the right)"], ["-1", "−1 (to the left)"]],
      String(this.by),
    );
    return [h("label", {}, ["By ", select, " scale width"])];
  }
}

/** Give a stretch to another curve of the track. */
class HandOver extends Stretch {
  /** @param {Rows} rows @returns {Edit} */
  edit(rows) {
    return {
      action: "hand",
      curve: this.state.active ?? "",
      to: this.editor.partnerOf(rows.row0),
      ...rows,
    };
  }

  /** @param {Rows} rows @returns {string} */
  told(rows) {
    return `${super.told(rows)} to ${this.edit(rows).to}`;
  }

  options() {
    return this.editor.partnerOptions(() => this.again());
  }
}

/** Move by a constant: typed, or by arrows. */
class Shift extends Stretch {
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
    this.state.say(`${this.told(rows)} by ${this.by} px: arrows or type, Enter keeps it, Esc drops it.`);
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
    drawColumns(context, this.editor, curve, this.rows.row0, columns.map((column) => column + this.by));
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
class TypeValue extends Stretch {
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

/** Rows are right as they are. */
class Accept extends Stretch {
  start() {
    const at = this.state.stretch;
    if (at) {
      this.editor.acceptStretch(at);
      return;
    }
    super.start();
  }
}

/** @param {Editor} editor @returns {Stretch[]} */
export function stretchTools(editor) {
  const tail = "drag over its rows, or select them first and press Enter";
  /** @param {string} name @param {string} key @param {string} label @param {string} help */
  const told = (name, key, label, help) => ({
    name, key, label, help: `${label}: ${help}`, hint: `${label}: ${tail}.`,
  });
  return [
    new Stretch(editor, told("cut", "x", "Cut", "leave a gap (null in the LAS)")),
    new Stretch(editor, told("join", "j", "Join", "a straight line over a gap")),
    new HandOver(editor, told("hand", "g", "Hand over", "give a stretch to another curve")),
    new Unwrap(editor, told("wrap", "u", "Unwrap", "move by one scale width, ±1")),
    new OffScale(editor, told("off", "o", "Off scale", "the curve is beyond the scale here")),
    new Shift(editor, told("shift", "c", "Shift", "move by a constant number of pixels")),
    new TypeValue(editor, told("value", "v", "Value", "type the value of a stretch or a row")),
    new Accept(editor, told("accept", "a", "Accept", "the stretch is right as it is; next")),
  ];
}

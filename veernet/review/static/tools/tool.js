/** What all tools share: a gesture is drawn on its own layer until it is committed. */

/** @import {Editor} from "../editor.js" */
/** @import {Curve} from "../curve.js" */
/** @import {Edit, Patch} from "../types.js" */

import { ApiError, preview } from "../api.js";
import { pathOf } from "../curves.js";
import { ink, stroke } from "../dom.js";

/**
 * A place that the pointer is at.
 *
 * @typedef {{
 *   x: number, y: number, pageRow: number, column: number, row: number,
 *   shift: boolean, alt: boolean, ctrl: boolean
 * }} Point
 */

/** @typedef {{row: number, column: number}} Pick an unfolded column at a whole row */

/** A way to work on a curve. Keys and pointer reach the one that is chosen. */
export class Tool {
  /**
   * @param {Editor} editor
   * @param {{name: string, key: string, label: string, hint: string, help: string}} told
   */
  constructor(editor, told) {
    this.editor = editor;
    this.state = editor.state;
    this.name = told.name;
    this.key = told.key;
    this.label = told.label;
    this.hint = told.hint;
    this.help = told.help;
    this.draft = new Draft(editor);
    /** Whether the tool was taken for the rows that were selected, and no more. */
    this.once = false;
  }

  /** @returns {boolean} whether something waits for Enter or Esc */
  get pending() {
    return this.draft.edit !== null;
  }

  /** The tool was chosen. */
  start() {
    this.state.say(this.hint);
  }

  /** @param {Point} _point */
  down(_point) {}

  /** @param {Point} _point */
  drag(_point) {}

  /** @param {Point} _point */
  up(_point) {}

  /** @param {Point} _point */
  hover(_point) {}

  /** The pointer has left the window. */
  leave() {}

  /** @returns {boolean} whether the pointer is pressed in a gesture of this tool */
  get dragging() {
    return false;
  }

  /**
   * Move what is pending by pixels.
   *
   * @param {number} _columns
   * @param {number} _rows
   * @returns {boolean} whether the tool took the key
   */
  nudge(_columns, _rows) {
    return false;
  }

  /** Set a point where the caret is. */
  pick() {
    this.state.say("Only Re-trace and Redraw set points: T or R first.");
  }

  /** @param {number} _by scale widths that the held point moves */
  turn(_by) {}

  /** Show another way between the points. */
  another() {
    this.state.say("Only Re-trace has other ways: T first.");
  }

  /** @returns {boolean} whether there was something to delete */
  remove() {
    return false;
  }

  /** @param {boolean} _held */
  alt(_held) {}

  /** Enter. */
  commit() {
    const edit = this.draft.edit;
    if (!edit) return;
    this.editor.send(edit, this);
  }

  /** Esc. */
  cancel() {
    this.draft.clear();
  }

  /** The edit was saved, or refused. */
  done() {
    this.cancel();
    if (!this.once) return;
    this.once = false;
    this.editor.rest();
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    this.draft.draw(context);
  }

  /** @returns {Node[]} what can be set for the tool */
  options() {
    return [];
  }
}

/** An edit that waits for Enter, and what it would make of the curves. */
export class Draft {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    /** @type {Edit|null} */
    this.edit = null;
    /** @type {Patch[]} */
    this.patches = [];
    this.error = "";
    this.asking = false;
    /** @type {Edit|null} */
    this.next = null;
    /** How often it was cleared: an answer to what was asked before is not shown. */
    this.turn = 0;
  }

  /**
   * Take an edit as pending, and ask the server what comes of it.
   *
   * @param {Edit} edit
   */
  propose(edit) {
    this.edit = edit;
    this.ask(edit);
  }

  /**
   * Ask what would come of an edit; of many in a row the last is asked.
   *
   * @param {Edit} edit
   */
  ask(edit) {
    this.next = edit;
    if (!this.asking) this.#run();
  }

  async #run() {
    this.asking = true;
    while (this.next) {
      const edit = this.next;
      const { turn } = this;
      this.next = null;
      try {
        const answer = await preview(edit);
        if (this.next === null && turn === this.turn) {
          this.patches = answer.patches;
          this.error = "";
          for (const note of answer.notes) this.editor.state.say(note, "note");
        }
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (turn === this.turn) {
          this.patches = [];
          this.error = error.message;
          this.editor.state.say(error.message, "error");
        }
      }
      this.editor.draw("edit");
    }
    this.asking = false;
    this.editor.settle();
  }

  clear() {
    this.turn += 1;
    this.edit = null;
    this.next = null;
    this.patches = [];
    this.error = "";
    this.editor.draw("edit");
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    for (const patch of this.patches) {
      const curve = this.editor.state.curves.get(patch.curve);
      if (curve) drawColumns(context, this.editor, curve, patch.row0, patch.column);
    }
  }
}

/**
 * Draw columns that a curve would have.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Editor} editor
 * @param {Curve} curve
 * @param {number} row0
 * @param {ArrayLike<number>} columns
 */
export function drawColumns(context, editor, curve, row0, columns) {
  const path = pathOf(editor.view, curve, row0, columns);
  context.lineJoin = "round";
  context.setLineDash([]);
  context.strokeStyle = ink("halo");
  context.lineWidth = stroke(6);
  context.stroke(path);
  context.strokeStyle = curve.colour;
  context.lineWidth = stroke(2.6);
  context.setLineDash([8, 3]);
  context.stroke(path);
  context.setLineDash([]);
}

/**
 * Shade rows over the track of a curve.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Editor} editor
 * @param {Curve} curve
 * @param {number} row0
 * @param {number} row1
 * @param {string} colour
 */
export function shadeRows(context, editor, curve, row0, row1, colour) {
  const { view } = editor;
  const geometry = curve.geometry;
  const corners = [];
  for (const row of [row0 - 0.5, row1 + 0.5]) {
    const [left, right] = geometry.edgesAt(curve.track, row);
    corners.push([view.x(left), view.y(geometry.pageRow(row, left))]);
    corners.push([view.x(right), view.y(geometry.pageRow(row, right))]);
  }
  context.fillStyle = colour;
  context.beginPath();
  for (const index of [0, 1, 3, 2]) context.lineTo(corners[index][0], corners[index][1]);
  context.closePath();
  context.fill();
}

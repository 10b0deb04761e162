/** Where keys act: a place on the active curve, and the selection that they make. */

/** @import {Editor} from "./editor.js" */

/** The caret; its place is kept in the state, so that it is drawn. */
export class Caret {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.state = editor.state;
  }

  /** @returns {number} the row at which keys act */
  row() {
    const curve = this.editor.curveOrFail();
    const { row, column } = this.#place();
    const y = this.editor.view.y(curve.geometry.pageRow(row, column));
    if (y >= 0 && y <= this.editor.view.height) return row;
    // A caret that was scrolled away would act where nobody looks.
    const middle = this.editor.view.pageRow(this.editor.view.height / 2);
    this.to(curve.geometry.rowOf(middle, column));
    return this.state.caret?.row ?? row;
  }

  /** @returns {{row: number, column: number}} */
  #place() {
    const curve = this.editor.curveOrFail();
    if (this.state.caret) return this.state.caret;
    const row = this.editor.within(curve, this.editor.view.pageRow(this.editor.view.height / 2));
    return { row, column: curve.near(row) };
  }

  /** @param {number} row */
  to(row) {
    const curve = this.state.curve;
    if (!curve) return;
    const at = this.editor.within(curve, row);
    this.state.caret = { row: at, column: curve.near(at) };
    this.#extend();
    this.editor.draw("edit");
  }

  /** The caret stays at its depth when another curve is chosen. */
  onCurve() {
    if (this.state.caret) this.to(this.state.caret.row);
  }

  /** The selection goes from the mark to the caret. */
  #extend() {
    const curve = this.state.curve;
    if (this.state.mark === null || !this.state.caret || !curve) return;
    this.state.select(this.editor.rowsOf(curve, this.state.mark, this.state.caret.row));
  }

  /** Begin or end the selection by keys. */
  toggleMark() {
    if (!this.state.curve) return;
    if (this.state.mark === null) {
      this.state.mark = this.row();
      this.to(this.state.mark);
      this.state.say("Selecting from here: move with the arrows or Page down, M again ends it.");
    } else {
      this.state.mark = null;
      const rows = this.state.selection;
      if (rows)
        this.state.say(`Selected ${this.editor.rowsName(rows)}: choose what to do with it.`);
    }
  }

  /**
   * Move the caret freely, for tools that set points.
   *
   * @param {number} columns
   * @param {number} rows
   * @returns {boolean}
   */
  move(columns, rows) {
    const curve = this.state.curve;
    if (!curve) return false;
    const row = this.editor.within(curve, this.row() + rows);
    const caret = this.state.caret ?? { row, column: curve.near(row) };
    this.state.caret = { row, column: caret.column + columns };
    this.#extend();
    this.editor.draw("edit");
    return true;
  }
}

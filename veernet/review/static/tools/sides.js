/** Tools on rows that need a side, a direction or a partner: it can be chosen at any time. */

/** @import {Edit} from "../types.js" */
/** @import {Rows} from "./stretch.js" */

import { choice, h } from "../dom.js";
import { Stretch } from "./stretch.js";

/** Off scale on one side: by default the side that the curve is nearer to. */
export class OffScale extends Stretch {
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
      [
        ["nearest", "the nearer side"],
        ["left", "left"],
        ["right", "right"],
      ],
      this.side,
    );
    return [h("label", {}, ["Off at ", select])];
  }
}

/** Move by one width of the track: where the wrap was counted wrongly. */
export class Unwrap extends Stretch {
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
      [
        ["1", "+1 (to the right)"],
        ["-1", "−1 (to the left)"],
      ],
      String(this.by),
    );
    return [h("label", {}, ["By ", select, " scale width"])];
  }
}

/** Give a stretch to another curve of the track. */
export class HandOver extends Stretch {
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

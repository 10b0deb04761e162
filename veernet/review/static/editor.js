/** The tool that is chosen, and what all tools ask of the page. */

/** @import {Curve} from "./curve.js" */
/** @import {Queue} from "./queue.js" */
/** @import {State} from "./state.js" */
/** @import {Edit, Stretch} from "./types.js" */
/** @import {Point, Tool} from "./tools/tool.js" */
/** @import {View} from "./view.js" */

import { choice, h } from "./dom.js";
import { Caret } from "./caret.js";
import { allTools } from "./tools/all.js";

/** Columns beyond an edge that a curve which does not wrap may run; as the server has it. */
const BEYOND = 5;

const LEAST_REACH = 1;
const MOST_REACH = 2000;

/** What tools work with. */
export class Editor {
  /**
   * @param {State} state
   * @param {Queue} queue
   * @param {View} view
   * @param {(layer: string) => void} draw asks for a layer to be drawn again
   */
  constructor(state, queue, view, draw) {
    this.state = state;
    this.queue = queue;
    this.view = view;
    this.draw = draw;
    this.caret = new Caret(this);
    /** @type {Tool[]} in the order of the tool bar */
    this.tools = allTools(this);
    this.tool = this.tools[0];
    /** @type {string} mnemonic that swap and hand over take; empty for the nearest */
    this.partner = "";
    /** @type {(() => void)[]} */
    this.settling = [];
    state.on("active", () => {
      this.partner = "";
      this.caret.onCurve();
      this.showOptions();
    });
  }

  /** @returns {boolean} whether nothing is asked or sent */
  get idle() {
    return this.queue.idle && !this.tool.draft.asking;
  }

  /** Tell who waits that nothing is asked any more. */
  settle() {
    for (const resolve of this.settling.splice(0)) resolve();
  }

  /** @param {string} name */
  choose(name) {
    const tool = this.tools.find((known) => known.name === name);
    if (!tool) return;
    if (this.tool.pending) {
      this.refusePending();
      return;
    }
    if (name === "accept" && this.state.stretch) {
      // What n went to is accepted at once, and the tool in hand stays.
      void this.acceptStretch(this.state.stretch);
      return;
    }
    if (this.tool !== tool) this.tool.cancel();
    this.tool = tool;
    this.state.emit("tool");
    tool.start();
    this.draw("edit");
  }

  /** Take the tool at rest again, where another one was taken for a selection only. */
  rest() {
    this.tool = this.tools[0];
    this.state.emit("tool");
  }

  /** Say that something waits: no key and no press drops or keeps it on the way. */
  refusePending() {
    this.state.say(`${this.tool.label} is not finished: Enter keeps it, Esc drops it.`, "error");
    this.state.emit("attention");
  }

  /**
   * Save an edit, and leave its preview in place until it is.
   *
   * @param {Edit} edit
   * @param {Tool} tool
   */
  async send(edit, tool) {
    const well = await this.queue.edit(edit);
    tool.done();
    if (well) {
      const { state } = this;
      const before = state.stretch?.id;
      // A doubt beside what was edited stands still: A accepts it, N goes on from it.
      state.stretch = state.doubt.stretches.find((stretch) => stretch.id === before) ?? null;
      state.select(null);
      state.mark = null;
      const left = state.stretch ? " The doubt here still stands: A accepts it." : "";
      state.say(`${tool.label}: saved. Ctrl+Z takes it back.${left}`);
    }
    this.draw("edit");
  }

  /** @param {Stretch} stretch */
  async acceptStretch(stretch) {
    const { curve, row0, row1 } = stretch;
    const well = await this.queue.edit({ action: "accept", curve, row0, row1 });
    if (well) this.state.emit("accepted", stretch);
  }

  /** Esc: drop what is pending, else the selection. Never commits. */
  cancel() {
    if (this.tool.pending || this.tool.dragging) {
      const { tool } = this;
      tool.cancel();
      if (tool.once) {
        tool.once = false;
        this.rest();
      }
      this.state.say(`${tool.label}: dropped, nothing was changed.`);
    } else if (this.state.selection || this.state.mark !== null) {
      this.state.mark = null;
      this.state.stretch = null;
      this.state.select(null);
    } else if (this.tool !== this.tools[0]) {
      this.choose(this.tools[0].name);
    }
    this.draw("edit");
  }

  /** Enter: keep what is pending. Never drops. */
  commit() {
    if (this.tool.pending) this.tool.commit();
    else this.state.say("Nothing waits to be kept.");
  }

  /**
   * Enter and Esc in a field of a tool.
   *
   * @param {KeyboardEvent} event
   * @param {Tool} tool
   */
  fieldKey(event, tool) {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    const field = /** @type {HTMLInputElement} */ (event.target);
    field.blur();
    if (event.key === "Enter") tool.commit();
    else this.cancel();
  }

  /** @returns {Curve} */
  curveOrFail() {
    const curve = this.state.curve;
    if (!curve) throw new Error("no curve is chosen");
    return curve;
  }

  /**
   * @param {Curve} curve
   * @param {number} row
   * @returns {number} the nearest whole row that the curve has
   */
  within(curve, row) {
    return Math.min(Math.max(Math.round(row), curve.firstRow), curve.lastRow);
  }

  /**
   * Keep a column in the track, but for a curve that wraps: that may go on over the edge.
   *
   * @param {Curve} curve
   * @param {number} row
   * @param {number} column
   * @returns {number}
   */
  legal(curve, row, column) {
    if (curve.spec.wraps) return column;
    const [left, right] = curve.geometry.edgesAt(curve.track, row);
    return Math.min(Math.max(column, left - BEYOND), right + BEYOND);
  }

  /**
   * @param {Curve} curve
   * @param {number} from
   * @param {number} to
   * @returns {{row0: number, row1: number}}
   */
  rowsOf(curve, from, to) {
    const rows = [this.within(curve, from), this.within(curve, to)].sort((a, b) => a - b);
    return { row0: rows[0], row1: rows[1] };
  }

  /**
   * @param {Curve} curve
   * @param {number} row
   * @param {number} column unfolded
   * @returns {[number, number]} x and y of the window
   */
  screenOf(curve, row, column) {
    const folded = curve.fold(row, column);
    return [this.view.x(folded), this.view.y(curve.geometry.pageRow(row, folded))];
  }

  /**
   * The curve under the pointer, the active one first.
   *
   * @param {Point} point
   * @param {number} grip pixels
   * @returns {Curve|null}
   */
  curveNear(point, grip) {
    const away = (/** @type {Curve} */ curve) => {
      let least = Infinity;
      const reach = Math.max(1, Math.ceil(3 / this.view.rowScale));
      const row = Math.round(point.row);
      for (let at = row - reach; at <= row + reach; at += Math.max(1, Math.floor(reach / 6))) {
        const column = curve.at(at);
        if (Number.isNaN(column)) continue;
        least = Math.min(least, Math.abs(this.screenOf(curve, at, column)[0] - point.x));
      }
      return Number.isNaN(curve.at(row)) ? Infinity : least;
    };
    const active = this.state.curve;
    if (active && away(active) < grip) return active;
    const others = this.state.ordered.filter((curve) => !this.state.hidden.has(curve.mnemonic));
    const nearest = others.sort((a, b) => away(a) - away(b))[0];
    return nearest && away(nearest) < grip ? nearest : null;
  }

  /**
   * Work in the track under the pointer: if the active curve is of another, take the nearest.
   *
   * @param {Point} point
   */
  chooseTrack(point) {
    const inside = (/** @type {Curve} */ curve) => {
      const [left, right] = curve.geometry.edgesAt(curve.track, point.row);
      const margin = 0.1 * (right - left);
      return point.column > left - margin && point.column < right + margin;
    };
    const active = this.state.curve;
    if (active && inside(active)) return;
    const near = this.curveNear(point, Infinity);
    const here = this.state.ordered.filter(inside);
    const chosen = near && inside(near) ? near : here[0];
    if (chosen) this.state.activate(chosen.mnemonic);
  }

  /** @param {{row0: number, row1: number}} rows @returns {string} */
  rowsName(rows) {
    return `${this.state.placeName(rows.row0)} to ${this.state.placeName(rows.row1)}`;
  }

  /** @param {number} by pixels @returns {boolean} */
  shiftBy(by) {
    this.choose("shift");
    return this.tool.nudge(by, 0);
  }

  /** @param {number} reach rows */
  setReach(reach) {
    if (!Number.isFinite(reach)) return;
    this.state.reach = Math.min(MOST_REACH, Math.max(LEAST_REACH, reach));
    this.showOptions();
    this.draw("edit");
    this.state.say(`Reach ${Math.round(this.state.reach)} rows`);
  }

  /**
   * The other curve of a swap: the one chosen, or the nearest of the track.
   *
   * @param {number} row
   * @returns {string}
   */
  partnerOf(row) {
    if (this.partner) return this.partner;
    const curve = this.curveOrFail();
    const column = curve.fold(row, curve.near(row));
    const away = (/** @type {Curve} */ other) =>
      Math.abs(other.fold(row, other.near(row)) - column);
    const [nearest] = this.#partners().sort((a, b) => away(a) - away(b));
    return nearest?.mnemonic ?? "";
  }

  /** @returns {Curve[]} of the same track */
  #partners() {
    const curve = this.state.curve;
    return this.state.ordered.filter((other) => other !== curve && other.track === curve?.track);
  }

  /** @param {() => void} changed @returns {Node[]} */
  partnerOptions(changed) {
    const names = this.#partners().map((curve) => [curve.mnemonic, curve.mnemonic]);
    const select = choice(
      { id: "partner", onchange: () => ((this.partner = select.value), changed()) },
      [["", "the nearest curve"], ...names],
      this.partner,
    );
    return [h("label", {}, ["With ", select])];
  }

  showOptions() {
    this.state.emit("options");
  }

  /** @param {string} id of a field of the tool */
  focusOption(id) {
    const field = document.getElementById(id);
    if (field instanceof HTMLInputElement && field !== document.activeElement) {
      field.focus();
      field.select();
    }
  }
}

/** Re-trace: the tracer follows the ink between picks, and passes through each. */

/** @import {Editor} from "../editor.js" */
/** @import {Pick, Point} from "./tool.js" */
/** @import {Edit} from "../types.js" */

import { byId, h, ink, rem, stroke } from "../dom.js";
import { Tool } from "./tool.js";

/** Pixels of the pointer from a point that still take hold of it. */
const GRIP = 7;

/** Pixels from the curve as read within which a point is taken for the same wrap as it. */
const SAME_WRAP = 21;

/** Picks through which the tracer must pass; shown before anything is changed. */
export class Retrace extends Tool {
  /** @param {Editor} editor */
  constructor(editor) {
    super(editor, {
      name: "retrace",
      key: "t",
      label: "Re-trace",
      hint: "Click two points on the ink, more to force the way, W for another; Alt makes it straight. Enter keeps, Esc drops, Del takes a point away.",
      help: "Re-trace: picks on the ink, the tracer finds the way between; W for another, Alt for straight",
    });
    /** @type {Pick[]} by row */
    this.picks = [];
    /** @type {Pick|null} the one that arrows move */
    this.held = null;
    this.pressed = false;
    /** Whether straight lines are asked for: a point was set with Alt, or the box is ticked. */
    this.kept = false;
    /** Whether Alt is held: straight for as long. */
    this.alted = false;
    this.sent = false;
    /** Which way between the points: 0 is the tracer's own choice. */
    this.way = 0;
    /** @type {Pick|null} where the pointer is, for the way it would take */
    this.leash = null;
  }

  get pending() {
    return this.picks.length > 0;
  }

  /** @returns {boolean} whether lines are straight between the points */
  get straight() {
    return this.kept || this.alted;
  }

  get dragging() {
    return this.pressed;
  }

  /** @param {Point} point @returns {Pick} */
  #pickAt(point) {
    const curve = this.editor.curveOrFail();
    const row = this.editor.within(curve, point.row);
    const [nearest] = [...this.picks].sort((a, b) => Math.abs(a.row - row) - Math.abs(b.row - row));
    // On what is read already the wraps are those of the reading, else those of the pick nearby.
    const own = curve.at(row);
    const away = Math.abs(curve.fold(row, own) - point.column) * this.editor.view.columnScale;
    const reference = away < SAME_WRAP || !nearest ? curve.near(row) : nearest.column;
    const column = curve.unfold(row, point.column, reference);
    return { row, column: this.editor.legal(curve, row, column) };
  }

  /** @param {Point} point */
  down(point) {
    if (!this.state.curve) return;
    if (!this.picks.length) this.editor.chooseTrack(point);
    this.pressed = true;
    if (point.alt) this.#keepStraight(true);
    this.held = this.#near(point);
    if (!this.held) this.#add(this.#pickAt(point));
    this.#changed();
  }

  /** @param {Pick} pick */
  #add(pick) {
    // Two picks of one row contradict each other: the later one holds.
    this.picks = this.picks.filter((known) => known.row !== pick.row);
    this.picks.push(pick);
    this.picks.sort((a, b) => a.row - b.row);
    this.held = pick;
    this.leash = null;
  }

  /** @param {Point} point @returns {Pick|null} */
  #near(point) {
    const curve = this.state.curve;
    if (!curve) return null;
    for (const pick of this.picks) {
      const [x, y] = this.editor.screenOf(curve, pick.row, pick.column);
      if (Math.hypot(x - point.x, y - point.y) < GRIP) return pick;
    }
    return null;
  }

  /** @param {Point} point */
  drag(point) {
    if (!this.held) return;
    const moved = this.#pickAt(point);
    this.#move(moved.row, moved.column);
  }

  /** @param {number} row @param {number} column */
  #move(row, column) {
    const held = this.held;
    if (!held) return;
    const taken = this.picks.some((pick) => pick !== held && pick.row === row);
    if (!taken) held.row = row;
    held.column = this.editor.legal(this.editor.curveOrFail(), held.row, column);
    this.picks.sort((a, b) => a.row - b.row);
    this.#changed();
  }

  up() {
    this.pressed = false;
  }

  /** @param {Point} point */
  hover(point) {
    if (!this.picks.length || !this.state.curve) return;
    const pick = this.#pickAt(point);
    const first = this.picks[0];
    const last = this.picks[this.picks.length - 1];
    // Between the picks the way is settled; beyond them, show the one it would take.
    const outside = pick.row < first.row || pick.row > last.row;
    this.#lead(outside && this.#inTrack(point) && !this.#near(point) ? pick : null);
  }

  leave() {
    this.#lead(null);
  }

  /** @param {Pick|null} pick where the way would go on to */
  #lead(pick) {
    if (!pick && !this.leash) return;
    this.leash = pick;
    const shown = this.leash ? [...this.picks, this.leash] : this.picks;
    if (shown.length > 1) this.draft.ask(this.#edit(shown));
    else this.draft.clear();
  }

  /** @param {Point} point @returns {boolean} */
  #inTrack(point) {
    const curve = this.editor.curveOrFail();
    const [left, right] = curve.geometry.edgesAt(curve.track, point.row);
    return point.column >= left && point.column <= right;
  }

  /** @param {Pick[]} picks @returns {Edit} */
  #edit(picks) {
    const ordered = [...picks].sort((a, b) => a.row - b.row);
    return {
      action: "retrace",
      curve: this.state.active ?? "",
      picks: ordered.map((pick) => [pick.row, pick.column]),
      straight: this.straight || !this.state.doc?.retrace,
      ...(this.way ? { way: this.way } : {}),
    };
  }

  /** Show another way between the points. */
  another() {
    if (this.picks.length < 2) {
      this.state.say("Set two points first: W then shows another way between them.");
      return;
    }
    this.#changed(this.way + 1);
  }

  /** @param {number} [way] that is wanted: the points are others, and it begins anew */
  #changed(way = 0) {
    this.way = way;
    if (this.picks.length > 1) this.draft.propose(this.#edit(this.picks));
    else this.draft.clear();
    const next = this.picks.length > 1 ? "Enter keeps it, Esc drops it." : "Set a second point.";
    const kept = this.state.doc?.retrace ? "" : " No evidence is kept: straight lines.";
    const turn = this.state.curve?.spec.wraps ? " Ctrl+arrow: one wrap more or less." : "";
    const straight = this.straight ? ", straight" : "";
    const other = this.way ? ", another way (W for the next)" : "";
    this.state.say(
      `Re-trace ${this.state.active}, ${this.picks.length} points${straight}${other}: ${next}${turn}${kept}`,
    );
    this.editor.draw("edit");
  }

  /** @param {number} columns @param {number} rows @returns {boolean} */
  nudge(columns, rows) {
    const curve = this.state.curve;
    if (!curve) return false;
    if (this.held) {
      const row = this.editor.within(curve, this.held.row + rows);
      this.#move(row, this.held.column + columns);
      return true;
    }
    return this.editor.caret.move(columns, rows);
  }

  pick() {
    const caret = this.state.caret;
    if (!caret || !this.state.curve) {
      this.state.say("Move to a place first: arrows, Page up, Page down.");
      return;
    }
    if (this.held) {
      // Put down: the arrows move the caret again.
      this.state.caret = { row: this.held.row, column: this.held.column };
      this.held = null;
      this.editor.draw("edit");
      return;
    }
    const there = this.picks.find((pick) => pick.row === caret.row);
    if (there && Math.abs(there.column - caret.column) < 3) this.held = there;
    else this.#add({ row: caret.row, column: caret.column });
    if (!there) this.held = null;
    this.#changed();
  }

  /**
   * Move the held point by scale widths: where it was taken for another wrap.
   *
   * @param {number} by
   */
  turn(by) {
    const curve = this.state.curve;
    const held = this.held ?? this.picks[this.picks.length - 1];
    if (!curve?.spec.wraps || !held) return;
    this.held = held;
    this.#move(held.row, held.column + by * curve.widthAt(held.row));
  }

  options() {
    const box = h("input", {
      type: "checkbox",
      id: "straight",
      checked: this.kept,
      title: "Straight lines between the points; a point set with Alt asks for them too",
      onchange: () => {
        byId("window").focus({ preventScroll: true });
        this.#keepStraight(box.checked);
        if (this.picks.length) this.#changed();
      },
    });
    const other = h(
      "button",
      {
        type: "button",
        id: "another-way",
        title:
          "Where ink parts, follow the other; the last is straight, then the first comes round",
        onclick: () => this.another(),
      },
      ["Another way", h("kbd", { text: "W" })],
    );
    return [h("label", {}, [box, " Straight (Alt)"]), other, ...this.#turns()];
  }

  /** @param {boolean} kept until the way is saved or dropped */
  #keepStraight(kept) {
    if (this.kept === kept) return;
    this.kept = kept;
    this.editor.showOptions();
  }

  /** @returns {Node[]} */
  #turns() {
    if (!this.state.curve?.spec.wraps) return [];
    const button = (/** @type {number} */ by, /** @type {string} */ text) =>
      h("button", {
        type: "button",
        text,
        title: `Take the held point for one wrap ${by > 0 ? "more" : "less"} (Ctrl and an arrow)`,
        onclick: () => this.turn(by),
      });
    return [
      h("span", { class: "soft", text: "Point " }),
      button(-1, "−1 wrap"),
      button(1, "+1 wrap"),
    ];
  }

  remove() {
    const gone = this.held ?? this.picks[this.picks.length - 1];
    if (!gone) return false;
    this.picks = this.picks.filter((pick) => pick !== gone);
    this.held = null;
    this.leash = null;
    this.#changed();
    return true;
  }

  /** @param {boolean} held */
  alt(held) {
    const before = this.straight;
    this.alted = held;
    if (this.straight === before || this.sent) return;
    if (this.picks.length) this.#changed();
  }

  commit() {
    if (this.picks.length < 2) {
      this.state.say("Re-trace goes between two points or more: set another one.");
      return;
    }
    this.sent = true;
    this.editor.send(this.#edit(this.picks), this);
  }

  cancel() {
    this.picks = [];
    this.held = null;
    this.leash = null;
    this.pressed = false;
    this.sent = false;
    this.way = 0;
    this.alted = false;
    this.#keepStraight(false);
    this.draft.clear();
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    const curve = this.state.curve;
    if (!curve) return;
    this.draft.draw(context);
    for (const pick of this.picks) {
      drawPoint(context, this.editor.screenOf(curve, pick.row, pick.column), pick === this.held);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number]} place in the window
 * @param {boolean} held
 */
function drawPoint(context, [x, y], held) {
  const radius = rem() * (held ? 0.5 : 0.38);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = held ? ink("accent") : ink("halo");
  context.fill();
  context.lineWidth = stroke(2);
  context.strokeStyle = ink("accent");
  context.stroke();
}

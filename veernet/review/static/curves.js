/** The curves over the scan: a stroke for every row, or the extent of many rows. */

/** @import {Curve} from "./curve.js" */
/** @import {State} from "./state.js" */
/** @import {View} from "./view.js" */

import { ORIGIN, REVIEWED } from "./curve.js";
import { ink, stroke } from "./dom.js";

/** Confidence below which an unreviewed row is drawn with a halo. */
const UNSURE = 0.5;

/** Rows to a pixel beyond which rows are drawn by their extent. */
const CROWDED = 1.5;

/** What strokes are told apart: how a row came to be, and whether it is doubted. */
class Strokes {
  constructor() {
    this.auto = new Path2D();
    this.bridged = new Path2D();
    this.manual = new Path2D();
    this.halo = new Path2D();
    this.off = new Path2D();
  }

  /** @param {number} origin @returns {Path2D} */
  of(origin) {
    if (origin === ORIGIN.manual) return this.manual;
    return origin === ORIGIN.bridged ? this.bridged : this.auto;
  }
}

/**
 * Draw all curves of a section.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {State} state
 */
export function drawCurves(context, view, state) {
  if (state.overlayHidden) return;
  const active = state.curve;
  for (const curve of state.ordered) {
    if (curve !== active && !state.hidden.has(curve.mnemonic))
      drawCurve(context, view, curve, false);
  }
  if (active) drawCurve(context, view, active, true);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {Curve} curve
 * @param {boolean} active
 */
function drawCurve(context, view, curve, active) {
  const strokes = strokesOf(view, curve);
  context.lineJoin = "round";
  context.setLineDash([]);
  context.globalAlpha = 0.4;
  context.strokeStyle = ink("doubt");
  context.lineWidth = stroke(9);
  context.stroke(strokes.halo);
  context.globalAlpha = active ? 1 : 0.75;
  context.strokeStyle = curve.colour;
  context.lineWidth = stroke(active ? 2.2 : 1.4);
  context.stroke(strokes.auto);
  context.lineWidth = stroke(active ? 3.6 : 2.6);
  context.stroke(strokes.manual);
  context.setLineDash([5, 4]);
  context.lineWidth = stroke(active ? 2.2 : 1.4);
  context.stroke(strokes.bridged);
  context.setLineDash([stroke(3), stroke(3)]);
  context.lineWidth = stroke(active ? 5 : 3);
  context.stroke(strokes.off);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/**
 * First and one past the last index of a curve that the window shows.
 *
 * @param {View} view
 * @param {Curve} curve
 * @returns {[number, number]}
 */
export function shown(view, curve) {
  const geometry = curve.geometry;
  const corners = [
    [0, 0],
    [view.width, 0],
    [0, view.height],
    [view.width, view.height],
  ].map(([x, y]) => geometry.rowOf(view.pageRow(y), view.pageColumn(x)));
  const first = Math.floor(Math.min(...corners)) - 1 - curve.firstRow;
  const last = Math.ceil(Math.max(...corners)) + 2 - curve.firstRow;
  return [Math.max(0, first), Math.min(curve.rows, last)];
}

/**
 * Strokes of the rows of a curve in the window, or of other columns in their place.
 *
 * A curve that wraps is split at the edges: never a stroke across the track.
 *
 * @param {View} view
 * @param {Curve} curve
 * @returns {Strokes}
 */
function strokesOf(view, curve) {
  const strokes = new Strokes();
  const [start, stop] = shown(view, curve);
  const pen = new Pen(view, curve, curve.column);
  const crowded = view.rowScale < 1 / CROWDED;
  for (let i = start; i < stop; i += 1) {
    pen.row(i, strokes.of(curve.origin[i]), crowded);
  }
  pen.flush();
  // The halo is broad, and so may go in steps of a pixel.
  const step = Math.max(1, Math.floor(1 / view.rowScale));
  const halo = new Pen(view, curve, curve.column);
  for (let i = start; i < stop; i += step) {
    const doubted = curve.confidence[i] < UNSURE && !(curve.flags[i] & REVIEWED);
    if (doubted) halo.row(i, strokes.halo, false, step);
    else halo.lift();
  }
  drawOff(view, curve, strokes.off, start, stop, step);
  return strokes;
}

/**
 * Mark the edge beyond which a curve is off scale.
 *
 * @param {View} view
 * @param {Curve} curve
 * @param {Path2D} path
 * @param {number} start
 * @param {number} stop
 * @param {number} step
 */
function drawOff(view, curve, path, start, stop, step) {
  const frame = curve.frame;
  const edges = frame?.edges.get(curve.track);
  if (!frame || !edges) return;
  let before = -1;
  for (let i = start; i < stop; i += step) {
    const origin = curve.origin[i];
    const off = origin === ORIGIN.offLeft || origin === ORIGIN.offRight;
    if (off) {
      const at = i + curve.firstRow - frame.firstRow;
      const column = origin === ORIGIN.offLeft ? edges.left[at] : edges.right[at];
      const y = view.y(frame.pageRow(at, column));
      if (origin === before) path.lineTo(view.x(column), y);
      else path.moveTo(view.x(column), y);
    }
    before = off ? origin : -1;
  }
}

/**
 * Path of columns that are not (yet) those of the curve: a preview.
 *
 * @param {View} view
 * @param {Curve} curve
 * @param {number} row0 registered row of the first column
 * @param {ArrayLike<number>} columns unfolded, NaN where unread
 * @returns {Path2D}
 */
export function pathOf(view, curve, row0, columns) {
  const path = new Path2D();
  const pen = new Pen(view, curve, columns, row0 - curve.firstRow);
  for (let i = 0; i < columns.length; i += 1) pen.row(row0 - curve.firstRow + i, path, false);
  return path;
}

/** Draws samples one after the other, lifted where a row is unread or an edge is crossed. */
class Pen {
  /**
   * @param {View} view
   * @param {Curve} curve
   * @param {ArrayLike<number>} columns
   * @param {number} [offset] index of the curve that the first column belongs to
   */
  constructor(view, curve, columns, offset = 0) {
    this.view = view;
    this.curve = curve;
    this.columns = columns;
    this.offset = offset;
    const frame = /** @type {import("./curve.js").Frame} */ (curve.frame);
    this.frame = frame;
    this.shift = curve.firstRow - frame.firstRow;
    this.edges = curve.spec.wraps ? frame.edges.get(curve.track) : undefined;
    this.down = false;
    this.last = -2;
    this.x = 0;
    this.y = 0;
    this.wrap = 0;
    /** @type {Path2D|null} */
    this.path = null;
    this.pixel = NaN;
    this.low = 0;
    this.high = 0;
  }

  lift() {
    this.down = false;
  }

  /**
   * Draw to a row.
   *
   * @param {number} i index in the curve
   * @param {Path2D} path
   * @param {boolean} crowded whether rows of one pixel are drawn by their extent
   * @param {number} [step] rows to the one before
   */
  row(i, path, crowded, step = 1) {
    const unfolded = this.columns[i - this.offset];
    const at = i + this.shift;
    if (Number.isNaN(unfolded) || at < 0 || at >= this.frame.rows) {
      this.flush();
      this.down = false;
      return;
    }
    let wrap = 0;
    let column = unfolded;
    let left = 0;
    let width = 1;
    if (this.edges) {
      left = this.edges.left[at];
      width = this.edges.right[at] - left;
      wrap = Math.floor((unfolded - left) / width);
      column = unfolded - wrap * width;
    }
    const x = this.view.x(column);
    const y = this.view.y(this.frame.pageRow(at, column));
    if (!this.down || i - this.last !== step) {
      this.flush();
      this.#start(path, x, y);
    } else if (wrap !== this.wrap) {
      this.#cross(path, x, y, wrap, this.view.x(left), this.view.x(left + width));
    } else if (crowded) {
      this.#extend(path, x, y);
    } else {
      if (path !== this.path) path.moveTo(this.x, this.y);
      path.lineTo(x, y);
    }
    this.x = x;
    this.y = y;
    this.wrap = wrap;
    this.path = path;
    this.last = i;
    this.down = true;
  }

  /** Draw the extent of the pixel that is under way. */
  flush() {
    if (this.path && !Number.isNaN(this.pixel) && this.high > this.low) {
      this.path.moveTo(this.low, this.pixel + 0.5);
      this.path.lineTo(this.high, this.pixel + 0.5);
      this.path.moveTo(this.x, this.y);
    }
    this.pixel = NaN;
  }

  /** @param {Path2D} path @param {number} x @param {number} y */
  #start(path, x, y) {
    path.moveTo(x, y);
    // A single row is a dot, which would not show without a length.
    path.lineTo(x, y + 0.01);
    this.pixel = Math.floor(y);
    this.low = x;
    this.high = x;
  }

  /** @param {Path2D} path @param {number} x @param {number} y */
  #extend(path, x, y) {
    const pixel = Math.floor(y);
    if (pixel === this.pixel && path === this.path) {
      this.low = Math.min(this.low, x);
      this.high = Math.max(this.high, x);
      return;
    }
    this.flush();
    path.moveTo(this.x, this.y);
    path.lineTo(x, y);
    this.pixel = pixel;
    this.low = x;
    this.high = x;
  }

  /**
   * Leave by one edge and come back by the other.
   *
   * @param {Path2D} path
   * @param {number} x
   * @param {number} y
   * @param {number} wrap
   * @param {number} left of the track in the window
   * @param {number} right
   */
  #cross(path, x, y, wrap, left, right) {
    this.flush();
    const outward = wrap > this.wrap;
    const [exit, entry] = outward ? [right, left] : [left, right];
    // How far along the two rows the edge is met, both parts counted.
    const before = Math.abs(exit - this.x);
    const after = Math.abs(x - entry);
    const share = before + after > 0 ? before / (before + after) : 0.5;
    const middle = this.y + share * (y - this.y);
    path.moveTo(this.x, this.y);
    path.lineTo(exit, middle);
    path.moveTo(entry, middle);
    path.lineTo(x, y);
    this.pixel = NaN;
    this.pixel = Math.floor(y);
    this.low = x;
    this.high = x;
  }
}

/** A curve in memory: its samples, and where they are drawn on the page. */

/** @import {Samples} from "./api.js" */
/** @import {CurveSpec, Patch, Track} from "./types.js" */

import { Geometry, fractionAt, valueAt } from "./geometry.js";

/** Indices of `ORIGINS` in `veernet.records`. */
export const ORIGIN = { none: 0, auto: 1, bridged: 2, manual: 3, offLeft: 4, offRight: 5 };

/** Bits of the flags of a sample. */
export const REVIEWED = 1;
export const EDITED = 2;

/** Rows between which the edges of a track are interpolated for drawing. */
const STRIDE = 8;

/** Where the rows of a section lie on the page, for drawing: shared by all its curves. */
export class Frame {
  /**
   * @param {Geometry} geometry
   * @param {number} firstRow
   * @param {number} rows
   */
  constructor(geometry, firstRow, rows) {
    this.geometry = geometry;
    this.firstRow = firstRow;
    this.rows = rows;
    /** @type {Map<Track, {left: Float32Array, right: Float32Array}>} */
    this.edges = new Map();
    for (const track of geometry.registration.tracks) {
      const left = this.#fill((row) => geometry.edgesAt(track, row)[0]);
      const right = this.#fill((row) => geometry.edgesAt(track, row)[1]);
      this.edges.set(track, { left, right });
    }
    // On a turned page: page row = row + lift + slope * column.
    this.slope = geometry.turned
      ? this.#fill((row) => (geometry.pageRow(row, 1000) - geometry.pageRow(row, 0)) / 1000)
      : null;
    this.lift = geometry.turned ? this.#fill((row) => geometry.pageRow(row, 0) - row) : null;
  }

  /** @param {(row: number) => number} of @returns {Float32Array} */
  #fill(of) {
    const filled = new Float32Array(this.rows);
    for (let start = 0; start < this.rows; start += STRIDE) {
      const here = of(this.firstRow + start);
      const next = of(this.firstRow + start + STRIDE);
      const stop = Math.min(STRIDE, this.rows - start);
      for (let i = 0; i < stop; i += 1) filled[start + i] = here + ((next - here) * i) / STRIDE;
    }
    return filled;
  }

  /** @param {number} index @param {number} column @returns {number} page row */
  pageRow(index, column) {
    const row = this.firstRow + index;
    if (!this.slope || !this.lift) return row;
    return row + this.lift[index] + this.slope[index] * column;
  }
}

/** The samples of a curve, one for each registered row. */
export class Curve {
  /**
   * @param {CurveSpec} spec
   * @param {Track} track
   * @param {Samples} samples
   * @param {Geometry} geometry
   * @param {string} colour of its line on the screen
   */
  constructor(spec, track, samples, geometry, colour) {
    this.spec = spec;
    this.track = track;
    this.geometry = geometry;
    this.colour = colour;
    this.firstRow = samples.firstRow;
    this.column = samples.column;
    this.confidence = samples.confidence;
    this.origin = samples.origin;
    this.flags = samples.flags;
    this.wrap = new Int16Array(this.column.length);
    /** @type {Frame|null} */
    this.frame = null;
  }

  get mnemonic() {
    return this.spec.mnemonic;
  }

  get rows() {
    return this.column.length;
  }

  get lastRow() {
    return this.firstRow + this.rows - 1;
  }

  /** @param {Frame} frame whose rows include those of the curve */
  place(frame) {
    this.frame = frame;
    this.#fold(0, this.rows);
  }

  /** @param {number} start @param {number} stop */
  #fold(start, stop) {
    const edges = this.frame?.edges.get(this.track);
    if (!edges || !this.frame) return;
    const shift = this.firstRow - this.frame.firstRow;
    for (let i = start; i < stop; i += 1) {
      if (!this.spec.wraps || Number.isNaN(this.column[i])) {
        this.wrap[i] = 0;
        continue;
      }
      const left = edges.left[i + shift];
      const width = edges.right[i + shift] - left;
      this.wrap[i] = Math.floor((this.column[i] - left) / width);
    }
  }

  /** @param {Patch} patch */
  apply(patch) {
    const start = patch.row0 - this.firstRow;
    for (let i = 0; i < patch.column.length; i += 1) {
      const at = start + i;
      if (at < 0 || at >= this.rows) continue;
      this.column[at] = patch.column[i];
      this.confidence[at] = patch.confidence[i];
      this.origin[at] = patch.origin[i];
      this.flags[at] = patch.flags[i];
    }
    this.#fold(Math.max(0, start), Math.min(this.rows, start + patch.column.length));
  }

  /** @param {number} row @returns {number} unfolded column, NaN where unread */
  at(row) {
    const index = Math.round(row) - this.firstRow;
    return index >= 0 && index < this.rows ? this.column[index] : NaN;
  }

  /**
   * Unfolded column near a row: of the nearest row that was read.
   *
   * @param {number} row
   * @returns {number} NaN where the curve has no column at all
   */
  near(row) {
    const index = Math.min(Math.max(Math.round(row) - this.firstRow, 0), this.rows - 1);
    for (let step = 0; step < this.rows; step += 1) {
      if (!Number.isNaN(this.column[index - step] ?? NaN)) return this.column[index - step];
      if (!Number.isNaN(this.column[index + step] ?? NaN)) return this.column[index + step];
    }
    return NaN;
  }

  /**
   * Fold a column back into the track.
   *
   * @param {number} row
   * @param {number} column unfolded
   * @returns {number} column of the page
   */
  fold(row, column) {
    if (!this.spec.wraps) return column;
    const [left, right] = this.geometry.edgesAt(this.track, row);
    return column - Math.floor((column - left) / (right - left)) * (right - left);
  }

  /**
   * Unfold a column of the page: of all wraps, the one nearest to where the curve runs.
   *
   * @param {number} row
   * @param {number} pageColumn
   * @param {number} reference unfolded column nearby; NaN for none
   * @returns {number}
   */
  unfold(row, pageColumn, reference) {
    if (!this.spec.wraps || Number.isNaN(reference)) return pageColumn;
    const [left, right] = this.geometry.edgesAt(this.track, row);
    const width = right - left;
    return pageColumn + Math.round((reference - pageColumn) / width) * width;
  }

  /** @param {number} row @param {number} column unfolded @returns {number} */
  valueOf(row, column) {
    const [left, right] = this.geometry.edgesAt(this.track, row);
    return valueAt(this.spec, (column - left) / (right - left));
  }

  /** @param {number} row @param {number} value @returns {number} unfolded column */
  columnOf(row, value) {
    const [left, right] = this.geometry.edgesAt(this.track, row);
    return left + fractionAt(this.spec, value) * (right - left);
  }

  /** @param {number} row @returns {number} width of the track there */
  widthAt(row) {
    const [left, right] = this.geometry.edgesAt(this.track, row);
    return right - left;
  }
}

/**
 * Where registered rows, depths, edges and values lie on the page.
 *
 * The same formulas as `veernet.axes` and `veernet.records.Registration`: on a turned
 * page the depth line of a registered row climbs or falls across the page.
 */

/** @import {CurveSpec, DepthPoint, EdgePoint, Registration, Track} from "./types.js" */

/** Rounds of the search for a row or a column: each shrinks the error by skew times turn. */
const ROUNDS = 4;

/**
 * Interpolate linearly; the end segments go on outwards unless they are clamped.
 *
 * @param {number} at
 * @param {number[]} known increasing
 * @param {number[]} wanted
 * @param {boolean} [clamp]
 * @returns {number}
 */
export function interpolate(at, known, wanted, clamp = false) {
  const last = known.length - 1;
  if (last < 0) return NaN;
  if (last === 0) return wanted[0];
  if (clamp && at <= known[0]) return wanted[0];
  if (clamp && at >= known[last]) return wanted[last];
  let low = 0;
  let high = last - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (known[middle] <= at) low = middle;
    else high = middle - 1;
  }
  const slope = (wanted[low + 1] - wanted[low]) / (known[low + 1] - known[low]);
  return wanted[low] + slope * (at - known[low]);
}

/** A side of a track on the page. */
class Side {
  /** @param {EdgePoint[]} points */
  constructor(points) {
    this.rows = points.map((point) => point.row);
    this.columns = points.map((point) => point.column);
  }

  /** @param {number} pageRow @returns {number} */
  at(pageRow) {
    return interpolate(pageRow, this.rows, this.columns, true);
  }
}

/** Maps of one registration. */
export class Geometry {
  /** @param {Registration} registration */
  constructor(registration) {
    this.registration = registration;
    const points = registration.depth.points;
    this.rows = points.map((point) => point.row);
    this.depths = points.map((point) => point.depth);
    /** @type {Map<Track, {left: Side, right: Side}>} */
    this.sides = new Map();
    for (const track of registration.tracks) {
      this.sides.set(track, { left: new Side(track.left), right: new Side(track.right) });
    }
    const stated = points.filter(isTurned);
    this.turnRows = stated.map((point) => point.row);
    this.turnLeft = stated.map((point) => Number(point.row_left) - point.row);
    this.turnRight = stated.map((point) => Number(point.row_right) - point.row);
    this.turned = stated.length > 0 && registration.tracks.length > 0;
  }

  /** @returns {boolean} whether rows have depths at all */
  get hasDepth() {
    return this.rows.length > 1;
  }

  /** @param {number} row @returns {number} */
  depthAt(row) {
    return this.hasDepth ? interpolate(row, this.rows, this.depths) : NaN;
  }

  /** @param {number} depth @returns {number} */
  rowAt(depth) {
    return this.hasDepth ? interpolate(depth, this.depths, this.rows) : NaN;
  }

  /**
   * @param {number} depth
   * @returns {boolean} whether it lies between two strips of the log, where it has none
   */
  inGap(depth) {
    const points = this.registration.depth.points;
    return points.some(
      (above, place) => above.gap && above.depth < depth && depth < points[place + 1]?.depth,
    );
  }

  /**
   * Page row where the depth line of a registered row meets a column.
   *
   * @param {number} row
   * @param {number} column
   * @returns {number}
   */
  pageRow(row, column) {
    if (!this.turned) return row;
    const left = interpolate(row, this.turnRows, this.turnLeft, true);
    const right = interpolate(row, this.turnRows, this.turnRight, true);
    let first = Infinity;
    let last = -Infinity;
    for (const side of this.sides.values()) {
      first = Math.min(first, side.left.at(row + left));
      last = Math.max(last, side.right.at(row + right));
    }
    return row + left + ((column - first) / (last - first)) * (right - left);
  }

  /**
   * Registered row of a place on the page.
   *
   * @param {number} pageRow
   * @param {number} column
   * @returns {number}
   */
  rowOf(pageRow, column) {
    if (!this.turned) return pageRow;
    let row = pageRow;
    for (let round = 0; round < ROUNDS; round += 1) {
      row += pageRow - this.pageRow(row, column);
    }
    return row;
  }

  /**
   * Columns where the depth line of a registered row meets the edges of a track.
   *
   * @param {Track} track
   * @param {number} row
   * @returns {[number, number]}
   */
  edgesAt(track, row) {
    const sides = this.sides.get(track);
    if (!sides) return [NaN, NaN];
    return [this.#meet(sides.left, row), this.#meet(sides.right, row)];
  }

  /** @param {Side} side @param {number} row @returns {number} */
  #meet(side, row) {
    let column = side.at(row);
    if (!this.turned) return column;
    for (let round = 0; round < ROUNDS; round += 1) {
      column = side.at(this.pageRow(row, column));
    }
    return column;
  }

  /**
   * Every curve and the track that it is drawn in, in the order of the registration.
   *
   * @returns {{track: Track, spec: CurveSpec}[]}
   */
  specs() {
    const found = [];
    for (const track of this.registration.tracks) {
      for (const spec of track.curves) found.push({ track, spec });
    }
    return found;
  }
}

/** @param {DepthPoint} point @returns {boolean} */
function isTurned(point) {
  return Number.isFinite(point.row_left ?? NaN) && Number.isFinite(point.row_right ?? NaN);
}

/**
 * Values at the two edges of the track.
 *
 * @param {CurveSpec} spec
 * @returns {[number, number]} NaN where one is still to be given
 */
export function endsOf(spec) {
  return [spec.left ?? NaN, spec.right ?? NaN];
}

/**
 * Value at an unfolded fraction of the track.
 *
 * @param {CurveSpec} spec
 * @param {number} fraction
 * @returns {number}
 */
export function valueAt(spec, fraction) {
  const [left, right] = endsOf(spec);
  if (spec.scale === "log") return left * (right / left) ** fraction;
  if (spec.scale === "piecewise" && spec.points && spec.points.length > 1) {
    const points = spec.points;
    return interpolate(
      fraction,
      points.map((p) => p.fraction),
      points.map((p) => p.value),
    );
  }
  return left + fraction * (right - left);
}

/**
 * Unfolded fraction of a value; NaN for what a log scale cannot show.
 *
 * @param {CurveSpec} spec
 * @param {number} value
 * @returns {number}
 */
export function fractionAt(spec, value) {
  const [left, right] = endsOf(spec);
  if (spec.scale === "log") {
    return Math.log(value / left) / Math.log(right / left);
  }
  if (spec.scale === "piecewise" && spec.points && spec.points.length > 1) {
    let points = spec.points;
    if (points[0].value > points[points.length - 1].value) points = [...points].reverse();
    return interpolate(
      value,
      points.map((p) => p.value),
      points.map((p) => p.fraction),
    );
  }
  return (value - left) / (right - left);
}

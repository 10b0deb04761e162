/**
 * The curve drawn again from its values, as the LAS will hold them, beside the scan.
 *
 * Values at the step of the output, straight lines between them, on the scale of the
 * header: what is wrong with scale, wraps or step shows here. A curve that wraps is
 * drawn unfolded.
 */

/** @import {Curve} from "./curve.js" */
/** @import {State} from "./state.js" */
/** @import {View} from "./view.js" */

import { ink, plain, rem, stroke } from "./dom.js";
import { endsOf, fractionAt, valueAt } from "./geometry.js";
import { beside } from "./state.js";

/** Samples beyond which every second, third ... is left out: no window shows more. */
const MOST_SAMPLES = 6000;

/**
 * Value of a curve at a depth, straight on the paper between the two rows about it, as an
 * export has it.
 *
 * @param {Curve} curve
 * @param {number} depth
 * @returns {number} NaN where either row is unread, and in a gap of the log
 */
export function valueAtDepth(curve, depth) {
  if (curve.geometry.inGap(depth)) return NaN;
  const row = curve.geometry.rowAt(depth);
  const above = Math.floor(row + 1e-6);
  const below = Math.ceil(row - 1e-6);
  const upper = curve.valueOf(above, curve.at(above));
  if (above === below) return upper;
  const lower = curve.valueOf(below, curve.at(below));
  const from = fractionAt(curve.spec, upper);
  return valueAt(curve.spec, from + (row - above) * (fractionAt(curve.spec, lower) - from));
}

/**
 * Depths of the output in the window and their fractions of the scale.
 *
 * @param {View} view
 * @param {State} state
 * @param {Curve} curve
 * @returns {{row: number, fraction: number}[]}
 */
function samples(view, state, curve) {
  const geometry = curve.geometry;
  const registration = geometry.registration;
  const column = registration.tracks.length ? state.span.left : 0;
  const points = registration.depth.points;
  const first = Math.max(
    geometry.depthAt(geometry.rowOf(view.pageRow(0), column)),
    points[0].depth,
  );
  const end = points[points.length - 1].depth;
  const last = Math.min(geometry.depthAt(geometry.rowOf(view.pageRow(view.height), column)), end);
  const every = Math.max(1, Math.ceil((last - first) / registration.step / MOST_SAMPLES));
  const found = [];
  const step = registration.step * every;
  for (let k = Math.ceil(first / step - 1e-6); k <= Math.floor(last / step + 1e-6); k += 1) {
    const value = valueAtDepth(curve, k * step);
    found.push({ row: geometry.rowAt(k * step), fraction: fractionAt(curve.spec, value) });
  }
  return found;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {State} state
 * @param {number} width
 * @returns {[number, number]} fractions of the scale at its left and its right
 */
export function drawReplot(context, view, state, width) {
  context.clearRect(0, 0, width, view.height);
  const curve = state.curve;
  if (!curve?.geometry.hasDepth) return [0, 1];
  const drawn = samples(view, state, curve);
  const read = drawn.map((sample) => sample.fraction).filter(Number.isFinite);
  const wraps = curve.spec.wraps ?? false;
  const low = wraps ? Math.floor(Math.min(0, ...read) + 1e-6) : 0;
  const high = wraps ? Math.ceil(Math.max(1, ...read) - 1e-6) : 1;
  const margin = rem() * 0.6;
  const x = (/** @type {number} */ fraction) =>
    margin + ((fraction - low) / (high - low)) * (width - 2 * margin);
  drawScaleLines(context, view, curve, x, low, high);
  context.strokeStyle = beside(curve.colour);
  context.lineWidth = stroke(1.6);
  context.lineJoin = "round";
  context.beginPath();
  let down = false;
  for (const { row, fraction } of drawn) {
    if (!Number.isFinite(fraction)) {
      down = false;
      continue;
    }
    // The replot has no columns: its rows are those of the depth column.
    if (down) context.lineTo(x(fraction), view.y(row));
    else context.moveTo(x(fraction), view.y(row));
    down = true;
  }
  context.stroke();
  return [low, high];
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {Curve} curve
 * @param {(fraction: number) => number} x
 * @param {number} low
 * @param {number} high
 */
function drawScaleLines(context, view, curve, x, low, high) {
  context.lineWidth = 1;
  for (let turn = low; turn < high; turn += 1) {
    for (const fraction of divisions(curve)) line(turn + fraction, ink("hair"));
  }
  for (let turn = low; turn <= high; turn += 1) line(turn, ink("faint"));

  /** @param {number} fraction @param {string} colour */
  function line(fraction, colour) {
    context.strokeStyle = colour;
    context.beginPath();
    context.moveTo(Math.round(x(fraction)) + 0.5, 0);
    context.lineTo(Math.round(x(fraction)) + 0.5, view.height);
    context.stroke();
  }
}

/** @param {Curve} curve @returns {number[]} fractions of the lines of one scale width */
function divisions(curve) {
  const spec = curve.spec;
  if (spec.scale !== "log") return [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
  const [least, most] = endsOf(spec).sort((a, b) => a - b);
  const found = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power < most; power += 1) {
    for (const digit of [1, 2, 3, 5]) {
      const fraction = fractionAt(spec, digit * 10 ** power);
      if (fraction > 0.001 && fraction < 0.999) found.push(fraction);
    }
  }
  return found;
}

/**
 * Say over the replot what it shows.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {State} state
 * @param {number} width
 * @param {number} height
 * @param {[number, number]} range fractions of the scale at the left and the right
 */
export function drawReplotHeading(context, state, width, height, [low, high]) {
  context.clearRect(0, 0, width, height);
  const curve = state.curve;
  if (!curve) return;
  const size = rem() * 0.85;
  context.font = `bold ${size}px system-ui, sans-serif`;
  context.textBaseline = "bottom";
  context.fillStyle = beside(curve.colour);
  context.textAlign = "center";
  context.fillText(
    `${curve.mnemonic}, ${high - low > 1 ? "unfolded" : "replotted"}`,
    width / 2,
    height - size * 1.5,
    width - 4,
  );
  context.font = `${size}px system-ui, sans-serif`;
  context.fillStyle = ink("text");
  context.textAlign = "left";
  context.fillText(plain(valueAt(curve.spec, low)), 4, height - 2);
  context.textAlign = "right";
  context.fillText(plain(valueAt(curve.spec, high)), width - 4, height - 2);
}

/** The depth scale at the left, the fitted depth grid, and the edges of tracks. */

/** @import {State} from "./state.js" */
/** @import {View} from "./view.js" */

import { ink, rem } from "./dom.js";

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/**
 * Depth between lines, so that they stand a number of pixels apart or more.
 *
 * @param {number} pixelsPerUnit
 * @param {number} least pixels
 * @returns {number}
 */
export function stepOf(pixelsPerUnit, least) {
  return STEPS.find((step) => step * pixelsPerUnit >= least) ?? STEPS[STEPS.length - 1];
}

/**
 * Depths of the lines in the window.
 *
 * @param {View} view
 * @param {State} state
 * @param {number} least pixels between two
 * @returns {{step: number, depths: number[]}}
 */
function linesOf(view, state, least) {
  const geometry = state.geometry;
  if (!geometry?.hasDepth) return { step: 1, depths: [] };
  const step = stepOf(state.rowsPerUnit * view.rowScale, least);
  const margin = geometry.turned ? 60 : 2;
  const first = geometry.depthAt(view.pageRow(-margin));
  const last = geometry.depthAt(view.pageRow(view.height + margin));
  const depths = [];
  for (let k = Math.ceil(first / step); k <= Math.floor(last / step); k += 1) {
    depths.push(Number((k * step).toFixed(6)));
  }
  return { step, depths };
}

/**
 * Draw the depth scale of the gutter, or rows where no depth is known.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {State} state
 * @param {number} width of the gutter
 * @param {number|null} pointer y of the cross-hair
 */
export function drawDepthScale(context, view, state, width, pointer) {
  context.clearRect(0, 0, width, view.height);
  context.fillStyle = ink("text");
  context.strokeStyle = ink("faint");
  context.font = `${rem() * 0.85}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  context.textAlign = "right";
  const geometry = state.geometry;
  if (!geometry?.hasDepth) {
    const step = stepOf(view.rowScale, rem() * 5);
    for (let row = Math.ceil(view.row / step) * step; view.y(row) < view.height; row += step) {
      tick(context, view.y(row), width, String(row), true);
    }
  } else {
    const minor = linesOf(view, state, rem() * 0.9);
    const major = linesOf(view, state, rem() * 5);
    for (const depth of minor.depths)
      tick(context, view.y(geometry.rowAt(depth)), width, "", false);
    for (const depth of major.depths) {
      tick(context, view.y(geometry.rowAt(depth)), width, String(depth), true);
    }
  }
  if (pointer !== null) {
    context.strokeStyle = ink("accent");
    context.beginPath();
    context.moveTo(0, pointer);
    context.lineTo(width, pointer);
    context.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} y
 * @param {number} width
 * @param {string} text
 * @param {boolean} major
 */
function tick(context, y, width, text, major) {
  const length = rem() * (major ? 0.7 : 0.35);
  context.beginPath();
  context.moveTo(width - length, Math.round(y) + 0.5);
  context.lineTo(width, Math.round(y) + 0.5);
  context.stroke();
  if (text) context.fillText(text, width - length - 4, y);
}

/**
 * Draw the fitted depth lines over the whole page, to see that they lie on the print.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {State} state
 */
export function drawGrid(context, view, state) {
  const geometry = state.geometry;
  if (!geometry) return;
  const { left, right } = state.span;
  context.lineWidth = 1;
  context.strokeStyle = ink("grid");
  context.beginPath();
  const { step, depths } = linesOf(view, state, rem() * 1.6);
  const first = geometry.depths[0] - step;
  const last = geometry.depths[geometry.depths.length - 1] + step;
  for (const depth of depths) {
    // Beyond the points nothing is fitted, and the header should be seen.
    if (depth < first || depth > last) continue;
    const row = geometry.rowAt(depth);
    context.moveTo(view.x(left), view.y(geometry.pageRow(row, left)));
    context.lineTo(view.x(right), view.y(geometry.pageRow(row, right)));
  }
  context.stroke();
}

/**
 * Draw the edges of all tracks.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {State} state
 * @param {number} width of the line
 */
export function drawEdges(context, view, state, width) {
  const registration = state.doc?.registration;
  if (!registration) return;
  context.lineWidth = width;
  context.strokeStyle = ink("edge");
  context.globalAlpha = 0.8;
  context.beginPath();
  for (const track of registration.tracks) {
    for (const points of [track.left, track.right]) {
      if (!points.length) continue;
      const last = points[points.length - 1];
      context.moveTo(view.x(points[0].column), Math.min(0, view.y(points[0].row)));
      for (const point of points) context.lineTo(view.x(point.column), view.y(point.row));
      context.lineTo(view.x(last.column), Math.max(view.height, view.y(last.row)));
    }
  }
  context.stroke();
  context.globalAlpha = 1;
}

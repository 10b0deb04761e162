/** The legend over the scan: for every curve its name, unit, and both ends of its scale. */

/** @import {State} from "./state.js" */
/** @import {View} from "./view.js" */
/** @import {Track} from "./types.js" */

import { ink, plain, rem } from "./dom.js";
import { beside } from "./state.js";

/** Lines of the legend at most; a track with more shows its first ones. */
const MOST_LINES = 8;

/** Line styles as dashes of the screen. */
const DASHES = /** @type {Record<string, number[]>} */ ({
  solid: [],
  "long-dash": [12, 5],
  "short-dash": [6, 4],
  dot: [2, 4],
  "dash-dot": [10, 4, 2, 4],
});

/** @param {State} state @returns {number} height that the legend needs */
export function headingHeight(state) {
  const tracks = state.doc?.registration.tracks ?? [];
  // Two at least: the name and the ends of the replot stand beside it.
  const most = Math.max(2, ...tracks.map((track) => track.curves.length));
  return Math.min(most, MOST_LINES) * lineHeight() + rem() * 0.4;
}

/** @returns {number} */
function lineHeight() {
  return rem() * 1.45;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {State} state
 * @param {number} height
 */
export function drawHeading(context, view, state, height) {
  context.clearRect(0, 0, view.width, height);
  const middle = view.pageRow(view.height / 2);
  for (const track of state.doc?.registration.tracks ?? []) {
    drawTrack(context, view, state, track, middle);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {State} state
 * @param {Track} track
 * @param {number} middle page row in the middle of the window
 */
function drawTrack(context, view, state, track, middle) {
  const geometry = state.geometry;
  if (!geometry || !track.left.length || !track.right.length) return;
  const row = geometry.rowOf(middle, track.left[0].column);
  const [first, last] = geometry.edgesAt(track, row);
  const left = Math.max(view.x(first), 2);
  const right = Math.min(view.x(last), view.width - 2);
  if (right - left < rem() * 4) return;
  track.curves.slice(0, MOST_LINES).forEach((spec, index) => {
    const top = rem() * 0.2 + index * lineHeight();
    const curve = state.curves.get(spec.mnemonic);
    const active = spec.mnemonic === state.active;
    const colour = curve ? beside(curve.colour) : ink("text");
    context.globalAlpha = state.hidden.has(spec.mnemonic) ? 0.35 : 1;
    context.strokeStyle = colour;
    context.lineWidth = active ? 3 : 1.5;
    context.setLineDash(DASHES[spec.line] ?? []);
    context.beginPath();
    context.moveTo(left, top + lineHeight() - 3);
    context.lineTo(right, top + lineHeight() - 3);
    context.stroke();
    context.setLineDash([]);
    writeLine(context, spec, { left, right, top, active, colour });
    context.globalAlpha = 1;
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./types.js").CurveSpec} spec
 * @param {{left: number, right: number, top: number, active: boolean, colour: string}} place
 */
function writeLine(context, spec, place) {
  const size = rem() * 0.85;
  const y = place.top + lineHeight() / 2 - 2;
  context.textBaseline = "middle";
  context.fillStyle = ink("text");
  context.font = `${size}px system-ui, sans-serif`;
  const ends = [plain(spec.left), plain(spec.right)];
  context.textAlign = "left";
  context.fillText(ends[0], place.left + 2, y);
  context.textAlign = "right";
  context.fillText(ends[1], place.right - 2, y);
  // Centred text has the room that the wider end leaves on both sides.
  const widest = Math.max(...ends.map((end) => context.measureText(end).width));
  const room = place.right - place.left - 2 * widest - size;
  context.textAlign = "center";
  context.font = `${place.active ? "bold " : ""}${size}px system-ui, sans-serif`;
  context.fillStyle = place.colour;
  const kind = spec.scale === "log" ? " log" : "";
  const texts = [`${spec.mnemonic} ${spec.unit}${kind}`, spec.mnemonic];
  const fits = texts.find((text) => context.measureText(text).width < room);
  if (fits) context.fillText(fits, (place.left + place.right) / 2, y);
}

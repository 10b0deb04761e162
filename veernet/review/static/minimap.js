/** The whole log as a strip: a lane for each curve, coloured by how much it is doubted. */

/** @import {Curve} from "./curve.js" */
/** @import {State} from "./state.js" */
/** @import {View} from "./view.js" */

import { ORIGIN, REVIEWED } from "./curve.js";
import { ink } from "./dom.js";

/** Strip of the whole log; kept as a picture of its own size until curves change. */
export class Minimap {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.canvas = document.createElement("canvas");
    this.stale = true;
  }

  /** @returns {[number, number]} page rows from the top to the bottom of the strip */
  get rows() {
    return [0, (this.state.doc?.image.rows ?? 1) - 1];
  }

  /** @param {number} y @param {number} height @returns {number} page row */
  rowAt(y, height) {
    const [first, last] = this.rows;
    return first + (y / height) * (last - first);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {number} width
   * @param {number} height
   */
  draw(context, view, width, height) {
    if (this.stale || this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = Math.max(1, width);
      this.canvas.height = Math.max(1, height);
      this.#paint();
      this.stale = false;
    }
    context.clearRect(0, 0, width, height);
    context.drawImage(this.canvas, 0, 0);
    const [first, last] = this.rows;
    const top = ((view.pageRow(0) - first) / (last - first)) * height;
    const bottom = ((view.pageRow(view.height) - first) / (last - first)) * height;
    context.strokeStyle = ink("accent");
    context.fillStyle = ink("window");
    context.lineWidth = 2;
    const tall = Math.max(4, bottom - top);
    context.fillRect(1, top, width - 2, tall);
    context.strokeRect(1, top, width - 2, tall);
  }

  #paint() {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const { width, height } = this.canvas;
    context.fillStyle = ink("raised");
    context.fillRect(0, 0, width, height);
    const curves = this.state.ordered;
    curves.forEach((curve, lane) => {
      const left = Math.round((lane * width) / curves.length);
      const right = Math.round(((lane + 1) * width) / curves.length);
      this.#lane(context, curve, left, Math.max(1, right - left - 1), height);
    });
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Curve} curve
   * @param {number} left
   * @param {number} width
   * @param {number} height
   */
  #lane(context, curve, left, width, height) {
    const [first, last] = this.rows;
    const perPixel = (last - first) / height;
    const colours = [ink("sure"), ink("fair"), ink("doubt"), ink("bad")];
    for (let y = 0; y < height; y += 1) {
      const start = Math.floor(first + y * perPixel) - curve.firstRow;
      const worst = worstOf(curve, start, Math.max(start + 1, Math.ceil(start + perPixel)));
      if (worst === null) continue;
      context.fillStyle = worst < 0 ? ink("gap") : colours[worst];
      context.fillRect(left, y, width, 1);
    }
  }
}

/**
 * Doubt of the worst of some rows: 0 sure to 3 bad; -1 where all are unread.
 *
 * @param {Curve} curve
 * @param {number} start
 * @param {number} stop
 * @returns {number|null} null where the curve has no rows
 */
function worstOf(curve, start, stop) {
  let worst = -1;
  let any = false;
  for (let i = Math.max(0, start); i < Math.min(curve.rows, stop); i += 1) {
    any = true;
    if (curve.flags[i] & REVIEWED) {
      worst = Math.max(worst, 0);
      continue;
    }
    if (curve.origin[i] === ORIGIN.none || Number.isNaN(curve.column[i])) continue;
    const confidence = curve.confidence[i];
    const doubt = confidence >= 0.8 ? 0 : confidence >= 0.6 ? 1 : confidence >= 0.4 ? 2 : 3;
    worst = Math.max(worst, doubt);
  }
  return any ? worst : null;
}

/** The canvases: each as large as its part of the window, drawn once a frame when needed. */

import { byId } from "./dom.js";

/**
 * A canvas that follows the size of its box.
 */
export class Layer {
  /** @param {string} id */
  constructor(id) {
    /** @type {HTMLCanvasElement} */
    this.canvas = byId(id);
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.width = 0;
    this.height = 0;
  }

  /** Take the size of the box, in pixels of the device. */
  fit() {
    const box = this.canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    this.width = box.width;
    this.height = box.height;
    const width = Math.round(box.width * ratio);
    const height = Math.round(box.height * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  clear() {
    this.context.clearRect(0, 0, this.width, this.height);
  }
}

/** Draws what was asked for, in the next frame and once. */
export class Painter {
  constructor() {
    /** @type {Map<string, () => void>} */
    this.painters = new Map();
    /** @type {Set<string>} */
    this.stale = new Set();
    this.frame = 0;
    /** @type {number[]} ms of the last frames, for the benchmark */
    this.times = [];
  }

  /** @param {string} name @param {() => void} paint */
  add(name, paint) {
    this.painters.set(name, paint);
  }

  /** @param {string[]} names */
  ask(...names) {
    for (const name of names) this.stale.add(name);
    if (!this.frame) this.frame = requestAnimationFrame(() => this.#paint());
  }

  all() {
    this.ask(...this.painters.keys());
  }

  /** @returns {boolean} */
  get idle() {
    return this.frame === 0;
  }

  #paint() {
    this.frame = 0;
    const names = [...this.stale];
    this.stale.clear();
    const start = performance.now();
    for (const [name, paint] of this.painters) if (names.includes(name)) paint();
    this.times.push(performance.now() - start);
    if (this.times.length > 2000) this.times.shift();
  }
}

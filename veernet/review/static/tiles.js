/** The scan in tiles: those of the window are fetched, a bounded number is kept. */

/** @import {ImageInfo, Level} from "./types.js" */
/** @import {View} from "./view.js" */

import { loadTile } from "./api.js";

/** Bitmaps kept: 160 of 512 x 512 are 160 MB of pixels at most. */
const KEPT = 160;

/** Requests at once; a browser opens six connections to a host. */
const AT_ONCE = 4;

/** Levels that the coarser axis may be finer than it needs. */
const FINER = 2;

/** @typedef {{level: number, row: number, column: number}} Place */

/** Tiles of one page. */
export class Tiles {
  /**
   * @param {ImageInfo} image
   * @param {() => void} changed is told when a tile has come
   */
  constructor(image, changed) {
    this.image = image;
    this.changed = changed;
    /** @type {Map<string, ImageBitmap>} in the order of their use */
    this.kept = new Map();
    /** @type {Map<string, AbortController>} */
    this.loading = new Map();
    /** @type {Place[]} */
    this.wanted = [];
    /** @type {Set<string>} */
    this.failed = new Set();
  }

  /** @returns {boolean} whether all that is to be seen has come */
  get idle() {
    return this.loading.size === 0 && this.wanted.length === 0;
  }

  /** @param {View} view @returns {number} level whose pixels suit the window */
  levelFor(view) {
    const fine = Math.floor(Math.log2(1 / Math.max(view.rowScale, view.columnScale)));
    const coarse = Math.floor(Math.log2(1 / Math.min(view.rowScale, view.columnScale)));
    const level = Math.max(fine, coarse - FINER, 0);
    return Math.min(level, this.image.levels.length - 1);
  }

  /**
   * Draw what there is, and fetch what is missing.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {boolean} [fetch] false to make do with what there is
   */
  draw(context, view, fetch = true) {
    const level = this.levelFor(view);
    context.imageSmoothingEnabled = Math.max(view.rowScale, view.columnScale) < 3;
    context.imageSmoothingQuality = "medium";
    /** @type {Place[]} */
    const missing = [];
    // Coarser tiles that are there stand in for those that are still to come.
    for (let under = this.image.levels.length - 1; under > level; under -= 1) {
      for (const place of this.#inWindow(view, under)) this.#paint(context, view, place);
    }
    for (const place of this.#inWindow(view, level)) {
      if (!this.#paint(context, view, place)) missing.push(place);
    }
    if (fetch) this.#ask(missing, view);
  }

  /**
   * @param {View} view
   * @param {number} level
   * @returns {Place[]}
   */
  #inWindow(view, level) {
    const info = /** @type {Level} */ (this.image.levels[level]);
    const size = this.image.tile * 2 ** level;
    const rows = Math.ceil(info.rows / this.image.tile);
    const columns = Math.ceil(info.columns / this.image.tile);
    const firstRow = Math.max(0, Math.floor(view.row / size));
    const lastRow = Math.min(rows - 1, Math.floor((view.row + view.height / view.rowScale) / size));
    const firstColumn = Math.max(0, Math.floor(view.column / size));
    const right = view.column + view.width / view.columnScale;
    const lastColumn = Math.min(columns - 1, Math.floor(right / size));
    /** @type {Place[]} */
    const places = [];
    for (let row = firstRow; row <= lastRow; row += 1) {
      for (let column = firstColumn; column <= lastColumn; column += 1) {
        places.push({ level, row, column });
      }
    }
    return places;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   * @param {Place} place
   * @returns {boolean} whether the tile was there
   */
  #paint(context, view, place) {
    const key = keyOf(place);
    const bitmap = this.kept.get(key);
    if (!bitmap) return false;
    this.kept.delete(key);
    this.kept.set(key, bitmap);
    const pixel = 2 ** place.level;
    const size = this.image.tile * pixel;
    const left = (place.column * size - view.column) * view.columnScale;
    const top = (place.row * size - view.row) * view.rowScale;
    // The last tile of a halved level may hold half a pixel more than the page.
    const rows = Math.min(bitmap.height * pixel, this.image.rows - place.row * size);
    const columns = Math.min(bitmap.width * pixel, this.image.columns - place.column * size);
    const right = left + columns * view.columnScale;
    const bottom = top + rows * view.rowScale;
    // Whole pixels, so that no seam shows between tiles.
    const x = Math.round(left);
    const y = Math.round(top);
    context.drawImage(
      bitmap,
      0,
      0,
      columns / pixel,
      rows / pixel,
      x,
      y,
      Math.round(right) - x,
      Math.round(bottom) - y,
    );
    return true;
  }

  /** @param {Place[]} missing @param {View} view */
  #ask(missing, view) {
    const needed = new Set(missing.map(keyOf));
    for (const [key, controller] of this.loading) {
      if (!needed.has(key)) {
        controller.abort();
        this.loading.delete(key);
      }
    }
    const middle = view.row + view.height / view.rowScale / 2;
    const distance = (/** @type {Place} */ place) =>
      Math.abs((place.row + 0.5) * this.image.tile * 2 ** place.level - middle);
    this.wanted = missing
      .filter((place) => !this.loading.has(keyOf(place)) && !this.failed.has(keyOf(place)))
      .sort((a, b) => distance(a) - distance(b));
    this.#next();
  }

  #next() {
    while (this.loading.size < AT_ONCE && this.wanted.length) {
      const place = /** @type {Place} */ (this.wanted.shift());
      const key = keyOf(place);
      const controller = new AbortController();
      this.loading.set(key, controller);
      loadTile(this.image.tiles, place.level, place.row, place.column, controller.signal)
        .then((bitmap) => this.#keep(key, bitmap))
        .catch((error) => {
          // A tile that scrolled out of the window is no failure.
          if (error.name !== "AbortError") this.failed.add(key);
        })
        .finally(() => {
          if (this.loading.get(key) === controller) this.loading.delete(key);
          this.#next();
          this.changed();
        });
    }
  }

  /** @param {string} key @param {ImageBitmap} bitmap */
  #keep(key, bitmap) {
    this.kept.get(key)?.close();
    this.kept.delete(key);
    this.kept.set(key, bitmap);
    for (const [old, stale] of this.kept) {
      if (this.kept.size <= KEPT) break;
      stale.close();
      this.kept.delete(old);
    }
  }
}

/** @param {Place} place @returns {string} */
function keyOf(place) {
  return `${place.level}/${place.row}/${place.column}`;
}

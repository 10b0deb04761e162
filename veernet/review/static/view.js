/** What part of the page the window shows: depth and columns are scaled apart. */

/** Screen pixels in an inch, as CSS defines them; prints are 1:240 and so on by it. */
const PIXELS_PER_INCH = 96;

const INCHES = /** @type {Record<string, number>} */ ({ ft: 12, m: 39.3701 });

const LEAST_SCALE = 0.002;
const MOST_SCALE = 40;

/** Page to window: `x` and `y` are pixels of the window, and only of it. */
export class View {
  constructor() {
    this.width = 100;
    this.height = 100;
    /** Page row and column at the top left corner of the window. */
    this.row = 0;
    this.column = 0;
    /** Pixels of the window for each row and column of the page. */
    this.rowScale = 1;
    this.columnScale = 1;
    this.pageRows = 1;
    this.pageColumns = 1;
  }

  /** @param {number} pageRow @returns {number} */
  y(pageRow) {
    return (pageRow + 0.5 - this.row) * this.rowScale;
  }

  /** @param {number} column @returns {number} */
  x(column) {
    return (column + 0.5 - this.column) * this.columnScale;
  }

  /** @param {number} y @returns {number} page row; the centre of a pixel is whole */
  pageRow(y) {
    return y / this.rowScale + this.row - 0.5;
  }

  /** @param {number} x @returns {number} */
  pageColumn(x) {
    return x / this.columnScale + this.column - 0.5;
  }

  /** @param {number} width @param {number} height */
  resize(width, height) {
    this.width = width;
    this.height = height;
    this.#clamp();
  }

  /** @param {number} dx @param {number} dy pixels that the paper moves */
  pan(dx, dy) {
    this.column -= dx / this.columnScale;
    this.row -= dy / this.rowScale;
    this.#clamp();
  }

  /**
   * Zoom about a point of the window, which keeps its place.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} columns factor across
   * @param {number} rows factor along depth
   */
  zoom(x, y, columns, rows) {
    const column = this.pageColumn(x);
    const row = this.pageRow(y);
    this.columnScale = bound(this.columnScale * columns);
    this.rowScale = bound(this.rowScale * rows);
    this.column = column + 0.5 - x / this.columnScale;
    this.row = row + 0.5 - y / this.rowScale;
    this.#clamp();
  }

  /** Show columns from one to another, keeping the depth in the middle. */
  fitColumns(first = 0, last = this.pageColumns - 1) {
    const middle = this.pageRow(this.height / 2);
    const ratio = this.rowScale / this.columnScale;
    this.columnScale = bound(this.width / (last - first + 1));
    this.rowScale = bound(this.columnScale * ratio);
    this.column = first;
    this.row = middle + 0.5 - this.height / 2 / this.rowScale;
    this.#clamp();
  }

  /** Show the page with pixels as square as they are on paper. */
  square() {
    this.zoom(this.width / 2, this.height / 2, 1, this.columnScale / this.rowScale);
  }

  /**
   * Show depth at the scale of a print.
   *
   * @param {number} ratio 240 for 1:240
   * @param {string} unit ft or m
   * @param {number} rowsPerUnit of the scan
   */
  printScale(ratio, unit, rowsPerUnit) {
    const pixels = ((INCHES[unit] ?? INCHES.ft) / ratio) * PIXELS_PER_INCH;
    const factor = pixels / rowsPerUnit / this.rowScale;
    this.zoom(this.width / 2, this.height / 2, 1, factor);
  }

  /**
   * @param {string} unit
   * @param {number} rowsPerUnit
   * @returns {number} 240 where depth is shown at 1:240
   */
  ratio(unit, rowsPerUnit) {
    const pixels = this.rowScale * rowsPerUnit;
    return ((INCHES[unit] ?? INCHES.ft) * PIXELS_PER_INCH) / pixels;
  }

  /** @param {number} pageRow to be put in the middle */
  centre(pageRow) {
    this.row = pageRow + 0.5 - this.height / 2 / this.rowScale;
    this.#clamp();
  }

  /**
   * Show a stretch whole, zooming out only if it is taller than the window.
   *
   * @param {number} first page row
   * @param {number} last page row
   */
  show(first, last) {
    const wanted = (last - first + 1) * 1.4;
    if (wanted * this.rowScale > this.height) {
      this.rowScale = bound(this.height / wanted);
    }
    this.centre((first + last) / 2);
  }

  /** @param {number} column to be in the window, moving across only if it is not */
  reveal(column) {
    const x = this.x(column);
    if (x < 0.05 * this.width || x > 0.95 * this.width) {
      this.column = column - this.width / 2 / this.columnScale;
      this.#clamp();
    }
  }

  #clamp() {
    // A third of the window may be beside the page, so that its ends can be worked on.
    const beyondRows = this.height / this.rowScale / 3;
    const beyondColumns = this.width / this.columnScale / 3;
    const lastRow = this.pageRows - this.height / this.rowScale + beyondRows;
    const lastColumn = this.pageColumns - this.width / this.columnScale + beyondColumns;
    this.row = Math.max(-beyondRows, Math.min(this.row, Math.max(lastRow, -beyondRows)));
    this.column = Math.max(
      -beyondColumns,
      Math.min(this.column, Math.max(lastColumn, -beyondColumns)),
    );
  }
}

/** @param {number} scale @returns {number} */
function bound(scale) {
  return Math.min(MOST_SCALE, Math.max(LEAST_SCALE, scale));
}

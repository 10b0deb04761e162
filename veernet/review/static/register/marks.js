/** Depth points and edges as handles on the scan: pressed, dragged, added, deleted. */

/** @import {App} from "../app.js" */
/** @import {DepthPoint, EdgePoint, Registration} from "../types.js" */
/** @import {Point} from "../tools/tool.js" */

/** Pixels of the pointer from a handle that still take hold of it. */
const GRIP = 10;

/**
 * What can be held: a depth point, a point of an edge, or a whole edge.
 *
 * @typedef {{kind: "depth", index: number}
 *   | {kind: "edge", track: number, side: "left"|"right", index: number}
 *   | {kind: "side", track: number, side: "left"|"right", from: number}} Held
 */

/** Handles of the registration. */
export class Marks {
  /**
   * @param {App} app
   * @param {(registration: Registration, told: string) => void} save
   */
  constructor(app, save) {
    this.app = app;
    this.save = save;
    /** @type {Held|null} what is dragged */
    this.held = null;
    /** @type {Held|null} what arrows and Del act on */
    this.chosen = null;
    /** @type {Registration|null} as it will be, while something is dragged */
    this.draft = null;
    this.moved = false;
  }

  /** @returns {Registration|null} */
  get registration() {
    return this.draft ?? this.app.state.doc?.registration ?? null;
  }

  /** @returns {{left: number, right: number}} columns between which depth points are drawn */
  get depthColumn() {
    const { span, geometry } = this.app.state;
    const tracks = this.registration?.tracks ?? [];
    if (!tracks.length || !geometry) return span;
    // Between two tracks, where the numerals stand: the widest gap.
    const edges = tracks
      .filter((track) => track.left.length && track.right.length)
      .map((track) => ({ left: track.left[0].column, right: track.right[0].column }))
      .sort((a, b) => a.left - b.left);
    let best = { left: span.left - 60, right: span.left };
    let widest = 0;
    let reach = edges[0]?.right ?? 0;
    for (const edge of edges.slice(1)) {
      if (edge.left - reach > widest) {
        widest = edge.left - reach;
        best = { left: reach, right: edge.left };
      }
      reach = Math.max(reach, edge.right);
    }
    return best;
  }

  /** @param {Point} point @returns {Held|null} */
  #at(point) {
    const { view } = this.app;
    const registration = this.registration;
    if (!registration) return null;
    const { left, right } = this.depthColumn;
    const inside = point.column > left - 6 && point.column < right + 6;
    const points = registration.depth.points;
    for (let index = 0; inside && index < points.length; index += 1) {
      if (Math.abs(view.y(points[index].row) - point.y) < GRIP) return { kind: "depth", index };
    }
    for (let track = 0; track < registration.tracks.length; track += 1) {
      for (const side of /** @type {const} */ (["left", "right"])) {
        const edge = registration.tracks[track][side];
        for (let index = 0; edge.length > 1 && index < edge.length; index += 1) {
          const away = Math.hypot(
            view.x(edge[index].column) - point.x,
            view.y(edge[index].row) - point.y,
          );
          if (away < GRIP) return { kind: "edge", track, side, index };
        }
      }
    }
    return this.#side(point);
  }

  /** @param {Point} point @returns {Held|null} an edge under the pointer */
  #side(point) {
    const { view } = this.app;
    const registration = this.registration;
    if (!registration) return null;
    for (let track = 0; track < registration.tracks.length; track += 1) {
      for (const side of /** @type {const} */ (["left", "right"])) {
        const at = columnOf(registration.tracks[track][side], point.pageRow);
        if (Math.abs(view.x(at) - point.x) < GRIP / 2)
          return { kind: "side", track, side, from: point.column };
      }
    }
    return null;
  }

  /** @param {Point} point */
  down(point) {
    this.chosen = this.#at(point);
    this.held = this.chosen;
    this.moved = false;
    if (this.held) {
      this.draft = this.app.registering.copy();
      this.app.state.say(this.#told(this.held));
    }
    this.app.registering.update();
  }

  /** @param {Held} held @returns {string} */
  #told(held) {
    const registration = /** @type {Registration} */ (this.registration);
    if (held.kind === "depth") {
      const point = registration.depth.points[held.index];
      return `Depth ${point.depth} ${registration.depth.unit ?? ""} at row ${point.row.toFixed(1)}: drag, arrows, or Del.`;
    }
    const name = registration.tracks[held.track].name;
    const what = held.kind === "edge" ? "Point of the" : "Whole";
    return `${what} ${held.side} edge of ${name}: drag, or arrows; double press adds a point, Del takes one away.`;
  }

  /** @param {Point} point */
  drag(point) {
    const held = this.held;
    if (!held || !this.draft) return;
    this.moved = true;
    if (held.kind === "depth") {
      this.#moveDepth(this.draft.depth.points, held.index, point.pageRow);
    } else if (held.kind === "edge") {
      const edge = this.draft.tracks[held.track][held.side];
      edge[held.index] = {
        row: between(edge, held.index, point.pageRow),
        column: round(point.column),
      };
    } else {
      const edge = this.draft.tracks[held.track][held.side];
      for (const known of edge) known.column = round(known.column + point.column - held.from);
      held.from = point.column;
    }
    this.app.painter.ask("edit");
  }

  /** @param {DepthPoint[]} points @param {number} index @param {number} row */
  #moveDepth(points, index, row) {
    points[index] = depthAt(points[index], between(points, index, row));
  }

  /** @param {Point} _point */
  up(_point) {
    const draft = this.draft;
    const held = this.held;
    this.held = null;
    this.draft = null;
    if (draft && held && this.moved)
      this.save(draft, held.kind === "depth" ? "Depth point moved" : "Edge moved");
    this.app.painter.ask("edit");
  }

  /** @param {Point} point */
  hover(point) {
    const at = this.#at(point);
    const box = document.getElementById("window");
    const cursors = { depth: "ns-resize", edge: "move", side: "ew-resize" };
    if (box) box.style.cursor = at ? cursors[at.kind] : "crosshair";
  }

  /**
   * A double press adds: on an edge a point of it, in the depth column a depth point.
   *
   * @param {Point} point
   */
  add(point) {
    const registration = this.app.registering.copy();
    const side = this.#side(point);
    if (side && side.kind === "side") {
      const edge = registration.tracks[side.track][side.side];
      edge.push({ row: Math.round(point.pageRow), column: round(point.column) });
      edge.sort((a, b) => a.row - b.row);
      this.save(registration, "Point of an edge added");
      return;
    }
    this.app.registering.askDepth(point.row);
  }

  /** @param {number} columns @param {number} rows @returns {boolean} */
  nudge(columns, rows) {
    const chosen = this.chosen;
    if (!chosen) return false;
    const registration = this.app.registering.copy();
    if (chosen.kind === "depth") {
      const points = registration.depth.points;
      if (!points[chosen.index] || !rows) return Boolean(points[chosen.index]);
      this.#moveDepth(points, chosen.index, points[chosen.index].row + rows);
    } else {
      const edge = registration.tracks[chosen.track]?.[chosen.side];
      if (!edge) return false;
      const some = chosen.kind === "edge" ? [edge[chosen.index]] : edge;
      for (const known of some) known.column = round(known.column + columns);
      if (chosen.kind === "edge")
        edge[chosen.index].row = between(edge, chosen.index, edge[chosen.index].row + rows);
    }
    this.save(registration, "Moved");
    return true;
  }

  remove() {
    const chosen = this.chosen;
    const registration = this.app.registering.copy();
    if (!chosen || chosen.kind === "side") {
      this.app.state.say(
        "Press a depth point or a point of an edge first, then Del takes it away.",
      );
      return;
    }
    if (chosen.kind === "depth") {
      this.save(registration, withoutDepth(registration.depth.points, chosen.index));
    } else {
      const edge = registration.tracks[chosen.track][chosen.side];
      if (edge.length < 2) return;
      edge.splice(chosen.index, 1);
      this.save(registration, "Point of an edge taken away");
    }
    this.chosen = null;
  }

  cancel() {
    this.held = null;
    this.chosen = null;
    this.draft = null;
    this.app.registering.update();
    this.app.painter.ask("edit");
  }
}

/** @param {EdgePoint[]} edge @param {number} row @returns {number} */
function columnOf(edge, row) {
  if (!edge.length) return NaN;
  let before = edge[0];
  for (const point of edge) {
    if (point.row > row) {
      if (point === before) return point.column;
      return (
        before.column +
        ((row - before.row) / (point.row - before.row)) * (point.column - before.column)
      );
    }
    before = point;
  }
  return before.column;
}

/**
 * Keep a point between its neighbours.
 *
 * @param {{row: number}[]} points
 * @param {number} index
 * @param {number} row
 * @returns {number}
 */
function between(points, index, row) {
  const least = index > 0 ? points[index - 1].row + 1 : -Infinity;
  const most = index + 1 < points.length ? points[index + 1].row - 1 : Infinity;
  return Math.min(Math.max(row, least), most);
}

/** @param {number} value @returns {number} to a hundredth of a pixel, as the file shows it */
function round(value) {
  return Math.round(value * 100) / 100;
}

/**
 * Take a depth point away. Depths below a gap are not those of the paper above it: the gap
 * then begins at the point above, and one that no point ends is none.
 *
 * @param {DepthPoint[]} points
 * @param {number} index
 * @returns {string} what was done
 */
function withoutDepth(points, index) {
  const [gone] = points.splice(index, 1);
  const above = points[index - 1];
  const gap = Boolean(above?.gap || gone.gap) && index < points.length;
  if (above && gap !== Boolean(above.gap)) above.gap = gap;
  return above && gap && gone.gap
    ? `Depth point taken away: the gap begins at ${above.depth} now`
    : "Depth point taken away";
}

/**
 * Move a depth point to another row; the turn of its line goes with it.
 *
 * @param {DepthPoint} point
 * @param {number} row
 * @returns {DepthPoint}
 */
export function depthAt(point, row) {
  const moved = round(row);
  const by = moved - point.row;
  return {
    ...point,
    row: moved,
    ...(point.row_left == null ? {} : { row_left: round(point.row_left + by) }),
    ...(point.row_right == null ? {} : { row_right: round(point.row_right + by) }),
  };
}

/** Depth points and edges as handles on the scan: pressed, dragged, added, deleted. */

/** @import {App} from "../main.js" */
/** @import {DepthPoint, EdgePoint, Finding, Registration} from "../types.js" */
/** @import {Point} from "../tools/tool.js" */

import { ink, rem } from "../dom.js";
import { Geometry } from "../geometry.js";

/** Pixels of the pointer from a handle that still take hold of it. */
const GRIP = 10;

/** Residual in rows from which a depth point is drawn as doubtful. */
const OFF = 1.5;

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
          const away = Math.hypot(view.x(edge[index].column) - point.x, view.y(edge[index].row) - point.y);
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
        if (Math.abs(view.x(at) - point.x) < GRIP / 2) return { kind: "side", track, side, from: point.column };
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
      this.draft = structuredClone(/** @type {Registration} */ (this.app.state.doc?.registration));
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
      edge[held.index] = { row: between(edge, held.index, point.pageRow), column: round(point.column) };
    } else {
      const edge = this.draft.tracks[held.track][held.side];
      for (const known of edge) known.column = round(known.column + point.column - held.from);
      held.from = point.column;
    }
    this.app.painter.ask("edit");
  }

  /** @param {DepthPoint[]} points @param {number} index @param {number} row */
  #moveDepth(points, index, row) {
    const known = points[index];
    const moved = round(between(points, index, row));
    // The turn of the line goes with it.
    const by = moved - known.row;
    points[index] = {
      ...known,
      row: moved,
      ...(known.row_left == null ? {} : { row_left: round(known.row_left + by) }),
      ...(known.row_right == null ? {} : { row_right: round(known.row_right + by) }),
    };
  }

  /** @param {Point} _point */
  up(_point) {
    const draft = this.draft;
    const held = this.held;
    this.held = null;
    this.draft = null;
    if (draft && held && this.moved) this.save(draft, held.kind === "depth" ? "Depth point moved" : "Edge moved");
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
      if (chosen.kind === "edge") edge[chosen.index].row = between(edge, chosen.index, edge[chosen.index].row + rows);
    }
    this.save(registration, "Moved");
    return true;
  }

  remove() {
    const chosen = this.chosen;
    const registration = this.app.registering.copy();
    if (!chosen || chosen.kind === "side") {
      this.app.state.say("Press a depth point or a point of an edge first, then Del takes it away.");
      return;
    }
    if (chosen.kind === "depth") {
      registration.depth.points.splice(chosen.index, 1);
      this.save(registration, "Depth point taken away");
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

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    const registration = this.registration;
    if (!registration || this.app.state.overlayHidden) return;
    this.#drawDepths(context, registration);
    this.#drawEdges(context, registration);
  }

  /** @param {CanvasRenderingContext2D} context @param {Registration} registration */
  #drawDepths(context, registration) {
    const { view, state } = this.app;
    const geometry = this.draft ? new Geometry(registration) : state.geometry;
    const { left } = this.depthColumn;
    const size = rem() * 0.9;
    context.font = `bold ${size}px system-ui, sans-serif`;
    context.textBaseline = "middle";
    registration.depth.points.forEach((point, index) => {
      const y = view.y(point.row);
      if (y < -20 || y > view.height + 20) return;
      const residual = state.doc?.depth[index]?.residual ?? null;
      const chosen = this.chosen?.kind === "depth" && this.chosen.index === index;
      const suggested = this.#suggested(point.row);
      const doubtful = suggested || (residual !== null && Math.abs(residual) > OFF);
      context.strokeStyle = chosen ? ink("accent") : doubtful ? ink("doubt") : ink("sure");
      context.lineWidth = chosen ? 3.5 : 2;
      context.beginPath();
      if (geometry) {
        const { left: first, right: last } = state.span;
        context.moveTo(view.x(first), view.y(geometry.pageRow(point.row, first)));
        context.lineTo(view.x(last), view.y(geometry.pageRow(point.row, last)));
      }
      context.stroke();
      const tail = residual === null ? "" : `  ${residual > 0 ? "+" : ""}${residual.toFixed(1)}`;
      // Beside the numeral, which is to be compared with it.
      label(context, `${point.depth}${tail}`, view.x(left), y, context.strokeStyle);
    });
  }

  /** @param {number} row @returns {boolean} whether a depth there is still to be confirmed */
  #suggested(row) {
    const findings = this.app.state.doc?.findings ?? [];
    return findings.some(
      (finding) =>
        finding.severity === "suggestion" && !finding.confirmed && !finding.curve &&
        finding.row !== null && Math.abs(finding.row - row) < 2,
    );
  }

  /** @param {CanvasRenderingContext2D} context @param {Registration} registration */
  #drawEdges(context, registration) {
    const { view } = this.app;
    const radius = rem() * 0.28;
    context.lineWidth = 1.5;
    registration.tracks.forEach((track, number) => {
      for (const side of /** @type {const} */ (["left", "right"])) {
        const edge = track[side];
        const whole = this.chosen?.kind === "side" && this.chosen.track === number && this.chosen.side === side;
        if (this.draft || whole) drawLine(context, view, edge, whole ? 3 : 1.5);
        edge.forEach((point, index) => {
          const y = view.y(point.row);
          if (edge.length < 2 || y < -9 || y > view.height + 9) return;
          const chosen =
            this.chosen?.kind === "edge" && this.chosen.track === number && this.chosen.side === side && this.chosen.index === index;
          context.fillStyle = chosen ? ink("accent") : ink("halo");
          context.strokeStyle = ink("edge");
          context.beginPath();
          context.arc(view.x(point.column), y, chosen ? radius * 1.5 : radius, 0, 2 * Math.PI);
          context.fill();
          context.stroke();
        });
      }
    });
  }

  /** @param {CanvasRenderingContext2D} context @param {Finding} finding */
  drawFinding(context, finding) {
    const { view } = this.app;
    if (finding.row === null) return;
    const column = finding.column ?? (this.depthColumn.left + this.depthColumn.right) / 2;
    context.strokeStyle = ink("doubt");
    context.lineWidth = 3;
    context.setLineDash([7, 4]);
    context.beginPath();
    context.ellipse(view.x(column), view.y(finding.row), rem() * 4, rem() * 2, 0, 0, 2 * Math.PI);
    context.stroke();
    context.setLineDash([]);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("../view.js").View} view
 * @param {EdgePoint[]} edge
 * @param {number} width
 */
function drawLine(context, view, edge, width) {
  if (!edge.length) return;
  context.strokeStyle = ink("accent");
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(view.x(edge[0].column), 0);
  for (const point of edge) context.lineTo(view.x(point.column), view.y(point.row));
  context.lineTo(view.x(edge[edge.length - 1].column), Math.max(view.height, view.y(edge[edge.length - 1].row)));
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {string|CanvasGradient|CanvasPattern} colour
 */
function label(context, text, x, y, colour) {
  const width = context.measureText(text).width + 8;
  const height = rem() * 1.15;
  context.textAlign = "right";
  context.fillStyle = colour;
  context.fillRect(x - width, y - height / 2, width, height);
  context.fillStyle = "#ffffff";
  context.fillText(text, x - 4, y + 1);
}

/** @param {EdgePoint[]} edge @param {number} row @returns {number} */
function columnOf(edge, row) {
  if (!edge.length) return NaN;
  let before = edge[0];
  for (const point of edge) {
    if (point.row > row) {
      if (point === before) return point.column;
      return before.column + ((row - before.row) / (point.row - before.row)) * (point.column - before.column);
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

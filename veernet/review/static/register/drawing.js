/** How depth points, edges and findings are drawn on the scan. */

/** @import {App} from "../app.js" */
/** @import {EdgePoint, Finding, Registration} from "../types.js" */
/** @import {Marks} from "./marks.js" */

import { ink, rem } from "../dom.js";
import { Geometry } from "../geometry.js";

/** Residual in rows from which a depth point is drawn as doubtful. */
const OFF = 1.5;

/** Draws the handles of the registration. */
export class Drawing {
  /** @param {App} app @param {Marks} marks */
  constructor(app, marks) {
    this.app = app;
    this.marks = marks;
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    const registration = this.marks.registration;
    if (!registration || this.app.state.overlayHidden) return;
    this.#drawDepths(context, registration);
    this.#drawEdges(context, registration);
  }

  /** @param {CanvasRenderingContext2D} context @param {Registration} registration */
  #drawDepths(context, registration) {
    const { view, state } = this.app;
    const geometry = this.marks.draft ? new Geometry(registration) : state.geometry;
    const { left } = this.marks.depthColumn;
    const size = rem() * 0.9;
    context.font = `bold ${size}px system-ui, sans-serif`;
    context.textBaseline = "middle";
    registration.depth.points.forEach((point, index) => {
      const y = view.y(point.row);
      if (y < -20 || y > view.height + 20) return;
      const residual = state.doc?.depth[index]?.residual ?? null;
      const chosen = this.marks.chosen?.kind === "depth" && this.marks.chosen.index === index;
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
        finding.severity === "suggestion" &&
        !finding.confirmed &&
        !finding.curve &&
        finding.row !== null &&
        Math.abs(finding.row - row) < 2,
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
        const whole =
          this.marks.chosen?.kind === "side" &&
          this.marks.chosen.track === number &&
          this.marks.chosen.side === side;
        if (this.marks.draft || whole) drawLine(context, view, edge, whole ? 3 : 1.5);
        edge.forEach((point, index) => {
          const y = view.y(point.row);
          if (edge.length < 2 || y < -9 || y > view.height + 9) return;
          const chosen =
            this.marks.chosen?.kind === "edge" &&
            this.marks.chosen.track === number &&
            this.marks.chosen.side === side &&
            this.marks.chosen.index === index;
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
    const column =
      finding.column ?? (this.marks.depthColumn.left + this.marks.depthColumn.right) / 2;
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
  context.lineTo(
    view.x(edge[edge.length - 1].column),
    Math.max(view.height, view.y(edge[edge.length - 1].row)),
  );
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

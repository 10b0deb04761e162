/** What is drawn on each canvas, and on top of what. */

/** @import {App} from "./app.js" */

import { drawDepthScale, drawEdges, drawGrid } from "./chart.js";
import { drawCurves } from "./curves.js";
import { byId, ink } from "./dom.js";
import { drawHeading, headingHeight } from "./heading.js";
import { Layer } from "./layers.js";
import { drawReplot, drawReplotHeading } from "./replot.js";
import { shadeRows } from "./tools/tool.js";

/**
 * Tell the painter what to draw where.
 *
 * @param {App} app
 */
export function paintLog(app) {
  const { painter, view, state } = app;
  const layer = (/** @type {string} */ id) => new Layer(id);
  const heading = layer("heading");
  painter.add("heading", () => {
    const rows = `${Math.ceil(headingHeight(state))}px minmax(0, 1fr)`;
    if (byId("log").style.gridTemplateRows !== rows) byId("log").style.gridTemplateRows = rows;
    heading.fit();
    drawHeading(heading.context, view, state, heading.height);
  });
  const tiles = layer("tiles");
  painter.add("tiles", () => {
    tiles.fit();
    tiles.clear();
    app.tiles?.draw(tiles.context, view);
  });
  const curves = layer("curves");
  painter.add("curves", () => {
    curves.fit();
    curves.clear();
    const registering = state.stage === "register";
    if (registering && !state.overlayHidden) drawGrid(curves.context, view, state);
    if (!state.overlayHidden) drawEdges(curves.context, view, state, registering ? 1.6 : 0.8);
    if (!registering) drawCurves(curves.context, view, state);
  });
  const edit = layer("edit");
  painter.add("edit", () => {
    edit.fit();
    edit.clear();
    if (state.stage === "register") app.registering.draw(edit.context);
    else drawEdit(app, edit.context);
    drawCross(app, edit.context);
  });
  const depth = layer("depth");
  painter.add("depth", () => {
    depth.fit();
    drawDepthScale(depth.context, view, state, depth.width, app.pointer.at?.y ?? null);
  });
  const replot = layer("replot");
  const replotHeading = layer("replot-heading");
  painter.add("replot", () => {
    replot.fit();
    if (replot.width < 20) return;
    const range = drawReplot(replot.context, view, state, replot.width);
    replotHeading.fit();
    const { context, width, height } = replotHeading;
    drawReplotHeading(context, state, width, height, range);
  });
  const minimap = layer("minimap");
  painter.add("minimap", () => {
    minimap.fit();
    app.minimap.draw(minimap.context, view, Math.round(minimap.width), Math.round(minimap.height));
  });
}

/** @param {App} app @param {CanvasRenderingContext2D} context */
function drawEdit(app, context) {
  const { state, editor } = app;
  const curve = state.curve;
  if (!curve || state.overlayHidden) return;
  if (state.selection) {
    shadeRows(context, editor, curve, state.selection.row0, state.selection.row1, ink("select"));
  }
  editor.tool.draw(context);
  if (state.caret) {
    const [x, y] = editor.screenOf(curve, state.caret.row, state.caret.column);
    context.strokeStyle = ink("accent");
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x - 9, y);
    context.lineTo(x + 9, y);
    context.moveTo(x, y - 4);
    context.lineTo(x, y + 4);
    context.stroke();
  }
  if (editor.tool.name === "bend" && app.pointer.at) drawReach(app, context);
}

/** @param {App} app @param {CanvasRenderingContext2D} context */
function drawReach(app, context) {
  const { editor, state, view } = app;
  const at = app.pointer.at;
  if (!at) return;
  const near = editor.tool.dragging || editor.curveNear(at, 9) === state.curve;
  if (!near || !state.curve) return;
  const half = state.reach * view.rowScale;
  context.strokeStyle = ink("accent");
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(at.x + 14, at.y - half);
  context.lineTo(at.x + 18, at.y - half);
  context.lineTo(at.x + 18, at.y + half);
  context.lineTo(at.x + 14, at.y + half);
  context.stroke();
}

/** @param {App} app @param {CanvasRenderingContext2D} context */
function drawCross(app, context) {
  const at = app.pointer.at;
  if (!at) return;
  context.strokeStyle = ink("cross");
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, Math.round(at.y) + 0.5);
  context.lineTo(app.view.width, Math.round(at.y) + 0.5);
  context.moveTo(Math.round(at.x) + 0.5, 0);
  context.lineTo(Math.round(at.x) + 0.5, app.view.height);
  context.stroke();
}

/** The magnified view at the pointer, while a handle is dragged. */

/** @import {App} from "../app.js" */
/** @import {Point} from "../tools/tool.js" */

import { drawEdges } from "../chart.js";
import { byId, ink } from "../dom.js";
import { Layer } from "../layers.js";
import { View } from "../view.js";

/** Pixels of the lens for a pixel of the scan. */
const MAGNIFIED = 3;

/** A round window on the scan, beside the pointer. */
export class Lens {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    /** @type {HTMLCanvasElement} */
    this.canvas = byId("lens");
    this.layer = new Layer("lens");
  }

  /**
   * @param {Point|null} point null to put it away
   * @param {number} [column] of the page that is looked at; that of the pointer if not given
   */
  show(point, column = point?.column ?? 0) {
    this.canvas.hidden = point === null;
    if (!point) return;
    this.layer.fit();
    const { width, height, context } = this.layer;
    const view = new View();
    view.pageRows = this.app.view.pageRows;
    view.pageColumns = this.app.view.pageColumns;
    view.width = width;
    view.height = height;
    view.rowScale = MAGNIFIED;
    view.columnScale = MAGNIFIED;
    view.row = point.pageRow + 0.5 - height / 2 / MAGNIFIED;
    view.column = column + 0.5 - width / 2 / MAGNIFIED;
    this.layer.clear();
    this.app.tiles?.draw(context, view, false);
    drawEdges(context, view, this.app.state, 1.5);
    context.strokeStyle = ink("accent");
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(0, height / 2);
    context.lineTo(width, height / 2);
    context.moveTo(width / 2, 0);
    context.lineTo(width / 2, height);
    context.stroke();
    // On the side where there is room.
    const right = point.x + 24 + width < this.app.view.width;
    const below = point.y - 24 - height < 0;
    this.canvas.style.left = `${right ? point.x + 24 : point.x - 24 - width}px`;
    this.canvas.style.top = `${below ? point.y + 24 : point.y - 24 - height}px`;
  }
}

/** The header of the log as a picture beside the table of curves. */

/** @import {App} from "../app.js" */

import { byId, h } from "../dom.js";
import { Layer } from "../layers.js";
import { View } from "../view.js";

/** Page rows of the header that are shown where no depth is known yet. */
const HEADER_ROWS = 900;

/** Looks at a part of the page of its own. */
export class HeaderPicture {
  /** @param {App} app @param {HTMLElement} box to put the picture into */
  constructor(app, box) {
    this.app = app;
    this.view = new View();
    box.append(this.#canvas());
    this.layer = new Layer("header-picture");
    this.app.painter.add("header", () => this.#paint());
    /** @type {string|null} the section whose header is shown */
    this.section = null;
  }

  /** Draw; where another section is shown, its header. */
  update() {
    const section = this.app.state.doc?.section ?? null;
    if (section !== this.section) {
      this.section = section;
      this.place();
    }
    this.app.painter.ask("header");
  }

  /** Show the header of the section: what stands over its first depth. */
  place() {
    const { view } = this;
    const { doc, span } = this.app.state;
    const box = byId("header-picture").getBoundingClientRect();
    view.pageRows = doc?.image.rows ?? 1;
    view.pageColumns = doc?.image.columns ?? 1;
    view.resize(box.width, box.height);
    view.rowScale = 1;
    view.columnScale = 1;
    view.fitColumns(span.left - 10, span.right + 10);
    const first = doc?.registration.depth.points[0]?.row ?? HEADER_ROWS;
    view.row = Math.max(0, first - (0.8 * box.height) / view.rowScale);
  }

  #canvas() {
    const canvas = h("canvas", {
      id: "header-picture",
      title: "The header of the log: drag to move, the wheel zooms",
    });
    canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) =>
      canvas.setPointerCapture(event.pointerId),
    );
    canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (!event.buttons) return;
      this.view.pan(event.movementX, event.movementY);
      this.app.painter.ask("header");
    });
    canvas.addEventListener(
      "wheel",
      (/** @type {WheelEvent} */ event) => {
        event.preventDefault();
        const factor = event.deltaY < 0 ? 1.2 : 1 / 1.2;
        this.view.zoom(event.offsetX, event.offsetY, factor, factor);
        this.app.painter.ask("header");
      },
      { passive: false },
    );
    return canvas;
  }

  #paint() {
    const { layer } = this;
    if (!layer || byId("drawer").hidden || !this.app.headerTiles) return;
    layer.fit();
    layer.clear();
    this.view.resize(layer.width, layer.height);
    this.app.headerTiles.draw(layer.context, this.view);
  }
}

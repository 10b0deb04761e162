/** The pointer over the window: panning and zooming first, then the tool that is chosen. */

/** @import {App} from "./app.js" */
/** @import {Point} from "./tools/tool.js" */

import { byId } from "./dom.js";
import { readout } from "./readout.js";

/** How much a pixel that the wheel tells zooms; a notch is about a hundred. */
const ZOOM = 0.0018;

/** Factor of one event at most: some wheels tell many notches at once. */
const MOST = 1.5;

/** Pixels of a notch where the wheel tells lines. */
const LINE = 40;

/** Follows the pointer. */
export class Pointer {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    /** @type {HTMLElement} */
    this.box = byId("window");
    this.space = false;
    /** @type {{x: number, y: number}|null} where the paper is held */
    this.pan = null;
    /** @type {Point|null} the last place, null outside */
    this.at = null;
    this.pressed = false;
    this.box.addEventListener("pointerdown", (event) => this.#down(event));
    this.box.addEventListener("pointermove", (event) => this.#move(event));
    this.box.addEventListener("pointerup", (event) => this.#up(event));
    this.box.addEventListener("pointercancel", () => this.#lost());
    this.box.addEventListener("pointerleave", () => this.#leave());
    this.box.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.box.addEventListener("auxclick", (event) => event.preventDefault());
    this.box.addEventListener("dblclick", (event) =>
      this.app.registering?.double(this.point(event)),
    );
    byId("depth").addEventListener(
      "wheel",
      (/** @type {WheelEvent} */ event) => this.#depthWheel(event),
      { passive: false },
    );
    byId("replot").addEventListener(
      "wheel",
      (/** @type {WheelEvent} */ event) => this.#depthWheel(event),
      { passive: false },
    );
    // What is under the pointer is of the curve that is chosen now, also before it moves.
    for (const event of ["active", "change", "document"]) {
      app.state.on(event, () => readout(app));
    }
    this.#follow("minimap", (event, height) =>
      this.app.centre(this.app.minimap.rowAt(event.offsetY, height)),
    );
  }

  /**
   * @param {string} id
   * @param {(event: PointerEvent, height: number) => void} act while pressed
   */
  #follow(id, act) {
    const canvas = byId(id);
    canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      canvas.setPointerCapture(event.pointerId);
      act(event, canvas.clientHeight);
    });
    canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (event.buttons) act(event, canvas.clientHeight);
    });
  }

  /** @param {boolean} held */
  setSpace(held) {
    this.space = held;
    this.box.classList.toggle("panning", held || this.pan !== null);
  }

  /** @returns {any} what takes presses: the tool, or the registration */
  get #target() {
    return this.app.state.stage === "register" ? this.app.registering : this.app.editor.tool;
  }

  /** @param {MouseEvent} event @returns {Point} */
  point(event) {
    const box = this.box.getBoundingClientRect();
    const { view, state } = this.app;
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const column = view.pageColumn(x);
    const pageRow = view.pageRow(y);
    const row = state.geometry?.rowOf(pageRow, column) ?? pageRow;
    const { shiftKey: shift, altKey: alt, ctrlKey: ctrl } = event;
    return { x, y, pageRow, column, row, shift, alt, ctrl };
  }

  /** @param {PointerEvent} event */
  #down(event) {
    this.box.focus({ preventScroll: true });
    this.box.setPointerCapture(event.pointerId);
    if (event.button === 1 || (event.button === 0 && this.space)) {
      event.preventDefault();
      this.pan = { x: event.clientX, y: event.clientY };
      this.box.classList.add("panning");
      return;
    }
    if (event.button !== 0 || this.app.state.readOnly) return;
    this.pressed = true;
    this.#target?.down(this.point(event));
    this.app.painter.ask("edit");
  }

  /** @param {PointerEvent} event */
  #move(event) {
    this.at = this.point(event);
    if (this.pan) {
      this.app.view.pan(event.clientX - this.pan.x, event.clientY - this.pan.y);
      this.pan = { x: event.clientX, y: event.clientY };
      this.app.moved();
    } else if (this.pressed) {
      for (const each of event.getCoalescedEvents?.() ?? []) this.#target?.drag(this.point(each));
      this.#target?.drag(this.at);
    } else {
      this.#target?.hover(this.at);
    }
    this.app.painter.ask("edit", "depth");
    readout(this.app);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (this.pan) {
      this.pan = null;
      this.box.classList.toggle("panning", this.space);
      return;
    }
    if (!this.pressed || event.button !== 0) return;
    this.pressed = false;
    this.#target?.up(this.point(event));
    this.app.painter.ask("edit");
  }

  /** End a gesture: what the pointer does until it is up is no part of it. */
  letGo() {
    this.pressed = false;
  }

  #lost() {
    this.pan = null;
    if (!this.pressed) return;
    this.pressed = false;
    this.#target?.cancel();
  }

  #leave() {
    if (this.pressed || this.pan) return;
    this.at = null;
    if (this.app.state.stage === "review") this.app.editor.tool.leave();
    this.app.painter.ask("edit", "depth");
    readout(this.app);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const { x, y } = this.point(event);
    const { view, editor, state } = this.app;
    const factor = factorOf(event);
    const bending = state.stage === "review" && editor.tool.name === "bend" && editor.tool.dragging;
    if (bending || (event.altKey && state.stage === "review")) {
      editor.setReach(state.reach * factor);
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      view.zoom(x, y, factor, event.shiftKey ? 1 : factor);
    } else {
      const pixels = event.deltaMode === 1 ? LINE : 1;
      const across = event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX;
      const along = event.shiftKey && !event.deltaX ? 0 : event.deltaY;
      view.pan(-across * pixels, -along * pixels);
    }
    this.at = this.point(event);
    this.app.moved();
    readout(this.app);
  }

  /** @param {WheelEvent} event */
  #depthWheel(event) {
    event.preventDefault();
    const { view } = this.app;
    if (event.ctrlKey) view.zoom(0, event.offsetY, 1, factorOf(event));
    else view.pan(0, -event.deltaY * (event.deltaMode === 1 ? LINE : 1));
    this.app.moved();
  }
}

/** @param {WheelEvent} event @returns {number} by which it zooms */
function factorOf(event) {
  const pixels = event.deltaY * (event.deltaMode === 1 ? LINE : 1);
  return Math.min(MOST, Math.max(1 / MOST, Math.exp(-pixels * ZOOM)));
}

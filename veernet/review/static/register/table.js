/** Curves, scales, styles, colours and wraps as a table beside the header's picture. */

/** @import {App} from "../main.js" */
/** @import {CurveSpec, Registration, Track} from "../types.js" */

import { byId, choice, h, rebuild } from "../dom.js";
import { Layer } from "../layers.js";
import { View } from "../view.js";
import { number as numberField } from "./panel.js";

const LINES = ["solid", "long-dash", "short-dash", "dot", "dash-dot"];
const WEIGHTS = ["", "thin", "medium", "heavy"];
const SCALES = ["linear", "log", "piecewise"];

/** Page rows of the header that are shown at first. */
const HEADER_ROWS = 900;

/** @typedef {(registration: Registration, told: string, more?: {renamed?: Record<string, string>}) => void} Save */

/** The drawer under the scan. */
export class ScaleTable {
  /** @param {App} app @param {Save} save */
  constructor(app, save) {
    this.app = app;
    this.save = save;
    this.shown = false;
    this.view = new View();
    this.built = false;
  }

  /** Build the drawer; its picture stays where it was moved to. */
  update() {
    const drawer = byId("drawer");
    if (!this.built) drawer.replaceChildren(this.#picture(), h("div", { class: "table" }));
    const box = /** @type {HTMLElement} */ (drawer.querySelector(".table"));
    rebuild(box, this.#table());
    if (!this.built) {
      this.built = true;
      this.layer = new Layer("header-picture");
      this.app.painter.add("header", () => this.#paint());
      this.#place();
    }
    this.app.painter.ask("header");
  }

  /** Show the header of the section: what stands over its first depth. */
  #place() {
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

  #picture() {
    const canvas = h("canvas", { id: "header-picture", title: "The header of the log: drag to move, the wheel zooms" });
    canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (!event.buttons) return;
      this.view.pan(event.movementX, event.movementY);
      this.app.painter.ask("header");
    });
    canvas.addEventListener("wheel", (/** @type {WheelEvent} */ event) => {
      event.preventDefault();
      const factor = event.deltaY < 0 ? 1.2 : 1 / 1.2;
      this.view.zoom(event.offsetX, event.offsetY, factor, factor);
      this.app.painter.ask("header");
    }, { passive: false });
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

  #table() {
    const registration = this.app.state.doc?.registration;
    const off = this.app.state.readOnly;
    const head = ["Track", "Mnemonic", "Unit", "Left", "Right", "Scale", "Line", "Weight", "Colour", "Wraps", "Back-up of", "Export", ""];
    const rows = (registration?.tracks ?? []).flatMap((track, number) => [
      ...track.curves.map((spec, index) => this.#row(track, number, spec, index, off)),
      h("tr", {}, [
        h("td", {}, track.curves.length ? [] : [this.#trackName(track, number, off)]),
        h("td", { colspan: head.length - 1 }, [
          h("button", { type: "button", class: "plain", disabled: off, text: `+ curve in ${track.name}`, onclick: () => this.#add(number) }),
          h("button", { type: "button", class: "plain soft", disabled: off, text: `✕ track ${track.name}`, title: "Take the track and its curves away", onclick: () => this.#takeTrack(number) }),
        ]),
      ]),
    ]);
    return [
      h("table", {}, [
        h("thead", {}, [h("tr", {}, head.map((text) => h("th", { text })))]),
        h("tbody", {}, rows),
      ]),
      h("div", { class: "row" }, [
        h("button", { type: "button", disabled: off, text: "+ track in the middle of the window", title: "Its edges are then dragged to where they are printed", onclick: () => this.#addTrack() }),
      ]),
      h("p", { class: "soft", text: "Left and right are the values at the two edges of the track, as the header prints them. List every curve that is drawn, wanted or not: one that is left out may be mistaken for its neighbour." }),
      ...wellFields(registration?.well ?? {}, off, (well, told) => {
        const copy = this.app.registering.copy();
        copy.well = well;
        this.save(copy, told);
      }),
    ];
  }

  /** @param {Track} track @param {number} number @param {boolean} off */
  #trackName(track, number, off) {
    return text(track.name, "Name of the track", off, (name) => {
      const registration = this.app.registering.copy();
      registration.tracks[number].name = name;
      this.save(registration, `Track ${track.name} is now ${name}`);
    });
  }

  #addTrack() {
    const registration = this.app.registering.copy();
    const { view } = this.app;
    const taken = new Set(registration.tracks.map((track) => track.name));
    let count = 1;
    while (taken.has(`T${count}`)) count += 1;
    const at = (/** @type {number} */ share) => Math.round(view.pageColumn(view.width * share));
    const row = Math.max(0, Math.round(view.pageRow(view.height / 2)));
    registration.tracks.push({
      name: `T${count}`,
      left: [{ row, column: at(0.4) }],
      right: [{ row, column: at(0.6) }],
      curves: [],
    });
    registration.tracks.sort((a, b) => a.left[0].column - b.left[0].column);
    this.save(registration, `Track T${count} added: drag its edges`);
  }

  /** @param {number} number */
  #takeTrack(number) {
    const registration = this.app.registering.copy();
    const [gone] = registration.tracks.splice(number, 1);
    this.save(registration, `Track ${gone.name} taken away`);
  }

  /**
   * @param {Track} track
   * @param {number} number
   * @param {CurveSpec} spec
   * @param {number} index
   * @param {boolean} off
   */
  #row(track, number, spec, index, off) {
    const others = (this.app.state.doc?.registration.tracks ?? [])
      .flatMap((known) => known.curves.map((curve) => curve.mnemonic))
      .filter((name) => name !== spec.mnemonic);
    /** @param {(curve: CurveSpec) => void} change @param {string} what */
    const edit = (change, what) => this.#edit(number, index, change, what);
    const lines = LINES.map((name) => [name, name]);
    return h("tr", { class: spec.mnemonic === this.app.state.active ? "active" : "", onfocusin: () => this.#look(spec) }, [
      h("td", {}, index === 0 ? [this.#trackName(track, number, off)] : []),
      h("td", {}, [text(spec.mnemonic, "Mnemonic", off, (value) => this.#rename(number, index, value))]),
      h("td", {}, [text(spec.unit, "Unit", off, (value) => edit((curve) => (curve.unit = value), "Unit"))]),
      h("td", {}, [numberField(spec.left, "Value at the left edge", off || spec.scale === "piecewise", (value) => edit((curve) => (curve.left = value), "Left end"))]),
      h("td", {}, [numberField(spec.right, "Value at the right edge", off || spec.scale === "piecewise", (value) => edit((curve) => (curve.right = value), "Right end"))]),
      h("td", {}, [select("Scale", SCALES.map((name) => [name, name]), spec.scale, off, (value) => edit((curve) => setScale(curve, value), "Scale"))]),
      h("td", {}, [select("Line", lines, spec.line, off, (value) => edit((curve) => (curve.line = value), "Line"))]),
      h("td", {}, [select("Weight", WEIGHTS.map((name) => [name, name || "–"]), spec.weight, off, (value) => edit((curve) => (curve.weight = value || null), "Weight"))]),
      h("td", {}, [this.#colour(spec, off, edit)]),
      h("td", {}, [tick("Wraps", spec.wraps ?? false, off, (on) => edit((curve) => (curve.wraps = on), "Wraps"))]),
      h("td", {}, [select("Back-up of", [["", "–"], ...others.map((name) => [name, name])], spec.backup_of, off, (value) => edit((curve) => (curve.backup_of = value || null), "Back-up"))]),
      h("td", {}, [tick("Export", spec.export ?? true, off, (on) => edit((curve) => (curve.export = on), "Export"))]),
      h("td", {}, [h("button", { type: "button", class: "plain", disabled: off, text: "✕", title: `Take ${spec.mnemonic} away`, onclick: () => this.#takeAway(number, index) })]),
    ]);
  }

  /** @param {CurveSpec} spec */
  #look(spec) {
    if (this.app.state.active !== spec.mnemonic) this.app.state.activate(spec.mnemonic);
  }

  /**
   * @param {CurveSpec} spec
   * @param {boolean} off
   * @param {(change: (curve: CurveSpec) => void, what: string) => void} edit
   */
  #colour(spec, off, edit) {
    const field = h("input", { type: "color", value: spec.colour ?? "#000000", disabled: off || !spec.colour, "aria-label": "Colour of the ink" });
    field.addEventListener("change", () => edit((curve) => (curve.colour = field.value), "Colour"));
    const known = tick("Its ink has a colour", Boolean(spec.colour), off, (on) => edit((curve) => (curve.colour = on ? "#c03030" : null), "Colour"));
    return h("span", { class: "pair" }, [known, field]);
  }

  /**
   * @param {number} track
   * @param {number} index
   * @param {(curve: CurveSpec) => void} change
   * @param {string} what
   */
  #edit(track, index, change, what) {
    const registration = this.app.registering.copy();
    const curve = registration.tracks[track].curves[index];
    change(curve);
    this.save(registration, `${what} of ${curve.mnemonic}`);
  }

  /** @param {number} track @param {number} index @param {string} name */
  #rename(track, index, name) {
    const registration = this.app.registering.copy();
    const curve = registration.tracks[track].curves[index];
    const old = curve.mnemonic;
    curve.mnemonic = name;
    for (const other of registration.tracks.flatMap((known) => known.curves)) {
      if (other.backup_of === old) other.backup_of = name;
    }
    this.save(registration, `${old} is now ${name}`, { renamed: { [old]: name } });
  }

  /** @param {number} track */
  #add(track) {
    const registration = this.app.registering.copy();
    const taken = new Set(registration.tracks.flatMap((known) => known.curves.map((curve) => curve.mnemonic)));
    let count = 1;
    while (taken.has(`NEW${count}`)) count += 1;
    registration.tracks[track].curves.push({
      mnemonic: `NEW${count}`, unit: "", scale: "linear", left: 0, right: 100, line: "solid",
      weight: null, colour: null, wraps: false, wrap_start: 0, backup_of: null, export: true,
    });
    this.save(registration, "Curve added: give its name and scale");
  }

  /** @param {number} track @param {number} index */
  #takeAway(track, index) {
    const registration = this.app.registering.copy();
    const [gone] = registration.tracks[track].curves.splice(index, 1);
    this.save(registration, `${gone.mnemonic} taken away`);
  }
}

/** Fields of the ~Well section that are always offered. */
const WELL_FIELDS = ["WELL", "COMP", "FLD", "LOC", "CNTY", "STAT", "UWI", "API", "DATE"];

/**
 * Fields that go into the LAS as they are.
 *
 * @param {Record<string, string>} well
 * @param {boolean} off
 * @param {(well: Record<string, string>, told: string) => void} save
 * @returns {Node[]}
 */
function wellFields(well, off, save) {
  const keys = [...new Set([...WELL_FIELDS, ...Object.keys(well)])];
  const fields = keys.map((key) =>
    h("label", {}, [
      `${key} `,
      text(well[key] ?? "", `${key} of the well`, off, (value) => {
        const { [key]: _, ...rest } = well;
        save(value ? { ...rest, [key]: value } : rest, `${key} of the well`);
      }),
    ]),
  );
  return [h("h2", { text: "Well" }), h("div", { class: "row well" }, fields)];
}

/** @param {CurveSpec} curve @param {string} scale */
function setScale(curve, scale) {
  curve.scale = scale;
  curve.points =
    scale === "piecewise"
      ? [{ fraction: 0, value: curve.left }, { fraction: 1, value: curve.right }]
      : null;
}

/**
 * @param {string} value
 * @param {string} title
 * @param {boolean} disabled
 * @param {(value: string) => void} save
 */
function text(value, title, disabled, save) {
  const field = h("input", { type: "text", value, title, "aria-label": title, disabled });
  field.addEventListener("change", () => {
    field.defaultValue = field.value;
    save(field.value.trim());
  });
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    field.value = value;
    field.blur();
  });
  return field;
}

/**
 * @param {string} title
 * @param {string[][]} options
 * @param {string|null|undefined} value
 * @param {boolean} disabled
 * @param {(value: string) => void} save
 */
function select(title, options, value, disabled, save) {
  const field = choice({ title, "aria-label": title, disabled }, options, value ?? "");
  field.addEventListener("change", () => {
    save(field.value);
  });
  return field;
}

/**
 * @param {string} title
 * @param {boolean} on
 * @param {boolean} disabled
 * @param {(on: boolean) => void} save
 */
function tick(title, on, disabled, save) {
  const field = h("input", { type: "checkbox", title, "aria-label": title, disabled, checked: on });
  field.addEventListener("change", () => {
    save(field.checked);
  });
  return field;
}




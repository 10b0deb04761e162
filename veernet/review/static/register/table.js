/** Curves, scales, styles, colours and wraps as a table beside the header's picture. */

/** @import {App} from "../app.js" */
/** @import {CurveSpec, Registration, Track} from "../types.js" */

import { byId, h, rebuild } from "../dom.js";
import { numberField, selectField, textField, tickField, wellFields } from "./fields.js";
import { HeaderPicture } from "./picture.js";
import { pointsRow, setScale, wrapFields } from "./scalepoints.js";

const LINES = ["solid", "long-dash", "short-dash", "dot", "dash-dot"];
const WEIGHTS = ["", "thin", "medium", "heavy"];
const HEAD =
  "Track,Mnemonic,Unit,Left,Right,Scale,Line,Weight,Colour,Wraps,Back-up of,Export,".split(",");
const SCALES = ["linear", "log", "piecewise"];

/** @typedef {(registration: Registration, told: string, more?: {renamed?: Record<string, string>}) => Promise<void>} Save */

/** The drawer under the scan. */
export class ScaleTable {
  /** @param {App} app @param {Save} save */
  constructor(app, save) {
    this.app = app;
    this.save = save;
    this.shown = false;
    /** Whether a new row is on its way: keys are meant for it, and for nothing else. */
    this.adding = false;
    /** @type {HeaderPicture|null} */
    this.picture = null;
  }

  /** Build the drawer; its picture stays where it was moved to. */
  update() {
    const drawer = byId("drawer");
    if (!this.picture) {
      drawer.replaceChildren();
      this.picture = new HeaderPicture(this.app, drawer);
      drawer.append(h("div", { class: "table" }));
    }
    const box = /** @type {HTMLElement} */ (drawer.querySelector(".table"));
    rebuild(box, this.#table());
    this.picture.update();
  }

  #table() {
    const registration = this.app.state.doc?.registration;
    const off = this.app.state.readOnly;
    const rows = (registration?.tracks ?? []).flatMap((track, number) => [
      ...track.curves.flatMap((spec, index) => [
        this.#row(track, number, spec, index, off),
        ...pointsRow(spec, HEAD.length, off, (change, what) =>
          this.#edit(number, index, change, what),
        ),
      ]),
      h("tr", {}, [
        h("td", {}, track.curves.length ? [] : [this.#trackName(track, number, off)]),
        h("td", { colspan: HEAD.length - 1 }, [
          h("button", {
            type: "button",
            class: "plain",
            disabled: off,
            text: `+ curve in ${track.name}`,
            onclick: () => void this.#add(number),
          }),
          h("button", {
            type: "button",
            class: "plain soft",
            disabled: off,
            text: `✕ track ${track.name}`,
            title: "Take the track and its curves away",
            onclick: () => this.#takeTrack(number),
          }),
        ]),
      ]),
    ]);
    return [
      h("table", {}, [
        h("thead", {}, [
          h(
            "tr",
            {},
            HEAD.map((text) => h("th", { text })),
          ),
        ]),
        h("tbody", {}, rows),
      ]),
      h("div", { class: "row" }, [
        h("button", {
          type: "button",
          disabled: off,
          text: "+ track in the middle of the window",
          title: "Its edges are then dragged to where they are printed",
          onclick: () => this.#addTrack(),
        }),
      ]),
      h("p", {
        class: "soft",
        text: "Left and right are the values at the two edges of the track, as the header prints them. List every curve that is drawn, wanted or not: one that is left out may be mistaken for its neighbour.",
      }),
      ...wellFields(registration?.well ?? {}, off, (well, told) => {
        const copy = this.app.registering.copy();
        copy.well = well;
        this.save(copy, told);
      }),
    ];
  }

  /** @param {Track} track @param {number} number @param {boolean} off */
  #trackName(track, number, off) {
    return textField(track.name, "Name of the track", off, (name) => {
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
    return h(
      "tr",
      {
        class: spec.mnemonic === this.app.state.active ? "active" : "",
        onfocusin: () => this.#look(spec),
      },
      [
        h("td", {}, index === 0 ? [this.#trackName(track, number, off)] : []),
        h("td", {}, [
          textField(spec.mnemonic, "Mnemonic", off, (value) => this.#rename(number, index, value)),
        ]),
        h("td", {}, [
          textField(spec.unit, "Unit", off, (value) =>
            edit((curve) => (curve.unit = value), "Unit"),
          ),
        ]),
        h("td", {}, [
          numberField(
            spec.left,
            "Value at the left edge",
            off || spec.scale === "piecewise",
            (value) => edit((curve) => (curve.left = value), "Left end"),
          ),
        ]),
        h("td", {}, [
          numberField(
            spec.right,
            "Value at the right edge",
            off || spec.scale === "piecewise",
            (value) => edit((curve) => (curve.right = value), "Right end"),
          ),
        ]),
        h("td", {}, [
          selectField(
            "Scale",
            SCALES.map((name) => [name, name]),
            spec.scale,
            off,
            (value) => edit((curve) => setScale(curve, value), "Scale"),
          ),
        ]),
        h("td", {}, [
          selectField("Line", lines, spec.line, off, (value) =>
            edit((curve) => (curve.line = value), "Line"),
          ),
        ]),
        h("td", {}, [
          selectField(
            "Weight",
            WEIGHTS.map((name) => [name, name || "–"]),
            spec.weight,
            off,
            (value) => edit((curve) => (curve.weight = value || null), "Weight"),
          ),
        ]),
        h("td", {}, [this.#colour(spec, off, edit)]),
        h("td", {}, [wrapFields(spec, off, edit)]),
        h("td", {}, [
          selectField(
            "Back-up of",
            [["", "–"], ...others.map((name) => [name, name])],
            spec.backup_of,
            off,
            (value) => edit((curve) => (curve.backup_of = value || null), "Back-up"),
          ),
        ]),
        h("td", {}, [
          tickField("Export", spec.export ?? true, off, (on) =>
            edit((curve) => (curve.export = on), "Export"),
          ),
        ]),
        h("td", {}, [
          h("button", {
            type: "button",
            class: "plain",
            disabled: off,
            text: "✕",
            title: `Take ${spec.mnemonic} away`,
            onclick: () => this.#takeAway(number, index),
          }),
        ]),
      ],
    );
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
    const field = h("input", {
      type: "color",
      value: spec.colour ?? "#000000",
      disabled: off || !spec.colour,
      "aria-label": "Colour of the ink",
    });
    field.addEventListener("change", () => edit((curve) => (curve.colour = field.value), "Colour"));
    const known = tickField("Its ink has a colour", Boolean(spec.colour), off, (on) =>
      edit((curve) => (curve.colour = on ? "#c03030" : null), "Colour"),
    );
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

  /**
   * Add a curve whose scale is still to be given, and put the cursor into its row.
   *
   * @param {number} track
   */
  async #add(track) {
    const registration = this.app.registering.copy();
    const taken = new Set(
      registration.tracks.flatMap((known) => known.curves.map((curve) => curve.mnemonic)),
    );
    let count = 1;
    while (taken.has(`NEW${count}`)) count += 1;
    registration.tracks[track].curves.push({
      mnemonic: `NEW${count}`,
      unit: "",
      scale: "linear",
      left: null,
      right: null,
      line: "solid",
      weight: null,
      colour: null,
      wraps: false,
      wrap_start: 0,
      backup_of: null,
      export: true,
    });
    const number = registration.tracks.slice(0, track + 1).flatMap((known) => known.curves).length;
    this.adding = true;
    try {
      await this.save(registration, "Curve added: give its name and scale");
    } finally {
      this.adding = false;
    }
    const fields = byId("drawer").querySelectorAll("input[title=Mnemonic]");
    const field = /** @type {HTMLInputElement|undefined} */ (fields[number - 1]);
    field?.focus();
    field?.select();
  }

  /** @param {number} track @param {number} index */
  #takeAway(track, index) {
    const registration = this.app.registering.copy();
    const [gone] = registration.tracks[track].curves.splice(index, 1);
    this.save(registration, `${gone.mnemonic} taken away`);
  }
}

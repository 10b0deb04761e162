/** What the page knows: the document, its curves, and what is chosen on the screen. */

/** @import {Answer, Doc, Doubt, Stretch} from "./types.js" */

import { loadCurve, loadDocument, loadDoubt, useSection } from "./api.js";
import { Curve, Frame } from "./curve.js";
import { Geometry } from "./geometry.js";

/** Inks of curves on the screen: told apart on white, and from the black of a print. */
export const PALETTE = [
  "#d81b60",
  "#1565d8",
  "#2e8b3d",
  "#e06c00",
  "#8e24aa",
  "#008c9e",
  "#a08000",
  "#c62828",
  "#5e35b1",
  "#00796b",
];

/** The same inks on the dark page beside the scan. */
const BRIGHT = [
  "#ff6b9d",
  "#6fa8ff",
  "#6fce80",
  "#ffa24d",
  "#d08bea",
  "#4fd0e0",
  "#d8bc4a",
  "#ff8080",
  "#a98bff",
  "#4cc4b4",
];

/**
 * Ink of a curve beside the scan: text, replot, swatches.
 *
 * @param {string} colour of the palette
 * @returns {string}
 */
export function beside(colour) {
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  return dark ? (BRIGHT[PALETTE.indexOf(colour)] ?? colour) : colour;
}

const NO_DOUBT = { share_reviewed: 1, stretches: [] };

/** The state of the page; listeners are told by name of what has changed. */
export class State {
  constructor() {
    /** @type {Doc|null} */
    this.doc = null;
    this.revision = 0;
    /** @type {Geometry|null} */
    this.geometry = null;
    /** @type {Map<string, Curve>} */
    this.curves = new Map();
    /** @type {Doubt} */
    this.doubt = NO_DOUBT;
    /** @type {string} register, digitise, review or export: what is shown */
    this.stage = "review";
    /** @type {string|null} */
    this.active = null;
    /** @type {Set<string>} curves that are not drawn */
    this.hidden = new Set();
    this.overlayHidden = false;
    /** @type {{row0: number, row1: number}|null} rows of the active curve */
    this.selection = null;
    /** @type {number|null} where the selection by keys began */
    this.mark = null;
    /** @type {Stretch|null} the doubtful stretch that is looked at */
    this.stretch = null;
    /** @type {{row: number, column: number}|null} where keys act */
    this.caret = null;
    /** Rows over which a bend fades out. */
    this.reach = 40;
    /** @type {string} saved, saving, failed, or offline */
    this.saved = "saved";
    /** @type {Map<string, Set<(data: any) => void>>} */
    this.listeners = new Map();
  }

  /**
   * @param {string} event
   * @param {(data: any) => void} listener
   */
  on(event, listener) {
    const known = this.listeners.get(event) ?? new Set();
    known.add(listener);
    this.listeners.set(event, known);
  }

  /** @param {string} event @param {any} [data] */
  emit(event, data) {
    for (const listener of this.listeners.get(event) ?? []) listener(data);
  }

  /** @returns {Curve|null} */
  get curve() {
    return this.active === null ? null : (this.curves.get(this.active) ?? null);
  }

  /** @returns {Curve[]} in the order of the registration */
  get ordered() {
    return [...this.curves.values()];
  }

  /** @returns {string} */
  get unit() {
    return this.doc?.registration.depth.unit ?? "";
  }

  /** @returns {boolean} */
  get readOnly() {
    return this.doc?.read_only ?? true;
  }

  /** @returns {{left: number, right: number}} columns from the first to the last edge */
  get span() {
    const tracks = this.doc?.registration.tracks ?? [];
    const left = tracks.flatMap((track) => track.left.map((point) => point.column));
    const right = tracks.flatMap((track) => track.right.map((point) => point.column));
    const last = (this.doc?.image.columns ?? 1) - 1;
    if (!left.length || !right.length) return { left: 0, right: last };
    return { left: Math.min(...left), right: Math.max(...right) };
  }

  /** @returns {number} rows of the scan for a unit of depth, on the whole */
  get rowsPerUnit() {
    const points = this.doc?.registration.depth.points ?? [];
    if (points.length < 2) return NaN;
    const first = points[0];
    const last = points[points.length - 1];
    return (last.row - first.row) / (last.depth - first.depth);
  }

  /** Load all that is to be known, of the section named or of the one shown. */
  async load(section = this.doc?.section ?? "") {
    useSection(section);
    const doc = await loadDocument();
    useSection(doc.section);
    const samples = await Promise.all(doc.curves.map((curve) => loadCurve(curve.mnemonic)));
    const doubt = doc.curves.length ? await loadDoubt() : NO_DOUBT;
    this.doc = doc;
    this.revision = doc.revision;
    this.doubt = doubt;
    this.curves = new Map();
    const geometry = new Geometry(doc.registration);
    this.geometry = geometry;
    const specs = new Map(geometry.specs().map((known) => [known.spec.mnemonic, known]));
    doc.curves.forEach((info, index) => {
      const known = specs.get(info.mnemonic);
      if (!known) return;
      const colour = PALETTE[index % PALETTE.length];
      const { track, spec } = known;
      const curve = new Curve(spec, track, samples[index], geometry, colour);
      this.curves.set(info.mnemonic, curve);
    });
    this.place();
    if (!this.curve) this.active = this.ordered[0]?.mnemonic ?? null;
    this.emit("document");
  }

  /** Work out where the rows of all curves lie on the page. */
  place() {
    if (!this.geometry || this.curves.size === 0) return;
    const first = Math.min(...this.ordered.map((curve) => curve.firstRow));
    const last = Math.max(...this.ordered.map((curve) => curve.lastRow));
    const frame = new Frame(this.geometry, first, last - first + 1);
    for (const curve of this.ordered) curve.place(frame);
  }

  /** Take a new registration: the samples stay, where and what they are may change. */
  relink() {
    const doc = this.doc;
    if (!doc) return;
    this.geometry = new Geometry(doc.registration);
    for (const { track, spec } of this.geometry.specs()) {
      const curve = this.curves.get(spec.mnemonic);
      if (!curve) continue;
      curve.spec = spec;
      curve.track = track;
      curve.geometry = this.geometry;
    }
    this.place();
  }

  /**
   * Take the answer to a change.
   *
   * @param {Answer} answer
   * @returns {boolean} whether the document must be loaded anew
   */
  take(answer) {
    const doc = this.doc;
    if (!doc) return true;
    this.revision = answer.revision;
    doc.revision = answer.revision;
    doc.history = answer.history ?? doc.history;
    if (answer.doubt) this.doubt = answer.doubt;
    if (answer.findings) doc.findings = answer.findings;
    if (answer.problems) doc.problems = answer.problems;
    if (answer.depth) doc.depth = answer.depth;
    if (answer.registration) {
      doc.registration = answer.registration;
      const named = answer.registration.tracks.flatMap((track) => track.curves);
      const known = new Set(doc.curves.map((curve) => curve.mnemonic));
      // A curve of another name, one more or one less: its samples are loaded anew.
      const others = known.size !== named.length || named.some((spec) => !known.has(spec.mnemonic));
      if (known.size && others) return true;
      this.relink();
      this.emit("registration");
    }
    for (const patch of answer.patches) this.curves.get(patch.curve)?.apply(patch);
    this.emit("change", answer.patches);
    return Boolean(answer.reload);
  }

  /** @param {string|null} mnemonic */
  activate(mnemonic) {
    if (mnemonic === this.active) return;
    this.active = mnemonic;
    this.selection = null;
    this.mark = null;
    this.emit("active");
  }

  /** @param {{row0: number, row1: number}|null} selection */
  select(selection) {
    this.selection = selection;
    this.emit("selection");
  }

  /** @param {string} saved @param {string} [text] */
  setSaved(saved, text = "") {
    this.saved = saved;
    this.emit("saved", text);
  }

  /**
   * Say one line to the user.
   *
   * @param {string} text
   * @param {"info"|"error"|"note"} [kind] a note is added to the line that stands there
   */
  say(text, kind = "info") {
    this.emit("say", { text, kind });
  }

  /** @param {number} row @returns {string} depth with its unit, or the row */
  placeName(row) {
    const depth = this.geometry?.depthAt(row) ?? NaN;
    return Number.isFinite(depth) ? `${depth.toFixed(1)} ${this.unit}` : `row ${row.toFixed(0)}`;
  }
}

/** The points of a printed scale that is neither linear nor logarithmic, and where wraps begin. */

/** @import {CurveSpec, ScalePoint} from "../types.js" */

import { h } from "../dom.js";
import { numberField, tickField } from "./fields.js";

/** @typedef {(change: (curve: CurveSpec) => void, what: string) => void} Edit */

/**
 * Give a curve another kind of scale; the values at the ends stay.
 *
 * @param {CurveSpec} curve
 * @param {string} scale
 */
export function setScale(curve, scale) {
  const known = curve.points ?? [];
  const left = curve.left ?? known[0]?.value ?? null;
  const right = curve.right ?? known[known.length - 1]?.value ?? null;
  curve.scale = scale;
  if (scale !== "piecewise") {
    [curve.left, curve.right, curve.points] = [left, right, null];
    return;
  }
  setPoints(curve, [
    { fraction: 0, value: left ?? 0 },
    { fraction: 1, value: right ?? 1 },
  ]);
}

/** @param {CurveSpec} curve @param {ScalePoint[]} points */
function setPoints(curve, points) {
  curve.points = points.sort((a, b) => a.fraction - b.fraction);
  // The ends are those of the points: one thing is said once.
  curve.left = null;
  curve.right = null;
}

/**
 * The row under a curve in which the points of its scale are given.
 *
 * @param {CurveSpec} spec
 * @param {number} columns of the table
 * @param {boolean} off
 * @param {Edit} edit
 * @returns {HTMLElement[]}
 */
export function pointsRow(spec, columns, off, edit) {
  if (spec.scale !== "piecewise") return [];
  const points = spec.points ?? [];
  /** @param {(points: ScalePoint[]) => void} change */
  const save = (change) =>
    edit((curve) => {
      const copy = (curve.points ?? []).map((point) => ({ ...point }));
      change(copy);
      setPoints(curve, copy);
    }, "Points of the scale");
  const fields = points.map((point, index) =>
    h("span", { class: "pair point" }, [
      numberField(
        point.fraction,
        `Place of point ${index + 1} of ${spec.mnemonic}: a share of the track, from its left edge`,
        off,
        (value) => save((all) => (all[index].fraction = value)),
      ),
      numberField(
        point.value,
        `Value of point ${index + 1} of ${spec.mnemonic}, as printed there`,
        off,
        (value) => save((all) => (all[index].value = value)),
      ),
      h("button", {
        type: "button",
        class: "plain",
        text: "✕",
        title: `Take point ${index + 1} of ${spec.mnemonic} away`,
        disabled: off || points.length < 3,
        onclick: () => save((all) => all.splice(index, 1)),
      }),
    ]),
  );
  return [
    h("tr", { class: "points" }, [
      h("td", {}),
      h("td", { colspan: columns - 1 }, [
        h("span", {
          class: "soft",
          text: `Points of ${spec.mnemonic}, place (0 left, 1 right) and value: `,
        }),
        ...fields,
        h("button", {
          type: "button",
          text: "+ point",
          title: `A point of ${spec.mnemonic} in the middle of the widest step, to be corrected`,
          disabled: off || points.length < 2,
          onclick: () => save((all) => all.push(between(all))),
        }),
      ]),
    ]),
  ];
}

/** @param {ScalePoint[]} points @returns {ScalePoint} in the middle of the widest step */
function between(points) {
  let widest = 1;
  for (let index = 2; index < points.length; index += 1) {
    const step = points[index].fraction - points[index - 1].fraction;
    if (step > points[widest].fraction - points[widest - 1].fraction) widest = index;
  }
  const [above, below] = [points[widest - 1], points[widest]];
  return {
    fraction: (above.fraction + below.fraction) / 2,
    value: (above.value + below.value) / 2,
  };
}

/**
 * Whether a curve wraps, and in which wrap its first row is.
 *
 * @param {CurveSpec} spec
 * @param {boolean} off
 * @param {Edit} edit
 * @returns {HTMLElement}
 */
export function wrapFields(spec, off, edit) {
  const wraps = spec.wraps ?? false;
  const tick = tickField("Wraps", wraps, off, (on) =>
    edit((curve) => {
      curve.wraps = on;
      if (!on) curve.wrap_start = 0;
    }, "Wraps"),
  );
  if (!wraps) return h("span", { class: "pair" }, [tick]);
  const start = numberField(
    spec.wrap_start ?? 0,
    `Wrap of the first row of ${spec.mnemonic}: 0 on the scale as printed, 1 one width beyond it`,
    off,
    (value) => edit((curve) => (curve.wrap_start = value), "Wrap start"),
  );
  start.step = "1";
  start.classList.add("short");
  return h("span", { class: "pair" }, [tick, start]);
}

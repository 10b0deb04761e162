/** The line of what is under the pointer: depth, place, value there and value read. */

/** @import {App} from "./app.js" */

import { byId, plain } from "./dom.js";

/**
 * Say what is under the pointer.
 *
 * @param {App} app
 */
export function readout(app) {
  const { at } = app.pointer;
  const { state } = app;
  if (!at) {
    byId("readout").textContent = "";
    return;
  }
  const depth = state.geometry?.depthAt(at.row) ?? NaN;
  const parts = [];
  if (Number.isFinite(depth)) parts.push(`${depth.toFixed(2)} ${state.unit}`);
  parts.push(`row ${at.row.toFixed(0)}, column ${at.column.toFixed(0)}`);
  const curve = state.curve;
  if (curve && Number.isFinite(depth)) {
    const reads = curve.at(at.row);
    const reference = Number.isNaN(reads) ? curve.near(at.row) : reads;
    const here = curve.valueOf(at.row, curve.unfold(at.row, at.column, reference));
    parts.push(`here ${plain(here, 4)} ${curve.spec.unit}`);
    const index = Math.round(at.row) - curve.firstRow;
    const sure = Math.round((curve.confidence[index] ?? 0) * 100);
    const told = Number.isNaN(reads)
      ? "unread"
      : `${plain(curve.valueOf(at.row, reads), 4)} (${sure} %)`;
    parts.push(`${curve.mnemonic} ${told}`);
  }
  byId("readout").textContent = parts.join("  ·  ");
}

/** All tools, in the order of the tool bar. */

/** @import {Editor} from "../editor.js" */
/** @import {Tool} from "./tool.js" */

import { Bend } from "./bend.js";
import { Shift, TypeValue } from "./numbers.js";
import { Redraw } from "./redraw.js";
import { Retrace } from "./retrace.js";
import { HandOver, OffScale, Unwrap } from "./sides.js";
import { Stretch } from "./stretch.js";
import { Swap } from "./swap.js";

/** @param {Editor} editor @returns {Tool[]} */
export function allTools(editor) {
  const tail = "drag over its rows, or select them first and press Enter";
  /** @param {string} name @param {string} key @param {string} label @param {string} help */
  const told = (name, key, label, help) => ({
    name,
    key,
    label,
    help: `${label}: ${help}`,
    hint: `${label}: ${tail}.`,
  });
  return [
    new Bend(editor),
    new Retrace(editor),
    new Redraw(editor),
    new Stretch(editor, told("cut", "x", "Cut", "leave a gap (null in the LAS)")),
    new Stretch(editor, told("join", "j", "Join", "a straight line over a gap")),
    new Swap(editor),
    new HandOver(editor, told("hand", "g", "Hand over", "give a stretch to another curve")),
    new Unwrap(editor, told("wrap", "u", "Unwrap", "move by one scale width, ±1")),
    new OffScale(editor, told("off", "o", "Off scale", "the curve is beyond the scale here")),
    new Shift(editor, told("shift", "c", "Shift", "move by a constant number of pixels")),
    new TypeValue(editor, told("value", "v", "Value", "type the value of a stretch or a row")),
    new Stretch(editor, told("accept", "a", "Accept", "the stretch is right as it is; next")),
  ];
}

/** Every key of the page, in one table: what it does, and what the sheet says of it. */

/** @import {App} from "./app.js" */

import { leaveButtons, takenByList, typing } from "./dom.js";
import { showSheet } from "./sheet.js";

/**
 * @typedef {{
 *   keys: string[], shown: string, help: string, group: string, held?: boolean,
 *   stages?: string[], run: (app: App, event: KeyboardEvent) => void
 * }} Binding
 */

const REVIEW = ["review"];

/** Keys that act while the pointer is pressed; all others wait for it to be let go. */
const WHILE_PRESSED = /^(Escape|Control\+z|h|\[|\])$/;

const PIXEL = 1;
const PIXELS = 10;

/**
 * @param {string} group
 * @param {string[]} keys as written by `nameOf`
 * @param {string} shown
 * @param {string} help
 * @param {(app: App, event: KeyboardEvent) => void} run
 * @param {string[]} [stages]
 * @returns {Binding}
 */
function bind(group, keys, shown, help, run, stages) {
  return { group, keys, shown, help, run, stages };
}

/** @param {string} arrow @param {number} columns @param {number} rows @returns {Binding[]} */
function arrow(arrow, columns, rows) {
  return [
    ["", PIXEL],
    ["Shift+", PIXELS],
  ].map(([prefix, pixels]) => ({
    group: "Keyboard alone",
    keys: [`${prefix}${arrow}`],
    shown: "",
    help: "",
    run: (app) => app.nudge(columns * Number(pixels), rows * Number(pixels)),
  }));
}

/** @type {Binding[]} */
export const BINDINGS = [
  bind("Go", ["n"], "N", "next doubtful stretch or suggestion, the worst first", (app) =>
    app.going.next(1),
  ),
  bind("Go", ["p"], "P", "the one before", (app) => app.going.next(-1)),
  bind("Go", ["PageDown"], "Page down, Page up", "along the log", (app) => app.going.page(1)),
  bind("Go", ["PageUp"], "", "", (app) => app.going.page(-1)),
  bind("Go", ["Home"], "Home, End", "first row, last row", (app) => app.going.toEnd(-1)),
  bind("Go", ["End"], "", "", (app) => app.going.toEnd(1)),
  bind("Go", ["+", "="], "+ −", "zoom depth", (app) => app.zoomBy(1, 1.25)),
  bind("Go", ["-"], "", "", (app) => app.zoomBy(1, 0.8)),
  bind("Go", ["Shift+>", ">"], "> <", "zoom columns", (app) => app.zoomBy(1.25, 1)),
  bind("Go", ["Shift+<", "<"], "", "", (app) => app.zoomBy(0.8, 1)),
  bind("Go", ["0"], "0", "fit the width of the tracks", (app) => app.fit()),
  bind("Go", ["h"], "H held", "hide curves, to see the ink", (app) => app.hide(true)),
  bind("Edit", ["Control+z"], "Ctrl+Z", "undo", (app) => app.undo()),
  bind("Edit", ["Control+Shift+z", "Control+y"], "Ctrl+Shift+Z, Ctrl+Y", "redo", (app) =>
    app.redo(),
  ),
  bind(
    "Edit",
    ["Enter"],
    "Enter",
    "keep what is previewed; it never drops anything",
    (app) => app.editor.commit(),
    REVIEW,
  ),
  bind("Edit", ["Escape"], "Esc", "drop what is previewed; it never keeps anything", (app) =>
    app.cancel(),
  ),
  bind("Edit", ["Delete", "Backspace"], "Del", "take the chosen point away", (app) => app.remove()),
  bind(
    "Edit",
    ["w"],
    "W",
    "re-trace: another way between the points",
    (app) => app.editor.tool.another(),
    REVIEW,
  ),
  bind(
    "Edit",
    ["["],
    "[ ]",
    "reach of a bend; so does the wheel while dragging",
    (app) => app.reach(0.8),
    REVIEW,
  ),
  bind("Edit", ["]"], "", "", (app) => app.reach(1.25), REVIEW),
  bind(
    "Keyboard alone",
    [],
    "↑ ↓",
    "move the caret along the curve, by 1 row; with Shift by 10",
    () => {},
  ),
  bind(
    "Keyboard alone",
    [],
    "← →",
    "move the curve or a point by 1 pixel; with Shift by 10",
    () => {},
  ),
  ...arrow("ArrowUp", 0, -1),
  ...arrow("ArrowDown", 0, 1),
  ...arrow("ArrowLeft", -1, 0),
  ...arrow("ArrowRight", 1, 0),
  bind(
    "Keyboard alone",
    ["Control+ArrowLeft"],
    "Ctrl+← →",
    "re-trace: the held point is one wrap less or more",
    (app) => app.editor.tool.turn(-1),
    REVIEW,
  ),
  bind("Keyboard alone", ["Control+ArrowRight"], "", "", (app) => app.editor.tool.turn(1), REVIEW),
  bind(
    "Keyboard alone",
    ["m"],
    "M",
    "begin and end a selection of rows at the caret",
    (app) => app.editor.caret.toggleMark(),
    REVIEW,
  ),
  bind(
    "Keyboard alone",
    ["Control+a"],
    "Ctrl+A",
    "select all rows of the curve",
    (app) => app.selectAll(),
    REVIEW,
  ),
  bind(
    "Keyboard alone",
    ["i"],
    "I",
    "set a point at the caret, or let it go",
    (app) => app.editor.tool.pick(),
    REVIEW,
  ),
  bind(
    "Register",
    ["l"],
    "L",
    "curves and scales: open or close the table",
    (app) => app.toggleTable(),
    ["register"],
  ),
  bind("Register", ["k"], "K", "confirm the suggestion that is shown", (app) => app.confirm(), [
    "register",
  ]),
  bind("Go", ["?", "Shift+?"], "?", "this sheet", (app) => showSheet(app)),
  bind("Go", ["e"], "E", "export", (app) => app.setStage("export")),
];

/** @param {KeyboardEvent} event @returns {string} Control+Shift+z and the like */
export function nameOf(event) {
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const control = event.ctrlKey || event.metaKey ? "Control+" : "";
  return `${control}${event.shiftKey ? "Shift+" : ""}${letter}`;
}

/**
 * Listen to keys. None acts while a field takes them, or a dialogue is open.
 *
 * @param {App} app
 */
export function listenToKeys(app) {
  /** @type {Map<string, Binding[]>} */
  const table = new Map();
  const tools = app.editor.tools.map((tool) =>
    bind(
      "Tools",
      [tool.key],
      tool.key.toUpperCase(),
      tool.help,
      () => app.editor.choose(tool.name),
      REVIEW,
    ),
  );
  for (let digit = 1; digit <= 9; digit += 1) {
    table.set(String(digit), [
      bind("", [], "", "", () => app.going.chooseCurve(digit - 1), REVIEW),
    ]);
  }
  for (const binding of [...BINDINGS, ...tools]) {
    for (const key of binding.keys) table.set(key, [...(table.get(key) ?? []), binding]);
  }
  leaveButtons();
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || typing() || document.querySelector("dialog[open]")) return;
    if (takenByList(event)) return;
    if (app.registering.table.adding && event.key.length === 1) {
      event.preventDefault();
      return;
    }
    if (event.key === "Alt") {
      event.preventDefault();
      app.editor.tool.alt(true);
      return;
    }
    if (event.key === " " && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault();
      app.pointer.setSpace(true);
      return;
    }
    if (event.altKey && event.key !== "Enter") return;
    // Enter and Space on a button press it, as everywhere; but what waits for Enter is kept.
    if (
      event.key === "Enter" &&
      !(app.state.stage === "review" && app.editor.tool.pending) &&
      event.target instanceof HTMLElement &&
      event.target.closest("button, summary, a, input")
    )
      return;
    const known = (table.get(nameOf(event)) ?? []).find(
      (binding) => !binding.stages || binding.stages.includes(app.state.stage),
    );
    if (!known) return;
    event.preventDefault();
    if (app.pointer.pressed && !WHILE_PRESSED.test(nameOf(event))) return;
    if (event.repeat && !/^(Arrow|Page|[-+=<>[\]])/.test(event.key)) return;
    known.run(app, event);
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === "Alt") app.editor.tool.alt(false);
    if (event.key === " ") app.pointer.setSpace(false);
    if (event.key.toLowerCase() === "h") app.hide(false);
  });
  window.addEventListener("blur", () => {
    app.hide(false);
    app.pointer.setSpace(false);
    app.editor.tool.alt(false);
  });
}

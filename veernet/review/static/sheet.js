/** The sheet of all keys. */

/** @import {App} from "./app.js" */

import { byId, h } from "./dom.js";
import { BINDINGS } from "./keys.js";

const MOUSE = [
  ["Wheel", "along the log; with Shift across"],
  ["Ctrl+wheel", "zoom both; over the depth scale depth alone; with Shift columns alone"],
  ["Space and drag, middle button", "move the paper"],
  ["Press a curve", "choose it; drag the chosen one to bend it"],
  ["Drag beside curves", "select rows"],
  ["Alt", "re-trace: a point set with it makes the lines straight; redraw: do not tie the ends"],
];

/** @param {App} app */
export function showSheet(app) {
  const dialog = byId("sheet");
  /** @type {[string, string[][]][]} */
  const groups = [
    ["Go", rowsOf("Go")],
    [
      "Tools",
      [
        ...app.editor.tools.map((tool) => [tool.key.toUpperCase(), tool.help]),
        ["1 – 9", "choose a curve"],
      ],
    ],
    ["Edit", rowsOf("Edit")],
    ["Keyboard alone", rowsOf("Keyboard alone")],
    [
      "Register",
      [...rowsOf("Register"), ["Double press", "add a depth point; on an edge, a point of it"]],
    ],
    ["Mouse", MOUSE],
  ];
  const sections = groups.map(([title, rows]) =>
    h("section", {}, [
      h("h3", { text: title }),
      h(
        "dl",
        {},
        rows.flatMap(([key, help]) => [
          h("dt", {}, [h("kbd", { text: key })]),
          h("dd", { text: help }),
        ]),
      ),
    ]),
  );
  dialog.replaceChildren(
    h("h2", { text: "All keys" }),
    h("p", {
      class: "soft",
      text: "One gesture is one entry of the history, and Ctrl+Z takes it back, also after a restart.",
    }),
    h("div", { class: "columns" }, sections),
    h("div", { class: "actions" }, [
      h("button", {
        type: "button",
        class: "primary",
        text: "Close",
        onclick: () => dialog.close(),
      }),
    ]),
  );
  dialog.showModal();
  dialog.scrollTop = 0;
}

/** @param {string} group @returns {string[][]} */
function rowsOf(group) {
  return BINDINGS.filter((known) => known.group === group && known.shown).map((known) => [
    known.shown,
    known.help,
  ]);
}

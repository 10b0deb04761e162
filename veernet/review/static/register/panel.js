/** The panel of the first stage: what is missing, findings, depth points. */

/** @import {Registering} from "./stage.js" */
/** @import {Finding} from "../types.js" */

import { byId, choice, h, rebuild } from "../dom.js";
import { depthAt } from "./marks.js";
import { numberField } from "./fields.js";

/**
 * Build the panel.
 *
 * @param {Registering} registering
 */
export function registerPanel(registering) {
  const { state } = registering.app;
  const doc = state.doc;
  if (!doc) return;
  const box = byId("panel");
  rebuild(box, [
    ...problems(registering),
    h("h2", { text: "Findings" }),
    ...findings(registering),
    h("h2", { text: "Depth points" }),
    ...depths(registering),
  ]);
  box.querySelector("li.active")?.scrollIntoView({ block: "nearest" });
}

/** @param {Registering} registering @returns {(Node|null)[]} */
function problems(registering) {
  const { app } = registering;
  const doc = app.state.doc;
  const list = doc?.problems ?? [];
  const found = (doc?.registration.tracks.length ?? 0) > 0;
  const ready = !list.length;
  const job = doc?.job;
  const failed = job?.kind === "register" && job.state === "failed" ? job.error : null;
  return [
    h("div", { class: "row" }, [
      h(
        "button",
        {
          type: "button",
          id: "table-shown",
          "aria-pressed": String(registering.table.shown),
          onclick: () => registering.toggleTable(),
        },
        ["Curves and scales", h("kbd", { text: "L" })],
      ),
      h("button", {
        type: "button",
        text: found ? "Find again…" : "Find all on the page…",
        title: "Finds sections, tracks, depths and the legend by itself",
        disabled: doc?.read_only,
        onclick: () => app.digitising.askRegister(),
      }),
      found
        ? h("button", {
            type: "button",
            text: "Check",
            title: "Compare the registration with the ink",
            disabled: doc?.read_only,
            onclick: () => void app.digitising.start("check"),
          })
        : null,
      h("button", {
        type: "button",
        class: ready ? "primary" : "",
        disabled: !ready,
        text: "Digitise →",
        onclick: () => app.setStage("digitise"),
      }),
    ]),
    failed && !found
      ? h("p", { class: "wrong", text: `${failed} Give tracks and depths by hand.` })
      : null,
    ready
      ? h("p", { class: "right", text: "The registration is complete." })
      : h(
          "div",
          { class: "scroll short problems" },
          list.map((line) =>
            h("button", {
              type: "button",
              class: "plain wrong",
              title: "Go where it is given",
              text: line,
              onclick: () => giveMissing(registering, line),
            }),
          ),
        ),
  ];
}

/**
 * Go to where what is missing is given: the depth's fields, or the table of curves.
 *
 * @param {Registering} registering
 * @param {string} line
 */
function giveMissing(registering, line) {
  if (/depth/.test(line)) byId("depth-unit").focus();
  else if (!registering.table.shown) registering.toggleTable();
}

/** @param {Registering} registering @returns {Node[]} */
function findings(registering) {
  const all = registering.findings;
  if (!all.length) return [h("p", { class: "soft", text: "None." })];
  const open = registering.open;
  const depths = registering.openDepths;
  const readOnly = registering.app.state.readOnly;
  const told = open.length
    ? `${open.length} to look at: N goes to the next, K confirms it, or correct it on the page.`
    : "All are confirmed.";
  return [
    h("p", { class: "soft", text: told }),
    h("div", { class: "row" }, [
      h("button", { type: "button", disabled: !open.length, onclick: () => registering.next(1) }, [
        "Next",
        h("kbd", { text: "N" }),
      ]),
      h(
        "button",
        {
          type: "button",
          disabled: !registering.key || readOnly,
          onclick: () => void registering.confirm(),
        },
        ["Confirm", h("kbd", { text: "K" })],
      ),
      depths.length > 3
        ? h("button", {
            type: "button",
            disabled: readOnly,
            text: `Confirm ${depths.length} depths`,
            title: "Those that are most off the line of their neighbours come first: look at these",
            onclick: () => void registering.confirmAll(depths),
          })
        : null,
      h("button", {
        type: "button",
        disabled: !open.length || readOnly,
        text: "Confirm all",
        onclick: () => void registering.confirmAll(open),
      }),
    ]),
    h(
      "ul",
      { class: "scroll findings" },
      all.map((finding) => item(registering, finding)),
    ),
  ];
}

/** @param {Registering} registering @param {Finding} finding */
function item(registering, finding) {
  const kind = finding.confirmed ? "confirmed" : finding.severity;
  return h(
    "li",
    { class: finding.key === registering.key ? "active" : "", "data-finding": finding.key },
    [
      h("button", { type: "button", class: "plain", onclick: () => registering.goTo(finding) }, [
        h("span", { class: `tag ${kind}`, text: kind }),
        ` ${finding.text}`,
      ]),
    ],
  );
}

/** @param {Registering} registering @returns {Node[]} */
function depths(registering) {
  const { app } = registering;
  const doc = app.state.doc;
  if (!doc) return [];
  const { depth, step } = doc.registration;
  const off = doc.read_only;
  const unit = choice(
    {
      id: "depth-unit",
      disabled: off,
      title: "Unit of depth",
      onchange: () => edit((copy) => (copy.depth.unit = unit.value || null), "Unit of depth"),
    },
    [
      ["", "unit?"],
      ["ft", "ft"],
      ["m", "m"],
    ],
    depth.unit,
  );
  const stepField = numberField(step, "Step of the output", off, (value) =>
    edit((copy) => (copy.step = value), "Step"),
  );
  return [
    h("div", { class: "row" }, [
      h("label", {}, ["Unit ", unit]),
      h("label", {}, ["Step ", stepField]),
      h("button", {
        type: "button",
        text: "Add here",
        disabled: off,
        title:
          "A depth point in the middle of the window; a double press on the scan adds one there",
        onclick: () => registering.askDepth(app.view.pageRow(app.view.height / 2)),
      }),
    ]),
    h("div", { class: "scroll" }, [table(registering)]),
  ];

  /** @param {(copy: import("../types.js").Registration) => void} change @param {string} told */
  function edit(change, told) {
    const copy = registering.copy();
    change(copy);
    void registering.change(copy, told);
  }
}

/** @param {Registering} registering */
function table(registering) {
  const { app, marks } = registering;
  const doc = /** @type {import("../types.js").Doc} */ (app.state.doc);
  const rows = doc.registration.depth.points.map((point, index) => {
    const chosen = marks.chosen?.kind === "depth" && marks.chosen.index === index;
    const residual = doc.depth[index]?.residual ?? null;
    const change = (/** @type {"row"|"depth"} */ key) => (/** @type {number} */ value) => {
      const copy = registering.copy();
      const { points } = copy.depth;
      points[index] =
        key === "row" ? depthAt(points[index], value) : { ...points[index], depth: value };
      copy.depth.points.sort((a, b) => a.row - b.row);
      void registering.change(copy, `Depth point ${key}`);
    };
    const go = () => {
      marks.chosen = { kind: "depth", index };
      app.centre(point.row);
    };
    return h("tr", { class: chosen ? "active" : "", onfocusin: go }, [
      h("td", {}, [numberField(point.depth, "Depth as printed", doc.read_only, change("depth"))]),
      h("td", {}, [
        numberField(
          Math.round(point.row * 10) / 10,
          "Row of the scan",
          doc.read_only,
          change("row"),
        ),
      ]),
      h("td", {
        class: "number",
        title: "Rows off the line between its neighbours",
        text: residual === null ? "" : residual.toFixed(1),
      }),
      h("td", {}, [
        h("button", {
          type: "button",
          class: "plain",
          title: "Take this point away",
          "aria-label": `Take depth ${point.depth} away`,
          text: "✕",
          disabled: doc.read_only,
          onclick: () => ((marks.chosen = { kind: "depth", index }), marks.remove()),
        }),
      ]),
    ]);
  });
  return h("table", {}, [
    h("thead", {}, [
      h(
        "tr",
        {},
        ["Depth", "Row", "Off", ""].map((text) => h("th", { text })),
      ),
    ]),
    h("tbody", {}, rows),
  ]);
}

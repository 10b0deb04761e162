/** The bars at the top: stages, tools, zoom, and whether all is saved. */

/** @import {App} from "./app.js" */

import { byId, choice, h } from "./dom.js";

/** Scales of prints: 1:240 is five inches for a hundred feet. */
const PRINTS = [100, 200, 240, 500, 600, 1000, 1200];

const STAGES = [
  ["register", "1 Register", "Where tracks, depths and scales lie on the page"],
  ["digitise", "2 Digitise", "Read the curves"],
  ["review", "3 Review", "See what is doubted, and mend it"],
  ["export", "4 Export", "LAS, CSV and what else is wanted (E)"],
];

const REGISTER_HINT =
  "Drag depth points and edges; a double press adds a depth, or a point of an edge; arrows move what was pressed, Del takes it away.";

/** Builds the bars, and keeps them true. */
export class Toolbar {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.#stages();
    this.#tools();
    this.#zoom();
    byId("undo").addEventListener("click", () => app.undo());
    byId("redo").addEventListener("click", () => app.redo());
    byId("retry").addEventListener("click", () => app.queue.retry());
    byId("section").addEventListener("change", () => app.openSection(byId("section").value));
    const { state } = app;
    state.on("tool", () => this.update());
    state.on("options", () => this.options());
    state.on("change", () => this.update());
    state.on("document", () => this.update());
    state.on("stage", () => this.update());
    state.on("saved", (text) => this.#saved(text));
    state.on("say", (told) => this.#say(told));
    state.on("attention", () => this.#attention());
  }

  #stages() {
    const nav = byId("stages");
    for (const [name, text, title] of STAGES) {
      const act = () => this.app.setStage(name);
      nav.append(h("button", { type: "button", text, title, "data-stage": name, onclick: act }));
    }
  }

  #tools() {
    const { editor } = this.app;
    for (const tool of editor.tools) {
      const choose = () => {
        editor.choose(tool.name);
        byId("window").focus({ preventScroll: true });
      };
      const key = h("kbd", { text: tool.key.toUpperCase() });
      const props = {
        type: "button",
        "data-tool": tool.name,
        title: `${tool.help} (${tool.key.toUpperCase()})`,
        onclick: choose,
      };
      byId("tools").append(h("button", props, [tool.label, key]));
    }
  }

  #zoom() {
    const { app } = this;
    const act = (/** @type {() => void} */ run) => () => {
      run();
      byId("window").focus({ preventScroll: true });
    };
    const print = choice(
      {
        id: "print",
        title: "Scale of depth, as on a print",
        onchange: act(() => print.value && app.printScale(Number(print.value))),
      },
      [["", "1:…"], ...PRINTS.map((ratio) => [String(ratio), `1:${ratio}`])],
      "",
    );
    /** @param {string} text @param {string} title @param {() => void} run */
    const button = (text, title, run) =>
      h("button", { type: "button", text, title, onclick: act(run) });
    byId("zoom").append(
      print,
      button("↕+", "Zoom depth in (+)", () => app.zoomBy(1, 1.25)),
      button("↕−", "Zoom depth out (−)", () => app.zoomBy(1, 0.8)),
      button("↔+", "Zoom columns in (>)", () => app.zoomBy(1.25, 1)),
      button("↔−", "Zoom columns out (<)", () => app.zoomBy(0.8, 1)),
      button("Fit width", "Fit the tracks in the window (0)", () => app.fit()),
      button("Square", "Pixels as square as on paper", () => app.square()),
      h("button", {
        type: "button",
        id: "replot-shown",
        text: "Replot",
        title: "The curve from its values, beside the scan",
        "aria-pressed": "true",
        onclick: act(() => app.toggleReplot()),
      }),
    );
  }

  /** Show what the state is. */
  update() {
    const { state, editor } = this.app;
    const doc = state.doc;
    if (!doc) return;
    byId("name").textContent = doc.name + (doc.read_only ? " (read only)" : "");
    byId("name").title = doc.name;
    document.title = `${doc.name} – veernet review`;
    const { undo, redo } = doc.history;
    byId("undo").disabled = !undo || doc.read_only;
    byId("undo").title = undo ? `Undo: ${undo} (Ctrl+Z)` : "Nothing to undo";
    byId("redo").disabled = !redo || doc.read_only;
    byId("redo").title = redo ? `Redo: ${redo} (Ctrl+Shift+Z)` : "Nothing to redo";
    const reached = STAGES.findIndex(([name]) => name === doc.stage);
    STAGES.forEach(([name], index) => {
      const button = document.querySelector(`[data-stage="${name}"]`);
      button?.setAttribute("aria-pressed", String(name === state.stage));
      button?.classList.toggle("done", index < reached);
    });
    for (const tool of editor.tools) {
      const button = document.querySelector(`[data-tool="${tool.name}"]`);
      button?.setAttribute("aria-pressed", String(tool === editor.tool));
    }
    byId("tools").hidden = state.stage !== "review" || !state.curves.size || doc.read_only;
    byId("log").classList.toggle("unread", !state.curves.size);
    byId("unit").textContent = state.unit || "row";
    this.#sections();
    this.options();
    this.scale();
  }

  #sections() {
    const doc = this.app.state.doc;
    const select = byId("section");
    if (!doc) return;
    select.hidden = doc.sections.length < 2;
    const options = doc.sections.map((name) => h("option", { value: name, text: name }));
    select.replaceChildren(...options);
    select.value = doc.section;
  }

  options() {
    const { state, editor } = this.app;
    const box = byId("options");
    // A field that is being typed into must not be taken from under the hands.
    if (box.contains(document.activeElement)) return;
    if (state.stage === "register") {
      box.replaceChildren(h("span", { class: "soft", text: REGISTER_HINT }));
      return;
    }
    const shown = state.stage === "review" && state.curve && !state.readOnly;
    box.replaceChildren(...(shown ? editor.tool.options() : []));
  }

  /** Show the print scale that the zoom comes to. */
  scale() {
    const { state, view } = this.app;
    const select = byId("print");
    select.disabled = !Number.isFinite(state.rowsPerUnit);
    if (select.disabled) return;
    const ratio = Math.round(view.ratio(state.unit, state.rowsPerUnit));
    select.options[0].textContent = `1:${ratio}`;
    select.value = PRINTS.includes(ratio) ? String(ratio) : "";
  }

  /** @param {string} text */
  #saved(text) {
    const { state } = this.app;
    const box = byId("saved");
    box.dataset.state = state.saved;
    const words = new Map([
      ["saved", "Saved"],
      ["saving", "Saving…"],
      ["failed", "Not saved"],
      ["offline", "No server"],
    ]);
    box.textContent = words.get(state.saved) ?? "";
    box.title = text ?? "";
    byId("retry").hidden = state.saved !== "failed";
  }

  /** @param {{text: string, kind: string}} told */
  #say(told) {
    const box = byId("message");
    const text = told.kind === "note" ? `${box.textContent} Note: ${told.text}.` : told.text;
    box.textContent = text;
    box.title = text;
    if (told.kind === "note") return;
    box.classList.toggle("error", told.kind === "error");
    box.classList.remove("attention");
  }

  #attention() {
    byId("message").classList.add("attention");
  }
}

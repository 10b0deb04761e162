/** The dialogue of the last stage: which files are wanted. */

/** @import {App} from "./app.js" */

import { ApiError, exportFiles, loadFigures, places } from "./api.js";
import { byId, choice, h } from "./dom.js";

const KINDS = [
  ["las", "LAS", "Values at the step, with who edited what share in ~Other", true],
  ["csv", "CSV", "The same values as a table", false],
  [
    "registration",
    "Registration (YAML)",
    "Where tracks, depths and scales lie; to digitise again",
    true,
  ],
  [
    "trace",
    "Trace file (Parquet)",
    "The whole reading, a row for each curve and row of the scan",
    false,
  ],
  ["edits", "Edits (CSV)", "What persons changed; veernet export --edits takes it", false],
];

/** Asks what is wanted, writes it, and says what was written. */
export class Exporting {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.dialog = byId("export");
  }

  async open() {
    const { state, queue, editor } = this.app;
    if (editor.tool.pending) {
      editor.refusePending();
      return;
    }
    if (!state.curves.size) {
      state.say("There is nothing to export yet: digitise first.", "error");
      return;
    }
    await queue.settled();
    this.dialog.replaceChildren(
      h("h2", { text: "Export" }),
      h("p", { text: "Computing figures…" }),
    );
    if (!this.dialog.open) this.dialog.showModal();
    try {
      const [figures, known] = await Promise.all([loadFigures(), places()]);
      this.#fill(figures.curves, known);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.dialog.close();
      state.say(error.message, "error");
    }
  }

  /**
   * @param {import("./types.js").Figures[]} figures
   * @param {import("./types.js").Places} places
   */
  #fill(figures, places) {
    const { state } = this.app;
    const left = state.doubt.stretches.length;
    const stem = (state.doc?.name ?? "log").replace(/\.[^.]*$/, "");
    this.dialog.replaceChildren(
      h("h2", { text: "Export" }),
      figuresTable(figures),
      h("p", {
        class: left ? "wrong" : "right",
        text: left
          ? `${left} doubtful stretches are not reviewed; they are exported as they stand.`
          : "All that was doubted is reviewed.",
      }),
      h("div", { class: "choices" }, [
        ...KINDS.flatMap(([name, label, help, on]) => [
          h("label", {}, [
            h("input", { type: "checkbox", id: `export-${name}`, checked: on }),
            String(label),
          ]),
          h("p", { class: "help", text: help }),
        ]),
        folderField(places.folders),
        h("label", {}, [
          "Names begin with: ",
          h("input", { type: "text", id: "stem", value: stem }),
        ]),
        ...intoFields(places.files),
        h("label", {}, [
          h("input", { type: "checkbox", id: "overwrite" }),
          "Write over files that are there",
        ]),
      ]),
      h("div", { id: "export-result", role: "status" }),
      h("div", { class: "actions" }, [
        h("button", { type: "button", text: "Close", onclick: () => this.dialog.close() }),
        h("button", {
          type: "button",
          class: "primary",
          id: "export-now",
          text: "Export",
          onclick: () => void this.#write(byId("overwrite").checked),
        }),
      ]),
    );
    // What was said of the last try is not about what is chosen now.
    this.dialog.oninput = () => byId("export-result").replaceChildren();
    byId("export-now").focus();
  }

  /** @param {boolean} overwrite */
  async #write(overwrite) {
    const on = (/** @type {string} */ name) => byId(`export-${name}`).checked;
    const target = document.getElementById("append-to");
    const appendTo = target instanceof HTMLSelectElement ? target.value : "";
    const box = byId("export-result");
    byId("export-now").disabled = true;
    box.replaceChildren(h("p", { text: "Writing…" }));
    try {
      const answer = await exportFiles({
        las: on("las"),
        csv: on("csv"),
        registration: on("registration"),
        trace: on("trace"),
        edits: on("edits"),
        stem: byId("stem").value.trim(),
        folder: byId("folder").value,
        append_to: appendTo || null,
        clash: appendTo ? byId("clash").value : null,
        overwrite,
      });
      box.replaceChildren(
        h("p", { class: "right", text: `Written to ${byId("folder").value}:` }),
        h(
          "ul",
          {},
          answer.files.map((file) =>
            h("li", { text: `${file.name}, ${file.bytes.toLocaleString("en")} bytes` }),
          ),
        ),
        ...answer.notes.map((note) => h("p", { text: note })),
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const names = error.body.existing ?? [];
      const over = () => void this.#write(true);
      box.replaceChildren(
        h("p", { class: "wrong", text: error.message }),
        names.length
          ? h("button", {
              type: "button",
              id: "write-over",
              text: `Write over ${names.join(", ")}`,
              onclick: over,
            })
          : "",
      );
    } finally {
      byId("export-now").disabled = false;
    }
  }
}

/**
 * @param {string[]} folders that may be written to
 * @returns {HTMLElement}
 */
function folderField(folders) {
  const field = choice(
    { id: "folder", hidden: folders.length < 2 },
    folders.map((name) => [name, name]),
    folders[0],
  );
  const told = folders.length < 2 ? h("code", { text: folders[0] }) : null;
  return h("label", {}, ["Files are written to the folder ", told, field]);
}

/**
 * Curves go into a LAS that is there, beside the files above.
 *
 * @param {string[]} files
 * @returns {HTMLElement[]}
 */
function intoFields(files) {
  if (!files.length) return [];
  const into = choice(
    { id: "append-to" },
    [["", "no other file"], ...files.map((name) => [name, name])],
    "",
  );
  const clash = choice(
    { id: "clash" },
    [
      ["replace", "are replaced"],
      ["append", "stay, and these are added beside them"],
    ],
    "replace",
  );
  const same = h("label", {}, ["Curves of the same name in it ", clash]);
  same.hidden = true;
  into.addEventListener("change", () => (same.hidden = !into.value));
  return [
    h("label", {}, ["Also put the curves into ", into]),
    h("p", {
      class: "help",
      text: "A LAS of the same well that is there already: it is written anew, with these curves on its own depths",
    }),
    same,
  ];
}

/** @param {import("./types.js").Figures[]} figures */
function figuresTable(figures) {
  const percent = (/** @type {number} */ share) =>
    h("td", { class: "number", text: `${(100 * share).toFixed(1)} %` });
  const head = ["Curve", "read", "bridged", "edited", "off scale", "mean confidence"];
  return h("table", {}, [
    h("thead", {}, [
      h(
        "tr",
        {},
        head.map((text) => h("th", { text })),
      ),
    ]),
    h(
      "tbody",
      {},
      figures.map((known) =>
        h("tr", {}, [
          h("td", { text: known.mnemonic }),
          percent(known.read_share),
          percent(known.bridged_share),
          percent(known.edited_share),
          percent(known.off_scale_share),
          h("td", { class: "number", text: (known.mean_confidence ?? 0).toFixed(2) }),
        ]),
      ),
    ),
  ]);
}

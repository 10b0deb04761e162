/** Hooks for tests of the page, present only under `?test=1`. */

/** @import {App} from "./app.js" */

/**
 * Put the hooks in place: numbers of what a canvas cannot tell.
 *
 * @param {App} app
 */
export function installHooks(app) {
  const { state, view, editor } = app;
  const settle = () => new Promise((resolve) => requestAnimationFrame(() => resolve(null)));
  /** @type {any} */ (window).veernet = {
    /** Place in the client area of a sample. */
    screenOf: (
      /** @type {string} */ name,
      /** @type {number} */ row,
      /** @type {number} */ column,
    ) => {
      const curve = state.curves.get(name);
      if (!curve) return null;
      const box = document.getElementById("window")?.getBoundingClientRect();
      const [x, y] = editor.screenOf(curve, row, column);
      return { x: x + (box?.left ?? 0), y: y + (box?.top ?? 0) };
    },
    pageAt: (/** @type {number} */ x, /** @type {number} */ y) => {
      const box = document.getElementById("window")?.getBoundingClientRect();
      const column = view.pageColumn(x - (box?.left ?? 0));
      const pageRow = view.pageRow(y - (box?.top ?? 0));
      return { pageRow, column, row: state.geometry?.rowOf(pageRow, column) };
    },
    columnAt: (/** @type {string} */ name, /** @type {number} */ row) =>
      state.curves.get(name)?.at(row),
    show: (/** @type {number} */ row, /** @type {number} */ rowScale) => {
      view.rowScale = rowScale;
      app.centre(row);
    },
    /** What is previewed, before Enter keeps it. */
    get draft() {
      const { patches } = editor.tool.draft;
      return patches.map(({ curve, row0, column }) => ({ curve, row0, column: [...column] }));
    },
    get revision() {
      return state.revision;
    },
    get state() {
      return {
        stage: state.stage,
        active: state.active,
        selection: state.selection,
        caret: state.caret,
        stretch: state.stretch,
        tool: editor.tool.name,
        pending: editor.tool.pending,
        saved: state.saved,
        reach: state.reach,
        view: {
          row: view.row,
          column: view.column,
          rowScale: view.rowScale,
          columnScale: view.columnScale,
        },
      };
    },
    get frames() {
      return app.painter.times;
    },
    /** Wait until all is loaded, drawn and saved. */
    idle: async () => {
      do await settle();
      while (!app.idle || !state.doc);
    },
  };
}

/** Going about the log: along it, to doubts and notes, from curve to curve. */

/** @import {App} from "./app.js" */
/** @import {Finding, Stretch} from "./types.js" */

/** Share of the window that a page key moves. */
const PAGE = 0.8;

/** What `n`, `p`, Page down and the lists of the panel do. */
export class Going {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  /** Show the first depths of the section, a little of what is above, and all its tracks. */
  toTop() {
    // The replot may just have come, and have taken its part of the width.
    this.app.resize();
    this.app.fit();
    const first = this.app.state.geometry?.rows[0] ?? 0;
    this.app.view.row = Math.max(0, first - 0.1 * (this.app.view.height / this.app.view.rowScale));
    this.app.moved();
  }

  /** @param {number} direction */
  page(direction) {
    this.app.view.pan(0, -direction * PAGE * this.app.view.height);
    this.app.moved();
    const { state } = this.app;
    if (state.stage !== "review" || !state.curve) return;
    const rows = (direction * PAGE * this.app.view.height) / this.app.view.rowScale;
    this.app.editor.caret.to(
      (state.caret?.row ?? this.app.view.pageRow(this.app.view.height / 2) - rows) + rows,
    );
  }

  /** @param {number} direction */
  toEnd(direction) {
    const { state } = this.app;
    const rows = state.geometry?.rows ?? [];
    const row = direction < 0 ? (rows[0] ?? 0) : (rows[rows.length - 1] ?? this.app.view.pageRows);
    this.app.centre(row);
    if (state.stage === "review") this.app.editor.caret.to(row);
  }

  /** @param {number} index */
  chooseCurve(index) {
    const curve = this.app.state.ordered[index];
    if (!curve) return;
    if (this.app.editor.tool.pending) {
      this.app.editor.refusePending();
      return;
    }
    this.app.state.activate(curve.mnemonic);
    const row = this.app.view.pageRow(this.app.view.height / 2);
    const column = curve.near(row);
    if (Number.isFinite(column)) this.app.view.reveal(curve.fold(row, column));
    this.app.moved();
  }

  /** @param {number} direction */
  next(direction) {
    if (this.app.state.stage === "register") {
      this.app.registering.next(direction);
      return;
    }
    if (this.app.editor.tool.pending) {
      this.app.editor.refusePending();
      return;
    }
    const { stretches } = this.app.state.doubt;
    if (!stretches.length) {
      this.app.state.say("All that was doubted is reviewed: E exports.");
      return;
    }
    const at = stretches.findIndex((stretch) => stretch.id === this.app.state.stretch?.id);
    const wanted = at < 0 ? (direction > 0 ? 0 : stretches.length - 1) : at + direction;
    this.goTo(stretches[(wanted + stretches.length) % stretches.length]);
  }

  /** @param {Stretch} stretch */
  goTo(stretch) {
    if (this.app.editor.tool.pending) {
      this.app.editor.refusePending();
      return;
    }
    const { state, view } = this.app;
    const curve = state.curves.get(stretch.curve);
    if (!curve) return;
    state.activate(stretch.curve);
    state.mark = null;
    state.stretch = stretch;
    const { row0, row1 } = stretch;
    state.select({ row0, row1 });
    const middle = (row0 + row1) / 2;
    const column = curve.fold(middle, curve.near(middle));
    const at = Number.isFinite(column) ? column : curve.track.left[0].column;
    const edges = curve.geometry.edgesAt(curve.track, middle);
    this.#approach(row1 - row0 + 1, edges[1] - edges[0]);
    view.show(curve.geometry.pageRow(row0, at), curve.geometry.pageRow(row1, at));
    this.#across(edges, at);
    this.app.editor.caret.to(middle);
    state.say(`${sentence(stretch.text)} A accepts it as it is; or choose an edit.`);
    state.emit("stretch");
    this.app.moved();
  }

  /**
   * Show what a note is of.
   *
   * @param {Finding} note
   */
  lookAt(note) {
    const { state, view } = this.app;
    if (note.curve && state.curves.has(note.curve)) state.activate(note.curve);
    if (note.row !== null) this.app.centre(note.row);
    if (note.column !== null) view.reveal(note.column);
    state.say(note.text);
    this.app.moved();
  }

  /**
   * Zoom in until a pixel of the scan is one of the window, as far as rows and track fit.
   *
   * @param {number} rows
   * @param {number} track width in columns
   */
  #approach(rows, track) {
    const { view } = this.app;
    if (view.rowScale >= 1 || rows > 0.7 * view.height) return;
    const wanted = Math.max(view.columnScale, Math.min(1, view.width / (1.12 * track)));
    view.zoom(view.width / 2, view.height / 2, wanted / view.columnScale, 1 / view.rowScale);
  }

  /**
   * Show a track whole if it fits, else a column of it.
   *
   * @param {[number, number]} edges
   * @param {number} column
   */
  #across([left, right], column) {
    const { view } = this.app;
    const seen = view.x(left) >= 0 && view.x(right) <= view.width;
    if (seen) return;
    if ((right - left) * view.columnScale > view.width) view.reveal(column);
    else {
      const width = view.width / view.columnScale;
      const middle = (left + right) / 2 - width / 2;
      view.column = Math.max(Math.min(middle, view.pageColumns - width), 0);
    }
  }

  /** @param {Stretch} stretch that was accepted */
  accepted(stretch) {
    const { state } = this.app;
    state.stretch = null;
    state.select(null);
    const told = `Accepted ${stretch.curve} at ${state.placeName(stretch.row0)}.`;
    if (state.doubt.stretches.length) {
      this.next(1);
      state.say(`${told} Next: ${sentence(state.doubt.stretches[0].text)}`);
    } else {
      state.say(`${told} All that was doubted is reviewed: E exports.`);
    }
  }
}

/** @param {string} text @returns {string} with a stop at its end */
function sentence(text) {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

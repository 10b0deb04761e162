/** Calls of the server: JSON both ways, curves as binary, events by SSE. */

/** @import {Answer, Doc, Doubt, Edit, ExportChoice, Figures, Finding, History, Job, Packed, Patch, Places, Preview} from "./types.js" */

/** Bytes of a sample: column and confidence as float32, origin and flags as uint8. */
const SAMPLE_BYTES = 10;

/** What the server said no to; `status` 0 where it could not be reached. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message one line
   * @param {any} [body] as answered
   */
  constructor(status, message, body = {}) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** The section that is shown; goes with every call. */
let section = "";

/** @param {string} name */
export function useSection(name) {
  section = name;
}

/**
 * Call a route and return the answer, whatever it holds.
 *
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "the server does not answer: is veernet review still running?");
  }
  if (response.ok) return response;
  /** @type {any} */
  let body = {};
  try {
    body = await response.json();
  } catch {
    body = {};
  }
  const told = body.error ?? `the server answered ${response.status}`;
  throw new ApiError(response.status, String(told), body);
}

/** @param {string} path @returns {string} with the section that is shown */
function of(path) {
  if (!section) return path;
  const sign = path.includes("?") ? "&" : "?";
  return `${path}${sign}section=${encodeURIComponent(section)}`;
}

/** @param {string} path @returns {Promise<any>} */
async function get(path) {
  return (await call(of(path))).json();
}

/** @param {string} path @param {Record<string, unknown>} body @returns {Promise<any>} */
async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  const text = JSON.stringify(section ? { section, ...body } : body);
  return (await call(path, { method: "POST", headers, body: text })).json();
}

/**
 * Lay out the bytes of samples.
 *
 * @param {ArrayBuffer} buffer
 * @param {number} rows
 */
function samplesOf(buffer, rows) {
  if (buffer.byteLength !== rows * SAMPLE_BYTES) {
    throw new ApiError(0, `${buffer.byteLength} bytes came for ${rows} rows of a curve`);
  }
  return {
    column: new Float32Array(buffer, 0, rows),
    confidence: new Float32Array(buffer, rows * 4, rows),
    origin: new Uint8Array(buffer, rows * 8, rows),
    flags: new Uint8Array(buffer, rows * 9, rows),
  };
}

/** @param {Packed} packed @returns {Patch} */
function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed.data), (letter) => letter.charCodeAt(0));
  return { curve: packed.curve, row0: packed.row0, ...samplesOf(bytes.buffer, packed.rows) };
}

/** @param {any} answer with packed patches @returns {any} */
function unpacked(answer) {
  return { ...answer, patches: (answer.patches ?? []).map(unpack) };
}

/** @returns {Promise<Doc>} */
export const loadDocument = () => get("/api/document");

/** @returns {Promise<Doubt>} */
export const loadDoubt = () => get("/api/doubt");

/** @returns {Promise<{revision: number, curves: Figures[], findings: Finding[]}>} */
export const loadFigures = () => get("/api/figures");

/** @param {number} revision @returns {Promise<Answer>} what happened since */
export const loadChanges = async (revision) =>
  unpacked(await get(`/api/changes?since=${revision}`));

/**
 * @typedef {{
 *   firstRow: number, column: Float32Array, confidence: Float32Array,
 *   origin: Uint8Array, flags: Uint8Array
 * }} Samples
 *
 * @param {string} mnemonic
 * @returns {Promise<Samples>}
 */
export async function loadCurve(mnemonic) {
  const response = await call(of(`/api/curve/${encodeURIComponent(mnemonic)}`));
  const rows = Number(response.headers.get("X-Rows"));
  const firstRow = Number(response.headers.get("X-First-Row"));
  return { firstRow, ...samplesOf(await response.arrayBuffer(), rows) };
}

/**
 * @param {string} pattern with {level}, {row} and {column}
 * @param {number} level
 * @param {number} row of tiles
 * @param {number} column of tiles
 * @param {AbortSignal} signal
 * @returns {Promise<ImageBitmap>}
 */
export async function loadTile(pattern, level, row, column, signal) {
  const path = pattern
    .replace("{level}", String(level))
    .replace("{row}", String(row))
    .replace("{column}", String(column));
  const response = await call(path, { signal });
  return createImageBitmap(await response.blob());
}

/** @param {Edit} edit @returns {Promise<Preview>} */
export const preview = async (edit) => unpacked(await post("/api/preview", { edit }));

/**
 * Send what changes the document; a second try with the same id changes nothing more.
 *
 * @param {string} path of the route
 * @param {number} base revision that the change is made on
 * @param {string} id of the gesture
 * @param {Record<string, unknown>} body
 * @returns {Promise<Answer>}
 */
export const change = async (path, base, id, body) =>
  unpacked(await post(path, { base, id, ...body }));

/** @param {Record<string, unknown>} job @returns {Promise<{job: Job}>} */
export const startJob = (job) => post("/api/job", job);

/** @returns {Promise<any>} */
export const cancelJob = () => post("/api/job/cancel", {});

/** @param {ExportChoice} wanted @returns {Promise<{files: {name: string, bytes: number}[], notes: string[]}>} */
export const exportFiles = (wanted) => post("/api/export", { ...wanted });

/** @returns {Promise<Places>} where files are written, and LAS files that are there */
export const places = () => get("/api/files?kind=las");

/**
 * Listen to what happens elsewhere: edits of another tab, progress of jobs.
 *
 * @typedef {{
 *   state: (data: {revision: number, history: History, stage: string}) => void,
 *   job: (job: Job) => void, image: (data: {done: number, total: number, ready: boolean}) => void,
 *   open: (open: boolean) => void
 * }} Listeners
 *
 * @param {Listeners} told
 * @returns {EventSource}
 */
export function listen(told) {
  const source = new EventSource("/api/events");
  source.addEventListener("state", (event) => told.state(JSON.parse(event.data)));
  source.addEventListener("job", (event) => told.job(JSON.parse(event.data).job));
  source.addEventListener("image", (event) => told.image(JSON.parse(event.data)));
  source.addEventListener("open", () => told.open(true));
  source.addEventListener("error", () => told.open(false));
  return source;
}

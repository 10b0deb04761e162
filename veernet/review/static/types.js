/**
 * The shapes of what the server sends and takes. Nothing runs here.
 *
 * `row` is a registered row (that of the trace file), `column` a column of the scan,
 * unfolded: a wrap adds the width of the track. Page rows are said to be such.
 *
 * @typedef {{level: number, rows: number, columns: number}} Level
 * @typedef {{
 *   rows: number, columns: number, dpi: [number, number]|null, tile: number,
 *   tiles: string, key: string, levels: Level[]
 * }} ImageInfo
 * @typedef {{
 *   row: number, depth: number, row_left?: number|null, row_right?: number|null,
 *   gap?: boolean
 * }} DepthPoint
 * @typedef {{row: number, depth: number, residual: number|null}} Residual
 * @typedef {{row: number, column: number}} EdgePoint
 * @typedef {{fraction: number, value: number}} ScalePoint
 * @typedef {{
 *   mnemonic: string, unit: string, scale: string, left: number|null, right: number|null,
 *   points?: ScalePoint[]|null, line: string, weight?: string|null,
 *   colour?: string|null, wraps?: boolean, wrap_start?: number,
 *   backup_of?: string|null, export?: boolean
 * }} CurveSpec
 * @typedef {{name: string, left: EdgePoint[], right: EdgePoint[], curves: CurveSpec[]}} Track
 * @typedef {{
 *   section?: string, depth: {unit: string|null, points: DepthPoint[]}, step: number,
 *   null_value?: number, well?: Record<string, string>, tracks: Track[]
 * }} Registration
 * @typedef {{
 *   key: string, text: string, severity: string, row: number|null, column: number|null,
 *   track: string|null, curve: string|null, source: string, confirmed: boolean
 * }} Finding
 * @typedef {{
 *   mnemonic: string, track: string, first_row: number, rows: number, revision: number,
 *   share_read: number, share_edited: number, share_reviewed: number
 * }} CurveInfo
 * @typedef {{undo: string|null, redo: string|null}} History
 * @typedef {{
 *   id: string, kind: string, stage: string, done: number, total: number, state: string,
 *   error: string|null
 * }} Job
 * @typedef {{
 *   id: string, curve: string, row0: number, row1: number, confidence: number,
 *   kind: string, text: string, weight?: number
 * }} Stretch
 * @typedef {{share_reviewed: number, rows?: number, limit?: number, stretches: Stretch[]}} Doubt
 * @typedef {{
 *   name: string, read_only: boolean, revision: number, stage: string, version?: string,
 *   image: ImageInfo, sections: string[], section: string, registration: Registration,
 *   problems: string[], depth: Residual[], findings: Finding[], curves: CurveInfo[],
 *   history: History, retrace: boolean, job: Job|null
 * }} Doc
 * @typedef {{curve: string, row0: number, rows: number, data: string}} Packed
 * @typedef {{
 *   curve: string, row0: number, column: Float32Array, confidence: Float32Array,
 *   origin: Uint8Array, flags: Uint8Array
 * }} Patch
 * @typedef {{
 *   revision: number, patches: Patch[], reload?: boolean, registration?: Registration,
 *   problems?: string[], depth?: Residual[], findings?: Finding[], history: History,
 *   doubt?: Doubt, notes?: string[]
 * }} Answer
 * @typedef {{patches: Patch[], notes: string[]}} Preview
 * @typedef {{action: string, curve: string} & Record<string, any>} Edit
 * @typedef {{
 *   las: boolean, csv: boolean, registration: boolean, trace: boolean, edits: boolean,
 *   stem?: string, folder?: string, append_to?: string|null, clash?: string|null, overwrite: boolean
 * }} ExportChoice
 * @typedef {{files: string[], folders: string[]}} Places
 * @typedef {{
 *   mnemonic: string, rows: number, read_share: number, bridged_share: number,
 *   manual_share: number, edited_share: number, off_scale_share: number,
 *   mean_confidence: number
 * }} Figures
 */

export {};

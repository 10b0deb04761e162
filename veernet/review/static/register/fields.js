/** Fields of the registration: each is saved when it is left, or Enter is pressed. */

import { choice, h } from "../dom.js";

/**
 * A field for a number that is saved when it is left or Enter is pressed.
 *
 * @param {number|null} value null where it is still to be given
 * @param {string} title
 * @param {boolean} disabled
 * @param {(value: number) => void} save
 */
export function numberField(value, title, disabled, save) {
  const before = value === null ? "" : String(value);
  const field = h("input", {
    type: "number",
    step: "any",
    value,
    title,
    "aria-label": title,
    disabled,
  });
  field.addEventListener("change", () => {
    const given = Number(field.value);
    if (field.value.trim() === "" || !Number.isFinite(given)) {
      field.value = before;
      return;
    }
    field.defaultValue = field.value;
    save(given);
  });
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") {
      field.value = before;
      field.blur();
    }
  });
  return field;
}

/**
 * @param {string} value
 * @param {string} title
 * @param {boolean} disabled
 * @param {(value: string) => void} save
 */
export function textField(value, title, disabled, save) {
  const field = h("input", { type: "text", value, title, "aria-label": title, disabled });
  field.addEventListener("change", () => {
    field.defaultValue = field.value;
    save(field.value.trim());
  });
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    field.value = value;
    field.blur();
  });
  return field;
}

/**
 * @param {string} title
 * @param {string[][]} options
 * @param {string|null|undefined} value
 * @param {boolean} disabled
 * @param {(value: string) => void} save
 */
export function selectField(title, options, value, disabled, save) {
  const field = choice({ title, "aria-label": title, disabled }, options, value ?? "");
  field.addEventListener("change", () => {
    save(field.value);
  });
  return field;
}

/**
 * @param {string} title
 * @param {boolean} on
 * @param {boolean} disabled
 * @param {(on: boolean) => void} save
 */
export function tickField(title, on, disabled, save) {
  const field = h("input", { type: "checkbox", title, "aria-label": title, disabled, checked: on });
  field.addEventListener("change", () => {
    save(field.checked);
  });
  return field;
}

/** Fields of the ~Well section that are always offered. */
const WELL_FIELDS = ["WELL", "COMP", "FLD", "LOC", "CNTY", "STAT", "UWI", "API", "DATE"];

/**
 * Fields that go into the LAS as they are.
 *
 * @param {Record<string, string>} well
 * @param {boolean} off
 * @param {(well: Record<string, string>, told: string) => void} save
 * @returns {Node[]}
 */
export function wellFields(well, off, save) {
  const keys = [...new Set([...WELL_FIELDS, ...Object.keys(well)])];
  const fields = keys.map((key) =>
    h("label", {}, [
      `${key} `,
      textField(well[key] ?? "", `${key} of the well`, off, (value) => {
        const { [key]: _, ...rest } = well;
        save(value ? { ...rest, [key]: value } : rest, `${key} of the well`);
      }),
    ]),
  );
  return [h("h2", { text: "Well" }), h("div", { class: "row well" }, fields)];
}

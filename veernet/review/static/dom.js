/** Elements of the page, always filled by textContent: names come from OCR. */

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Record<string, any>} [props] attributes; `on*` are listeners, `text` the text
 * @param {(Node|string|null)[]} [children]
 * @returns {any} the element
 */
export function h(tag, props = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (name === "text") {
      element.textContent = String(value);
    } else if (name === "value") {
      // The attribute too: it tells later whether something was typed.
      if (tag === "input") element.setAttribute("value", String(value));
      /** @type {any} */ (element).value = value;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/**
 * Return the element of an id that the page is known to have.
 *
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element #${id}`);
  return element;
}

/**
 * Make a drop-down list.
 *
 * @param {Record<string, any>} props
 * @param {string[][]} options value and what is shown
 * @param {string|null|undefined} chosen
 * @returns {HTMLSelectElement}
 */
export function choice(props, options, chosen) {
  const select = h(
    "select",
    props,
    options.map(([value, text]) => h("option", { value, text })),
  );
  select.value = chosen ?? options[0]?.[0] ?? "";
  return select;
}

const FOCUSABLE = "button, input, select, [tabindex]";

/**
 * Fill a box anew, keeping the focus and what is scrolled; not while something is typed.
 *
 * @param {HTMLElement} box
 * @param {(Node|string|null)[]} children
 */
export function rebuild(box, children) {
  const active = document.activeElement;
  const inside = active instanceof HTMLElement && active !== box && box.contains(active);
  if (inside && active instanceof HTMLInputElement && active.type !== "checkbox") {
    if (active.value !== active.defaultValue) return;
  }
  const name = inside ? nameOf(active) : null;
  const place = inside ? named(box, name).indexOf(active) : -1;
  const tops = [...box.querySelectorAll(".scroll")].map((list) => list.scrollTop);
  box.replaceChildren(...children.filter((child) => child !== null));
  tops.forEach((top, place) => {
    const list = box.querySelectorAll(".scroll")[place];
    if (list) list.scrollTop = top;
  });
  if (!inside) return;
  const again = named(box, name)[place];
  // What had the focus is gone: keys go on in the window.
  (again ?? byId("window")).focus({ preventScroll: true });
}

/** @param {Element} element @returns {string} what it is called, of whatever it shows */
function nameOf(element) {
  const label = element.id || element.getAttribute("aria-label") || element.textContent;
  return `${element.tagName} ${label}`;
}

/** @param {HTMLElement} box @param {string|null} name @returns {HTMLElement[]} */
function named(box, name) {
  const all = /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll(FOCUSABLE));
  return [...all].filter((element) => nameOf(element) === name);
}

/** @returns {boolean} whether a field that takes keys has the focus */
export function typing() {
  const at = document.activeElement;
  if (!at) return false;
  if (at instanceof HTMLInputElement) {
    return !["checkbox", "button", "radio", "range"].includes(at.type);
  }
  return at instanceof HTMLTextAreaElement;
}

/** Keys that move in a drop-down list, open it, or leave it. */
const OF_LIST = /^(Arrow|Home|End|Page|Tab|Enter| )/;

/**
 * Keep letters from a drop-down list: they would choose what begins with them, unseen.
 *
 * @param {KeyboardEvent} event
 * @returns {boolean} whether the list has taken the key
 */
export function takenByList(event) {
  if (!(document.activeElement instanceof HTMLSelectElement)) return false;
  if (OF_LIST.test(event.key)) return true;
  if (event.key === "Escape") byId("window").focus({ preventScroll: true });
  if (event.key === "Escape" || event.key.length === 1) event.preventDefault();
  return event.key === "Escape";
}

/**
 * Give the focus back to the scan when a button of a bar or of the panel was pressed by
 * the pointer, so that the next Enter does not press it again.
 */
export function leaveButtons() {
  document.addEventListener("click", (event) => {
    const at = document.activeElement;
    const pressed = event.target instanceof Element && event.detail > 0;
    if (!pressed || !event.target.closest("#panel, #bar, #top")) return;
    if (at instanceof HTMLButtonElement && !at.closest("dialog"))
      byId("window").focus({ preventScroll: true });
  });
}

/**
 * Write a number as a person would.
 *
 * @param {number|null|undefined} value
 * @param {number} [digits] significant ones
 * @returns {string}
 */
export function plain(value, digits = 5) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return String(Number(value.toPrecision(digits)));
}

/** @returns {number} pixels of one rem: what canvases scale their text by */
export function rem() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) || 13;
}

/** Pixels of a rem on a small window, for which the widths of strokes are given. */
const SMALL_REM = 13;

/** @param {number} width on a small window @returns {number} as it is read on this one */
export function stroke(width) {
  return (width * rem()) / SMALL_REM;
}

/**
 * Read a colour of the style sheet, for canvases.
 *
 * @param {string} name of the custom property, without the dashes
 * @returns {string}
 */
export function ink(name) {
  const style = getComputedStyle(document.documentElement);
  return style.getPropertyValue(`--${name}`).trim() || "#888";
}

// Controls: each is a labelled element of the page that calls back with its value.
const bar = (...controls) => el("div", { class: "controls" }, controls);

function choose(title, options, value, changed) {
  const select = el("select", { onchange: () => changed(select.value) },
    Object.entries(options).map(([key, text]) => el("option", { value: key }, text)));
  select.value = value in options ? value : Object.keys(options)[0];
  return el("label", { class: "pick" }, title, select);
}

function slide(title, count, value, says, changed) {
  const output = el("output", {}, says(value));
  const input = el("input", { type: "range", min: 0, max: count - 1, step: 1, value, "aria-valuetext": says(value), oninput: () => {
    output.textContent = says(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
    changed(Number(input.value));
  } });
  return el("label", { class: "pick" }, el("span", {}, `${title}: `, output), input);
}

function pick(title, options, chosen, changed) {
  const set = new Set(chosen);
  const boxes = Object.entries(options).map(([key, text]) => {
    const box = el("input", { type: "checkbox", onchange: () => {
      if (box.checked) set.add(key); else set.delete(key);
      changed(Object.keys(options).filter((name) => set.has(name)));
    } });
    box.checked = set.has(key);
    return el("label", {}, box, report.losses[key] ? swatch(key) : null, text);
  });
  return el("fieldset", {}, el("legend", {}, title), boxes);
}

function tick(title, value, changed) {
  const box = el("input", { type: "checkbox", onchange: () => changed(box.checked) });
  box.checked = value;
  return el("label", { style: "display:inline-flex;gap:.35rem;align-items:center;color:var(--ink)" }, box, title);
}

const lossOptions = (arms) => Object.fromEntries(arms.map((arm) => [arm.loss, lossTitle(arm.loss)]));
const figureOptions = (wanted) => Object.fromEntries(Object.entries(report.figures).filter(([name, figure]) => (!wanted || wanted(name, figure))).map(([name, figure]) => [name, figure.title]));
const setOptions = () => Object.fromEntries(Object.keys(report.sets).map((name) => [name, setTitle(name)]));
const readingOptions = () => Object.fromEntries(Object.keys(report.readings).map((name) => [name, readingTitle(name)]));

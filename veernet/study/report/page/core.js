"use strict";
// The document, the state that all sections share, and how things are drawn and said.
const report = JSON.parse(document.getElementById("data").textContent);
const state = { profile: Object.keys(report.profiles)[0] };
const sections = [];
const now = () => report.profiles[state.profile];
const section = (id, title, render) => sections.push({ id, title, render });

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

// --- words and numbers
const minus = (text) => text.replaceAll("-", "\u2212");
function number(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  if (Math.abs(value) >= 10 ** 5) return minus(value.toExponential(1));
  return minus(value.toFixed(Math.abs(value) >= 100 ? 0 : digits));
}
const short = (value, digits = 3) =>
  value === null || value === undefined ? "–" : minus(String(Number(value.toPrecision(digits))));
const lossTitle = (name) => (report.losses[name] ? report.losses[name].title : name.replaceAll("_", " "));
const labelTitle = (label) =>
  ({ curves: "mean of the curves", all: "mean of all classes", solid: "solid curve", dashed: "dashed curve" })[label] || label;
const readingTitle = (name) => report.readings[name].split(":")[0];
const setTitle = (name) => report.sets[name].split(":")[0];
function columnTitle(column) {
  const [set, figure, label, reading] = column.split("/");
  const parts = [report.figures[figure].title, labelTitle(label), setTitle(set)];
  return parts.concat(reading ? [readingTitle(reading)] : []).join(", ");
}
// What optimisers and averages are called; the plain one has no name in front of a loss.
const OPTIMISERS = { adamw: "AdamW", sgd: "SGD", sam: "SAM", asam: "ASAM", sam_sgd: "SAM on SGD", entropy_sgd: "Entropy-SGD" };
const methodTitle = (optimizer, averaging) => (OPTIMISERS[optimizer] || optimizer) + (averaging === "none" ? "" : ` + ${averaging.toUpperCase()}`);
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

// --- what was run
const plainArms = () => now().arms.map((arm, index) => ({ ...arm, index })).filter((arm) => !arm.changed.length);
const fiveArms = () => report.five.map((loss) => plainArms().find((arm) => arm.loss === loss)).filter(Boolean);
const estimate = (column, index) => (now().estimates[column] || [])[index] || [null, null, null, null, []];
// The ends of an interval as bars: how far above and below the mean.
const reach = (means) => ({ type: "data", symmetric: false, array: means.map((m) => (m[1] === null ? 0 : m[2] - m[0])), arrayminus: means.map((m) => (m[1] === null ? 0 : m[0] - m[1])) });
const columnOf = (set, figure, label, reading) =>
  [set, figure, label].concat(report.figures[figure].of === "curve" ? [reading] : []).join("/");
const labelsOf = (set, figure, reading) =>
  ["solid", "dashed", "background", "curves", "all"].filter((label) => columnOf(set, figure, label, reading) in now().estimates);

function basis(arms) {
  const about = now().about;
  const counts = [...new Set((arms || now().arms).map((arm) => arm.seeds.length))].sort((a, b) => a - b);
  const seeds = counts.length ? `${counts.join(" to ").replace(/ to .* to /, " to ")} seed${counts.at(-1) === 1 ? "" : "s"} an arm` : "no runs";
  return el("p", { class: "basis" },
    `${seeds}; profile ${state.profile}; ${about.hardware.join(" and ")}; trained by ${about.trained.join(", ")}, scored by ${about.scored.join(", ")}`);
}
const theoryBasis = () =>
  el("p", { class: "basis" }, `Computed when this page was built, from no training: the same in every profile; by ${report.made.commit}`);

// What is missing of some experiments, in a line each; nothing where all is there.
function missing(stems, what) {
  const gaps = now().experiments.filter((one) => stems.includes(one.name.replace(/_small$/, "")) && one.done < one.wanted);
  return gaps.map((one) => el("p", { class: "missing" },
    `${one.done ? `${one.done} of ${one.wanted} runs are done` : "Not run yet"}${what ? `: ${what}` : ""}. `,
    one.done ? "The rest is made by " : "They are made by ", el("code", {}, one.command)));
}
const lacking = (text, command) => el("p", { class: "missing" }, `${text} `, el("code", {}, command));

// --- colours: of losses in order of importance, readable on light and on dark paper
const dark = () => matchMedia("(prefers-color-scheme: dark)").matches && !matchMedia("print").matches;
const HUES = {
  light: ["#4d4d4d", "#0072b2", "#b35900", "#00785a", "#b0307c", "#6a4fb3", "#8a6d00", "#2f7f93", "#a3403f", "#5c7a1f"],
  dark: ["#cfd3d6", "#6db6ff", "#f0a04b", "#4cc9a0", "#f08cc0", "#b7a1f5", "#dcc04f", "#76cfe2", "#f28f8d", "#b3d36b"],
};
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash"];
const SYMBOLS = ["circle", "square", "triangle-up", "diamond", "cross", "x", "star", "pentagon", "hexagon", "bowtie"];
const place = (name) => {
  const five = report.five.indexOf(name);
  return five >= 0 ? five : 5 + Math.max(0, Object.keys(report.losses).indexOf(name) - 5);
};
const hue = (index) => HUES[dark() ? "dark" : "light"][index % 10];
const colour = (loss) => (loss === "none" ? style("--line") : hue(place(loss)));
const dash = (loss) => DASHES[place(loss) % 5];
// After ten losses the colours begin again, and the marks do not begin with them.
const symbol = (loss) => SYMBOLS[(place(loss) + 3 * Math.floor(place(loss) / 10)) % 10];
const faint = (hex, share) => hex + Math.round(share * 255).toString(16).padStart(2, "0");
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const swatch = (loss) => el("span", { class: "swatch", style: `background:${colour(loss)}`, "aria-hidden": "true" });

// --- figures
const pending = [];
function axis(title, more) {
  return { title: { text: title, font: { size: 13 } }, gridcolor: style("--rule"), linecolor: style("--soft"), zerolinecolor: style("--line"), automargin: true, ...(more && more.type === "log" && !more.tickvals ? { dtick: 1 } : {}), ...more };
}
const isNarrow = () => innerWidth < 600;
// Labels of an axis in lines, or upright in one where there is no room beside each other.
const ticks = (texts) => (isNarrow() ? { ticktext: texts.map((text) => text.replaceAll("-<br>", "-").replaceAll("<br>", " ")), tickangle: 90 } : { ticktext: texts });
const legendBelow = (y, upright) => ({ orientation: "h", y: isNarrow() ? upright : y, yanchor: "top", x: 0 });
function draw(node, traces, layout, says) {
  const narrow = isNarrow();
  const whole = {
    paper_bgcolor: style("--panel"), plot_bgcolor: style("--panel"), height: 380, hovermode: "closest",
    font: { family: "system-ui, sans-serif", size: narrow ? 11 : 12.5, color: style("--ink") },
    margin: { l: 56, r: 16, t: 16, b: 56 }, dragmode: narrow ? false : "zoom",
    legend: legendBelow(-0.22, -0.22), ...layout,
  };
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", says);
  pending.push(Plotly.react(node, traces, whole, { displaylogo: false, responsive: true, displayModeBar: false }));
}
const plotNode = () => el("div", { class: "plot" });

function table(head, rows, caption) {
  const cell = (tag, value, first) => {
    if (value instanceof Node) return value;
    return el(tag, first && tag === "th" ? { scope: "row" } : {}, value);
  };
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, head.map((text) => (text instanceof Node ? text : el("th", { scope: "col" }, text))))),
      el("tbody", {}, rows.map((row) => (row instanceof Node ? row
        : el("tr", {}, row.map((value, index) => cell(index ? "td" : "th", value, !index))))))));
}

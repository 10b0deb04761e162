"use strict";
// The page of an archive: everything is in the document; nothing is fetched.
const report = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("main");
const COLOURS = { done: "#2b7a4b", doubt: "#d69a1c", refused: "#6b7685", failed: "#b3372f" };
const MEANING = {
  done: "done",
  doubt: "done, to be looked at",
  refused: "refused",
  failed: "failed",
};

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function section(title, text, ...children) {
  main.append(el("section", {}, el("h2", {}, title), text ? el("p", {}, text) : null, ...children));
}

function figure(title, text, traces, layout) {
  const place = el("div", { class: "figure", role: "img", "aria-label": title });
  section(title, text, place);
  const usual = {
    margin: { t: 10, r: 10, b: 60, l: 60 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: 13, color: "#1c2430" },
    legend: { orientation: "h", y: 1.1 },
    height: 340,
  };
  Plotly.newPlot(place, traces, { ...usual, ...layout }, { displaylogo: false, responsive: true });
}

const stacked = (counts) =>
  Object.entries(counts.series).map(([outcome, values]) => ({
    type: "bar",
    name: MEANING[outcome],
    x: counts.names,
    y: values,
    marker: { color: COLOURS[outcome] },
  }));

function tiles() {
  const cost = report.cost;
  const told = [
    ...Object.entries(report.outcomes).map(([name, count]) => [count, MEANING[name]]),
    [cost.seconds_a_log.toFixed(1) + " s", "of a core for a log"],
    ["$" + cost.per_thousand.toFixed(2), "for a thousand logs at $" + cost.price + " a core hour"],
  ];
  main.append(
    el(
      "div",
      { class: "tiles" },
      told.map(([value, name]) => el("div", { class: "tile" }, el("strong", {}, String(value)), name)),
    ),
  );
}

function reasons() {
  const bad = report.reasons.filter((one) => one.reason);
  if (!bad.length) return;
  figure(
    "Why logs were refused or failed",
    null,
    ["refused", "failed"].map((outcome) => {
      const own = bad.filter((one) => one.outcome === outcome).reverse();
      return {
        type: "bar",
        orientation: "h",
        name: MEANING[outcome],
        y: own.map((one) => one.reason),
        x: own.map((one) => one.count),
        hovertext: own.map((one) => one.says),
        marker: { color: COLOURS[outcome] },
      };
    }),
    { margin: { t: 10, r: 10, b: 40, l: 110 } },
  );
}

function table(heads, rows, filter) {
  const body = el("tbody", {});
  const show = (text) => {
    const wanted = text.toLowerCase();
    const kept = rows.filter((row) => row.join(" ").toLowerCase().includes(wanted));
    body.replaceChildren(
      ...kept
        .slice(0, 300)
        .map((row) => el("tr", {}, row.map((cell) => el("td", {}, String(cell))))),
    );
    note.textContent = kept.length > 300 ? `${kept.length} fit; 300 are shown` : `${kept.length}`;
  };
  const box = el("input", { type: "search", placeholder: filter, "aria-label": filter });
  const note = el("p", {});
  box.addEventListener("input", () => show(box.value));
  show("");
  const head = el("thead", {}, el("tr", {}, heads.map((name) => el("th", {}, name))));
  return [box, note, el("table", {}, head, body)];
}

function worst() {
  const shown = report.queue.filter((one) => one.picture);
  if (!shown.length) return;
  section(
    "The worst, as pictures",
    "The scan, paled, about the worst stretch of each log, with the curves as they were read.",
    el(
      "div",
      { class: "pictures" },
      shown.map((one) =>
        el(
          "figure",
          { id: "log-" + one.log },
          el("img", { src: one.picture, alt: "scan and curves of " + one.log, loading: "lazy" }),
          el(
            "figcaption",
            {},
            el("strong", {}, one.log),
            ": " + (100 * one.doubt).toFixed(1) + " % in doubt. " + one.doubts.join("; "),
            one.commands.map((command) => el("code", {}, command)),
          ),
        ),
      ),
    ),
  );
}

document.getElementById("lead").textContent =
  `${report.ended} of ${report.logs} logs have ended. Plan ${report.made.plan}, veernet ${report.made.version}.`;
tiles();
reasons();
figure("By folder", null, stacked(report.folders), { barmode: "stack" });
if (report.years.names.some((name) => name !== "unknown"))
  figure("By year", null, stacked(report.years), { barmode: "stack", xaxis: { type: "category" } });
figure(
  "Doubt",
  "Share of the rows of a log, all its curves together, that a person should look at.",
  [{ type: "histogram", x: report.doubt, xbins: { start: 0, end: 1.0001, size: 0.02 }, marker: { color: COLOURS.doubt } }],
  { xaxis: { title: { text: "share in doubt" }, tickformat: ".0%", range: [0, 1] }, yaxis: { title: { text: "logs" } } },
);
figure(
  "Throughput",
  null,
  [{ type: "bar", x: report.speed.minutes, y: report.speed.logs, marker: { color: "#33658a" } }],
  { yaxis: { title: { text: "logs a minute" } } },
);
figure(
  "What it costs",
  `${report.cost.seconds_a_log} s of a core for a log of ${report.cost.megapixels_a_log} megapixels: ` +
    `${report.cost.core_hours_a_million} core hours for a million such logs.`,
  [
    {
      type: "bar",
      orientation: "h",
      y: Object.keys(report.cost.stages).reverse(),
      x: Object.values(report.cost.stages).reverse(),
      marker: { color: "#33658a" },
    },
  ],
  { margin: { t: 10, r: 10, b: 50, l: 110 }, xaxis: { title: { text: "seconds, all logs" } } },
);
worst();
if (report.queue.length)
  section(
    "To be reviewed, in this order",
    "By how many values are in doubt. The two commands of a row unpack a log and open it in the review page.",
    ...table(
      ["log", "in doubt", "where", "commands"],
      report.queue.map((one) => [
        one.log,
        (100 * one.doubt).toFixed(1) + " %",
        one.doubts.join("; "),
        one.commands.join("\n"),
      ]),
      "log or curve",
    ),
  );
if (report.bad.length)
  section(
    "Not read, and why",
    "What is mended is read by: veernet archive retry RESULTS --reason REASON",
    ...table(
      ["log", "file", "outcome", "reason", "what was wrong"],
      report.bad.map((one) => [one.log, one.address, one.outcome, one.reason, one.detail]),
      "log, file or reason",
    ),
  );

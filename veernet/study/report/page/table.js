const GROUPS = {
  "Curve error": [["mae", "solid"], ["mae", "dashed"], ["mse", "solid"], ["mse", "dashed"], ["median_mae", "solid"], ["median_mae", "dashed"]],
  "Curve fit (R-squared)": [["median_r_squared", "solid"], ["median_r_squared", "dashed"], ["r_squared", "solid"], ["r_squared", "dashed"], ["mean_r_squared", "solid"], ["mean_r_squared", "dashed"]],
  "Pixels and coverage": [["filled_px", "solid"], ["filled_px", "dashed"], ["median_px", "solid"], ["median_px", "dashed"], ["hit", "solid"], ["hit", "dashed"], ["coverage", "solid"], ["coverage", "dashed"]],
  "Overlap, pooled": [["iou", "background"], ["iou", "solid"], ["iou", "dashed"], ["iou", "all"], ["f1", "background"], ["f1", "solid"], ["f1", "dashed"]],
  "Overlap, mean of pictures": [["image_iou", "background"], ["image_iou", "solid"], ["image_iou", "dashed"], ["image_iou", "all"], ["image_f1", "background"], ["image_f1", "solid"], ["image_f1", "dashed"]],
  "Precision and recall": [["precision", "solid"], ["precision", "dashed"], ["recall", "solid"], ["recall", "dashed"]],
  "Proportions": [["true_share", "solid"], ["called_share", "solid"], ["expected_share", "solid"], ["true_share", "dashed"], ["called_share", "dashed"], ["expected_share", "dashed"]],
};
const chosenTable = { set: "test", reading: "skeleton", group: "Curve error", all: false, figure: "mae" };

const CUT = "cut where the figure itself ends (an error at 0, a share at 0 and 1) and left out where it says no more than that";

function estimateCell(column, index, best) {
  const [mean, low, high, spread] = estimate(column, index);
  const digits = report.figures[column.split("/")[1]].digits;
  return el("td", best ? { class: "best" } : {}, number(mean, digits),
    mean === null ? el("small", {}, "not defined") : null,
    spread === null ? null : el("small", {}, `± ${number(spread, digits)}`),
    low === null ? null : el("small", {}, `${number(low, digits)} to ${number(high, digits)}`));
}

function bestOf(column, indices) {
  const better = report.figures[column.split("/")[1]].better;
  if (!better) return null;
  return indices.filter((index) => estimate(column, index)[0] !== null)
    .sort((a, b) => better * (estimate(column, b)[0] - estimate(column, a)[0]))[0];
}

// The references read curves in one way: their errors stand beside ours of that reading alone.
const asTheyRead = (one, reading) => one.reading === null || one.reading === reading;
const publishedOf = (figure, label, loss, reading) => report.published.figures.find((one) => one.figure === figure && one.label === label && one.loss === loss && asTheyRead(one, reading));

const publishedCell = (one) => (one ? el("td", { title: `${one.source}. ${one.comparable}` }, String(one.value), one.note ? el("small", {}, one.note) : null) : el("td", { title: "The references do not report it." }, "–"));

function lossTable(columns, set, reading, arms) {
  const indices = arms.map((arm) => arm.index);
  const head = ["loss", ...columns.map(([figure, label]) => el("th", { scope: "col" }, report.figures[figure].title, el("small", {}, labelTitle(label) + (report.figures[figure].unit ? `, ${report.figures[figure].unit}` : ""))))];
  const rows = [];
  const best = columns.map(([figure, label]) => bestOf(columnOf(set, figure, label, reading), indices));
  for (const arm of arms) {
    rows.push(el("tr", {}, el("th", { scope: "row" }, swatch(arm.loss), arm.title, el("small", {}, plural(arm.seeds.length, "seed"))),
      ...columns.map(([figure, label], at) => estimateCell(columnOf(set, figure, label, reading), arm.index, best[at] === arm.index))));
    const theirs = columns.map(([figure, label]) => publishedOf(figure, label, arm.loss, reading));
    if (theirs.some(Boolean)) {
      rows.push(el("tr", { class: "reference" }, el("th", { scope: "row" }, `${lossTitle(arm.loss)}, published`),
        ...theirs.map(publishedCell)));
    }
  }
  const any = columns.map(([figure, label]) => publishedOf(figure, label, "any", reading));
  if (any.some(Boolean)) rows.push(el("tr", { class: "reference" }, el("th", { scope: "row" }, "whichever loss, published"),
    ...any.map(publishedCell)));
  return table(head, rows, `${report.sets[set]}; ${report.readings[reading]}. Mean over seeds, ± standard deviation over seeds, 95 % interval for new seeds and new pictures, ${CUT}; the best of each column is bold.`);
}

section("table", "The five losses", (body) => {
  body.append(el("p", {}, "All is alike but the loss: network, pictures, steps and learning rate. Two arms do nothing for the imbalance: one that calls every pixel background, and plain cross-entropy. Rows in italics are what the references published; their curve errors are of a skeleton, and stand beside ours read so."));
  const five = fiveArms();
  if (!five.length) { body.append(...missing(["five_losses"], "the five losses")); return; }
  body.append(basis(five), ...missing(["five_losses", "background"]));
  const holder = el("div"), chart = plotNode(), says = el("p");
  const arms = () => {
    const nothing = plainArms().filter((arm) => arm.loss === "none");
    const others = chosenTable.all ? plainArms().filter((arm) => !report.five.includes(arm.loss) && arm.loss !== "none") : [];
    return [...five, ...nothing, ...others];
  };
  const show = () => {
    holder.replaceChildren(lossTable(GROUPS[chosenTable.group], chosenTable.set, chosenTable.reading, arms()));
    const { set, reading, figure } = chosenTable, shown = arms();
    const labels = labelsOf(set, figure, reading).filter((label) => label !== "all" && label !== "curves");
    const kind = report.figures[figure];
    const traces = labels.flatMap((label, at) => {
      const column = columnOf(set, figure, label, reading);
      const own = shown.filter((arm) => estimate(column, arm.index)[0] !== null);
      const means = own.map((arm) => estimate(column, arm.index));
      const shift = (at - (labels.length - 1) / 2) * 0.22;
      const at_x = own.map((arm) => shown.indexOf(arm) + shift);
      return [
        { type: "scatter", mode: "markers", name: labelTitle(label), legendgroup: label, x: at_x, y: means.map((m) => m[0]),
          marker: { size: 11, color: hue(at + 1), symbol: SYMBOLS[at] }, error_y: { ...reach(means), thickness: 1.2, width: 5, color: hue(at + 1) },
          text: own.map((arm) => `${arm.title}, ${labelTitle(label)}`), hovertemplate: "%{text}<br>mean %{y:.4f}<extra></extra>" },
        { type: "scatter", mode: "markers", name: "seeds", legendgroup: label, showlegend: false, hoverinfo: "y",
          x: own.flatMap((arm, i) => means[i][4].map(() => at_x[i] + 0.07)), y: means.flatMap((m) => m[4]), marker: { size: 5, color: faint(hue(at + 1), 0.55) } },
      ];
    });
    const theirs = report.published.figures.filter((one) => one.figure === figure && asTheyRead(one, reading) && labels.includes(one.label) && shown.some((arm) => arm.loss === one.loss));
    if (theirs.length) traces.push({ type: "scatter", mode: "markers", name: "published by the references",
      x: theirs.map((one) => shown.findIndex((arm) => arm.loss === one.loss) + (labels.indexOf(one.label) - (labels.length - 1) / 2) * 0.22),
      y: theirs.map((one) => one.value), text: theirs.map((one) => `${lossTitle(one.loss)}, ${labelTitle(one.label)}, published${one.note ? ` (${one.note})` : ""}`),
      hovertemplate: "%{text}: %{y}<extra></extra>", marker: { symbol: "diamond-open", size: 12, color: style("--warm"), line: { width: 2 } } });
    draw(chart, traces, { xaxis: axis("", { tickvals: shown.map((_, i) => i), ...ticks(shown.map((arm) => arm.title.replace("Cross-entropy", "Cross-<br>entropy").replace("-Softmax", "-<br>Softmax").replace(" (", "<br>("))), zeroline: false }),
      yaxis: axis(kind.title + (kind.unit ? `, ${kind.unit}` : "")), height: isNarrow() ? 480 : 430, legend: legendBelow(-0.22, -0.5) }, `${kind.title} of each loss by class`);
    const column = columnOf(set, figure, labels.length > 1 && labels.includes("solid") ? "curves" : labels[0], reading);
    const best = bestOf(column, five.map((arm) => arm.index));
    says.replaceChildren(`${kind.says} Large marks are means over seeds, small ones the seeds, bars the 95 % interval for new seeds and new pictures, ${CUT}: with three seeds it is wide.` + (best === undefined || best === null ? "" : ` Of the five, the mean over the curves is best with ${now().arms[best].title}: ${number(estimate(column, best)[0], kind.digits)}${kind.unit ? ` ${kind.unit}` : ""}.`));
  };
  const set = (name) => (value) => { chosenTable[name] = value; show(); };
  body.append(bar(choose("Pictures", setOptions(), chosenTable.set, set("set")), choose("How curves are read", readingOptions(), chosenTable.reading, set("reading")),
    choose("Columns of the table", Object.fromEntries(Object.keys(GROUPS).map((name) => [name, name])), chosenTable.group, set("group")), tick("Every loss that was trained", chosenTable.all, set("all"))), holder);
  body.append(el("p", { class: "basis" }, Object.values(report.readings).join("; ") + "."));
  body.append(el("p", {}, "Ours beside the references' figures:"), el("ul", {}, report.published.remarks.map((text) => el("li", {}, text))));
  body.append(el("h3", {}, "One figure"), bar(choose("Figure", figureOptions(), chosenTable.figure, set("figure"))), chart, says);
  show();
  rankTable(body); tunedTable(body); costChart(body);
});

function rankTable(body) {
  body.append(el("h3", {}, "Ranks, and whether they differ"));
  const found = now().ranks;
  if (!found) { body.append(...missing(["five_losses"])); return; }
  const overlap = found.columns.indexOf("test/iou/curves"), error = found.columns.indexOf("test/mae/curves/dp");
  const first = (column) => lossTitle(found.losses[found.ranks[found.columns[column]].findIndex(([rank]) => rank === 1)]);
  const agreement = found.agreement[overlap][error];
  body.append(el("p", {}, `Rank 1 is the best mean over the seeds that all have; below it stand the ranks between which it is in 95 % of the draws of new seeds and new pictures. By overlap the first is ${first(overlap)}, by curve error ${first(error)}. The two orders agree to ${short(agreement, 2)} on a scale from −1 (reversed) to 1 (the same; Kendall's tau over ${found.losses.length} losses). A rank that may be almost any is none.`), basis(fiveArms()),
    table(["figure", ...found.losses.map(lossTitle), "agreement with overlap"], found.columns.map((column, at) => [columnTitle(column), ...found.ranks[column].map(([rank, low, high]) => el("td", {}, String(rank), low === high ? null : el("small", {}, `${low} to ${high}`))), short(found.agreement[overlap][at], 2)]), "Rank of each loss on the test set, mean of both curves"));
}

function tunedTable(body) {
  body.append(el("h3", {}, "With the learning rate tuned for each loss"));
  body.append(...missing(["rates", "rates_cross_entropy"]));
  const found = now().tuned;
  if (!found.losses.length) return;
  body.append(el("p", {}, `The table above gives all losses one rate. Here each has the rate with the best ${columnTitle(found.by)}, over the seeds that the rates have in common, and is scored on the test set, which had no say in it. A rate at the end of what was tried may not be the best there is.`), basis(found.losses.flatMap((one) => one.arms.map((index) => now().arms[index]))));
  const columns = ["test/mae/solid/dp", "test/mae/dashed/dp", "test/median_r_squared/curves/dp", "test/iou/solid", "test/iou/dashed"];
  body.append(table(["loss", "rate", ...columns.map((column) => columnTitle(column).replace(/, test.*/, ""))], found.losses.map((one) => {
    const rate = now().arms[one.arm].labels.lr;
    const end = rate === one.rates[0] || rate === one.rates.at(-1);
    return el("tr", {}, el("th", { scope: "row" }, swatch(one.loss), lossTitle(one.loss)), el("td", {}, short(rate), el("small", {}, `of ${one.rates.map((r) => short(r)).join(", ")}${end ? "; an end" : ""}`)), ...columns.map((column) => estimateCell(column, one.arm)));
  }), "Test set, dynamic programme; mean, ± standard deviation, 95 % interval for new seeds and new pictures, " + CUT));
  const chart = plotNode();
  draw(chart, found.losses.map((one) => {
    const means = one.arms.map((index) => estimate(found.by, index));
    return { type: "scatter", mode: "lines+markers", name: lossTitle(one.loss), x: one.rates, y: means.map((m) => m[0]), error_y: { type: "data", array: means.map((m) => m[3] || 0), thickness: 1.2 }, line: { color: colour(one.loss), dash: dash(one.loss), width: 1.8 }, marker: { symbol: symbol(one.loss), size: 9 }, hovertemplate: `${lossTitle(one.loss)}<br>rate %{x}: %{y:.4f}<extra></extra>` };
  }), { xaxis: axis("learning rate", { type: "log", tickvals: [...new Set(found.losses.flatMap((one) => one.rates))], ticktext: [...new Set(found.losses.flatMap((one) => one.rates))].map((rate) => short(rate)) }), yaxis: axis(columnTitle(found.by).split(", mean")[0]) }, `${columnTitle(found.by)} of each loss over the learning rate`);
  body.append(chart, el("p", {}, `Every rate that was tried: ${columnTitle(found.by)}, by which the rate is chosen; means over seeds with the standard deviation over seeds.`));
}

function costChart(body) {
  body.append(el("h3", {}, "What a loss costs a step"));
  if (!report.costs) { body.append(lacking("The cost was not given: measure it and name the file with --costs.", "python scripts/loss_cost.py --out runs/loss_cost.json")); return; }
  const { conditions, losses } = report.costs;
  const names = Object.keys(losses).sort((a, b) => losses[b].processor_ms - losses[a].processor_ms);
  const chart = plotNode();
  const ratio = losses.lovasz ? losses.lovasz.to_smp_lovasz : null;
  body.append(el("p", {}, `Forward and backward of each loss on logits of ${conditions.size.join(" × ")}, in milliseconds of processor time.` + (ratio ? ` Lovász-Softmax takes ${short(ratio, 2)} of the time of that of segmentation-models-pytorch (smp).` : "")),
    el("p", { class: "basis" }, `median of ${conditions.rounds} rounds, ${plural(conditions.threads, "thread")}, ${conditions.machine}, torch ${conditions.torch}`), chart);
  draw(chart, [{ type: "bar", orientation: "h", y: names.map(lossTitle), x: names.map((name) => losses[name].processor_ms), marker: { color: names.map((name) => (report.five.includes(name) ? colour(name) : style("--soft"))) }, hovertemplate: "%{y}: %{x:.0f} ms<extra></extra>" }],
    { height: 60 + 22 * names.length, xaxis: axis("ms of processor time"), yaxis: axis(""), margin: { l: 150, r: 16, t: 10, b: 44 } }, "Cost of each loss");
}

const chosenSizes = { set: "test", kind: "called_ratio", gap: null, measure: null, region: "iou" };

section("sizes", "How large a region is asked for", (body) => {
  const trained = plotNode();
  body.append(el("p", {}, "A loss can ask for regions that are larger or smaller than the truth: how many pixels are called a curve, over how many are."));
  const arms = plainArms().filter((arm) => arm.loss !== "none");
  body.append(...missing(["five_losses", "losses"]));
  if (!arms.length) return;
  const show = () => {
    const labels = ["solid", "dashed"].filter((label) => columnOf(chosenSizes.set, chosenSizes.kind, label) in now().estimates);
    const ordered = [...arms].sort((a, b) => estimate(columnOf(chosenSizes.set, chosenSizes.kind, "curves"), a.index)[0] - estimate(columnOf(chosenSizes.set, chosenSizes.kind, "curves"), b.index)[0]);
    const ratios = ordered.flatMap((arm) => labels.map((label) => estimate(columnOf(chosenSizes.set, chosenSizes.kind, label), arm.index)[0])).filter((value) => value > 0);
    const near = Math.max(...ratios) < 2.5 * Math.min(...ratios);
    draw(trained, labels.map((label, at) => { const means = ordered.map((arm) => estimate(columnOf(chosenSizes.set, chosenSizes.kind, label), arm.index)); return { type: "scatter", mode: "markers", name: labelTitle(label), y: ordered.map((arm) => arm.title), x: means.map((m) => m[0]), error_x: { type: "data", array: means.map((m) => m[3] || 0), thickness: 1.2 }, marker: { size: 10, symbol: SYMBOLS[at], color: hue(at + 1) }, hovertemplate: "%{y}: %{x:.3f}<extra></extra>" }; }),
      { height: 110 + 26 * ordered.length, xaxis: axis(report.figures[chosenSizes.kind].title, { type: "log", tickvals: near ? [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4] : [0.01, 0.03, 0.1, 0.25, 0.5, 0.7, 1, 1.4, 2, 3, 4, 6, 10, 20] }), yaxis: axis("", { type: "category" }), margin: { l: 160, r: 16, t: 16, b: 60 }, legend: { orientation: "h", y: 1.02, yanchor: "bottom" }, shapes: [{ type: "line", x0: 1, x1: 1, yref: "paper", y0: 0, y1: 1, line: { color: style("--soft"), width: 1, dash: "dot" } }] }, "Called or expected area over true area by loss");
  };
  const set = (name) => (value) => { chosenSizes[name] = value; show(); };
  body.append(basis(arms), bar(choose("Size", { called_ratio: "called over true area", expected_ratio: "mean probability over true area" }, chosenSizes.kind, set("kind")), choose("Pictures", setOptions(), chosenSizes.set, set("set"))), trained, el("p", {}, "1 is the true size. Means over seeds with the standard deviation over seeds."));
  show();
});

section("flatness", "Optimisers and averages of weights", (body) => {
  const found = now().gaps;
  body.append(el("p", {}, "If sharp minima are what is wrong with cross-entropy, then averaging weights (SWA, EMA) or looking for flat minima (SAM) should lift it more than it lifts Tversky, and the gap between them should close."), ...missing(["swa", "ema", "sam", "optimizers", "entropy"], "one of the methods of flatness"));
  const methodOf = (row) => `${row.optimizer}/${row.averaging}`;
  const order = Object.keys(OPTIMISERS).flatMap((optimizer) => ["none", "ema", "swa"].map((averaging) => `${optimizer}/${averaging}`));
  const methods = [...new Set(found.map(methodOf))].sort((a, b) => (order.indexOf(a) + 1 || 99) - (order.indexOf(b) + 1 || 99));
  if (methods.length < 2) return;
  const columns = [...new Set(found.flatMap((row) => Object.keys(row.gap)))];
  if (!columns.length) return;
  if (!columns.includes(chosenSizes.gap)) chosenSizes.gap = columns[0];
  const chart = plotNode(), holder = el("div");
  const name = (method) => methodTitle(...method.split("/"));
  const taken = (row) => now().arms[row.arm].gradients;
  const thousands = (count) => (count === null ? "–" : count.toLocaleString("en"));
  const budgets = Object.fromEntries(methods.map((method) => [method, [...new Set(found.filter((row) => methodOf(row) === method).map(taken))].map(thousands).join(" or ")]));
  const usual = budgets["adamw/none"] || budgets[methods[0]];
  const others = methods.filter((method) => budgets[method] !== usual);
  const show = () => {
    const column = chosenSizes.gap, digits = report.figures[column.split("/")[1]].digits;
    const losses = report.five.filter((loss) => loss !== "tversky" && found.some((row) => row.loss === loss));
    draw(chart, losses.map((loss, at) => { const own = found.filter((row) => row.loss === loss && row.gap[column]); return { type: "scatter", mode: "markers", name: lossTitle(loss), x: own.map((row) => methods.indexOf(methodOf(row)) + (at - (losses.length - 1) / 2) * 0.14), y: own.map((row) => row.gap[column][0]), error_y: { ...reach(own.map((row) => row.gap[column])), thickness: 1.2 }, marker: { color: colour(loss), symbol: symbol(loss), size: 10 }, hovertemplate: `${lossTitle(loss)}: %{y:.4f}<extra></extra>` }; }),
      { height: isNarrow() ? 500 : 410, xaxis: axis("", { tickvals: methods.map((_, i) => i), ...ticks(methods.map((method) => `${name(method).replace(" + ", "<br>+ ").replace(" on ", "<br>on ").replace("-SGD", "-<br>SGD")}:<br>${budgets[method]}`)), range: [-0.5, methods.length - 0.5], zeroline: false }), yaxis: axis(`${columnTitle(column).split(",")[0]}, less that of Tversky`), legend: legendBelow(-0.3, -0.55), shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: 0, y1: 0, line: { color: style("--soft"), dash: "dot", width: 1 } }] }, "Gap to Tversky under each method");
    const verdict = (moved, before) => { if (!moved) return "–"; if (moved[1] === null || (moved[1] <= 0 && moved[2] >= 0)) return "not resolvable"; if (Math.sign(moved[0]) === Math.sign(before[0])) return "widens"; return Math.abs(before[0] + moved[0]) < Math.abs(before[0]) ? "closes" : "turns round"; };
    const reached = (one) => el("td", {}, one ? number(one[0], digits) : "–", one && one[1] !== null ? el("small", {}, `${number(one[1], digits)} to ${number(one[2], digits)}`) : null);
    const rows = [...found].sort((a, b) => methods.indexOf(methodOf(a)) - methods.indexOf(methodOf(b)) || report.five.indexOf(a.loss) - report.five.indexOf(b.loss));
    holder.replaceChildren(table(["method", "loss", "gradients of a sample", "its own figure", "gap to Tversky", "how the gap moved", "in words"], rows.map((row) =>
      [name(methodOf(row)), lossTitle(row.loss), thousands(taken(row)), estimateCell(column, row.arm), reached(row.gap[column]), reached(row.moved[column]), verdict(row.moved[column], row.before[column])]),
    `${columnTitle(column)}; differences seed by seed and picture by picture, 95 % intervals for new seeds and new pictures; a dash where there is no gap (Tversky itself, or no seed in common) or nothing to have moved from`));
  };
  body.append(el("p", {}, "A gradient of a sample is one pass of one picture, forward and backward: pictures times epochs times the gradients that a step takes. " + (others.length ? `By it the methods had not the same to learn from: ${others.map((method) => `${name(method)} ${budgets[method]}`).join(", ")}, all others ${usual}. A figure that is better under more gradients may be so for them alone.` : `All methods had ${usual}.`)),
    basis(found.map((row) => now().arms[row.arm])), bar(choose("Figure", Object.fromEntries(columns.map((column) => [column, columnTitle(column)])), chosenSizes.gap, (value) => { chosenSizes.gap = value; show(); })), chart,
    el("p", {}, "The gap is a loss less Tversky under the same method, seed by seed; a method closes it when it moves towards zero by more than the interval allows for chance, and turns it round when it ends further beyond zero than it began. The number below each method is its gradients of a sample."), holder);
  show();
});

section("six", "Six classes", (body) => {
  const found = report.regions;
  body.append(el("p", {}, "The same training on pictures with six classes, drawn views of a town from the air. One reference reports that IoU as a loss gives fuller regions, Focal crisper edges, and cross-entropy neither."));
  if (!found) { body.append(lacking("The scores were not given: train with veernet train -m experiment=six_classes_small data.folder=DIR loss=cross_entropy,focal_075,jaccard seed=0,1,2, then name with --regions the folder that is written by", "python scripts/regions.py RUN... --out OUT")); return; }
  if (found.made) body.append(el("p", { class: "basis" }, found.made));
  const holder = el("div"), chart = plotNode();
  const show = () => {
    const classes = [...new Set(found.rows.map((row) => row.class))], runs = [...new Set(found.rows.map((row) => row.run))];
    const first = (run) => found.rows.find((row) => row.run === run);
    const named = (run) => `${lossTitle(first(run).loss)}, seed ${first(run).seed}`;
    const value = (run, name) => found.rows.find((row) => row.run === run && row.class === name)[chosenSizes.region];
    // Runs of one loss have one colour, the later seeds fainter.
    const lossOf = (run) => first(run).loss, losses = [...new Set(runs.map(lossOf))];
    const faded = (run) => 1 - 0.25 * (runs.filter((one) => lossOf(one) === lossOf(run)).indexOf(run) % 4);
    draw(chart, runs.map((run) => ({ type: "bar", name: named(run), x: classes, y: classes.map((name) => value(run, name)), marker: { color: hue(losses.indexOf(lossOf(run))), opacity: faded(run) } })), { barmode: "group", xaxis: axis(""), yaxis: axis(found.scores[chosenSizes.region]) }, `${found.scores[chosenSizes.region]} by class`);
    holder.replaceChildren(table(["run", ...classes], runs.map((run) => [named(run), ...classes.map((name) => number(value(run, name), 3))]), `${found.scores[chosenSizes.region]}, by run and class`));
  };
  body.append(bar(choose("Score", found.scores, chosenSizes.region, (value) => { chosenSizes.region = value; show(); })), chart, holder);
  if (found.sheet) body.append(el("img", { class: "sheet", src: found.sheet, alt: "Pictures, their true classes, and what each network says, side by side" }));
  show();
});

const chosenPicker = { losses: null, quantity: null, figure: "iou", set: "test", reading: "dp" };

section("compare", "Losses side by side", (body) => {
  const arms = plainArms().filter((arm) => arm.loss !== "none");
  body.append(...missing(["losses"], "the losses beyond the five"));
  if (!arms.length) { body.append(...missing(["five_losses"])); return; }
  const own = lossOptions(arms);
  if (!chosenPicker.losses) chosenPicker.losses = fiveArms().map((arm) => arm.loss);
  chosenPicker.losses = chosenPicker.losses.filter((name) => name in own);
  const history = now().history;
  const quantities = Object.fromEntries(Object.keys(history).map((name) => [name, report.quantities[name]]));
  if (!(chosenPicker.quantity in quantities)) chosenPicker.quantity = "val/iou/solid" in quantities ? "val/iou/solid" : Object.keys(quantities)[0];
  const curves = plotNode(), figures = plotNode(), sizes = plotNode(), holder = el("div");
  const plainIndex = (loss) => plainArms().findIndex((arm) => arm.loss === loss);
  const show = () => {
    const picked = arms.filter((arm) => chosenPicker.losses.includes(arm.loss));
    if (chosenPicker.quantity) {
      const lines = picked.flatMap((arm) => history[chosenPicker.quantity][plainIndex(arm.loss)].map(([steps, values], at) => ({
        type: "scatter", mode: steps.length > 8 ? "lines" : "lines+markers", name: arm.title, legendgroup: arm.loss, showlegend: at === 0, x: steps, y: values,
        marker: { symbol: symbol(arm.loss), size: 8 }, line: { color: colour(arm.loss), dash: dash(arm.loss), width: 1.8 }, hovertemplate: `${arm.title}, seed ${arm.seeds[at]}<br>step %{x}: %{y:.4g}<extra></extra>` })));
      draw(curves, lines, { xaxis: axis("steps of the optimiser"), yaxis: axis(report.quantities[chosenPicker.quantity].split(",")[0]) }, `${report.quantities[chosenPicker.quantity]} over training`);
    }
    const { set, figure, reading } = chosenPicker;
    const labels = labelsOf(set, figure, reading).filter((label) => !["curves", "all"].includes(label));
    draw(figures, picked.map((arm) => {
      const means = labels.map((label) => estimate(columnOf(set, figure, label, reading), arm.index));
      return { type: "bar", name: arm.title, x: labels.map(labelTitle), y: means.map((m) => m[0]), marker: { color: colour(arm.loss) },
        error_y: { type: "data", array: means.map((m) => m[3] || 0), thickness: 1.2, width: 3, color: style("--ink") }, hovertemplate: `${arm.title}, %{x}: %{y:.4f}<extra></extra>` };
    }), { barmode: "group", xaxis: axis(""), yaxis: axis(report.figures[figure].title), height: 360 }, `${report.figures[figure].title} of the chosen losses`);
    const classes = ["solid", "dashed"].filter((label) => columnOf(set, "true_share", label) in now().estimates);
    const most = Math.max(...picked.flatMap((arm) => classes.flatMap((label) => ["true_share", "called_share", "expected_share"].map((f) => estimate(columnOf(set, f, label), arm.index)[0] || 0))), 0.001);
    draw(sizes, [
      { type: "scatter", mode: "lines", name: "as true", x: [0, most * 1.1], y: [0, most * 1.1], line: { color: style("--soft"), dash: "dot", width: 1 }, hoverinfo: "skip" },
      ...picked.flatMap((arm) => ["called_share", "expected_share"].map((f, at) => ({ type: "scatter", mode: "markers", name: arm.title, legendgroup: arm.loss, showlegend: at === 0,
        x: classes.map((label) => estimate(columnOf(set, "true_share", label), arm.index)[0]), y: classes.map((label) => estimate(columnOf(set, f, label), arm.index)[0]),
        marker: { size: 11, color: colour(arm.loss), symbol: symbol(arm.loss) + (at ? "-open" : ""), line: { width: 2, color: colour(arm.loss) } },
        text: classes.map(labelTitle), hovertemplate: `${arm.title}, %{text}, ${at ? "expected" : "called"}<br>true %{x:.4f}, predicted %{y:.4f}<extra></extra>` })))],
    { xaxis: axis("true share of all pixels", { tickformat: ".1%" }), yaxis: axis("predicted share", { tickformat: ".1%" }), height: 360 }, "Predicted against true share of each curve");
    const columns = [["mae", "solid"], ["mae", "dashed"], ["iou", "solid"], ["iou", "dashed"], ["called_ratio", "solid"], ["called_ratio", "dashed"]];
    holder.replaceChildren(lossTable(columns, set, reading, picked));
  };
  const set = (name) => (value) => { chosenPicker[name] = value; show(); };
  body.append(el("p", {}, "Choose any losses that were trained in the setting of the table: what they logged while they trained, what they score, and how much of the page they call a curve. Own losses have scales of their own and cannot be compared by height."), basis(arms),
    bar(pick("Losses", own, chosenPicker.losses, set("losses"))));
  if (chosenPicker.quantity) body.append(el("h3", {}, "While they trained"), bar(choose("Logged quantity", quantities, chosenPicker.quantity, set("quantity"))), curves, el("p", {}, "A line is a seed. Losses whose lines run inside each other's spread were not told apart by this many seeds."));
  body.append(el("h3", {}, "What they score, and how large they draw"), bar(choose("Figure", figureOptions(), chosenPicker.figure, set("figure")), choose("Pictures", setOptions(), chosenPicker.set, set("set")), choose("How curves are read", readingOptions(), chosenPicker.reading, set("reading"))),
    el("div", { class: "pair" }, figures, sizes), el("p", {}, "Left: means over seeds, with the standard deviation over seeds. Right: filled marks are the share of pixels that are called the curve, open ones the mean probability; on the dotted line a curve has its true size, above it the loss draws too full."), holder);
  show();
});

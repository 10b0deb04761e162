const chosenSlices = { probe: null, at: null, rise: true, losses: null, measure: null, score: null };

function between(xs, ys, x) {
  const next = xs.findIndex((value) => value >= x);
  if (next <= 0) return ys[Math.max(0, next)];
  if (ys[next] === null || ys[next - 1] === null) return null;
  return ys[next - 1] + ((ys[next] - ys[next - 1]) * (x - xs[next - 1])) / (xs[next] - xs[next - 1]);
}

const landscapeCommand = () => (now().experiments.find((one) => one.name.startsWith("five_losses")) || { command: "veernet train experiment=five_losses_small" }).command;

section("slices", "A walk away from the minimum", (body) => {
  const land = now().landscape;
  body.append(el("p", {}, "A slice: the weights of a trained network are moved along a random direction in which every filter has the length of its own weights, and a quantity that is the same for all losses is read at each step. At step 0.4 every filter has moved by four tenths of its length. The references drew such slices as a model; these are measured."));
  if (!land) { body.append(lacking("No landscape was measured for this profile. The experiment measures the runs that it has trained:", landscapeCommand())); return; }
  const arms = land.arms.map((index, at) => ({ ...now().arms[index], index, at })).filter((arm) => !arm.changed.length);
  if (!arms.length) { body.append(lacking("No landscape was measured for an arm of the table. The experiment measures the runs that it has trained:", landscapeCommand())); return; }
  const own = lossOptions(arms);
  if (!(chosenSlices.probe in land.probes)) chosenSlices.probe = Object.keys(land.probes)[0];
  chosenSlices.losses = (chosenSlices.losses || arms.filter((arm) => report.five.includes(arm.loss)).map((arm) => arm.loss)).filter((name) => name in own);
  const count = 81, reach = land.deltas.at(-1);
  const delta = (at) => -reach + (2 * reach * at) / (count - 1);
  if (chosenSlices.at === null) chosenSlices.at = 50;
  const chart = plotNode(), holder = el("div");
  const show = () => {
    const probe = chosenSlices.probe, slices = land.slices[probe];
    const step = delta(chosenSlices.at), zero = land.deltas.indexOf(0);
    const picked = arms.filter((arm) => chosenSlices.losses.includes(arm.loss));
    const base = (arm) => (chosenSlices.rise ? slices[arm.at][0][zero] : 0);
    const moved = (arm, which) => slices[arm.at][which].map((value) => (value === null ? null : value - base(arm)));
    const traces = picked.flatMap((arm) => [
      { type: "scatter", mode: "lines", x: [...land.deltas, ...[...land.deltas].reverse()], y: [...moved(arm, 1), ...[...moved(arm, 2)].reverse()], fill: "toself", fillcolor: faint(colour(arm.loss), 0.08), line: { width: 0 }, hoverinfo: "skip", showlegend: false, legendgroup: arm.loss },
      { type: "scatter", mode: "lines+markers", name: arm.title, legendgroup: arm.loss, x: land.deltas, y: moved(arm, 0), line: { color: colour(arm.loss), dash: dash(arm.loss), width: 2 }, marker: { symbol: symbol(arm.loss), size: 6 }, hovertemplate: `${arm.title}<br>step %{x}: %{y:.4g}<extra></extra>` },
    ]);
    const half = (arm) => { const values = (land.measures[`basin/${probe}/mean`] || [])[arm.at] || []; const known = values.filter((v) => v !== null); return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null; };
    traces.push({ type: "scatter", mode: "markers", name: "end of the basin", x: picked.flatMap((arm) => [-half(arm), half(arm)]), y: picked.flatMap((arm) => [-half(arm), half(arm)].map((x) => between(land.deltas, moved(arm, 0), x))), marker: { symbol: "line-ns-open", size: 16, color: picked.flatMap((arm) => [colour(arm.loss), colour(arm.loss)]), line: { width: 3 } }, hovertemplate: "half-width %{x:.3f}<extra></extra>" });
    draw(chart, traces, { xaxis: axis("step, in lengths of the filters"), yaxis: axis((chosenSlices.rise ? `rise of ${land.probes[probe].split(",")[0]}` : land.probes[probe]).replace(/ (at|of each|\(scales) /, "<br>$1 ")), height: 430,
      shapes: [{ type: "line", x0: step, x1: step, yref: "paper", y0: 0, y1: 1, line: { color: style("--accent"), width: 1.5, dash: "dot" } }] }, `Slices of ${land.probes[probe]}`);
    holder.replaceChildren(table(["loss", "value at 0", `value at step ${number(step, 2)}`, "half-width of the basin", "IoU of curves, held-out", "curve error, held-out", "IoU of curves, test", "curve error, test"], picked.map((arm) => [
      el("th", { scope: "row" }, swatch(arm.loss), arm.title, el("small", {}, plural(land.seeds[arm.at], "seed"))), short(slices[arm.at][0][zero]), short(between(land.deltas, slices[arm.at][0], step)), number(half(arm), 3),
      ...["held-out", "test"].flatMap((which) => [number(estimate(`${which}/iou/curves`, arm.index)[0], 3), number(estimate(`${which}/mae/curves/dp`, arm.index)[0], 4)])]), "Read off at the dotted line; the scores are of the same networks, measured"));
  };
  const set = (name) => (value) => { chosenSlices[name] = value; show(); };
  body.append(basis(arms), bar(choose("Quantity", land.probes, chosenSlices.probe, set("probe")), slide("Step", count, chosenSlices.at, (at) => number(delta(at), 2), set("at")), tick("Rise over step 0 only", chosenSlices.rise, set("rise"))),
    bar(pick("Losses", own, chosenSlices.losses, set("losses"))), chart,
    el("p", {}, `Lines are means over ${land.directions} directions and all seeds, the shade reaches from the lowest to the highest of them. Upright strokes mark the half-width of the basin: how far until the quantity has risen by one fixed step. Between the measured points the line is straight, and so are the values read off.`), holder);
  show();
  planePart(body, land);
  correlationPart(body, land, arms);
});

function correlationPart(body, land, arms) {
  body.append(el("h3", {}, "Do flatter minima score better?"));
  const names = Object.keys(land.measures).filter((name) => !name.endsWith("/step") && !name.endsWith("/spread") && !name.includes("_error/"));
  const scores = Object.fromEntries(Object.keys(land.scores).map((name) => [name, land.titles[name]]));
  if (!names.includes(chosenSlices.measure)) chosenSlices.measure = names.find((name) => name === "basin/matched_cross_entropy/mean") || names.find((name) => name.startsWith("basin/")) || names[0];
  if (!(chosenSlices.score in scores)) chosenSlices.score = Object.keys(scores)[0];
  const chart = plotNode(), says = el("p", { class: "readout" });
  const show = () => {
    const { measure, score } = chosenSlices;
    draw(chart, arms.map((arm) => ({ type: "scatter", mode: "markers", name: arm.title, x: land.measures[measure][arm.at], y: land.scores[score][arm.at], marker: { color: colour(arm.loss), symbol: symbol(arm.loss), size: 10 }, hovertemplate: `${arm.title}<br>%{x:.4g}, %{y:.4f}<extra></extra>` })),
      { height: 420 + 8 * arms.length, legend: legendBelow(-0.2, -0.2), xaxis: axis(measure.replaceAll("_", " ").replaceAll("/", ", "), { title: { text: measure.replaceAll("_", " ").replaceAll("/", ", "), standoff: 8 } }), yaxis: axis(scores[score]) }, `${measure} against ${scores[score]}`);
    const found = (land.correlations[measure] || {})[score];
    const tell = ([tau, low, high, chance, pairs]) => `${number(tau, 2)} (95 % ${number(low, 2)} to ${number(high, 2)}, by chance ${short(chance, 2)}, ${plural(pairs, "pair")})`;
    says.textContent = found ? `Rank correlation (Kendall's tau, −1 to 1). Within a loss, over its seeds: ${tell(found.within)}. Across losses, of their means: ${tell(found.across)}.` : "Too few losses, or not every network has this figure: no rank correlation is given.";
  };
  const set = (name) => (value) => { chosenSlices[name] = value; show(); };
  body.append(el("p", {}, "Each mark is a network. Runs of one loss are alike in both figures, so two questions are kept apart: of two seeds of one loss, is the flatter the better? And do the means of the losses come in the same order?"), basis(arms),
    bar(choose("Measure of the landscape", Object.fromEntries(names.map((name) => [name, name.replaceAll("_", " ").replaceAll("/", ", ")])), chosenSlices.measure, set("measure")), choose("Score", scores, chosenSlices.score, set("score"))), chart, says);
  show();
}

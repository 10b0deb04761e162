const chosenGradients = { gamma: 3, by: "confidence", when: "foreground" };
const REGIONS = { foreground: "ink", band: "hard band (within 3 px of ink)", background: "easy background" };

section("gradients", "Where each loss pulls", (body) => {
  const found = report.theory.gradients;
  const factor = plotNode(), says = el("p"), pull = plotNode(), shares = plotNode(), during = plotNode();
  body.append(el("h3", {}, "What Focal leaves of a pixel's gradient"), theoryBasis());
  const showFactor = () => {
    const gamma = found.gammas[chosenGradients.gamma];
    const line = (name, y, index) => ({ type: "scatter", mode: "lines", name, x: found.probability, y, line: { color: hue(index), dash: DASHES[index - 1], width: 2.2 }, hovertemplate: `${name}<br>p %{x:.2f}: %{y:.4f}<extra></extra>` });
    draw(factor, [line("modulating factor of the loss", found.modulation[chosenGradients.gamma], 1), line("factor of the gradient", found.factor[chosenGradients.gamma], 2)],
      { xaxis: axis("probability of the true class"), yaxis: axis("share left, of cross-entropy"), shapes: [{ type: "line", x0: 0, x1: 1, y0: 1, y1: 1, line: { color: style("--soft"), width: 1, dash: "dot" } }] }, "Focal's factors over confidence");
    const at = found.probability.findIndex((p) => p >= 0.9);
    const most = Math.max(...found.factor[chosenGradients.gamma]);
    says.textContent = `Focal multiplies the loss of a pixel by (1 − p) to the power γ, which is what is usually drawn. The gradient has another factor. At γ ${gamma} and p 0.9 the loss keeps ${short(found.modulation[chosenGradients.gamma][at], 2)}, the gradient ${short(found.factor[chosenGradients.gamma][at], 2)} of cross-entropy's; on uncertain pixels the gradient is up to ${short(most, 3)} times as large as without the factor.`;
  };
  body.append(bar(slide("γ", found.gammas.length, chosenGradients.gamma, (at) => String(found.gammas[at]), (at) => { chosenGradients.gamma = at; showFactor(); })), factor, says);
  body.append(el("h3", {}, "Five losses on the same picture"), theoryBasis());
  const showPull = () => {
    const traces = report.five.map((loss) => {
      const bins = found.scene[loss][chosenGradients.by], total = found.scene[loss].total, all = bins.pixels.reduce((a, b) => a + b, 0);
      const middle = bins.edges.slice(1).map((edge, at) => (chosenGradients.by === "rank" ? edge : (edge + bins.edges[at]) / 2));
      return { type: "scatter", mode: "lines+markers", name: lossTitle(loss), x: middle, y: bins.mean.map((value) => (value === null ? null : (value * all) / total)), line: { color: colour(loss), dash: dash(loss), width: 1.8 }, marker: { size: 5, symbol: symbol(loss) }, hovertemplate: `${lossTitle(loss)}<br>%{x:.3g}: %{y:.3g} times the mean pixel<extra></extra>` };
    });
    draw(pull, traces, { yaxis: axis("gradient, of that of the mean pixel", { type: "log", exponentformat: "power" }), xaxis: chosenGradients.by === "rank" ? axis("rank of the pixel's error, as a share of all (worst first)", { type: "log", exponentformat: "power" }) : axis("probability of the true class") }, "Gradient of a pixel by confidence or rank");
  };
  body.append(bar(choose("Order the pixels by", { confidence: "confidence in the truth", rank: "rank of the error" }, chosenGradients.by, (value) => { chosenGradients.by = value; showPull(); })), el("div", { class: "pair" }, pull, shares),
    el("p", {}, `Left: how hard a pixel is pulled, relative to the mean pixel of the same loss, on a frozen scene of two curves of 3 px (${short(100 * found.ink, 2)} % of it ink) that a half-trained network may have said. Right: how the pull divides among ink, the band of 3 px beside it, and all the rest; the first bar shows how the pixels divide.`));
  const names = ["pixels", ...report.five];
  draw(shares, Object.keys(REGIONS).map((region, at) => ({ type: "bar", orientation: "h", name: REGIONS[region], y: names.map((name) => (name === "pixels" ? "(pixels)" : lossTitle(name))), x: names.map((name) => (name === "pixels" ? found.scene.dice.regions.pixels[region] : found.scene[name].regions.gradient[region])), marker: { color: [hue(1), hue(2), hue(0)][at], opacity: at === 2 ? 0.55 : 1 }, hovertemplate: `%{y}: %{x:.1%} on ${REGIONS[region]}<extra></extra>` })),
    { barmode: "stack", xaxis: axis("share of the gradient", { tickformat: ".0%", range: [0, 1] }), yaxis: axis("", { autorange: "reversed" }), margin: { l: 110, r: 16, t: 16, b: 48 } }, "Shares of the gradient on ink, hard band and easy background");
  const lovasz = found.rank.curve;
  body.append(el("h3", {}, "Equal confidence, different rank"), el("p", {}, `A pixel of a curve keeps the probability ${lovasz.probability} while ever more of the background becomes worse than it. Its gradient under Focal does not change; under Lovász-Softmax it falls with its rank.`),
    theoryBasis(), table(["worse background pixels", ...lovasz.worse.map(String)], [["Focal, curve pixel", ...lovasz.focal.map((v) => short(v, 3))], ["Lovász, curve pixel", ...lovasz.lovasz.map((v) => short(v, 3))], ["Focal, background pixel", ...found.rank.background.focal.map((v) => short(v, 3))], ["Lovász, background pixel", ...found.rank.background.lovasz.map((v) => short(v, 3))]], "Gradient of one pixel by the number of background pixels that are more wrong"));
  body.append(table(["shape", ...report.five.map(lossTitle)], Object.entries(found.moved).map(([shape, by]) => [shape, ...report.five.map((loss) => `${number(100 * by[loss].above[1], 0)}\u00a0%`)]), "Share of the ink whose gradient is at least a tenth of the largest in the picture, on strokes of 1 to 9 px and on a disc"));
  body.append(el("h3", {}, "During training"));
  const arms = fiveArms(), history = now().history;
  if (!arms.length || !("gradient/foreground" in history)) { body.append(...missing(["five_losses"])); return; }
  const showDuring = () => draw(during, arms.flatMap((arm) => history[`gradient/${chosenGradients.when}`][plainArms().findIndex((one) => one.loss === arm.loss)].map(([steps, values], at) => ({ type: "scatter", mode: "lines", name: arm.title, legendgroup: arm.loss, showlegend: at === 0, x: steps, y: values, line: { color: colour(arm.loss), dash: dash(arm.loss), width: 1.6 }, hovertemplate: `${arm.title}, seed ${arm.seeds[at]}<br>step %{x}: %{y:.1%}<extra></extra>` }))),
    { xaxis: axis("steps of the optimiser"), yaxis: axis(`share on ${REGIONS[chosenGradients.when].split(" (")[0]}`, { tickformat: ".0%" }) }, "Share of the gradient over training");
  body.append(basis(arms), bar(choose("Region", REGIONS, chosenGradients.when, (value) => { chosenGradients.when = value; showDuring(); })), during, el("p", {}, "The gradient that each run's own loss gives on the same eight held-out pictures, as the network learns. A line is a seed."));
  showFactor(); showPull(); showDuring();
});

const chosenDial = { figure: "test/recall/curves", cut: "sum" };

section("dial", "The dial of Tversky", (body) => {
  const grid = now().arms.map((arm, index) => ({ ...arm, index })).filter((arm) => arm.loss === "tversky" && arm.changed.every((name) => name === "alpha" || name === "beta"));
  const found = report.theory.dial;
  body.append(el("p", {}, "Tversky weighs false ink by α and missed ink by β. More β against α should buy recall for precision; what that is worth is the error of the curve."), ...missing(["dial"], "the grid of α and β"));
  if (grid.length > 1) {
    const heat = plotNode(), cut = plotNode();
    const columns = ["test/precision/curves", "test/recall/curves", "test/iou/curves", "test/mae/curves/dp", "test/mae/curves/skeleton", "test/mae/curves/rows", "test/coverage/curves/dp", "test/called_ratio/curves"].filter((name) => name in now().estimates);
    const alphas = [...new Set(grid.map((arm) => arm.labels.alpha))].sort((a, b) => a - b), betas = [...new Set(grid.map((arm) => arm.labels.beta))].sort((a, b) => a - b);
    const at = (alpha, beta) => grid.find((arm) => arm.labels.alpha === alpha && arm.labels.beta === beta);
    const value = (alpha, beta, which = 0) => { const arm = at(alpha, beta); return arm ? estimate(chosenDial.figure, arm.index)[which] : null; };
    const cuts = { sum: "α + β = 1", ...Object.fromEntries(alphas.map((alpha) => [`alpha ${alpha}`, `α = ${alpha}`])), ...Object.fromEntries(betas.map((beta) => [`beta ${beta}`, `β = ${beta}`])) };
    if (!(chosenDial.cut in cuts)) chosenDial.cut = "sum";
    const show = () => {
      const digits = report.figures[chosenDial.figure.split("/")[1]].digits;
      const z = alphas.map((alpha) => betas.map((beta) => value(alpha, beta)));
      draw(heat, [{ type: "heatmap", x: betas.map(String), y: alphas.map(String), z, colorscale: "Cividis", xgap: 2, ygap: 2, text: z.map((row) => row.map((v) => (v === null ? "" : number(v, digits)))), texttemplate: "%{text}", hovertemplate: "α %{y}, β %{x}: %{z:.4f}<extra></extra>", colorbar: { thickness: 12 } }],
        { xaxis: axis("β, weight of missed ink", { type: "category" }), yaxis: axis("α, weight of false ink", { type: "category" }) }, `${columnTitle(chosenDial.figure)} over alpha and beta`);
      const [kind, fixed] = chosenDial.cut.split(" ");
      const own = grid.filter((arm) => (kind === "sum" ? Math.abs(arm.labels.alpha + arm.labels.beta - 1) < 1e-9 : arm.labels[kind] === Number(fixed))).sort((a, b) => (kind === "beta" ? a.labels.alpha - b.labels.alpha : a.labels.beta - b.labels.beta));
      const means = own.map((arm) => estimate(chosenDial.figure, arm.index));
      draw(cut, [{ type: "scatter", mode: "lines+markers", x: own.map((arm) => arm.labels[kind === "beta" ? "alpha" : "beta"]), y: means.map((m) => m[0]), error_y: { type: "data", array: means.map((m) => m[3] || 0), thickness: 1.2 }, line: { color: colour("tversky"), width: 2 }, marker: { size: 8 }, hovertemplate: "%{x}: %{y:.4f}<extra></extra>" }],
        { xaxis: axis(kind === "beta" ? "α" : "β"), yaxis: axis(columnTitle(chosenDial.figure).split(",")[0]), showlegend: false }, `Cut through the grid at ${cuts[chosenDial.cut]}`);
    };
    const set = (name) => (v) => { chosenDial[name] = v; show(); };
    body.append(basis(grid), bar(choose("Figure", Object.fromEntries(columns.map((name) => [name, columnTitle(name)])), chosenDial.figure, set("figure")), choose("Cut", cuts, chosenDial.cut, set("cut"))), el("div", { class: "pair" }, heat, cut), el("p", {}, "Left: means over seeds for every pair that was run. Right: one row, column or the diagonal of it, with the standard deviation over seeds. Along a diagonal of equal ratio the flip of a pixel hardly moves; across it, it does."));
    show();
  }
  const theory = plotNode(), trade = plotNode();
  body.append(el("h3", {}, "Where theory flips a pixel"), theoryBasis(), el("div", { class: "pair" }, theory, trade),
    el("p", {}, "Nobody can tell whether a pixel is ink; it is with some probability. Cross-entropy answers that probability; Tversky answers yes or no, and flips at a threshold that falls as β rises. The line is the threshold for a picture with as many pixels of every probability. Right: the precision and recall that come of it."));
  draw(theory, [{ type: "scatter", mode: "lines", name: "theory", x: found.betas, y: found.threshold, line: { color: colour("tversky"), width: 2.2 }, hovertemplate: "β %{x}: flips at %{y:.3f}<extra></extra>" }],
    { xaxis: axis("β, with α = 1 − β"), yaxis: axis("probability from which a pixel is ink", { range: [0, 1] }) }, "Flip of a noisy pixel over beta");
  draw(trade, ["precision", "recall"].map((name, at) => ({ type: "scatter", mode: "lines", name, x: found.betas, y: found[name], line: { color: hue(at + 1), dash: DASHES[at], width: 2 } })), { xaxis: axis("β, with α = 1 − β"), yaxis: axis("share", { range: [0, 1.02] }) }, "Precision and recall by theory over beta");
});

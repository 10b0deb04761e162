const chosenArena = { found: 4, false: 3, side: "ink", trained: "iou" };
const RESPONSES = { iou: "IoU", dice: "Dice", tversky: "Tversky index (.3/.7)" };
const SIDES = { ink: "of the ink", background: "of the background", mean: "mean of both" };

section("arena", "As the ink grows rare", (body) => {
  const found = report.theory.arena, chart = plotNode(), cost = plotNode(), says = el("p", { class: "readout" });
  const scores = { iou: "IoU", f1: "F1 (Dice)", recall: "recall", precision: "precision" };
  // The share of ink on the labels of an arm, and its mean score over the curves.
  const trained = () => now().arms.map((arm, index) => ({ ...arm, index })).filter((arm) => report.five.includes(arm.loss) && arm.changed.every((name) => name === "label_width" || name === "blank"));
  const prevalence = (arm) => { const paper = estimate("test/true_share/background", arm.index)[0]; return paper === null ? null : 1 - paper; };
  body.append(el("p", {}, "A network that finds a share r of the ink and takes a share f of the paper for ink is put on pages with ever less ink. What its scores and losses become follows from r, f and the share of ink alone: that is the theory, in lines. Marks are networks that were trained on labels of other widths, or with blank paper added: theirs are the scores that they reached, whatever r and f they found."), ...missing(["imbalance", "blank"], "labels of other widths, and blank paper beside them"));
  const show = () => {
    const values = (name) => found.values[name][chosenArena.found][chosenArena.false];
    const lines = Object.keys(RESPONSES).map((name, at) => ({ type: "scatter", mode: "lines", name: RESPONSES[name], x: found.prevalence, y: values(`${name}/${chosenArena.side}`), line: { color: style("--soft"), dash: DASHES[at], width: 2 }, hovertemplate: `${RESPONSES[name]}<br>ink %{x:.3%}: %{y:.3f}<extra></extra>` }));
    const of = (label, index) => estimate(`test/${chosenArena.trained}/${label}`, index);
    // The lines weigh ink and paper alike, however many curves there are.
    const both = (index) => { const parts = [of("curves", index)[0], of("background", index)[0]]; return parts.includes(null) ? [null] : [(parts[0] + parts[1]) / 2]; };
    const score = (index) => (chosenArena.side === "mean" ? both(index) : of(chosenArena.side === "ink" ? "curves" : "background", index));
    const marks = report.five.map((loss) => {
      const own = trained().filter((arm) => arm.loss === loss).sort((a, b) => prevalence(a) - prevalence(b)), means = own.map((arm) => score(arm.index));
      return { type: "scatter", mode: "lines+markers", name: lossTitle(loss), x: own.map(prevalence), y: means.map((m) => m[0]), error_y: { type: "data", array: means.map((m) => m[3] || 0), thickness: 1 }, line: { color: colour(loss), width: 1 }, marker: { color: colour(loss), symbol: symbol(loss), size: 10 }, text: own.map((arm) => arm.title), hovertemplate: "%{text}<br>ink %{x:.2%}: %{y:.3f}<extra></extra>" };
    }).filter((trace) => trace.x.length);
    const range = [Math.log10(found.prevalence[0]), Math.log10(found.prevalence.at(-1))];
    const across = () => axis("share of ink on the page", { type: "log", range, tickvals: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5], ticktext: ["0.2 %", "0.5 %", "1 %", "2 %", "5 %", "10 %", "20 %", "50 %"] });
    draw(chart, [...lines, ...marks], { height: 450, xaxis: across(), yaxis: axis(`score ${SIDES[chosenArena.side]}`, { range: [0, 1.03] }) }, "Scores over the share of ink");
    draw(cost, ["cross-entropy", "focal", "lovasz"].flatMap((name, at) => [
      { type: "scatter", mode: "lines", name: `${{ "cross-entropy": "Cross-entropy", focal: "Focal (γ 2)", lovasz: "Lovász (mean of both)" }[name]}`, x: found.prevalence, y: values(name in found.values ? name : `${name}/ink`), line: { color: hue([0, 2, 3][at]), width: 2 }, hovertemplate: "%{y:.4f}<extra>network</extra>" },
      { type: "scatter", mode: "lines", name: "of an empty page (dotted)", showlegend: at === 0, x: found.prevalence, y: found.empty[name in found.empty ? name : `${name}/ink`], line: { color: hue([0, 2, 3][at]), width: 1.4, dash: "dot" }, hovertemplate: "%{y:.4f}<extra>empty page</extra>" }]),
    { xaxis: across(), yaxis: axis("loss", { rangemode: "tozero" }) }, "Losses over the share of ink");
    says.textContent = `r ${found.found[chosenArena.found]}, f ${found.false[chosenArena.false]}: below ${short(100 * found.even[chosenArena.found][chosenArena.false], 2)} % of ink, per-pixel losses prefer an empty page to this network; the overlap of the ink never does.`;
  };
  const set = (name) => (value) => { chosenArena[name] = value; show(); };
  body.append(trained().length ? basis(trained()) : theoryBasis(), bar(slide("r, share of the ink found", found.found.length, chosenArena.found, (at) => String(found.found[at]), set("found")), slide("f, share of the paper taken for ink", found.false.length, chosenArena.false, (at) => String(found.false[at]), set("false")),
    choose("Score", SIDES, chosenArena.side, set("side")), choose("Of the trained networks", scores, chosenArena.trained, set("trained"))), chart, says, el("h3", {}, "What the losses make of it"), theoryBasis(), cost,
    el("p", {}, "Solid: the network with the r and f chosen above, sure of what it shows to 99 %. Dotted, in the same colour: a network that calls everything paper. Where the dotted line is lower, the loss would rather have an empty page."));
  show();
});

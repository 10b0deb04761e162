const chosenPlanes = { probe: null, sides: [null, null], seed: "mean" };

function planePart(body, land) {
  body.append(el("h3", {}, "Two directions at once"));
  const arms = land.planes ? land.arms.map((index, at) => ({ ...now().arms[index], index, at })).filter((arm) => land.planes.arms[arm.at].seeds.length) : [];
  if (!arms.length) { body.append(lacking("No slice in two directions was measured. The experiment measures the runs that it has trained:", landscapeCommand())); return; }
  const { deltas } = land.planes;
  const title = (arm) => lossTitle(arm.loss) + (arm.changed.length ? `, ${methodTitle(arm.labels.optimizer, arm.labels.averaging).replace("AdamW + ", "")}` : "");
  // The five first, each beside its variants.
  const rank = (arm) => (report.five.indexOf(arm.loss) + 1 || 99) * 10 + arm.changed.length;
  const ordered = [...arms].sort((a, b) => rank(a) - rank(b));
  const options = Object.fromEntries(ordered.map((arm) => [`arm ${arm.index}`, title(arm)]));
  const seeds = [...new Set(arms.flatMap((arm) => land.planes.arms[arm.at].seeds))].sort((a, b) => a - b);
  const runs = { mean: "mean over seeds", ...Object.fromEntries(seeds.map((seed) => [`seed ${seed}`, `seed ${seed}`])) };
  if (!(chosenPlanes.seed in runs)) chosenPlanes.seed = "mean";
  if (!(chosenPlanes.probe in land.probes)) chosenPlanes.probe = Object.keys(land.probes)[0];
  const plainOf = (loss) => { const found = arms.find((arm) => arm.loss === loss && !arm.changed.length); return found && `arm ${found.index}`; };
  const keys = Object.keys(options), openers = [plainOf("cross_entropy") || keys[0], plainOf("tversky") || keys.at(-1)];
  chosenPlanes.sides = chosenPlanes.sides.map((key, side) => (key in options ? key : openers[side]));
  const charts = [plotNode(), plotNode()], holder = el("div");
  // Lines at round numbers, about eight of them.
  const round = (span) => { const size = 10 ** Math.floor(Math.log10(span / 8)); return size * [1, 2, 5, 10].find((times) => span / (size * times) <= 8); };
  const show = () => {
    const { probe, seed } = chosenPlanes;
    const shown = chosenPlanes.sides.map((key) => {
      const arm = arms.find((one) => `arm ${one.index}` === key), own = land.planes.arms[arm.at];
      const place = seed === "mean" ? 0 : 1 + own.seeds.indexOf(Number(seed.split(" ")[1]));
      return { arm, own, plane: seed !== "mean" && !place ? null : (own.planes[probe] || [])[place] };
    });
    const rises = shown.flatMap(({ plane }) => (plane ? plane.rise.flat() : [])).filter((value) => value !== null);
    const low = Math.min(0, ...rises), high = Math.max(...rises, low + 1e-9);
    const name = land.probes[probe].split(",")[0], gap = round(high - low);
    shown.forEach(({ arm, plane }, side) => {
      const heading = { text: title(arm), xref: "paper", yref: "paper", x: 0.5, y: 1, xanchor: "center", yanchor: "bottom", showarrow: false, font: { size: 13 } };
      const square = { range: [deltas[0], deltas.at(-1)], zeroline: false, showgrid: false, constrain: "domain" };
      const layout = { height: isNarrow() ? 340 : 470, showlegend: false, margin: { l: 56, r: 8, t: 30, b: 56 }, annotations: [heading], xaxis: axis("step along the second direction", square), yaxis: axis("step along the first direction", { ...square, scaleanchor: "x" }) };
      if (!plane || !rises.length) { draw(charts[side], [], { ...layout, annotations: [{ ...heading, text: `${title(arm)}: not measured with ${runs[seed]}` }] }, `No slice of ${title(arm)}`); return; }
      const same = { x: deltas, y: deltas, z: plane.rise, type: "contour" };
      const ring = (color, width) => ({ ...same, contours: { coloring: "none", start: plane.step, end: plane.step, size: 1 }, line: { color, width }, showscale: false, hoverinfo: "skip" });
      const mark = (row, column, symbol, says) => ({ type: "scatter", mode: "markers", x: [deltas[column]], y: [deltas[row]], marker: { symbol, size: 11, color: "#ffffff", line: { color: "#000000", width: 1 } }, hovertemplate: `${says}<br>rise ${short(plane.rise[row][column])}<extra></extra>` });
      const middle = deltas.indexOf(0), apart = plane.lowest && (plane.lowest[0] !== middle || plane.lowest[1] !== middle);
      draw(charts[side], [
        { ...same, zmin: low, zmax: high, colorscale: "Cividis", contours: { coloring: "heatmap", start: gap * Math.ceil(low / gap), end: high, size: gap }, line: { color: "rgba(255,255,255,.35)", width: 0.7 }, colorbar: { thickness: 12, tick0: 0, dtick: gap }, hovertemplate: "steps %{y:.2f} and %{x:.2f}: rise %{z:.3g}<extra></extra>" },
        ...(plane.step === null ? [] : [ring("#000000", 4.5), ring("#ffffff", 2)]),
        mark(middle, middle, "cross", "the trained weights"), ...(apart ? [mark(...plane.lowest, "circle", "the lowest reading")] : []),
      ], layout, `Rise of ${name} around the weights of ${title(arm)} in two directions`);
    });
    const lowest = ({ plane }) => (plane.lowest ? `${short(plane.rise[plane.lowest[0]][plane.lowest[1]])}\u00a0at\u00a0${plane.lowest.map((at) => number(deltas[at], 2)).join(",\u00a0")}` : "–");
    holder.replaceChildren(table(["loss", "value at the trained weights", "lowest rise, and its steps", "rise that ends the basin", "readings within it"], shown.map((one) => [
      el("th", { scope: "row" }, swatch(one.arm.loss), title(one.arm), el("small", {}, chosenPlanes.seed === "mean" ? plural(one.own.seeds.length, "seed") : runs[chosenPlanes.seed])),
      ...(one.plane ? [short(one.plane.centre, 4), lowest(one), short(one.plane.step), one.plane.within === null ? "–" : `${number(100 * one.plane.within, 0)}\u00a0%`] : ["–", "–", "–", "–"])]), `${land.probes[probe]}, ${runs[seed]}`));
  };
  const set = (name) => (value) => { chosenPlanes[name] = value; show(); };
  const side = (at) => (value) => { chosenPlanes.sides[at] = value; show(); };
  body.append(el("p", {}, "The same walk along two of the directions at once, on one colour scale for both networks. The colour is the rise over the value at the trained weights, which the upright cross marks; a disc marks the lowest reading where that is another. The white line is where the rise ends the basin: the step of the slices above. Directions are random and the same for all networks: what is narrow here may be wide in others."), basis(arms),
    bar(choose("Quantity of the planes", land.probes, chosenPlanes.probe, set("probe")), choose("Left", options, chosenPlanes.sides[0], side(0)), choose("Right", options, chosenPlanes.sides[1], side(1)), choose("Networks", runs, chosenPlanes.seed, set("seed"))), el("div", { class: "pair" }, charts), holder);
  show();
}

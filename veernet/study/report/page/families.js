const chosenFamilies = { column: "test/mae/curves/dp", by: "colour" };

section("families", "The map of the families", (body) => {
  const arms = plainArms().filter((arm) => arm.loss !== "none" && report.losses[arm.loss]);
  body.append(el("p", {}, "The references order the losses by two questions: does a loss see every pixel by itself, or the overlap of regions, and can false ink be made to cost another price than missed ink? Places are given by what the formula contains; the colour or the size of a mark is measured. If the place explained the figure, neighbours would look alike."));
  if (!arms.length) { body.append(...missing(["five_losses"])); return; }
  body.append(...missing(["losses"], "the families beyond the five"), basis(arms));
  const chart = plotNode(), says = el("p", { class: "readout" }), holder = el("div");
  const columns = ["test/mae/curves/dp", "test/mae/curves/skeleton", "test/mae/curves/rows", "test/iou/curves", "test/median_r_squared/curves/dp", "test/recall/curves", "test/precision/curves", "test/called_ratio/curves"].filter((name) => name in now().estimates);
  const show = () => {
    const column = chosenFamilies.column, figure = report.figures[column.split("/")[1]];
    const values = arms.map((arm) => estimate(column, arm.index)[0]);
    const low = Math.min(...values), high = Math.max(...values);
    const size = (value) => (chosenFamilies.by === "size" ? 8 + (16 * (value - low)) / (high - low || 1) : 15);
    // Losses of one place stand above each other, in the order of the list.
    const places = {};
    const at = arms.map((arm) => { const { awareness, tuning } = report.losses[arm.loss]; const key = `${awareness}/${tuning}`; places[key] = (places[key] || 0) + 1; return [awareness, tuning, places[key] - 1]; });
    const shift = arms.map((_, i) => { const count = places[`${at[i][0]}/${at[i][1]}`]; return (at[i][2] - (count - 1) / 2) * 0.18; });
    draw(chart, [{ type: "scatter", mode: isNarrow() ? "markers" : "markers+text", x: at.map((one) => one[0]), y: at.map((one, i) => one[1] - shift[i]), text: arms.map((arm) => arm.title), customdata: values.map((value) => number(value, figure.digits)), textposition: "bottom center", textfont: { size: 10.5 }, cliponaxis: false,
      marker: { size: values.map(size), cmin: low, cmax: high, color: chosenFamilies.by === "colour" ? values : style("--accent"), colorscale: "Cividis", reversescale: figure.better < 0, showscale: chosenFamilies.by === "colour", colorbar: { thickness: 12, title: { text: figure.title, side: "right" } }, line: { width: 1, color: style("--ink") } }, hovertemplate: "%{text}: %{customdata}<extra></extra>", showlegend: false }],
    { height: 780, xaxis: axis("", { tickvals: report.map.awareness.map((_, i) => i), ticktext: report.map.awareness.map((text) => text.replace(", ", ",<br>").replace(" of ", "<br>of ").replace(" by ", "<br>by ").replace(" and ", "<br>and ").replace("the score ", "the score<br>")), range: [-0.5, 4.6], zeroline: false }), yaxis: axis("", { tickvals: [0, 1, 2], ticktext: report.map.tuning.map((text) => text.replace(" cost", "<br>cost").replace(" has", "<br>has").replace(" are", "<br>are").replace("false and ", "false and<br>").replace("against ", "against<br>")), range: [-0.75, 2.6], zeroline: false }) }, `Map of the families by ${columnTitle(column)}`);
    const ranked = [...arms].sort((a, b) => (figure.better || 1) * (estimate(column, b.index)[0] - estimate(column, a.index)[0]));
    holder.replaceChildren(table(["loss", el("th", { class: "text", scope: "col" }, "sees"), el("th", { class: "text", scope: "col" }, "weighs"), figure.title], ranked.map((arm) => el("tr", {}, el("th", { scope: "row" }, swatch(arm.loss), arm.title),
      el("td", { class: "text" }, report.map.awareness[report.losses[arm.loss].awareness]), el("td", { class: "text" }, report.map.tuning[report.losses[arm.loss].tuning]), estimateCell(column, arm.index))), `${columnTitle(column)}, the best first: mean, ± standard deviation, 95 % interval for new seeds and new pictures, ${CUT}`));
    const best = bestOf(column, arms.map((arm) => arm.index));
    says.textContent = best === null || best === undefined ? "" : `Best mean over seeds: ${now().arms[best].title}, ${number(estimate(column, best)[0], figure.digits)}${figure.unit ? ` ${figure.unit}` : ""}.`;
  };
  const set = (name) => (value) => { chosenFamilies[name] = value; show(); };
  body.append(bar(choose("Figure", Object.fromEntries(columns.map((name) => [name, columnTitle(name)])), chosenFamilies.column, set("column")), choose("Shown as", { colour: "colour", size: "size" }, chosenFamilies.by, set("by"))), chart, says, holder);
  show();
});

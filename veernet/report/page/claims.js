section("claims", "The claims, and what became of them", (body) => {
  const found = report.claims;
  body.append(el("p", {}, "What the references say, in thirteen statements, each with the test it was put to. A claim is confirmed or refuted where the interval leaves no room for the contrary, and otherwise not resolvable: with three seeds that is often the honest answer."));
  if (!found) { body.append(lacking("The claims have not been judged for these runs. They are once the five losses are there:", "veernet train experiment=five_losses_small")); return; }
  body.append(table(["claim", el("th", { class: "text", scope: "col" }, "what is claimed"), el("th", { class: "text", scope: "col" }, "test"), el("th", { class: "text", scope: "col" }, "figure, 95 % interval"), el("th", { class: "text", scope: "col" }, "verdict")],
    found.map((one) => el("tr", { id: `claim-${one.claim}` }, el("th", { scope: "row" }, one.claim), el("td", { class: "text" }, one.says), el("td", { class: "text" }, one.test),
      el("td", { class: "text" }, one.figure, el("small", { style: "white-space:normal" }, one.made_by || "")), el("td", { class: `text ${one.verdict}` }, one.verdict, one.missing ? el("small", { style: "white-space:normal" }, one.missing) : null))), "The claims S1 to S13"));
});

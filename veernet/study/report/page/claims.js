const chosenClaims = { verdict: "every" };

section("claims", "The claims, and what became of them", (body) => {
  const found = report.claims;
  const count = (verdict) => found.filter((one) => one.verdict === verdict).length;
  const kinds = ["confirmed", "refuted", "not resolvable", "not run"].filter(count);
  body.append(el("p", {}, `What the references say, in ${found.length} statements, each with the test it was put to: ${kinds.map((kind) => `${count(kind)} ${kind}`).join(", ")}. A claim is settled only where its interval leaves no room for the contrary: that for new seeds and new pictures where networks are scored, for new seeds where basins or regions are measured, for new scenes where gradients are. With three seeds, not resolvable is often the honest answer. Each is tested in the best profile that has all its runs, whichever the page shows.`));
  const holder = el("div");
  const evidence = (one) => el("details", {}, el("summary", {}, `Evidence for ${one.id}: ${plural(one.rows.length, "figure")}`),
    table(["figure", "value", "95 % interval", "over", "speaks for the claim"], one.rows.map(([what, value, low, high, over, answer]) => [what, short(value, 4), low === null ? "–" : low === high ? "exact" : `${short(low, 3)} to ${short(high, 3)}`, over || "–", answer || "–"]), `${one.id}: ${one.claim}`));
  const show = () => holder.replaceChildren(table(["no.", ...["claim", "test", "figure, 95 % interval", "verdict"].map((text) => el("th", { class: "text", scope: "col" }, text))],
    found.filter((one) => chosenClaims.verdict === "every" || one.verdict === chosenClaims.verdict).map((one) => el("tr", {}, el("th", { scope: "row" }, one.id), el("td", { class: "text" }, one.claim, el("small", { class: "wrap" }, `reference ${one.source}`)), el("td", { class: "text" }, one.test),
      el("td", { class: "text" }, one.figure ? minus(one.figure) : "–", el("small", { class: "wrap" }, one.unit), el("small", { class: "wrap" }, one.basis)),
      el("td", { class: `text ${one.verdict.replace(" ", "-")}` }, one.verdict, one.needs.length ? el("small", { class: "wrap" }, `needs ${one.needs.join(", ")}`) : null, el("small", { class: "wrap" }, one.remark)))), "The claims, their tests and verdicts"));
  body.append(bar(choose("Verdict", { every: "every claim", ...Object.fromEntries(kinds.map((kind) => [kind, kind])) }, chosenClaims.verdict, (value) => { chosenClaims.verdict = value; show(); })), holder,
    el("h3", {}, "Evidence"), ...found.filter((one) => one.rows.length).map(evidence));
  show();
});

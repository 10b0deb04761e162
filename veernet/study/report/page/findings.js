section("findings", "What was found", (body) => {
  if (report.strips) {
    body.append(el("img", { class: "sheet", src: report.strips.image, alt: report.strips.says, width: report.strips.width, height: report.strips.height }),
      el("p", { class: "basis" }, report.strips.says));
  }
  body.append(el("ul", {}, report.findings.map((line) => el("li", {}, line))));
});

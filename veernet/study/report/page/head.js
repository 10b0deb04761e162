section("run", "What was run", (body) => {
  const profiles = Object.keys(report.profiles);
  const about = now().about;
  if (profiles.length > 1) {
    body.append(bar(choose("Profile (of the whole page)", Object.fromEntries(profiles.map((name) => [name, `${name}: ${report.profiles[name].about.runs} runs`])), state.profile, (value) => { state.profile = value; renderAll(); })));
  }
  const each = now().arms.map((arm) => arm.seeds.length);
  body.append(el("dl", {},
    ...[
      ["Profile", `${state.profile}: ${about.pictures.toLocaleString("en")} training pictures, ${about.epochs.join(" or ")} epochs, ${about.epochs.length > 1 ? "up to " : ""}${about.samples.toLocaleString("en")} sample steps a run`],
      ["Runs", `${about.runs}, in ${plural(now().arms.length, "arm")} of ${Math.min(...each)} to ${Math.max(...each)} seeds (${about.seeds.join(", ")})`],
      ["Hardware", about.hardware.join("; ")],
      ["Time", `median ${short(about.minutes[0])} min a run, ${short(about.minutes[1] / 60)} hours in all, ${about.dates.length > 1 ? `between ${about.dates.join(" and ")}` : `on ${about.dates[0]}`}`],
      ["Commits", `trained by ${about.trained.join(", ")}; scored by ${about.scored.join(", ")}; this page by ${report.made.commit}, ${report.made.date}`],
      ["Landscapes", `measured around ${about.landscapes} of ${about.runs} networks`],
    ].map(([name, text]) => [el("dt", {}, name), el("dd", {}, text)]).flat()));
  const gaps = now().experiments.filter((one) => one.done < one.wanted).length;
  body.append(el("p", {}, gaps
    ? `Of the ${plural(now().experiments.length, "experiment")} of this profile, ${gaps} ${gaps === 1 ? "has" : "have"} runs still missing. The command beside each makes what is missing and passes over what is done.`
    : "Every experiment of this profile was run in full."));
  body.append(table(["experiment", "runs", el("th", { class: "text", scope: "col" }, "what"), el("th", { class: "text", scope: "col" }, "command")],
    now().experiments.map((one) => [one.name.replaceAll("_", " "), `${one.done}\u00a0of\u00a0${one.wanted}`, el("td", { class: "text" }, one.says), el("td", { class: "text" }, el("code", {}, one.command))]),
    "Experiments and how much of each was run"));
});

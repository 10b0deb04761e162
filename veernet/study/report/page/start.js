const errors = [];
addEventListener("error", (event) => errors.push(event.message));
addEventListener("unhandledrejection", (event) => errors.push(String(event.reason)));

function renderAll() {
  for (const { id, title, render } of sections) {
    const old = document.getElementById(id);
    const body = el("section", { id, "aria-labelledby": `${id}-title` }, el("h2", { id: `${id}-title` }, title));
    // In the page before it draws: a figure takes its width from where it stands.
    if (old) old.replaceWith(body); else document.getElementById("main").append(body);
    try { render(body); } catch (error) { errors.push(`${id}: ${error.stack}`); console.error(error); }
  }
}

document.getElementById("contents").append(el("ol", {}, sections.map(({ id, title }) => el("li", {}, el("a", { href: `#${id}` }, title)))));
document.getElementById("footer").append(el("p", {}, `Made by veernet ${report.made.version} (${report.made.commit}) on ${report.made.date}. The page carries its data and its scripts and fetches nothing. The losses, their sources and how to run the study again are in the project's README.`));
renderAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", renderAll);
addEventListener("beforeprint", renderAll);
addEventListener("afterprint", renderAll);
if (location.hash === "#selftest") selftest();

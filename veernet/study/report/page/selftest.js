// #selftest works every control of the page and writes what came of it into the page.
async function selftest() {
  const settled = async () => { const own = pending.splice(0); await Promise.allSettled(own); };
  const events = { SELECT: "change", checkbox: "change", range: "input" };
  const seen = [];
  const first = state.profile;
  for (const profile of Object.keys(report.profiles)) for (const { id } of sections) {
    if (state.profile !== profile) { state.profile = profile; renderAll(); await settled(); }
    const count = document.querySelectorAll(`#${id} select, #${id} input`).length;
    for (let at = 0; at < count; at += 1) {
      const control = document.querySelectorAll(`#${id} select, #${id} input`)[at];
      if (!control) continue;
      const title = (control.closest("label") || control).textContent.slice(0, 30);
      const before = document.getElementById(id).innerHTML.length;
      const kept = control.type === "checkbox" ? control.checked : control.value;
      const tried = control.tagName === "SELECT" ? [...control.options].map((option) => option.value)
        : control.type === "checkbox" ? [!kept] : [control.min, control.max];
      const pictures = new Set([document.getElementById(id).innerHTML]);
      for (const value of [...tried, kept]) {
        if (control.type === "checkbox") control.checked = value; else control.value = value;
        control.dispatchEvent(new Event(events[control.tagName] || events[control.type]));
        await settled();
        pictures.add(document.getElementById(id).innerHTML);
      }
      seen.push({ profile, section: id, control: title, values: tried.length, works: pictures.size > 1 && before > 0 });
    }
  }
  state.profile = first;
  renderAll();
  await settled();
  const result = { controls: seen.length, still: seen.filter((one) => one.values > 1 && !one.works), plots: document.querySelectorAll(".plot .main-svg").length,
    empty: [...document.querySelectorAll(".plot")].filter((node) => !node.querySelector(".main-svg")).length, wide: document.documentElement.scrollWidth - innerWidth, errors };
  document.body.append(el("pre", { id: "selftest-result" }, JSON.stringify(result)));
}

/** Begin. */

import { App } from "./app.js";
import { installHooks } from "./testing.js";

async function begin() {
  const app = new App();
  if (new URLSearchParams(location.search).get("test") === "1") installHooks(app);
  try {
    await app.open();
  } catch (error) {
    app.state.say(error instanceof Error ? error.message : String(error), "error");
    throw error;
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    app.minimap.stale = true;
    app.painter.all();
  });
}

void begin();

// What a page that runs Python says of it: what would be loaded, how far it is, what went wrong, how long a run took.

import { make, say } from "./dom.js";
import { brief } from "./words.js";

const MB = 1e6;
/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / MB).toFixed(1)} MB`;

/**
 * @param {import("./types.js").PanelStore} store
 * @param {Pick<import("./types.js").PythonTools, "cancel">} tools
 */
export function loading(store, { cancel }) {
  const { model } = store;
  const words = make("p", { role: "status", tabindex: -1 });
  const far = make("progress", { class: "kx-progress", max: 1, "aria-label": "What is loaded of Python" });
  const count = make("span", { class: "kx-note" }); // not part of what is read out: it changes ten times a second
  const stop = make("button", { type: "button", class: "kx-button", text: "Cancel", onclick: stopIt });
  const again = make("button", { type: "button", class: "kx-button", text: "Try again", onclick: retry });
  const row = make("div", { class: "kx-foot" }, far, count, stop, again);
  const el = make("div", { class: "kx-loading" }, words, row);

  function stopIt() {
    cancel();
    words.focus();
  }

  function retry() {
    store.set(model.get("missed")?.wanted ?? {});
    words.focus(); // the button goes
  }

  function sync() {
    const { phase, loaded, total, reason } = model.get("engine");
    const { python, compressed } = model.get("files");
    const missed = model.get("missed");
    const starting = phase === "starting";
    const here = "Presets and the chapters’ settings come ready-made.";
    const load = `${megabytes(total)} (${megabytes(compressed)} compressed): Python (Pyodide ${python}), SimPy and this package`;
    const lost = reason ?? missed?.problem.message;
    const texts = {
      off: `${reason ? "Python was stopped. " : ""}${here} Anything else is worked out in your browser; the first time, that loads ${load}.`,
      starting: "Python is being started in your browser. Until then, presets and the chapters’ settings can be shown.",
      ready: "Python runs in your browser, and works out whatever you set.",
      failed: `Python could not be run in your browser: ${lost}. ${here}`,
    };
    const back = phase === "failed" ? "Python could not be run in your browser" : "This was not run";
    say(
      words,
      missed && !starting
        ? `${back}: ${lost}. The switches are back at ${model.get("view") ? "what is shown" : "their defaults"}. ${here}`
        : texts[phase],
    );
    el.classList.toggle("kx-failed-load", phase === "failed");
    far.hidden = !starting;
    far.value = loaded / total;
    const took = model.get("took");
    /** @type {Record<string, string>} */
    const counts = {
      starting: loaded < total ? `${megabytes(loaded)} of ${megabytes(total)}` : "Loaded. Starting Python …",
      ready: took ? `The last run took ${brief(took * 1e6)}.` : "",
    };
    say(count, counts[phase] ?? "");
    count.hidden = !counts[phase];
    stop.hidden = !starting && phase !== "ready";
    say(stop, starting ? "Cancel" : "Stop Python");
    again.hidden = !missed || starting;
  }

  for (const what of /** @type {const} */ (["engine", "missed", "took"])) model.on(`change:${what}`, sync);
  return { el, sync };
}

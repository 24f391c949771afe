// What a page that runs Python says of it: what would be loaded, how far it is, what went wrong, how long a run took.

import { make, say } from "./dom.js";
import { brief, number } from "./words.js";

const MB = 1e6;
const megabytes = (bytes) => `${(bytes / MB).toFixed(1)} MB`;

export function loading(stage, { cancel }) {
  const { model } = stage;
  const words = make("p", { role: "status" });
  const far = make("progress", { class: "kx-progress", max: 1, "aria-label": "What is loaded of Python" });
  const count = make("span", { class: "kx-note" }); // not part of what is read out: it changes ten times a second
  const stop = make("button", { type: "button", class: "kx-button", text: "Cancel", onclick: cancel });
  const again = make("button", { type: "button", class: "kx-button", text: "Try again", onclick: retry });
  const row = make("div", { class: "kx-foot" }, far, count, stop, again);
  const el = make("div", { class: "kx-loading" }, words, row);

  function retry() {
    const { side, wanted } = model.get("missed");
    model.set("missed", null);
    stage.choose(side, wanted);
  }

  function sync() {
    const { phase, loaded, total, reason } = model.get("engine");
    const { python, compressed } = model.get("files");
    const missed = model.get("missed");
    const starting = phase === "starting";
    const here = "The presets and the chapters’ settings are shown from files of this site.";
    const load = `${megabytes(total)} (${megabytes(compressed)} from a host that compresses): Python for the browser, which is Pyodide ${python}, SimPy, and this package`;
    const lost = reason ?? missed?.problem.message;
    const texts = {
      off: `${here} Any other setting is run in your browser. The first one loads ${load}.`,
      starting: "The machine is being started in your browser. What you see meanwhile is the setting before.",
      ready: "The machine runs in your browser.",
      failed: `The machine could not be run in your browser: ${lost}. ${here}`,
    };
    const back = phase === "failed" ? "The machine could not be run in your browser" : "This was not run";
    say(words, missed && !starting ? `${back}: ${lost}. The switches are back at what is shown. ${here}` : texts[phase]);
    el.classList.toggle("kx-failed-load", phase === "failed");
    far.hidden = count.hidden = !starting;
    far.value = loaded / total;
    say(count, starting ? (loaded < total ? `${megabytes(loaded)} of ${megabytes(total)}` : "loaded; Python starts") : "");
    const took = model.get("took");
    if (phase === "ready") {
      count.hidden = false;
      say(count, took ? `The last run took ${brief(took * 1e6)}.` : "");
    }
    stop.hidden = !starting && phase !== "ready";
    say(stop, starting ? "Cancel" : "Stop it");
    again.hidden = !missed || starting;
  }

  for (const what of ["engine", "missed", "took"]) model.on(`change:${what}`, sync);
  return { el, sync };
}

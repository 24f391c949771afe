// What a page that runs Python says of it: what would be loaded, how far it is, what went wrong, how long a run took.

import { button, make, say } from "./dom.js";
import { brief } from "./words.js";

/** @typedef {import("./types.js").EngineState} EngineState */
/** @typedef {import("./types.js").EngineFiles} EngineFiles */
/** @typedef {import("./types.js").Missed} Missed */

const MB = 1e6;
const READY_MADE = "Presets and the chapters’ settings come ready-made.";

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / MB).toFixed(1)} MB`;

/**
 * What Python is doing, or why something was not run; `drawn`: a machine is shown already.
 *
 * @param {EngineState} engine
 * @param {Pick<EngineFiles, "python" | "compressed">} files
 * @param {Missed | null} missed
 * @param {boolean} drawn
 */
export function statusInWords(engine, files, missed, drawn) {
  const { phase } = engine;
  if (missed && phase !== "starting") return missedInWords(engine, missed, drawn);
  const texts = {
    off: offInWords(engine, files),
    starting: "Python is being started in your browser. Until then, presets and the chapters’ settings can be shown.",
    ready: "Python runs in your browser, and works out whatever you set.",
    failed: `Python could not be run in your browser: ${engine.reason}. ${READY_MADE}`,
  };
  return texts[phase];
}

/**
 * What would be loaded.
 *
 * @param {EngineState} engine
 * @param {Pick<EngineFiles, "python" | "compressed">} files
 */
function offInWords({ total, reason }, { python, compressed }) {
  const stopped = reason ? "Python was stopped. " : "";
  const size = `${megabytes(total)} (${megabytes(compressed)} compressed)`;
  const load = `${size}: Python (Pyodide ${python}), SimPy and this package`;
  return `${stopped}${READY_MADE} Anything else is worked out in your browser; the first time, that loads ${load}.`;
}

/**
 * @param {EngineState} engine
 * @param {Missed} missed
 * @param {boolean} drawn
 */
function missedInWords({ phase, reason }, { problem }, drawn) {
  const what = phase === "failed" ? "Python could not be run in your browser" : "This was not run";
  const back = `The switches are back at ${drawn ? "what is shown" : "their defaults"}.`;
  return `${what}: ${reason ?? problem.message}. ${back} ${READY_MADE}`;
}

/**
 * How much is loaded, or how long the last run took; "" if neither is of interest.
 *
 * @param {EngineState} engine
 * @param {number | null} took milliseconds
 */
export function countInWords({ phase, loaded, total }, took) {
  if (phase === "starting")
    return loaded < total ? `${megabytes(loaded)} of ${megabytes(total)}` : "Loaded. Starting Python …";
  return phase === "ready" && took ? `The last run took ${brief(took * 1e6)}.` : "";
}

/**
 * @param {import("./types.js").PanelStore} store
 * @param {Pick<import("./types.js").PythonTools, "cancel">} tools
 */
export function loading(store, { cancel }) {
  const { model } = store;
  const status = make("p", { role: "status", tabindex: -1 });
  const progress = make("progress", { class: "kx-progress", max: 1, "aria-label": "What is loaded of Python" });
  const count = make("span", { class: "kx-note" }); // not part of what is read out: it changes ten times a second
  const stop = button({ text: "Cancel", onclick: stopPython });
  const again = button({ text: "Try again", onclick: retry });
  const row = make("div", { class: "kx-foot" }, progress, count, stop, again);
  const el = make("div", { class: "kx-loading" }, status, row);

  function stopPython() {
    cancel();
    status.focus();
  }

  function retry() {
    store.set(model.get("missed")?.wanted ?? {});
    status.focus(); // the button goes
  }

  function sync() {
    const engine = model.get("engine");
    const missed = model.get("missed");
    const starting = engine.phase === "starting";
    say(status, statusInWords(engine, model.get("files"), missed, Boolean(model.get("view"))));
    el.classList.toggle("kx-failed-load", engine.phase === "failed");
    progress.hidden = !starting;
    progress.value = engine.loaded / engine.total;
    showCount(countInWords(engine, model.get("took")));
    stop.hidden = !starting && engine.phase !== "ready";
    say(stop, starting ? "Cancel" : "Stop Python");
    again.hidden = !missed || starting;
  }

  /** @param {string} text */
  function showCount(text) {
    say(count, text);
    count.hidden = !text;
  }

  for (const key of /** @type {const} */ (["engine", "missed", "took"])) model.on(`change:${key}`, sync);
  return { el, sync };
}

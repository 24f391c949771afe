import assert from "node:assert/strict";
import test from "node:test";

import { countInWords, statusInWords } from "../src/loading.js";

const FILES = { python: "314.0", compressed: 4_200_000 };
const TOTAL = 13_300_000;

/**
 * @param {import("../src/types.js").EngineState["phase"]} phase
 * @param {Partial<import("../src/types.js").EngineState>} [more]
 */
const engine = (phase, more = {}) => ({ phase, loaded: 0, total: TOTAL, ...more });

/** @type {import("../src/types.js").Missed} */
const MISSED = { wanted: { scenario: { seed: 17 } }, problem: new Error("you cancelled it") };

test("before Python is started its size is told, and after it was stopped that it was", () => {
  const words = statusInWords(engine("off"), FILES, null, true);
  assert.match(words, /^Presets .* ready-made\. Anything else .* that loads 13\.3 MB \(4\.2 MB compressed\): Python /);
  assert.match(words, /\(Pyodide 314\.0\), SimPy and this package\.$/);
  assert.match(
    statusInWords(engine("off", { reason: "you cancelled it" }), FILES, null, true),
    /^Python was stopped\. /,
  );
});

test("what was asked for and not run is told with the reason, and what the switches are back at", () => {
  const cancelled = statusInWords(engine("off"), FILES, MISSED, true);
  assert.match(cancelled, /^This was not run: you cancelled it\. The switches are back at what is shown\. Presets /);
  const failed = statusInWords(engine("failed", { reason: "a wheel is missing" }), FILES, MISSED, false);
  assert.match(failed, /^Python could not be run in your browser: a wheel is missing\. .* back at their defaults\. /);
  assert.match(statusInWords(engine("starting"), FILES, MISSED, true), /^Python is being started in your browser\./);
});

test("a Python that failed although nothing is missed gives its reason", () => {
  const words = statusInWords(engine("failed", { reason: "nothing came" }), FILES, null, true);
  assert.match(words, /^Python could not be run in your browser: nothing came\. Presets /);
  assert.match(statusInWords(engine("ready"), FILES, null, true), /^Python runs in your browser/);
});

test("while Python starts its bytes are counted, and afterwards a run is timed", () => {
  assert.equal(countInWords(engine("starting", { loaded: 5_000_000 }), null), "5.0 MB of 13.3 MB");
  assert.equal(countInWords(engine("starting", { loaded: TOTAL }), null), "Loaded. Starting Python …");
  assert.equal(countInWords(engine("ready"), 12), "The last run took 12 ms.");
  assert.equal(countInWords(engine("ready"), null), "");
  assert.equal(countInWords(engine("failed"), 12), "");
});

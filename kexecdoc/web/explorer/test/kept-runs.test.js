import assert from "node:assert/strict";
import test from "node:test";

import { KeptRuns } from "../src/kept-runs.js";

/** @param {number} events */
const view = (events) =>
  /** @type {import("../src/types.js").View} */ (
    /** @type {unknown} */ ({ log: { events: { id: { length: events } } } })
  );

/**
 * The names of those that are kept of so many runs.
 * @param {number} count
 * @param {number} events
 */
function kept(count, events) {
  const runs = new KeptRuns();
  for (let n = 0; n < count; n++) runs.put(String(n), view(events));
  return runs.keys().map(Number);
}

/** @type {(from: number, end: number) => number[]} */
const range = (from, end) => Array.from({ length: end - from }, (_, n) => from + n);

test("runs are bounded by their number and by their events, but for the two in sight", () => {
  assert.deepEqual(kept(100, 10), range(68, 100));
  assert.deepEqual(kept(10, 40_000), [8, 9]);
  assert.deepEqual(kept(3, 1_000_000), [1, 2]);
});

test("a run that is looked at is not forgotten", () => {
  const runs = new KeptRuns();
  for (const n of range(0, 100)) {
    runs.put(String(n), view(10));
    runs.get("0");
  }
  assert.deepEqual(
    runs
      .keys()
      .map(Number)
      .sort((a, b) => a - b),
    [0, ...range(69, 100)],
  );
});

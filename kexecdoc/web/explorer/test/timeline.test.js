import assert from "node:assert/strict";
import test from "node:test";

import { CLOCKS, Timeline } from "../src/timeline.js";
import { replay } from "./views.js";

for (const clock of CLOCKS) {
  const replays = [replay("corrupted"), replay("removed")];
  const both = new Timeline(replays, clock);
  const positions = Array.from({ length: both.length }, (_, n) => n + 1);

  test(`two machines move one event at a time, or in the same event at once: ${clock}`, () => {
    for (const p of positions) {
      const steps = [0, 1].map((k) => both.cursor(p, k) - both.cursor(p - 1, k));
      assert.ok(["0,1", "1,0", "1,1"].includes(steps.join()), `${steps} at ${p}`);
      if (steps.join() !== "1,1") continue;
      const [a, b] = replays.map((run, k) => run.id[both.cursor(p, k) - 1]);
      assert.equal(a, b);
    }
    assert.deepEqual(
      [0, 1].map((k) => both.cursor(both.length, k)),
      replays.map((run) => run.length),
    );
  });

  test(`neither time nor the place on the axis goes back: ${clock}`, () => {
    for (const p of positions) {
      assert.ok(both.time(p) >= both.time(p - 1));
      assert.ok(both.axis.x(p) >= both.axis.x(p - 1) - 1e-12);
      assert.ok(both.axis.x(p) >= 0 && both.axis.x(p) <= 1 + 1e-9);
    }
  });

  test(`a cursor of either machine is found again: ${clock}`, () => {
    for (const k of [0, 1])
      for (let cursor = 1; cursor <= replays[k].length; cursor += 7)
        assert.equal(both.cursor(both.positionOf(cursor, k), k), cursor);
  });

  test(`a time leads to the last position that is not later: ${clock}`, () => {
    for (let p = 1; p < both.length; p += 11) {
      const found = both.positionAt(both.time(p));
      assert.ok(found >= p);
      assert.equal(both.time(found), both.time(p));
      assert.ok(both.time(found + 1) > both.time(p));
    }
  });
}

test("on the clock of the jumps both machines jump at once", () => {
  const replays = [replay("corrupted"), replay("removed")];
  const { offsets } = new Timeline(replays, "jump");
  const [a, b] = replays.map((run, k) => run.t_ns[run.jump] + offsets[k]);
  assert.equal(a, b);
  assert.deepEqual(new Timeline(replays, "call").offsets, [0, 0]);
});

test("a place on the axis and its time lead to each other", () => {
  const { axis } = new Timeline([replay("line")]);
  for (let x = 0.01; x < 1; x += 0.01) assert.ok(Math.abs(axis.xOf(axis.time(x)) - x) < 1e-9);
});

import assert from "node:assert/strict";
import test from "node:test";

import { brief, capital, duration, happening, hex, many, number, since } from "../src/words.js";
import { label, replay } from "./views.js";

test("durations have the unit that fits, to the microsecond where it matters", () => {
  assert.deepEqual([1_500, 229_000_000, 2_500_000_000].map(duration), ["1.5 µs", "229.000 ms", "2.5000 s"]);
  assert.deepEqual([1_234, 12_345_678, 2_500_000_000].map(brief), ["1.23 µs", "12.3 ms", "2.5 s"]);
});

test("numbers and what is counted agree", () => {
  assert.equal(many(1, "frame"), "1 frame");
  assert.equal(many(4096, "frame"), "4,096 frames");
  assert.equal(number(0), "0");
  assert.equal(hex(255), "0xff");
  assert.equal(capital("the jump"), "The jump");
});

test("a moment is told by the jump", () => {
  const run = replay("corrupted");
  const jump = run.t_ns[run.jump];
  assert.equal(since(run, jump), "at the jump");
  assert.equal(since(run, jump - 1_000), "1 µs before the jump");
  assert.equal(since(run, jump + 2_000), "2 µs after the jump");
  assert.equal(since(run, -1), "not called yet");
});

for (const name of /** @type {const} */ (["corrupted", "removed", "line"]))
  test(`every event is a sentence, and none is told by the name of its kind: ${name}`, () => {
    const run = replay(name);
    for (let i = 0; i < run.length; i++) {
      const words = happening(run, i, run.at(i + 1), label);
      assert.match(words, / /, run.kind[i]);
      assert.doesNotMatch(words, /undefined|IOMMU$|DOORBELL/, run.kind[i]);
    }
  });

test("a write that does harm says when its owner finds it", () => {
  const run = replay("corrupted");
  const i = run.matters - 1;
  assert.match(
    happening(run, i, run.at(i + 1), label),
    /^the device wrote frame .*; its owner finds it wrong .* later$/,
  );
});

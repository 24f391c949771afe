import assert from "node:assert/strict";
import test from "node:test";

import { describeEntry, fateOf, frameHistory } from "../src/frame-history.js";
import { label, replay } from "./views.js";

const run = replay("corrupted");
const hit = [...new Set(run.leftovers.filter((write) => write.result === "landed").map(({ frame }) => Number(frame)))];

/** What the events after one do to a frame, in order: `bytes`, or what the owner found. */
function later(/** @type {number} */ frame, /** @type {number} */ i) {
  const found = [];
  for (let n = i + 1; n < run.length; n++)
    for (const range of run.sets[n].frames) if (range.first <= frame && frame < range.end) found.push({ n, ...range });
  return found;
}

test("the fate of every leftover write is the first thing that the log tells of its bytes", () => {
  for (const frame of hit) {
    const entries = frameHistory(run, frame);
    const n = entries.findLastIndex((entry) => entry.leftover);
    const fate = String(fateOf(run, entries, n));
    const next = later(frame, entries[n].until).find(
      ({ what, value }) => what === "bytes" || (what === "found" && value === "wrong"),
    );
    if (!next) assert.equal(fate, "still there at the end, and read by nobody");
    else if (next.what === "found") assert.match(fate, /^found wrong by the frame’s owner, /);
    else assert.ok(fate.startsWith(`overwritten by ${run.id[next.n]}, `), fate);
  }
  assert.ok(hit.length > 10);
});

test("every frame that was found wrong after a leftover write says so", () => {
  const wrong = hit.filter((frame) => run.at(run.length).wrong[frame]);
  assert.ok(wrong.length > 0);
  for (const frame of wrong) {
    const words = frameHistory(run, frame).map((entry) => describeEntry(run, entry, label));
    assert.ok(words.some((text) => text.endsWith(": a leftover write")));
    assert.ok(words.some((text) => text.startsWith("its owner found it wrong")));
  }
});

test("what one device writes again and again is one entry", () => {
  const counts = hit.flatMap((frame) => frameHistory(run, frame).filter((entry) => entry.leftover));
  for (const { count, i, until } of counts) assert.equal(count === 1, i === until);
});

test("a history begins with the owner at first", () => {
  const [first] = frameHistory(run, hit[0]);
  assert.deepEqual([first.i, first.what], [-1, "owner"]);
  assert.equal(describeEntry(run, first, label), label(run.owners[run.at(0).owner[hit[0]]]));
});

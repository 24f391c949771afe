import assert from "node:assert/strict";
import test from "node:test";

import { summaryOf } from "../src/screen-reader-summary.js";
import { replay, view } from "./views.js";

test("the summary tells the moment, the writes, the gates and the end", () => {
  const run = replay("corrupted");
  const machine = { letter: "", replay: run, run: view("corrupted").run };
  const words = summaryOf({ ...machine, now: run.at(run.find("jump/copy:0") + 1) });
  assert.match(words, /^At the jump, step jump\/copy, stub running\. Leftover writes so far: 0, of which 0 landed\./);
  assert.match(words, /Pending bits flipped: 0\. Frames found wrong: 0\. .* In the end: corrupted\.$/);
  const { attempted, landed, frames_corrupted } = view("corrupted").run.dma;
  const end = summaryOf({ ...machine, letter: "A", now: run.at(run.length) });
  assert.match(end, /^Machine A\. /);
  assert.ok(end.includes(`Leftover writes so far: ${attempted}, of which ${landed} landed.`), end);
  assert.ok(end.includes(`Pending bits flipped: ${view("corrupted").run.lpi.bits_flipped}.`), end);
  assert.ok(end.includes(`Frames found wrong: ${frames_corrupted}.`), end);
});

test("a machine without pending bits has its stray interrupts counted", () => {
  const run = replay("line");
  const words = summaryOf({ letter: "", replay: run, run: view("line").run, now: run.at(run.length) });
  assert.match(words, /Stray interrupts: \d+\./);
});

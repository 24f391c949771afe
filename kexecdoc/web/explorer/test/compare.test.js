import assert from "node:assert/strict";
import test from "node:test";

import { differingAssignments, differingSwitches, firstDifference, valueInWords } from "../src/compare.js";
import { RunReplay } from "../src/replay.js";
import { legend, replay, view } from "./views.js";

/**
 * The replay of a stored run after a change of its log.
 * @param {(log: import("../src/types.js").Log) => void} change
 */
function changed(change) {
  const { log, facts } = structuredClone(view("corrupted"));
  change(log);
  return new RunReplay({ log, facts }, legend);
}

test("switches differ if their values do as words", () => {
  assert.deepEqual(differingSwitches({ seed: 1, dma: "ring" }, { seed: "1", dma: "cyclic" }), [
    ["dma", "ring", "cyclic"],
  ]);
});

test("a run does not differ from itself, and from a shorter one at that one's end", () => {
  const whole = replay("corrupted");
  assert.equal(firstDifference(whole, replay("corrupted")), -1);
  const shorter = changed(({ events }) => {
    for (const column of Object.values(events)) column.pop();
  });
  assert.equal(firstDifference(whole, shorter), whole.length - 1);
  assert.equal(firstDifference(shorter, whole), whole.length - 1);
});

test("a line of the console that another kernel words differently is no difference", () => {
  const whole = replay("corrupted");
  const i = whole.kind.indexOf("print");
  /** @param {import("../src/types.js").Log} log */
  const reword = (log) => {
    for (const line of Object.values(log.events.set[i])) line.text = "other words";
  };
  assert.equal(firstDifference(whole, changed(reword)), i);
  const otherKernel = changed((log) => {
    reword(log);
    log.scenario.kernel = "3.4";
  });
  assert.equal(firstDifference(whole, otherKernel), -1);
});

test("what an event assigns in one run only is told with its path", () => {
  const whole = replay("corrupted");
  const i = whole.kind.indexOf("register");
  const [[path, value]] = whole.sets[i].paths;
  const other = changed((log) => {
    log.events.set[i][path] = "something else";
    log.events.set[i]["frame/3/bytes"] = "x";
  });
  assert.deepEqual(differingAssignments(whole, other, i), [
    [path, value, "something else"],
    ["frame/3-3/bytes", undefined, "x"],
  ]);
});

test("values are said in words", () => {
  assert.deepEqual([undefined, { text: "Bye!" }, { cpu: 0 }, null, false, 7].map(valueInWords), [
    "not set",
    "“Bye!”",
    '{"cpu":0}',
    "null",
    "false",
    "7",
  ]);
});

import assert from "node:assert/strict";
import test from "node:test";

import { Jobs, lineOf } from "../src/jobs.js";

/**
 * @param {(kind: string, request: string) => import("../src/jobs.js").Texts} answers
 * @param {(said: any) => void} [meanwhile] what the page does when it hears something
 */
function jobs(answers, meanwhile = () => {}) {
  /** @type {any[]} */
  const said = [];
  let time = 0;
  const say = (/** @type {any} */ what) => {
    said.push(what);
    meanwhile(what);
  };
  const turn = () => new Promise((/** @type {(nothing: void) => void} */ done) => setImmediate(done));
  return { jobs: new Jobs(answers, say, { turn, now: () => time++, heap: () => 7 }), said };
}

/** @param {string} kind */
function* three(kind) {
  for (const n of [1, 2, 3]) yield `${kind} ${n}`;
}

test("each answer of a request is told, then its end and how long it took", async () => {
  const { jobs: work, said } = jobs((kind, request) => [kind, request][Symbol.iterator]());
  await work.add(5, "run", { seed: "1" });
  assert.deepEqual(said, [
    { id: 5, text: "run" },
    { id: 5, text: '{"seed":"1"}' },
    { id: 5, done: true, ms: 3, heap: 7 },
  ]);
});

test("a run that is asked for in the middle of a study is made at once", async () => {
  const { jobs: work, said } = jobs(three, ({ text }) => text === "study 1" && work.add(2, "run", {}));
  await work.add(1, "study", {});
  assert.deepEqual(
    said.map(({ id, text }) => text ?? `end of ${id}`),
    ["study 1", "run 1", "run 2", "run 3", "end of 2", "study 2", "study 3", "end of 1"],
  );
});

test("a study that is called off ends after the answer at hand, and is not told of", async () => {
  const { jobs: work, said } = jobs(three, ({ text }) => text === "study 2" && work.callOff(1));
  await work.add(1, "study", {});
  assert.deepEqual(said, [
    { id: 1, text: "study 1" },
    { id: 1, text: "study 2" },
  ]);
  work.callOff(99); // one that nobody knows
});

test("what is wrong with a request is told of it, what is wrong with Python of all", async () => {
  /** @param {string} name */
  function* broken(name) {
    yield "one";
    throw Object.assign(new Error("Traceback:\n  File\nKeyError: 'no such kind'\n"), { name });
  }
  const wrong = jobs(() => broken("PythonError"));
  await wrong.jobs.add(1, "run", {});
  assert.deepEqual(wrong.said.at(-1), { id: 1, failed: "KeyError: 'no such kind'" });
  const lost = jobs(() => broken("RuntimeError"));
  await lost.jobs.add(1, "run", {});
  assert.deepEqual(lost.said.at(-1), { failed: "KeyError: 'no such kind'" });
});

test("an iterator of Python's is destroyed when its job ends", async () => {
  let destroyed = 0;
  const { jobs: work } = jobs((kind) => Object.assign(three(kind), { destroy: () => destroyed++ }));
  await work.add(1, "run", {});
  assert.equal(destroyed, 1);
});

test("the last line of a traceback is the error", () => {
  assert.equal(lineOf(new Error("Traceback\n  File\nScenarioError: no\n\n")), "ScenarioError: no");
});

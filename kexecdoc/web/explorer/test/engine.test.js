import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { Ended, Engine, loads } from "../src/engine.js";

/** What stands in for a worker: it keeps what it is told, and says what the test wants. */
class Puppet {
  /** @type {any[]} */
  told = [];
  ended = false;
  /** @type {(event: { data: unknown }) => void} */
  onmessage = () => {};
  /** @type {(event: { message: string, preventDefault: () => void }) => void} */
  onerror = () => {};

  /** @param {unknown} message */
  postMessage(message) {
    this.told.push(message);
  }

  terminate() {
    this.ended = true;
  }

  /** @param {unknown} data */
  says(data) {
    this.onmessage({ data });
  }
}

const LOADS = { index: "", info: {}, modules: [], stdlib: "", wheels: [] };

function engine() {
  /** @type {Puppet[]} */
  const workers = [];
  /** @type {import("../src/types.js").EngineState[]} */
  const states = [];
  const create = () => {
    workers.push(new Puppet());
    return /** @type {any} */ (workers.at(-1));
  };
  return { engine: new Engine(create, LOADS, 100, (state) => states.push(state)), workers, states };
}

/**
 * @param {() => Promise<unknown>} wanted
 * @returns {Promise<any>}
 */
const problemOf = (wanted) =>
  wanted().then(
    () => assert.fail("it came"),
    (problem) => problem,
  );
const turn = () => new Promise((done) => setImmediate(done));

test("nothing is loaded until something is asked, and then once", async () => {
  const { engine: python, workers, states } = engine();
  assert.equal(workers.length, 0);
  /** @type {string[]} */
  const heard = [];
  const first = python.ask("run", { n: 1 }, (text) => heard.push(text));
  const second = python.ask("run", { n: 2 }, (text) => heard.push(text));
  const [worker] = workers;
  assert.deepEqual(worker.told, [{ start: LOADS }]);
  worker.says({ loaded: 60 });
  worker.says({ ready: true });
  await turn();
  assert.deepEqual(worker.told.slice(1), [
    { id: 1, kind: "run", request: { n: 1 } },
    { id: 2, kind: "run", request: { n: 2 } },
  ]);
  worker.says({ id: 2, text: "two" });
  worker.says({ id: 1, text: "one" });
  worker.says({ id: 1, done: true, ms: 5 });
  worker.says({ id: 2, done: true, ms: 7 });
  assert.deepEqual([await first.over, await second.over], [5, 7]);
  assert.deepEqual(heard, ["two", "one"]);
  assert.deepEqual(
    states.map(({ phase, loaded }) => [phase, loaded]),
    [
      ["off", 0],
      ["starting", 0],
      ["starting", 60],
      ["ready", 0],
    ],
  );
  assert.equal(workers.length, 1);
  python.end("", true);
});

test("what is called off before the start is never sent, and its answers are not heard", async () => {
  const { engine: python, workers } = engine();
  const early = python.ask("run", {}, assert.fail);
  early.stop();
  workers[0].says({ ready: true });
  assert.ok((await problemOf(() => early.over)).called);
  assert.equal(workers[0].told.length, 1);
  const late = python.ask("study", {}, assert.fail);
  await turn();
  late.stop();
  assert.deepEqual(workers[0].told.slice(1), [{ id: 2, kind: "study", request: {} }, { stop: 2 }]);
  workers[0].says({ id: 2, text: "too late" });
  assert.ok((await problemOf(() => late.over)).called);
  python.end("", true);
});

test("a request that fails leaves the worker as it is", async () => {
  const { engine: python, workers } = engine();
  const { over } = python.ask("run", {}, assert.fail);
  workers[0].says({ ready: true });
  workers[0].says({ id: 1, failed: "no such kind" });
  assert.equal((await problemOf(() => over)).message, "no such kind");
  assert.equal(python.state.phase, "ready");
  python.end("", true);
});

test("a worker that fails takes all that was asked with it, and the next request starts another", async () => {
  const { engine: python, workers } = engine();
  const asked = [1, 2].map((n) => python.ask("run", { n }, assert.fail));
  workers[0].says({ failed: "a wheel is missing" });
  for (const { over } of asked) assert.equal((await problemOf(() => over)).message, "a wheel is missing");
  assert.ok(workers[0].ended);
  assert.deepEqual(python.state, { phase: "failed", loaded: 0, total: 100, reason: "a wheel is missing" });
  python.ask("run", {}, assert.fail).over.catch(() => {});
  workers[0].says({ ready: true }); // the last words of the one that has ended
  assert.equal(python.state.phase, "starting");
  assert.equal(workers.length, 2);
  python.end("", true);
});

test("a browser that refuses workers is told of", async () => {
  const python = new Engine(
    () => {
      throw new Error("not allowed");
    },
    LOADS,
    0,
    () => {},
  );
  const problem = await problemOf(() => python.ask("run", {}, assert.fail).over);
  assert.ok(problem instanceof Ended);
  assert.equal(problem.message, "the browser refused a worker (not allowed)");
  assert.equal(python.state.phase, "failed");
});

test("a start that does not get on, and an answer that does not come, are given up", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { engine: python, workers } = engine();
  const { over } = python.ask("run", {}, assert.fail);
  mock.timers.tick(44_000);
  workers[0].says({ loaded: 1 });
  mock.timers.tick(44_000);
  assert.equal(python.state.phase, "starting");
  mock.timers.tick(1_000);
  assert.equal((await problemOf(() => over)).message, "nothing came for 45 seconds");
  const again = python.ask("run", {}, assert.fail);
  workers[1].says({ ready: true });
  await turn();
  mock.timers.tick(60_000);
  assert.equal((await problemOf(() => again.over)).message, "it did not answer for 60 seconds");
  const third = python.ask("run", {}, () => {});
  workers[2].says({ ready: true });
  await turn();
  workers[2].says({ id: 3, done: true, ms: 1 });
  await third.over;
  mock.timers.tick(600_000);
  assert.equal(python.state.phase, "ready", "while nothing is asked, silence is no fault");
  mock.timers.reset();
});

test("what a worker loads is named by addresses", () => {
  const file = { url: "simpy.whl", bytes: 9 };
  const files = { index: "pyodide/", python: "", info: { python: "3.14" }, modules: [file], stdlib: "stdlib.zip" };
  const at = (/** @type {string} */ path) => `/assets/${path}`;
  assert.deepEqual(loads({ ...files, wheels: [file], total: 1, compressed: 1 }, at), {
    index: "/assets/pyodide/",
    info: { python: "3.14" },
    modules: [{ url: "/assets/simpy.whl", bytes: 9 }],
    stdlib: "/assets/stdlib.zip",
    wheels: [{ url: "/assets/simpy.whl", bytes: 9 }],
  });
});

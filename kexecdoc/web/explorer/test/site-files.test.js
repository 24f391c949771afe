import assert from "node:assert/strict";
import test from "node:test";

import { ChapterRuns, combination, runFile, SiteFiles } from "../src/site-files.js";
import { CONTROLS, REGISTRY } from "./switches.js";

/** @param {Record<string, unknown>} files */
function site(files) {
  /** @type {string[]} */
  const fetched = [];
  const found = new SiteFiles(async (path) => {
    fetched.push(path);
    if (!(path in files)) throw new Error(`404 for ${path}`);
    return files[path];
  });
  return { files: found, fetched };
}

const INDEX = /** @type {import("../src/site-files.js").Index} */ (
  /** @type {unknown} */ ({
    ...REGISTRY,
    controls: CONTROLS.filter(({ name }) => name === "dma" || name === "clear-bus-master"),
    scenario: { dma: "ring", "clear-bus-master": "yes" },
    refused: { "cyclic--no": "traffic: too much of it" },
  })
);

test("a file is fetched once, and is at hand when it has come", async () => {
  const { files, fetched } = site({ "a.json": { a: 1 } });
  const [one, two] = await Promise.all([files.load("a.json"), files.load("a.json")]);
  assert.equal(one, two);
  assert.deepEqual(files.get("a.json"), { a: 1 });
  assert.deepEqual(fetched, ["a.json"]);
});

test("a file that did not come is asked for again", async () => {
  const { files, fetched } = site({});
  await assert.rejects(files.load("b.json"), /404/);
  await assert.rejects(files.load("b.json"), /404/);
  assert.deepEqual(fetched, ["b.json", "b.json"]);
});

test("a run's file is named for the values of the explorer's switches, in their order", () => {
  const scenario = { dma: "ring", "clear-bus-master": "no", seed: 1 };
  assert.equal(combination(["clear-bus-master", "dma"], scenario), "no--ring");
  assert.equal(runFile("a chapter", ["dma"], { dma: "½" }), "explorers/a%20chapter/%C2%BD.json");
});

test("a run that is here is answered at once, another is promised, and one that cannot be is refused", async () => {
  const { files } = site({ "explorers/first/ring--yes.json": { log: "of this run" } });
  const runs = new ChapterRuns("first", INDEX, files);
  const promised = runs.answer(INDEX.scenario);
  assert.ok(promised instanceof Promise);
  assert.deepEqual(await promised, { log: "of this run" });
  assert.deepEqual(runs.answer(INDEX.scenario), { log: "of this run" });
  assert.deepEqual(runs.answer({ dma: "cyclic", "clear-bus-master": "no" }), { error: "traffic: too much of it" });
});

test("what one flip leads to is prefetched, and nothing before it is its turn", async () => {
  const { files, fetched } = site({
    "explorers/first/cyclic--yes.json": { log: "cyclic" },
    "explorers/first/ring--no.json": { log: "no" },
  });
  const prefetches = new ChapterRuns("first", INDEX, files).prefetches(INDEX.scenario);
  assert.equal(prefetches.length, 2);
  assert.deepEqual(fetched, []);
  await prefetches[0]();
  assert.deepEqual(fetched, ["explorers/first/cyclic--yes.json"]);
  await prefetches[1]();
  assert.deepEqual(fetched, ["explorers/first/cyclic--yes.json", "explorers/first/ring--no.json"]);
});

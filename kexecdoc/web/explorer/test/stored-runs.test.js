import assert from "node:assert/strict";
import test from "node:test";

import { runFile } from "../src/site-files.js";
import { storedFile } from "../src/stored-runs.js";
import { REGISTRY } from "./switches.js";

/** @type {import("../src/stored-runs.js").Stored} */
const STORED = {
  ...REGISTRY,
  presets: [
    { name: "default", values: {} },
    { name: "endless", values: { dma: "cyclic" } },
    { name: "old", values: { kernel: "3.4" } },
  ],
  explorers: [{ name: "chapter", base: { seed: 7 }, values: { dma: ["ring", "cyclic"], "clear-bus-master": ["yes"] } }],
};

/** @param {import("../src/types.js").Scenario} changes */
const found = (changes) => storedFile({ ...REGISTRY.defaults, ...changes }, STORED, runFile);

test("a preset's run lies under its name, also if its kernel has other defaults", () => {
  assert.equal(found({}), "runs/default.json");
  assert.equal(found({ dma: "cyclic" }), "runs/endless.json");
  assert.equal(found({ kernel: "3.4", "clear-bus-master": "no" }), "runs/old.json");
  assert.equal(found({ kernel: "3.4" }), null, "in that kernel another value is the default");
});

test("a chapter's run is found if what its switches do not set is as the chapter has it", () => {
  assert.equal(found({ seed: 7 }), "explorers/chapter/ring--yes.json");
  assert.equal(found({ seed: "7", dma: "cyclic" }), "explorers/chapter/cyclic--yes.json");
  assert.equal(found({ seed: 7, "clear-bus-master": "no" }), null);
  assert.equal(found({ seed: 8 }), null);
});

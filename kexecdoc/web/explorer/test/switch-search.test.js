import assert from "node:assert/strict";
import test from "node:test";

import { countInWords, fittingPresets, wordsOf } from "../src/switch-search.js";

/** @type {import("../src/types.js").Preset[]} */
const PRESETS = [
  { name: "nobody-cared", chapter: 7, title: "a line that nobody answers", values: {} },
  { name: "capture", chapter: 9, title: "a capture kernel", values: {} },
];

test("a search has the words between the spaces", () => {
  assert.deepEqual(wordsOf("  bus  master "), ["bus", "master"]);
  assert.deepEqual(wordsOf(" "), []);
});

test("a preset is found if its name or title has all words", () => {
  /** @param {string} text */
  const found = (text) => fittingPresets(PRESETS, wordsOf(text)).map(({ name }) => name);
  assert.deepEqual(found("nobody cared"), ["nobody-cared"]);
  assert.deepEqual(found("kernel capture"), ["capture"]);
  assert.deepEqual(found("kernel nobody"), []);
  assert.deepEqual(found(""), []);
});

test("how much a search found is said", () => {
  assert.equal(countInWords(3, 60, true), "3 of 60 switches");
  assert.equal(countInWords(0, 60, true), "No switch has all these words.");
  assert.equal(countInWords(0, 60, false), "No switch and no preset has all these words.");
});

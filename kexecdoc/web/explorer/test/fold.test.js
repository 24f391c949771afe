import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { fold } from "../src/fold.js";

const vectors = new URL("../../../../tests/fold_vectors.json", import.meta.url);

for (const { name, start, events, at } of JSON.parse(readFileSync(vectors, "utf8")).cases) {
  test(`a log is folded as the package folds it: ${name}`, () => {
    for (const { t_ns, state } of at) assert.deepEqual(fold(start, events, t_ns), state);
  });
}

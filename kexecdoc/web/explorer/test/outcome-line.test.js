import assert from "node:assert/strict";
import test from "node:test";

import { previousInWords, startInWords } from "../src/outcome-line.js";

test("what became of a machine before is told only if it was something else", () => {
  assert.equal(previousInWords("clean", undefined), "");
  assert.equal(previousInWords("clean", "clean"), "");
  assert.equal(previousInWords("corrupted", "clean"), " (before: clean)");
});

test("while Python starts the line says how much is loaded, until all is", () => {
  assert.equal(startInWords({ loaded: 1, total: 3 }), "Python is being started, 33 % loaded …");
  assert.equal(startInWords({ loaded: 3, total: 3 }), "Python is being started …");
});

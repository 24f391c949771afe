import assert from "node:assert/strict";
import test from "node:test";

import { addressed, addressOf, EMPTY, outcomeOf, readAnswers } from "../src/driver-answers.js";

/** @param {string[]} words */
const answers = (...words) => words.map((word) => ({ word, text: word, sets: word === "first" ? "" : ` --x ${word}` }));

/** @type {import("../src/driver-answers.js").Data} */
const DATA = {
  questions: [
    { name: "dma", text: "?", answers: answers("first", "ring") },
    { name: "probe", text: "?", answers: answers("first", "trusts", "absent") },
  ],
  of: [
    [0, 0, 0],
    [0, 1, 0],
    [1, 0, 1],
    [0, 0, 0],
    [0, 0, 0],
    [1, 1, 1],
  ],
  cases: [
    { ends: "<ul></ul>", worst: "clean", machine: "", seed: 1 },
    { ends: "<ol></ol>", worst: "crashed", machine: " --machine x86", seed: 7 },
  ],
  because: ["it stops", "it goes on"],
  lists: [[], ["periodic"]],
  items: { periodic: "Stop what writes by itself" },
};

test("answers come back from their address", () => {
  const address = addressOf(DATA, [1, 2]);
  assert.equal(address, "#my-driver&dma=ring&probe=absent");
  assert.deepEqual(readAnswers(DATA, address, []), { chosen: [1, 2], wrong: [] });
});

test("a wrong word is told and the first answer taken, one that is not asked for is ignored", () => {
  const address = "#my-driver&dma=rings&nonsense=1";
  assert.deepEqual(readAnswers(DATA, address, [1, 1]), { chosen: [0, 0], wrong: ["dma=rings"] });
});

test("an address that gives no answers leaves those of before", () => {
  for (const hash of ["", EMPTY, "#item-periodic"]) {
    assert.ok(!addressed(hash));
    assert.deepEqual(readAnswers(DATA, hash, [1]), { chosen: [1, 0], wrong: [] });
  }
});

test("what becomes of a driver is found by its answers, the last question fastest", () => {
  assert.deepEqual(outcomeOf(DATA, [1, 2]), {
    which: 1,
    ends: "<ol></ol>",
    why: "it goes on",
    lead: "One that ended crashed:",
    command: "kexecdoc run --machine x86 --x ring --x absent --seed 7",
    items: [{ id: "periodic", text: "Stop what writes by itself" }],
  });
  assert.equal(outcomeOf(DATA, [0, 2]).command, "kexecdoc run --machine x86 --x absent --seed 7");
});

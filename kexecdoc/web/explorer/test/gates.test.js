import assert from "node:assert/strict";
import test from "node:test";

import { gatesOf } from "../src/gates.js";
import { replay } from "./views.js";

/**
 * The gates of a stored run at a cursor, by name.
 * @param {"corrupted" | "removed" | "line"} name
 * @param {(run: ReturnType<typeof replay>) => number} cursor
 */
function gates(name, cursor) {
  const run = replay(name);
  const { write, interrupt } = gatesOf(run.at(cursor(run)), run);
  return Object.fromEntries([...write, ...interrupt].map(([gate, open, words]) => [gate, { open, words }]));
}

test("a device that was left running has its gates open at the jump", () => {
  const at = gates("corrupted", (run) => run.jump + 1);
  assert.equal(at["DMA engine"].open, true);
  assert.match(at["DMA engine"].words, /^running on the old kernel’s descriptors, \d+ descriptors? left$/);
  assert.equal(at["Bus Master"].open, true);
});

test("a driver that was removed has stopped the engine before the jump", () => {
  const at = gates("removed", (run) => run.jump + 1);
  assert.deepEqual(at["DMA engine"], { open: false, words: "stopped" });
});

test("a line is no write: neither Bus Master nor the IOMMU is among its gates", () => {
  const run = replay("line");
  const { interrupt } = gatesOf(run.at(0), run);
  const names = interrupt.map(([name]) => name);
  assert.deepEqual(names, ["INTx", `I/O APIC, line ${run.line}`, "Interrupts, CPU 0"]);
});

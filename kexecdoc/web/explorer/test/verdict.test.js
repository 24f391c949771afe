import assert from "node:assert/strict";
import test from "node:test";

import { countsOf } from "../src/verdict.js";
import { replay, view } from "./views.js";

/**
 * The counts of a stored run as texts, after a change of its summary.
 * @param {"corrupted" | "removed" | "line"} name
 * @param {(run: import("../src/types.js").RunSummary) => void} [change]
 */
function counts(name, change = () => {}) {
  const run = structuredClone(view(name).run);
  change(run);
  return countsOf(run, replay(name), "shutdown takes 6.0 ms");
}

/** @param {ReturnType<typeof counts>} found */
const texts = (found) => found.map(({ before = "", strong, after = "" }) => before + strong + after);

test("of a run are counted its writes, its interrupts and its callbacks", () => {
  const { dma, lpi } = view("corrupted").run;
  const found = texts(counts("corrupted"));
  assert.equal(found[0], `${dma.attempted} leftover writes attempted`);
  assert.equal(found[1], `${dma.landed} landed`);
  assert.ok(found.includes(`${lpi.bits_flipped} pending bits flipped`));
  assert.ok(found.some((text) => text.endsWith(" from the call to the jump")));
});

test("what was counted once is said in the singular, and nothing is paler", () => {
  const found = counts("corrupted", ({ dma }) => {
    dma.attempted = 1;
    dma.landed = 0;
  });
  assert.equal(texts(found)[0], "1 leftover write attempted");
  assert.deepEqual([found[0].zero, found[1].zero], [false, true]);
});

test("messages are usable, dead, or were never set up", () => {
  /** @param {boolean | null} usable */
  const messages = (usable) => {
    const found = counts("corrupted", ({ lpi }) => Object.assign(lpi, { msi_usable: usable }));
    return found.find(({ before }) => before === "MSIs ");
  };
  assert.deepEqual(messages(true), { before: "MSIs ", strong: "usable", zero: true });
  assert.deepEqual(messages(false), { before: "MSIs ", strong: "dead", zero: false });
  assert.deepEqual(messages(null), { before: "MSIs ", strong: "not set up", zero: true });
});

test("a callback costs time and frees frames, or does not return", () => {
  assert.ok(
    texts(counts("removed")).some((text) => /^remove of eth0: 40 ms, \d+ frames freed.* \(shutdown/.test(text)),
  );
  const hung = texts(
    counts("removed", ({ callbacks }) => {
      for (const callback of callbacks) Object.assign(callback, { ms: null, frames_freed: 0, driver: "kernel" });
    }),
  );
  assert.ok(hung.includes("remove of eth0 did not return (shutdown takes 6.0 ms)"), hung.join("\n"));
});

test("the ports are counted together", () => {
  const port = { callback: "shutdown", ms: 1.5, frames_freed: 0, driver: "kernel" };
  const found = texts(
    counts("corrupted", (run) => {
      run.callbacks = [0, 1].map((n) => ({ device: `port${n}`, ...port }));
    }),
  );
  assert.equal(found.at(-1), "shutdown of 2 ports: 3 ms");
});

test("on x86 stray interrupts are counted, and those that nobody handled", () => {
  const found = texts(counts("line", ({ irq }) => Object.assign(irq, { unhandled: 1000, line_disabled: true })));
  assert.ok(found.some((text) => /^\d+ stray interrupts?$/.test(text)));
  assert.ok(found.includes("1,000 interrupts unhandled, then the line was given up"));
});

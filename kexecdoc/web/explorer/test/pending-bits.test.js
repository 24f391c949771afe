import assert from "node:assert/strict";
import test from "node:test";

import { CPU, PendingBits } from "../src/pending-bits.js";
import { byteInWords } from "../src/pending-table.js";
import { RunReplay } from "../src/replay.js";
import { label, legend, replay, view } from "./views.js";

const corrupted = () => {
  const run = replay("corrupted");
  return { run, bits: new PendingBits(run, label) };
};

/** @param {import("../src/types.js").Facts["pending"]} pending */
const withChanges = (pending) => {
  const { log, facts } = view("corrupted");
  const run = new RunReplay({ log, facts: { ...facts, pending } }, legend);
  return { run, bits: new PendingBits(run, label) };
};

test("the bits at the end are those of the last change of each", () => {
  const { run, bits } = corrupted();
  const { past, tables } = bits.at(run.at(run.length));
  assert.equal(past.length, run.pending.filter(({ cpu }) => cpu === CPU).length);
  for (const table of tables)
    for (const bit of bits.bitsOf(table, past).flatMap((row) => row.bits)) {
      const changes = past.filter(({ base, intid }) => base === table.base && intid === bit.intid);
      assert.equal(bit.value, changes.at(-1)?.value ?? (table.inUse && table.overwritten >= 0 ? null : 0));
      assert.equal(
        bit.flipped,
        changes.some(({ flip }) => flip),
      );
      assert.equal(bit.live, bits.live.has(bit.intid));
    }
});

test("every flip of the run is a flipped bit at the end", () => {
  const { run, bits } = corrupted();
  const { past, tables } = bits.at(run.at(run.length));
  const flipped = tables.flatMap((table) =>
    bits.bitsOf(table, past).flatMap((row) => row.bits.filter((b) => b.flipped)),
  );
  const { flips } = view("corrupted").run.lpi;
  assert.deepEqual(flipped.map(({ intid }) => intid).sort(), flips.map(({ intid }) => intid).sort());
});

test("of two tables one is in use, and the other was left behind", () => {
  const { run, bits } = corrupted();
  const { tables, base } = bits.at(run.at(run.length));
  assert.deepEqual(
    tables.map(({ inUse }) => inUse),
    [false, true],
  );
  assert.equal(tables[1].base, base);
  assert.ok(tables[0].overwritten > run.jump, "the next kernel uses the memory of the first");
});

test("before the jump the old kernel's memory is its own, and afterwards nobody's", () => {
  const { run, bits } = corrupted();
  assert.notEqual(bits.at(run.at(0)).tables[0].owner, "nobody’s memory");
  const name = run.owners.indexOf("old");
  const now = run.at(run.jump + 1).copy();
  now.owner.fill(name);
  now.kept.fill(0);
  assert.equal(bits.at(now).tables[0].owner, "nobody’s memory");
  now.kept.fill(1);
  assert.equal(bits.at(now).tables[0].owner, "nobody’s memory, kept for the next kernel");
});

test("the arithmetic leads to the address that the flip has", () => {
  const { run, bits } = corrupted();
  const last = view("corrupted").run.lpi.flips.at(-1);
  assert.ok(last);
  const i = run.pending.findLast(({ flip }) => flip)?.i ?? 0;
  const arithmetic = bits.arithmetic(bits.at(run.at(i + 1)));
  assert.ok(arithmetic?.flipped);
  assert.match(arithmetic.lead, new RegExp(`^Last set: INTID ${last.intid}, .* after the jump, in memory that nobody`));
  assert.ok(
    arithmetic.lines[1].includes(`byte at 0x${last.address.toString(16)}, frame ${bits.frameOf(last.address)}`),
  );
});

test("the arithmetic prefers a bit that is still set, and says if the last one was acknowledged", () => {
  const [{ base }] = replay("corrupted").pending;
  /** @type {(i: number, intid: number, value: number) => import("../src/types.js").Facts["pending"][number]} */
  const change = (i, intid, value) => ({ i, cpu: CPU, intid, value, base, flip: false });
  const { run, bits } = withChanges([change(1, 8192, 1), change(2, 8193, 1), change(3, 8193, 0), change(4, 8192, 0)]);
  /** @param {number} cursor */
  const lead = (cursor) => bits.arithmetic(bits.at(run.at(cursor)))?.lead ?? "";
  assert.match(lead(1), /^No bit was set yet\. INTID 8192 would be:$/);
  assert.match(lead(3), /^Last set: INTID 8193, .*(before|after|at) the jump\.$/);
  assert.match(lead(4), /^Last set: INTID 8192, .* the jump\.$/);
  assert.match(lead(5), /^Last set: INTID 8193, .* the jump, and acknowledged\.$/);
});

test("a byte is told with the bits that are set in it", () => {
  /** @type {(intid: number, value: number | null, flipped: boolean) => import("../src/pending-bits.js").Bit} */
  const bit = (intid, value, flipped) => ({ intid, value, flipped, live: true });
  assert.equal(byteInWords(1024, [bit(8192, 0, false)]), "Byte 0x400, INTIDs 8192 to 8199: no bit set");
  assert.equal(
    byteInWords(1024, [bit(8192, 1, true), bit(8193, null, false), bit(8194, 1, false)]),
    "Byte 0x400, INTIDs 8192 to 8199: set: INTID 8192, flipped since the jump; INTID 8194",
  );
});

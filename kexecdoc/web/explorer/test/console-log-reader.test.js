import assert from "node:assert/strict";
import test from "node:test";

import { compile, inSlices, read, readAll, summary } from "../src/console-log-reader.js";

const KNOWN = compile({
  prefix: "(\\[ *\\d+\\.\\d+\\] )?",
  noise: "\\r",
  release: "Linux version (\\S+)",
  longest: 80,
  patterns: [
    ["Linux version \\S+", "banner", "", ""],
    ["Bye!$", "bye", "4.12", ""],
    ["Disabling IRQ #\\d+$", "disabled", "", "7.0"],
  ],
  harms: { routine: { sign: "·", word: "routine" }, worst: { sign: "✕", word: "harmful" } },
  messages: {
    banner: { harm: "routine", meaning: "A kernel starts.", chapter: 1 },
    bye: { harm: "routine", meaning: "A kernel ends.", chapter: 1, marks: "an ordinary kexec" },
    disabled: { harm: "worst", meaning: "A line is given up.", chapter: 2 },
  },
});

/** @param {string} text */
const said = (text) => summary(readAll(text, KNOWN), KNOWN);

test("known lines are found with their number, whatever stands before them", () => {
  const { findings, lines } = readAll("x\n[    1.5] Bye!\r\nDisabling IRQ #9\n", KNOWN);
  assert.deepEqual(
    findings.map(({ number, text, id }) => [number, text, id]),
    [
      [2, "Bye!", "bye"],
      [3, "Disabling IRQ #9", "disabled"],
    ],
  );
  assert.equal(lines, 3);
});

test("the path, the kernels and the harms are summed up", () => {
  assert.equal(
    said("Linux version 6.1\nBye!\nLinux version 6.1\nDisabling IRQ #9"),
    "An ordinary kexec. Linux 6.1, twice. Known: 4 of 4 lines (3 routine, 1 harmful).",
  );
});

test("without a banner the words tell which kernel it can be", () => {
  assert.match(said("Bye!\nDisabling IRQ #9"), /by its words it is Linux v4\.12 or later, and before v7\.0, or about/);
  assert.equal(said("hello"), "Nothing of this is known here (1 line).");
});

/** A page whose clock goes on by a millisecond whenever it is looked at. */
function page() {
  const seen = { time: 0, pauses: 0 };
  return {
    seen,
    now: () => seen.time++,
    pause: async () => {
      seen.pauses++;
    },
    wanted: () => true,
  };
}

test("a long log is read in slices of a few milliseconds, between which the page can do something else", async () => {
  const { seen, ...clock } = page();
  const text = "Bye!\n".repeat(5_000);
  const found = await inSlices(read(text, KNOWN), clock);
  assert.deepEqual(found, readAll(text, KNOWN));
  assert.ok(seen.pauses > 5_000 / 15, `${seen.pauses} pauses`);
});

test("a reading that is not wanted any more ends at its next pause", async () => {
  const { seen, ...clock } = page();
  const reading = read("Bye!\n".repeat(5_000), KNOWN);
  assert.equal(await inSlices(reading, { ...clock, wanted: () => seen.pauses < 3 }), null);
  assert.equal(seen.pauses, 3);
});

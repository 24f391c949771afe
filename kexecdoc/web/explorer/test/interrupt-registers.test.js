import assert from "node:assert/strict";
import test from "node:test";

import { interruptLine, localApics, usesLine } from "../src/interrupt-registers.js";
import { replay } from "./views.js";

/** @param {Record<string, unknown>} state */
const now = (state) => {
  const copy = replay("line").at(0).copy();
  copy.state = state;
  return copy;
};

test("each local APIC tells what waits in it, and one of a CPU that is down tells only that", () => {
  const state = {
    "apic/0/enabled": true,
    "apic/0/33": "waiting",
    "apic/0/34": "acknowledged",
    "apic/1/enabled": false,
    "apic/2/enabled": true,
    "cpu/0/online": true,
    "cpu/1/online": true,
    "cpu/2/online": false,
  };
  assert.deepEqual(localApics(now(state), replay("line")), [
    ["CPU 0", "accepts messages; waiting: vector 0x21"],
    ["CPU 1", "disabled; nothing waits"],
    ["CPU 2", "is down"],
    ["Stray so far", "0 interrupts that nobody here had handed out"],
  ]);
});

test("the line tells what the wire, the controller and the kernel do", () => {
  const run = replay("line");
  /** @param {Record<string, unknown>} of */
  const line = (of) =>
    Object.fromEntries(
      interruptLine(
        now(Object.fromEntries(Object.entries(of).map(([what, v]) => [`line/${run.line}/${what}`, v]))),
        run,
      ),
    );
  assert.deepEqual(line({}), {
    Wire: "not asserted",
    Input: "unmasked",
    "Remote IRR": "clear",
    Kernel: "has not given it up",
  });
  assert.deepEqual(line({ asserted: true, masked: true, "remote-irr": true, disabled: true, unhandled: 99_900 }), {
    Wire: "asserted: a device wants to be seen to",
    Input: "masked",
    "Remote IRR": "set: delivered, its end not told",
    Kernel: "gave it up after 99,900 interrupts that no driver claimed; polls it now",
  });
  assert.equal(line({ unhandled: 1 }).Kernel, "has taken it up again");
});

test("a line is of interest on x86, and wherever a device asserts it", () => {
  assert.ok(usesLine(replay("line")));
  assert.ok(!usesLine(replay("corrupted")));
});

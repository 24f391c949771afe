// The registers in which interrupts wait: local APICs, and the line of an interrupt controller.

import { before } from "./replay.js";
import { hex, many } from "./words.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./replay.js").State} State */
/** @typedef {[name: string, words: string]} Fact */

/**
 * What each CPU's local APIC does, and how many interrupts went astray.
 *
 * @param {State} now
 * @param {RunReplay} replay
 * @returns {Fact[]}
 */
export function localApics({ state, cursor }, replay) {
  const paths = Object.keys(state);
  const cpus = paths.filter((path) => /^apic\/\d+\/enabled$/.test(path)).map((path) => path.split("/")[1]);
  const strays = many(before(replay.strays, cursor), "interrupt");
  return [
    ...cpus.map((cpu) => /** @type {Fact} */ ([`CPU ${cpu}`, localApic(state, cpu)])),
    ["Stray so far", `${strays} that nobody here had handed out`],
  ];
}

/**
 * @param {State["state"]} state
 * @param {string} cpu
 */
function localApic(state, cpu) {
  if (!state[`cpu/${cpu}/online`]) return "is down";
  const waiting = Object.keys(state)
    .filter((path) => path.startsWith(`apic/${cpu}/`) && state[path] === "waiting")
    .map((path) => `vector ${hex(Number(path.split("/")[2]))}`);
  const words = state[`apic/${cpu}/enabled`] ? "accepts messages" : "disabled";
  return `${words}; ${waiting.length ? `waiting: ${waiting.join(", ")}` : "nothing waits"}`;
}

/**
 * Whether the run has anything to tell of its interrupt line.
 *
 * @param {RunReplay} replay
 */
export const usesLine = ({ scenario, sets, line }) =>
  scenario.machine === "x86" ||
  sets.some(({ paths }) => paths.some(([path, value]) => value && path === `line/${line}/asserted`));

/**
 * What the interrupt line, the controller's input and the kernel do.
 *
 * @param {State} now
 * @param {RunReplay} replay
 * @returns {Fact[]}
 */
export function interruptLine({ state }, { line, chips: { latch } }) {
  /** @param {string} what */
  const read = (what) => state[`line/${line}/${what}`];
  return [
    ["Wire", read("asserted") ? "asserted: a device wants to be seen to" : "not asserted"],
    ["Input", read("masked") ? "masked" : "unmasked"],
    [latch === "active" ? "Active" : "Remote IRR", read(latch) ? "set: delivered, its end not told" : "clear"],
    ["Kernel", kernelOf(read("disabled"), read("unhandled"))],
  ];
}

/**
 * @param {boolean} disabled
 * @param {number | undefined} unhandled
 */
function kernelOf(disabled, unhandled) {
  if (disabled) return `gave it up after ${many(unhandled ?? 0, "interrupt")} that no driver claimed; polls it now`;
  return unhandled ? "has taken it up again" : "has not given it up";
}

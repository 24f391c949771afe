// The cell that shows an explorer in a notebook, in the state in which the reader has it.

import { changed, MACHINE } from "./registry.js";

/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Value} Value */
/** @typedef {import("./types.js").Registry} Registry */
/** @typedef {Omit<import("./types.js").ReaderState, "other"> & { other: Scenario | null }} State */

/**
 * A word or a number as Python writes it.
 *
 * @param {Value} value
 */
const literal = (value) => JSON.stringify(value);

/**
 * The cell. Of the explorer that has every switch it names those that are not at their default.
 *
 * @param {string} name
 * @param {State} state
 * @param {Registry} registry
 */
export function notebookCell(name, state, registry) {
  const whole = name === MACHINE;
  const { scenario, other } = whole ? changedOf(state, registry) : state;
  const switches = Object.entries(scenario).map(([key, value]) => `${key.replaceAll("-", "_")}=${literal(value)}`);
  const className = whole ? "Machine" : "Explorer";
  const words = [...(whole ? [] : [literal(name)]), ...switches, ...otherMachine(other, whole), ...moment(state)];
  return `from kexecdoc import ${className}\n\n${className}(${words.join(", ")})`;
}

/**
 * @param {State} state
 * @param {Registry} registry
 */
const changedOf = ({ scenario, other }, registry) => ({
  scenario: changed(scenario, registry),
  other: other && changed(other, registry),
});

/**
 * The argument that makes a second machine; an empty one makes a machine at its defaults, if it has every switch.
 *
 * @param {Scenario | null} other
 * @param {boolean} whole
 */
function otherMachine(other, whole) {
  const words = Object.entries(other ?? {}).map(([key, value]) => `${literal(key)}: ${literal(value)}`);
  return words.length || (whole && other) ? [`other={${words.join(", ")}}`] : [];
}

/** @param {State} state */
function moment({ at, frame, clock }) {
  const words = [];
  if (at) words.push(`at=${literal(at)}`);
  if (frame >= 0) words.push(`frame=${frame}`);
  if (clock !== "call") words.push(`clock=${literal(clock)}`);
  return words;
}

// What a switch's question mark shows, and whether a search finds a switch.

import { make, prose } from "./dom.js";
import { equal } from "./registry.js";

/** @typedef {import("./types.js").Switch} Switch */
/** @typedef {import("./types.js").Value} Value */

/** @param {string} text */
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

/**
 * A value and what it means. If its label begins with the value, the label says both.
 *
 * @param {Value} value
 * @param {string} label
 */
export const optionText = (value, label) =>
  equal(label, value) || new RegExp(`^${value}[,:] `).test(label) ? label : `${value} · ${label}`;

/**
 * The defaults of a switch in older kernels, each with the kernels that have it.
 *
 * @param {string} name
 * @param {import("./types.js").Registry["by_kernel"]} byKernel
 */
export function otherDefaults(name, byKernel) {
  /** @type {Map<Value, string[]>} */
  const kernels = new Map();
  for (const [kernel, values] of Object.entries(byKernel))
    if (name in values) kernels.set(values[name], [...(kernels.get(values[name]) ?? []), kernel]);
  return [...kernels].map(([value, found]) => `; ${value} in ${found.join(", ")}`);
}

/** @param {Switch["choices"]} choices */
const meanings = (choices) =>
  make(
    "dl",
    {},
    ...choices.flatMap(({ value, meaning, label }) => [
      make("dt", {}, make("code", { text: value })),
      make("dd", {}, ...prose(meaning || (equal(label, value) ? "" : label))),
    ]),
  );

/**
 * All that there is to say about a switch.
 *
 * @param {Switch} control
 * @param {import("./types.js").Registry["by_kernel"]} byKernel
 * @param {string} reference the address of the table of switches, if there is one
 */
export function helpOf({ name, help, choices, allowed, default: usual }, byKernel, reference) {
  return [
    make("p", {}, ...prose(sentence(help))),
    choices.length ? meanings(choices) : make("p", { text: sentence(allowed) }),
    make(
      "p",
      { class: "kx-note" },
      "Default: ",
      make("code", { text: usual }),
      ...otherDefaults(name, byKernel),
      ". ",
      reference && make("a", { href: `${reference}#${name}`, text: "In the table of switches" }),
    ),
  ];
}

/**
 * All words by which a search finds a switch.
 *
 * @param {Switch} control
 */
export const searchText = ({ name, label, help, group, choices }) =>
  [name, label, help, group, ...choices.flatMap((c) => [c.value, c.label, c.meaning])].join(" ");

/**
 * Whether a text has a word. A short word, or an abbreviation, has to stand at the beginning of one of the text's.
 *
 * @param {string} text
 * @param {string} word
 */
export function hasWord(text, word) {
  const anyCase = word === word.toLowerCase();
  if (word.length > 3 && anyCase) return text.toLowerCase().includes(word);
  return new RegExp(`\\b${word.replace(/[^\w]/g, "\\$&")}`, anyCase ? "i" : "").test(text);
}

/** A few switches, for the tests. */

/** @type {import("../src/types.js").Registry} */
export const REGISTRY = {
  defaults: { kernel: "7.3", dma: "ring", seed: 1, "clear-bus-master": "yes" },
  by_kernel: { 3.4: { "clear-bus-master": "no" } },
};

/**
 * @param {string} name
 * @param {string[]} values
 * @returns {import("../src/types.js").Switch}
 */
const choice = (name, values) => ({
  name,
  label: name,
  help: name,
  unit: "",
  choices: values.map((value) => ({ value, label: value })),
  default: values[0],
  group: "all",
  allowed: values.join(", "),
  needs: [],
});

/** @type {import("../src/types.js").Switch[]} */
export const CONTROLS = [
  choice("kernel", ["7.3", "3.4"]),
  choice("dma", ["ring", "cyclic"]),
  {
    ...choice("clear-bus-master", ["yes", "no"]),
    needs: [{ either: [["dma", ["ring"]]], words: "only with dma=ring" }],
  },
  { ...choice("seed", []), default: 1, allowed: "an integer", low: "0", high: "9223372036854775807", places: 0 },
  {
    ...choice("traffic", []),
    default: 500,
    allowed: "an integer from 1 to 20,000",
    low: "1",
    high: "20000",
    places: 0,
  },
];

/** @param {string} name */
export const control = (name) =>
  /** @type {import("../src/types.js").Switch} */ (CONTROLS.find((c) => c.name === name));

// The switches as they were declared, and what follows from that: defaults, differences, and which values exist.

/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Registry} Registry */
/** @typedef {import("./types.js").Control} Control */
/** @typedef {import("./types.js").Switch} Switch */
/** @typedef {import("./types.js").Value} Value */

/** The name of the explorer that has every switch. */
export const MACHINE = "machine";

const LONG = 40; // letters of somebody else's word that are repeated

/**
 * Quote a word that somebody else wrote, so that it fits into a sentence.
 *
 * @param {string} word
 */
export const quoted = (word) => `“${word.length > LONG ? `${word.slice(0, LONG)}…` : word}”`;

/**
 * Compare values as words: an address has `1` where a scenario has the number.
 *
 * @param {Value | undefined} a
 * @param {Value | undefined} b
 */
export const equal = (a, b) => String(a) === String(b);

/**
 * A scenario in words, as a request to the package has it.
 *
 * @param {Scenario} scenario
 * @returns {Record<string, string>}
 */
export const toStrings = (scenario) =>
  Object.fromEntries(Object.entries(scenario).map(([name, value]) => [name, String(value)]));

/**
 * The defaults in a kernel version.
 *
 * @param {Registry} registry
 * @param {Value | undefined} kernel
 * @returns {Scenario}
 */
const defaultsIn = ({ defaults, by_kernel }, kernel) => ({ ...defaults, ...by_kernel?.[String(kernel)] });

/**
 * The switches of a scenario that are not at their default.
 *
 * @param {Scenario} scenario
 * @param {Registry} registry
 * @returns {Scenario}
 */
export function changed(scenario, registry) {
  const defaults = defaultsIn(registry, scenario.kernel);
  return Object.fromEntries(Object.entries(scenario).filter(([name, value]) => !equal(value, defaults[name])));
}

/**
 * A key that two scenarios share only if they are the same.
 *
 * @param {Scenario} scenario
 * @param {Registry} registry
 */
export const keyOf = (scenario, registry) =>
  JSON.stringify(Object.entries(toStrings(changed(scenario, registry))).sort());

/**
 * The options that make a scenario on the command line.
 *
 * @param {Scenario} scenario
 * @param {Registry} registry
 */
export const options = (scenario, registry) =>
  Object.entries(changed(scenario, registry))
    .map(([name, value]) => ` --${name} ${value}`)
    .join("");

/**
 * A whole scenario from some of its switches.
 *
 * @param {Scenario} some
 * @param {Registry} registry
 * @returns {Scenario}
 */
export const withDefaults = (some, registry) => ({ ...defaultsIn(registry, some.kernel), ...some });

/**
 * A whole scenario from another and the switches in which it differs. Its defaults are those of its own kernel.
 *
 * @param {Scenario} scenario
 * @param {Scenario} overrides
 * @param {Registry} registry
 * @returns {Scenario}
 */
export const withOverrides = (scenario, overrides, registry) =>
  withDefaults({ ...changed(scenario, registry), ...overrides }, registry);

/**
 * The switches in which a scenario differs from another. If none does, its seed, so that there is something to say.
 *
 * @param {Scenario} other
 * @param {Scenario} scenario
 * @param {Registry} registry
 * @returns {Scenario}
 */
export function differences(other, scenario, registry) {
  /** @type {Scenario} */
  const kernel = equal(other.kernel, scenario.kernel) ? {} : { kernel: other.kernel };
  const known = withOverrides(scenario, kernel, registry);
  const words = {
    ...kernel,
    ...Object.fromEntries(Object.entries(other).filter(([name, value]) => !equal(value, known[name]))),
  };
  return Object.keys(words).length ? words : { seed: other.seed };
}

/**
 * A scenario with one switch flipped. If it is the kernel, what was at its default goes to the new kernel's default.
 *
 * @param {Scenario} scenario
 * @param {string} name
 * @param {Value} value
 * @param {Registry} registry
 * @returns {Scenario}
 */
export const flipped = (scenario, name, value, registry) =>
  name === "kernel" ? withOverrides(scenario, { kernel: value }, registry) : { ...scenario, [name]: value };

/**
 * Why a switch can have no effect as the others are set, as far as its declaration knows; else "".
 *
 * @param {Switch} control
 * @param {Scenario} scenario
 */
export function inactiveReason({ needs }, scenario) {
  const missing = needs.find(
    ({ either }) => !either.some(([name, values]) => values.some((value) => equal(value, scenario[name]))),
  );
  return missing?.words ?? "";
}

/**
 * Read a switch's value from a word. What is wrong with the word is said in a sentence that names the nearest value.
 *
 * @param {Control} control
 * @param {string} word
 * @returns {{ value: Value, error?: undefined } | { value?: undefined, error: string }}
 */
export function parseValue(control, word) {
  if (!control.choices.length) return parseNumber(/** @type {Switch} */ (control), word);
  const found = control.choices.find(({ value }) => equal(value, word));
  return found ? { value: found.value } : { error: `${control.name} has no value ${quoted(word)}` };
}

/**
 * @param {Switch} control
 * @param {string} word
 */
function parseNumber({ name, low = "", high = "", places, allowed, default: usual }, word) {
  const number = places ? new RegExp(`^-?\\d{1,30}(\\.\\d{1,${places}})?$`) : /^-?\d{1,30}$/;
  const wrong = `${name}: ${quoted(word)} is not ${allowed}`;
  if (!number.test(word)) return { error: `${wrong}; the default is ${usual}` };
  const read = places ? Number : BigInt; // a seed can be greater than JavaScript's numbers are exact
  const value = read(word);
  if (value < read(low)) return { error: `${wrong}; the nearest is ${low}` };
  if (value > read(high)) return { error: `${wrong}; the nearest is ${high}` };
  return { value: value > Number.MAX_SAFE_INTEGER ? String(value) : Number(value) };
}

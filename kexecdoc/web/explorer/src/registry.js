// @ts-nocheck
// The switches as they were declared, and what follows from that: defaults, differences, which values there are.
//
// A registry is `{ defaults, by_kernel }`: every default, and for a kernel version those that were others then. A value
// is a word or a number; an integer that JavaScript's numbers cannot hold stays in the digits that it was written in.

export const MACHINE = "machine"; // the explorer that has every switch
const LONG = 40; // letters of a stranger's word that are repeated

/** A word that somebody else wrote, fit to stand in a sentence. */
export const quoted = (word) => `“${word.length > LONG ? `${word.slice(0, LONG)}…` : word}”`;

export const equal = (a, b) => String(a) === String(b);

/** A scenario in words: all that a request has of it. */
export const spelt = (scenario) =>
  Object.fromEntries(Object.entries(scenario).map(([name, value]) => [name, String(value)]));

/** The defaults in a kernel version. */
export const defaultsIn = ({ defaults, by_kernel }, kernel) => ({ ...defaults, ...by_kernel?.[kernel] });

/** The switches of a scenario that are not at their default. */
export function changed(scenario, registry) {
  const defaults = defaultsIn(registry, scenario.kernel);
  return Object.fromEntries(Object.entries(scenario).filter(([name, value]) => !equal(value, defaults[name])));
}

/** What two scenarios have in common only if they are the same. */
export const keyOf = (scenario, registry) => JSON.stringify(Object.entries(spelt(changed(scenario, registry))).sort());

/** The options that make a scenario on the command line. */
export const options = (scenario, registry) =>
  Object.entries(changed(scenario, registry))
    .map(([name, value]) => ` --${name} ${value}`)
    .join("");

/** A whole scenario from some of its switches. */
export const filled = (words, registry) => ({ ...defaultsIn(registry, words.kernel), ...words });

/** A whole scenario from the words in which it differs from another: its defaults are those of its own kernel. */
export const beside = (scenario, words, registry) => filled({ ...changed(scenario, registry), ...words }, registry);

/** The words in which a scenario differs from another; two that are alike are two all the same, by one word. */
export function apart(other, scenario, registry) {
  const kernel = equal(other.kernel, scenario.kernel) ? {} : { kernel: other.kernel };
  const known = beside(scenario, kernel, registry);
  const words = {
    ...kernel,
    ...Object.fromEntries(Object.entries(other).filter(([name, value]) => !equal(value, known[name]))),
  };
  return Object.keys(words).length ? words : { seed: other.seed };
}

/** A scenario with one switch flipped: with another kernel, what was at its version's default is at that of the new. */
export const flipped = (scenario, name, value, registry) =>
  name === "kernel"
    ? filled({ ...changed(scenario, registry), kernel: value }, registry)
    : { ...scenario, [name]: value };

/** Why a switch can have no effect as the others are set, as its declaration knows it; or "". */
export function unmet({ needs }, scenario) {
  const missing = needs.find(
    ({ either }) => !either.some(([name, values]) => values.some((value) => equal(value, scenario[name]))),
  );
  return missing?.words ?? "";
}

/** A value from a word that somebody wrote: `{ value }`, or `{ error }` in a sentence that names the nearest. */
export function taken({ name, choices, low, high, places, allowed, default: usual }, word) {
  if (choices.length) {
    const found = choices.find(({ value }) => equal(value, word));
    return found ? { value: found.value } : { error: `${name} has no value ${quoted(word)}` };
  }
  const number = places ? new RegExp(`^-?\\d{1,30}(\\.\\d{1,${places}})?$`) : /^-?\d{1,30}$/;
  if (!number.test(word)) return { error: `${name}: ${quoted(word)} is not ${allowed}; the default is ${usual}` };
  const read = places ? Number : BigInt;
  const value = read(word);
  if (value < read(low)) return { error: `${name}: ${quoted(word)} is not ${allowed}; the nearest is ${low}` };
  if (value > read(high)) return { error: `${name}: ${quoted(word)} is not ${allowed}; the nearest is ${high}` };
  return { value: value > Number.MAX_SAFE_INTEGER ? String(value) : Number(value) };
}

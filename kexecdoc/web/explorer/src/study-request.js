// What a study asks for: checked, and as the commands that count the same.

import { changed, flipped, parseValue } from "./registry.js";

/** @typedef {import("./types.js").Registry} Registry */
/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").StudyRequest} StudyRequest */
/** @typedef {import("./types.js").Switch} Switch */
/** @typedef {import("./types.js").Value} Value */

/** The switch that every study varies. */
export const SEED = "seed";

/** What the reader typed, by field. */
/** @typedef {{ seeds: string, from: string, values: string }} Typed */

/**
 * What was asked for, or what is wrong with it and in which field.
 *
 * @param {Typed} typed
 * @param {{ seeds: Switch, seed: Switch, varied: Switch | undefined }} controls
 * @returns {{ error: string, field: keyof Typed } | { error?: undefined, request: StudyRequest, first: Value }}
 */
export function parseRequest(typed, { seeds, seed, varied }) {
  const count = parseValue(seeds, typed.seeds.trim());
  if (count.error !== undefined) return { error: `${count.error}.`, field: "seeds" };
  const first = parseValue(seed, typed.from.trim());
  if (first.error !== undefined) return { error: `${first.error}.`, field: "from" };
  const values = varied ? valuesOf(varied, typed.values) : [];
  const error = varied ? errorIn(varied, values) : "";
  if (error) return { error, field: "values" };
  return { request: { vary: varied?.name ?? "", values, seeds: String(count.value) }, first: first.value };
}

/**
 * The values with which a switch is varied: all that it has, or the numbers that were typed.
 *
 * @param {Switch} varied
 * @param {string} typed
 */
function valuesOf({ choices }, typed) {
  if (choices.length) return choices.map(({ value }) => String(value));
  return typed
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
}

/**
 * @param {Switch} varied
 * @param {string[]} values
 */
function errorIn(varied, values) {
  if (!values.length) return `${varied.name}: no value was given; it is ${varied.allowed}.`;
  const wrong = values.map((value) => parseValue(varied, value).error).find(Boolean);
  return wrong ? `${wrong}.` : "";
}

/**
 * The values with which a number can be varied to begin with: its default, the one that is set, the highest.
 *
 * @param {Switch} varied
 * @param {Scenario} scenario
 */
export const suggestedValues = (varied, scenario) =>
  [...new Set([varied.default, scenario[varied.name], varied.high].map(String))].join(", ");

/**
 * A scenario with the switch that a study varies at one of its values.
 *
 * @param {Scenario} scenario
 * @param {Switch | undefined} varied
 * @param {string} word
 * @param {Registry} registry
 */
export function withValue(scenario, varied, word, registry) {
  const value = varied && parseValue(varied, word).value;
  return varied && value !== undefined ? flipped(scenario, varied.name, value, registry) : scenario;
}

/**
 * What counts the same on the command line: one command, or one for each kernel where a default depends on it.
 *
 * @param {StudyRequest} request
 * @param {Scenario} scenario
 * @param {Switch | undefined} varied
 * @param {Registry} registry
 */
export function commandsOf({ vary, values, seeds }, scenario, varied, registry) {
  /** @param {Scenario} each */
  const optionsOf = (each) => settings(each, registry, [vary]).map(([name, value]) => ` --${name} ${value}`);
  /** @param {Scenario} each */
  const rest = (each) => `${optionsOf(each).join("")} --seeds ${seeds}`;
  if (!varied) return `kexecdoc sweep${rest(scenario)}`;
  const rests = values.map((word) => rest(withValue(scenario, varied, word, registry)));
  const list = varied.choices.length ? vary : `${vary}=${values.join(",")}`;
  if (new Set(rests).size === 1) return `kexecdoc sweep --vary ${list}${rests[0]}`;
  return values.map((word, k) => `kexecdoc sweep --${vary} ${word}${rests[k]}`).join("\n");
}

/**
 * What is not at its default, apart from some switches.
 *
 * @param {Scenario} scenario
 * @param {Registry} registry
 * @param {string[]} apart
 */
const settings = (scenario, registry, apart) =>
  Object.entries(changed(scenario, registry)).filter(([name]) => !apart.includes(name));

/**
 * Of which machines the runs are.
 *
 * @param {StudyRequest} request
 * @param {Scenario} scenario
 * @param {Registry} registry
 */
export function captionOf({ vary, seeds }, scenario, registry) {
  const first = BigInt(scenario[SEED]);
  const last = first + BigInt(seeds) - 1n;
  const rest = settings(scenario, registry, [SEED, vary]).map(([name, value]) => `${name}=${value}`);
  return `seeds ${first} to ${last}; ${rest.length ? rest.join(" ") : "every other switch at its default"}`;
}

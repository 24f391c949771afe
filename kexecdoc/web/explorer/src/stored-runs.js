// The runs that lie on the site, for the page that has every switch.

import { equal, keyOf, withDefaults } from "./registry.js";

/** @typedef {import("./types.js").Scenario} Scenario */

/**
 * What lies on the site: a run for each preset, and of each chapter's explorer one for every combination of `values`.
 *
 * @typedef {import("./types.js").Registry & {
 *   presets: Pick<import("./types.js").Preset, "name" | "values">[],
 *   explorers: { name: string, base: Scenario, values: Record<string, import("./types.js").Value[]> }[],
 * }} Stored
 */

/**
 * The file that has the run of a scenario, if one does: a preset's, or one of a chapter's explorer.
 *
 * @param {Scenario} scenario
 * @param {Stored} stored
 * @param {import("./page.js").Site["runFile"]} runFile
 */
export function storedFile(scenario, stored, runFile) {
  const wanted = keyOf(scenario, stored);
  /** @param {Scenario} some */
  const same = (some) => keyOf(withDefaults(some, stored), stored) === wanted;
  const preset = stored.presets.find(({ values }) => same(values));
  if (preset) return `runs/${preset.name}.json`;
  for (const { name, base, values } of stored.explorers) {
    const names = Object.keys(values);
    const available = names.every((control) => values[control].some((value) => equal(value, scenario[control])));
    const chosen = Object.fromEntries(names.map((control) => [control, scenario[control]]));
    if (available && same({ ...base, ...chosen })) return runFile(name, names, scenario);
  }
  return null;
}

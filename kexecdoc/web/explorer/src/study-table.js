// The table of a study: a row for each value of the switch that is varied, a column for each outcome.

import { button, make } from "./dom.js";
import { equal } from "./registry.js";
import { number } from "./words.js";

/** @typedef {import("./types.js").Legend} Legend */
/** @typedef {import("./types.js").StudyRow} StudyRow */
/** @typedef {Exclude<import("./types.js").StudyAnswer, { error: string }>} Counted */

/** @typedef {(value: string, seed: string) => void} ShowRun  shows the run that has a value and a seed */

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** @param {[low: number, high: number]} interval */
export const intervalInWords = ([low, high]) => `${percent(low).replace(" %", "")} to ${percent(high)}`;

export class StudyTable {
  el = make("div", {
    class: "kx-result kx-study-scroll",
    tabindex: 0,
    role: "region",
    "aria-label": "Outcomes counted",
    hidden: true,
  });

  /**
   * @param {() => Legend} legend
   * @param {{ vary: string, caption: string, showRun: ShowRun }} about
   * @param {Counted} counted
   */
  show(legend, { vary, caption, showRun }, { occurring, rows }) {
    const { outcomes } = legend();
    const head = [vary || "setting", "runs", ...occurring, "corrupted or worse", "95 % interval"];
    const table = make(
      "table",
      { class: "kx-study-table" },
      make("caption", { text: caption }),
      make("thead", {}, make("tr", {}, ...head.map((name) => headElement(name, outcomes[name]?.sign)))),
      make("tbody", {}, ...rows.map((row) => rowElement(row, vary, occurring, showRun))),
    );
    const focused = this.#focused();
    this.el.hidden = false;
    this.el.replaceChildren(table);
    if (focused) findButton(table, focused)?.focus();
  }

  /** What the button stands for that has the focus, if one of the table's has it. */
  #focused() {
    const { activeElement } = document;
    const inside = activeElement instanceof HTMLElement && this.el.contains(activeElement);
    return inside && activeElement.dataset.outcome ? { ...activeElement.dataset } : null;
  }
}

/**
 * @param {HTMLElement} table
 * @param {DOMStringMap} focused
 */
const findButton = (table, { outcome, value }) =>
  [...table.querySelectorAll("button")].find(
    ({ dataset }) => equal(dataset.outcome, outcome) && equal(dataset.value, value),
  );

/**
 * @param {string} name
 * @param {string | undefined} sign
 */
const headElement = (name, sign) =>
  make("th", { scope: "col" }, sign !== undefined && make("span", { "aria-hidden": "true", text: `${sign} ` }), name);

/**
 * @param {StudyRow} row
 * @param {string} vary
 * @param {string[]} occurring
 * @param {ShowRun} showRun
 */
function rowElement(row, vary, occurring, showRun) {
  const { runs, outcomes, bad, interval } = row;
  const [value = ""] = row.values;
  /** @param {string} outcome */
  const cell = (outcome) => (outcomes[outcome] ? outcomeButton(row, vary, outcome, showRun) : "0");
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, make("code", { text: value || "as it is" }), sharesBar(row, occurring)),
    make("td", { text: number(runs) }),
    ...occurring.map((outcome) => make("td", {}, cell(outcome))),
    make("td", { text: percent(bad / runs) }),
    make("td", { text: intervalInWords(interval) }),
  );
}

/**
 * How many runs had an outcome; the button leads to the first of them.
 *
 * @param {StudyRow} row
 * @param {string} vary
 * @param {string} outcome
 * @param {ShowRun} showRun
 */
function outcomeButton({ values: [value = ""], outcomes }, vary, outcome, showRun) {
  const { runs, seed } = outcomes[outcome];
  return button({
    class: "kx-button kx-see",
    "data-outcome": outcome,
    "data-value": value,
    title: `Show the first of them: seed ${seed}`,
    "aria-label": `${runs} ${outcome}${vary && `, ${vary}=${value}`}: show the first, seed ${seed}`,
    text: number(runs),
    onclick: () => showRun(value, seed),
  });
}

/**
 * The shares of the outcomes, as a bar.
 *
 * @param {StudyRow} row
 * @param {string[]} occurring
 */
function sharesBar({ outcomes, runs }, occurring) {
  const bar = make("span", { class: "kx-shares", "aria-hidden": "true" });
  for (const outcome of occurring) {
    if (!outcomes[outcome]) continue;
    const share = make("span", { title: outcome });
    share.style.flexGrow = String(outcomes[outcome].runs / runs);
    share.style.background = `var(--kx-outcome-${outcome})`;
    bar.append(share);
  }
  return bar;
}

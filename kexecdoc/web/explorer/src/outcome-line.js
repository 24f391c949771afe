// What becomes of the machines, in a line that stays in sight while the reader is among the switches.

import { button, make } from "./dom.js";

/** @typedef {import("./store.js").Machine} Machine */
/** @typedef {import("./types.js").EngineState} EngineState */

/**
 * What became of a machine before the last flip, if that was something else.
 *
 * @param {string} outcome
 * @param {string | undefined} previous
 */
export const previousInWords = (outcome, previous) =>
  previous && previous !== outcome ? ` (before: ${previous})` : "";

/**
 * How far Python is while it starts.
 *
 * @param {Pick<EngineState, "loaded" | "total">} engine
 */
export const startInWords = ({ loaded, total }) =>
  `Python is being started${loaded < total ? `, ${Math.round((100 * loaded) / total)} % loaded` : ""} …`;

/** @param {import("./types.js").PanelStore} store */
export function outcomeLine(store) {
  const line = make("span");
  const count = button({ text: "Was it luck?", title: "Count the outcomes of many seeds", onclick: goToStudy });
  const el = make("p", { class: "kx-outcome-line" }, line, store.model.get("seeds") && count);
  /** @type {string[]} of each machine what became of it before the last flip */
  let previous = [];

  /** @param {string} outcome */
  function wordOf(outcome) {
    const text = `${store.legend().outcomes[outcome]?.sign ?? ""} ${outcome}`;
    const word = make("strong", { class: "kx-outcome-word", text });
    word.style.setProperty("--kx-outcome", `var(--kx-outcome-${outcome})`);
    return word;
  }

  /**
   * @param {Machine} machine
   * @param {number} k
   */
  function outcomeOf({ letter, run }, k) {
    const { outcome } = run.verdict;
    const note = previousInWords(outcome, previous[k]);
    return [
      k ? "; " : "",
      letter ? `${letter} in the end: ` : "In the end: ",
      wordOf(outcome),
      note && make("span", { class: "kx-note", text: note }),
    ];
  }

  /** @param {Machine[]} machines */
  function load(machines) {
    line.replaceChildren(...machines.flatMap(outcomeOf).filter(Boolean));
    previous = machines.map(({ run }) => run.verdict.outcome);
  }

  /** Until there is something to show, the line says how far Python is. */
  function showStart() {
    const engine = store.model.get("engine");
    const busy = el.closest(".kx")?.getAttribute("aria-busy") === "true";
    if (engine?.phase === "starting" && busy) line.replaceChildren(startInWords(engine));
  }

  /** Lead to the study, which is below the picture. */
  function goToStudy() {
    const study = el.closest(".kx")?.querySelector(".kx-study");
    if (!(study instanceof HTMLDetailsElement)) return;
    study.open = true;
    study.querySelector("summary")?.focus();
    study.scrollIntoView({ block: "center" });
  }

  store.model.on("change:engine", showStart);
  return { el, load };
}

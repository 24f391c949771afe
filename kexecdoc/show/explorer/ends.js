// What becomes of the machines, in a line that stays in sight while the reader is among the switches.

import { make } from "./dom.js";

export function ends(stage) {
  const el = make("p", { class: "kx-in-the-end" });
  let last = []; // the outcomes before the last flip

  const told = (outcome) => {
    const word = make("strong", { class: "kx-outcome-word", text: `${stage.legend().outcomes[outcome]?.sign ?? ""} ${outcome}` });
    word.style.setProperty("--kx-outcome", `var(--kx-outcome-${outcome})`);
    return word;
  };
  const before = (outcome, k) => last[k] && last[k] !== outcome && make("span", { class: "kx-note", text: ` (before: ${last[k]})` });

  function load(machines) {
    const outcomes = machines.map(({ run }) => run.verdict.outcome);
    const one = (outcome, k) => [k ? "; " : "", machines[k].letter ? `${machines[k].letter} in the end: ` : "In the end: ", told(outcome), before(outcome, k)];
    el.replaceChildren(...outcomes.flatMap(one).filter(Boolean));
    last = outcomes;
  }

  /** Until there is something to show, how far its making is. */
  function wait() {
    const { phase, loaded, total } = stage.model.get("engine") ?? {};
    if (phase !== "starting" || el.closest(".kx")?.getAttribute("aria-busy") !== "true") return;
    el.replaceChildren(`Python is being started${loaded < total ? `, ${Math.round((100 * loaded) / total)} % loaded` : ""} …`);
  }

  stage.model.on("change:engine", wait);
  return { el, load };
}

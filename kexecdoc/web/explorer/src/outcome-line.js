// @ts-nocheck
// What becomes of the machines, in a line that stays in sight while the reader is among the switches.

import { make } from "./dom.js";

export function outcomeLine(store) {
  const line = make("span");
  const luck = make("button", {
    type: "button",
    class: "kx-button",
    text: "Was it luck?",
    title: "Count the outcomes of many seeds",
    onclick: count,
  });
  const el = make("p", { class: "kx-outcome-line" }, line, store.model.get("seeds") && luck);
  let last = []; // the outcomes before the last flip

  const told = (outcome) => {
    const word = make("strong", {
      class: "kx-outcome-word",
      text: `${store.legend().outcomes[outcome]?.sign ?? ""} ${outcome}`,
    });
    word.style.setProperty("--kx-outcome", `var(--kx-outcome-${outcome})`);
    return word;
  };
  const before = (outcome, k) =>
    last[k] && last[k] !== outcome && make("span", { class: "kx-note", text: ` (before: ${last[k]})` });

  function load(machines) {
    const outcomes = machines.map(({ run }) => run.verdict.outcome);
    const one = (outcome, k) => [
      k ? "; " : "",
      machines[k].letter ? `${machines[k].letter} in the end: ` : "In the end: ",
      told(outcome),
      before(outcome, k),
    ];
    line.replaceChildren(...outcomes.flatMap(one).filter(Boolean));
    last = outcomes;
  }

  /** Until there is something to show, how far its making is. */
  function wait() {
    const { phase, loaded, total } = store.model.get("engine") ?? {};
    if (phase !== "starting" || el.closest(".kx")?.getAttribute("aria-busy") !== "true") return;
    line.replaceChildren(
      `Python is being started${loaded < total ? `, ${Math.round((100 * loaded) / total)} % loaded` : ""} …`,
    );
  }

  /** Lead to the study, which is below the picture. */
  function count() {
    const study = el.closest(".kx").querySelector(".kx-study");
    study.open = true;
    study.querySelector("summary").focus();
    study.scrollIntoView({ block: "center" });
  }

  store.model.on("change:engine", wait);
  return { el, load };
}

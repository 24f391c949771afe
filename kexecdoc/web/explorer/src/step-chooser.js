// The steps of a machine, to be gone to by name.

import { make } from "./dom.js";
import { brief } from "./words.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./replay.js").State} State */

/** @type {Record<string, string>} */
const GROUPS = { old: "Old kernel", jump: "Jump", firmware: "Firmware", next: "Next kernel" };

const BEFORE = -1; // stands for the time before the first step

export class StepChooser {
  /**
   * @param {{ replay: RunReplay, letter: string }} machine
   * @param {(cursor: number) => void} goTo
   */
  constructor({ replay, letter }, goTo) {
    this.replay = replay;
    const select = make(
      "select",
      {
        class: "kx-select",
        "aria-label": `Step${letter ? ` of machine ${letter}` : ""}`,
        onchange: () => goTo(cursorOf(replay, Number(select.value))),
      },
      make("option", { value: BEFORE, text: "before the first step" }),
      ...groupsOf(replay),
    );
    this.select = select;
    const name = make("span", { text: letter ? `${letter}, step` : "Step" });
    this.el = make("label", { class: "kx-step" }, name, select);
  }

  /** @param {State} now */
  show({ cursor }) {
    const step = String(stepAt(this.replay, cursor));
    if (this.select.value !== step) this.select.value = step;
  }
}

/**
 * The cursor at which a step has begun.
 * @param {RunReplay} replay
 * @param {number} step
 */
const cursorOf = ({ steps }, step) => (step === BEFORE ? 0 : steps[step].from + 1);

/**
 * The step at a cursor.
 * @param {RunReplay} replay
 * @param {number} cursor
 */
export const stepAt = (replay, cursor) =>
  replay.steps.length && cursor > replay.steps[0].from ? replay.stepAt(cursor) : BEFORE;

/**
 * The options, in a group for each part of the crossing.
 * @param {RunReplay} replay
 */
function groupsOf({ steps }) {
  const groups = Object.groupBy([...steps.keys()], (n) => steps[n].name.split("/")[0]);
  /** @param {number} n */
  const option = (n) => {
    const { name, t0, t1 } = steps[n];
    const words = name.split("/").slice(1).join("/");
    return make("option", { value: n, text: `${words} · ${brief(t1 - t0)}` });
  };
  return Object.entries(groups).map(([group, numbers = []]) =>
    make("optgroup", { label: GROUPS[group] ?? group }, ...numbers.map(option)),
  );
}

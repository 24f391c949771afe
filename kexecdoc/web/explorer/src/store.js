// The state of one explorer and what follows from it: the runs that are shown, the moment, the frame in question.
// What the reader chose is in the model, which the host shares; all else is here.

import { equal } from "./registry.js";

/** @typedef {import("./types.js").Clock} Clock */
/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").ModelState} ModelState */
/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Side} Side */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./timeline.js").Timeline} Timeline */

/**
 * A machine that is shown. `letter` is A or B, or empty if there is one. `now` is its state at the moment shown.
 * @typedef {View & { letter: string, replay: RunReplay, now: ReturnType<RunReplay["at"]> }} Machine
 */

/** @typedef {{ id: string, step: string | undefined, since: number }} Whereabouts  the event, the step, ns in it */

let explorers = 0;

export class Store {
  uid = `kx${++explorers}`;
  /** @type {Machine[]} */
  machines = [];
  /** @type {Timeline | null} */
  timeline = null;
  position = 0;
  /** @type {number | null} the frame that is asked */
  frame = null;
  /** @type {number | null} the frame under the pointer */
  hovered = null;
  /** @type {number | null} the time shown, if it lies between two events */
  instant = null;
  /** the reader has not gone anywhere yet */
  opening = true;
  /** @type {ReturnType<Store["state"]> | null} the state before the reader leapt to other settings */
  left = null;

  /**
   * @param {Model} model
   * @param {(changes: Partial<ModelState>) => void} tell  hands changes to the host
   */
  constructor(model, tell) {
    this.model = model;
    this.tell = tell;
  }

  // --- what the model says

  legend() {
    return this.model.get("legend");
  }

  /** @param {string} owner */
  label(owner) {
    return this.legend().owners[owner]?.label ?? owner;
  }

  /** The scenario of the second machine, or null. */
  other() {
    const other = this.model.get("other") ?? {};
    return Object.keys(other).length ? other : null;
  }

  /**
   * The machines that there are: the first, and the one that it is compared with.
   * @returns {Side[]}
   */
  sides() {
    return this.other() ? ["scenario", "other"] : ["scenario"];
  }

  clock() {
    return this.model.get("clock") || "call";
  }

  registry() {
    return { defaults: this.model.get("defaults"), by_kernel: this.model.get("by_kernel") };
  }

  scenarios() {
    return this.machines.map(({ replay }) => replay.scenario);
  }

  /** All that an address holds. */
  state() {
    return {
      scenario: this.model.get("scenario"),
      other: this.other(),
      at: this.moment(),
      frame: this.frame ?? -1,
      clock: this.clock(),
    };
  }

  /**
   * A view that the host gave, unless it answers an earlier question: of rapid flips the last one counts.
   * @param {Side} side
   */
  answer(side) {
    const scenario = this.model.get(side) ?? {};
    const view = this.model.get(side === "scenario" ? "view" : "other_view");
    if (!view?.log) return null;
    return Object.entries(scenario).every(([name, value]) => equal(view.log.scenario[name], value)) ? view : null;
  }

  /** The views of all machines; null while one of them is missing. */
  answers() {
    const views = [this.answer("scenario"), ...(this.other() ? [this.answer("other")] : [])];
    const found = views.flatMap((view) => view ?? []);
    return found.length === views.length ? found : null;
  }

  // --- what the reader chooses

  /** @param {Partial<ModelState>} settings */
  set(settings) {
    this.tell({ ...settings, notice: "" });
  }

  /**
   * Go to other settings, and remember the way back.
   * @param {Partial<ModelState>} settings
   */
  leap(settings) {
    this.left = this.state();
    this.set(settings);
  }

  /**
   * @param {Side} side
   * @param {Scenario} scenario
   */
  choose(side, scenario) {
    this.set({ [side]: scenario });
  }

  /** @param {Scenario | null} scenario */
  setOther(scenario) {
    this.set({ other: scenario ?? {} });
  }

  /** @param {Clock} clock */
  setClock(clock) {
    this.tell({ clock });
  }

  // --- the moment

  /** The time shown, on the clock of the timeline. */
  time() {
    return this.instant ?? this.timeline?.time(this.position) ?? 0;
  }

  /** Whether playing starts at the start. */
  begins() {
    return this.opening || this.position === 0 || this.position >= (this.timeline?.length ?? 0);
  }

  /** The machines, each with its state at the moment shown. */
  machinesNow() {
    const { timeline, position } = this;
    if (timeline)
      this.machines.forEach((machine, k) => {
        machine.now = machine.replay.at(timeline.cursor(position, k));
      });
    return this.machines;
  }

  /** The moment as the id of the event that made it, which another run may have as well. */
  moment() {
    const { timeline, position } = this;
    if (!timeline) return this.model.get("at") ?? "";
    if (this.opening) return "";
    if (position === 0) return "start";
    if (position >= timeline.length) return "end";
    const k = timeline.mover(position);
    return `${k ? "b:" : ""}${this.machines[k].replay.id[timeline.cursor(position, k) - 1]}`;
  }

  /**
   * The position of a moment, or null if this timeline does not have it.
   * @param {string} at
   */
  positionOf(at) {
    if (!this.timeline) return null;
    if (!at) return this.matters();
    if (at === "start") return 0;
    if (at === "end") return this.timeline.length;
    const k = at.startsWith("b:") ? 1 : 0;
    const i = this.machines[k]?.replay.find(at.replace(/^b:/, "")) ?? -1;
    return i < 0 ? null : this.timeline.positionOf(i + 1, k);
  }

  /** Where the explorer opens: at a write that is found wrong later, else at a jump. */
  matters() {
    const all = this.machines.map(({ replay }, k) => ({ replay, k }));
    const harmed = all.filter(({ replay }) => replay.harm.size);
    const chosen = harmed.length ? harmed : all.slice(0, 1);
    return Math.min(...chosen.map(({ replay, k }) => this.timeline?.positionOf(replay.matters, k) ?? 0));
  }

  /**
   * Where the reader is.
   * @returns {Whereabouts | null}
   */
  whereabouts() {
    if (!this.timeline) return null;
    const [{ replay }] = this.machines;
    const cursor = this.timeline.cursor(this.position, 0);
    const t = this.timeline.local(this.time(), 0);
    const step = cursor ? replay.steps[replay.stepAt(cursor)] : null;
    return { id: this.moment(), step: step?.name, since: step ? t - step.t0 : 0 };
  }

  /**
   * Keep the position across a change of switches: same end, else same event, else same offset into the same step.
   * @param {Whereabouts} before
   */
  samePosition({ id, step, since }) {
    const same = this.positionOf(id);
    if (same !== null || !this.timeline) return same ?? 0;
    const found = this.machines[0].replay.steps.find(({ name }) => name === step);
    if (!found) return this.timeline.length;
    return this.timeline.positionAt(Math.min(found.t0 + since, found.t1) + this.timeline.offsets[0]);
  }
}

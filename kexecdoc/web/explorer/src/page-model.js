// The model of an explorer on a page, where there is no kernel: it finds the answers itself.

/** @typedef {import("./types.js").ModelState} ModelState */
/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Side} Side */
/** @typedef {import("./types.js").Model} Model */

/**
 * Where the answers come from.
 *
 * @typedef {object} Source
 * @property {(scenario: Scenario) => Answer | Promise<Answer>} answer
 * @property {(state: ModelState) => (() => Promise<Answer>)[]} nearby
 * @property {(model: PageModel, problem: Error) => void} [lost] hears of an answer that did not come
 */

const NOTHING = "Nothing can be shown: this is neither on the site, nor could it be run.";

/** @implements {Model} */
export class PageModel {
  patient = true;
  closed = false;
  /** @type {Map<string, Set<() => void>>} */
  listeners = new Map();

  /**
   * @param {ModelState} state
   * @param {Source} source
   * @param {() => void} changed hears that the reader has changed something
   */
  constructor(state, source, changed) {
    this.state = state;
    this.source = source;
    this.changed = changed;
  }

  /**
   * @template {keyof ModelState} Key
   * @param {Key} name
   * @returns {ModelState[Key]}
   */
  get(name) {
    return this.state[name];
  }

  /**
   * @template {keyof ModelState} Key
   * @param {Key} name
   * @param {ModelState[Key]} value
   */
  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    for (const listener of this.listeners.get(`change:${name}`) ?? []) listener();
  }

  /**
   * @param {string} event
   * @param {() => void} listener
   */
  on(event, listener) {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }

  /**
   * @param {string} event
   * @param {() => void} listener
   */
  off(event, listener) {
    this.listeners.get(event)?.delete(listener);
  }

  nearby() {
    return this.source.nearby(this.state);
  }

  save_changes() {
    this.ask();
    this.changed();
  }

  /** Ask for the runs of both machines. */
  ask() {
    this.set("error", "");
    for (const side of /** @type {const} */ (["scenario", "other"])) this.askFor(side);
  }

  /** @param {Side} side */
  askFor(side) {
    const asked = this.state[side];
    const found = Object.keys(asked).length ? this.source.answer(asked) : null;
    if (!(found instanceof Promise)) return this.take(side, found);
    const wanted = () => !this.closed && this.state[side] === asked;
    found.then(
      (late) => wanted() && this.take(side, late),
      (problem) => wanted() && this.miss(side, problem),
    );
  }

  /**
   * @param {Side} side
   * @param {Answer} found
   */
  take(side, found) {
    if (!found) return;
    if ("error" in found) this.set("error", found.error);
    else this.set(side === "other" ? "other_view" : "view", found);
  }

  /**
   * No answer came: the switch goes back to what is shown, and the reader is told what is missing.
   *
   * @param {Side} side
   * @param {Error} problem
   */
  miss(side, problem) {
    const { missed, view, defaults, [side]: wanted } = this.state;
    this.set(side, this.shown(side));
    this.set("missed", { wanted: { ...missed?.wanted, [side]: wanted }, problem });
    this.source.lost?.(this, problem);
    if (view) return this.changed(); // without a view the link stays in the address, and can be loaded again
    if (side === "other") return;
    if (wanted === defaults) this.set("error", NOTHING);
    else this.askFor(side); // something has to be shown
  }

  /**
   * The scenario whose run is shown.
   *
   * @param {Side} side
   */
  shown(side) {
    const { view, other_view, defaults } = this.state;
    return side === "other" ? (other_view?.log.scenario ?? {}) : (view?.log.scenario ?? defaults);
  }

  /** Nobody looks at it any more: an answer that comes late is dropped. */
  close() {
    this.closed = true;
    this.listeners.clear();
  }
}

// The host's side of an explorer: it is told what the reader chose, and may be slow to answer, or silent.

/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").ModelState} ModelState */
/** @typedef {import("./types.js").Scenario} Scenario */

const PATIENCE = 5_000; // milliseconds that a host has to answer
const SILENT = "The kernel does not answer: run this cell again.";

export class Host {
  /** @type {{ scenario: Scenario, other: Scenario } | null} what was asked of a host that was silent */
  #unanswered = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;

  /**
   * @param {Model} model
   * @param {{ shown: () => Scenario[], changed: () => void }} listener
   *   `shown`: the scenarios of the machines in the picture; `changed`: an error came or went
   */
  constructor(model, listener) {
    this.model = model;
    this.listener = listener;
  }

  /** @param {Partial<ModelState>} changes */
  tell(changes) {
    if (this.#unanswered && ("scenario" in changes || "other" in changes)) {
      this.#unanswered = null;
      this.listener.changed();
    }
    this.#write(changes);
    this.model.save_changes();
  }

  /** @param {Partial<ModelState>} changes */
  #write(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(/** @type {any} */ (name), value);
  }

  /** What the reader has to be told. */
  error() {
    return this.model.get("error") || (this.#unanswered ? SILENT : "");
  }

  /**
   * Wait for the host while something is missing; whether the reader has to wait.
   * @param {boolean} missing
   */
  wait(missing) {
    const busy = missing && !this.error();
    if (busy && !this.model.patient) this.#patience ??= setTimeout(() => this.#giveUp(), PATIENCE);
    else this.close();
    return busy;
  }

  /** A kernel that was shut down says nothing: the switches go back to what is shown. */
  #giveUp() {
    this.#patience = undefined;
    const asked = { scenario: this.model.get("scenario"), other: this.model.get("other") };
    this.#unanswered = asked;
    /** @param {Scenario} scenario */
    const inHand = (scenario) => Object.fromEntries(Object.keys(asked.scenario).map((name) => [name, scenario[name]]));
    const [first, second] = this.listener.shown();
    if (first) this.#write({ scenario: inHand(first), other: second ? inHand(second) : {} });
    this.listener.changed();
  }

  /** An answer came after all: what was asked holds. */
  answered() {
    if (!this.#unanswered) return;
    const asked = this.#unanswered;
    this.#unanswered = null;
    this.#write(asked);
    this.listener.changed();
  }

  close() {
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }
}

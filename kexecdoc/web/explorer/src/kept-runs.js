// The runs that were seen: as many as a page can hold.

/** @typedef {import("./types.js").View} View */

const RUNS = 32;
const EVENTS = 100_000; // in all of them together: a few hundred bytes each
const IN_SIGHT = 2; // runs that are kept whatever their size

/** The run that was not looked at for longest is forgotten first. */
export class KeptRuns {
  /** @type {Map<string, View>} the one that was looked at last stands last */
  #runs = new Map();

  /** @param {string} key */
  get(key) {
    const view = this.#runs.get(key);
    if (view) this.put(key, view);
    return view;
  }

  /**
   * @param {string} key
   * @param {View} view
   */
  put(key, view) {
    this.#runs.delete(key);
    this.#runs.set(key, view);
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= IN_SIGHT || (this.#runs.size <= RUNS && this.#events() <= EVENTS)) return;
      this.#runs.delete(oldest);
    }
  }

  #events() {
    return [...this.#runs.values()].reduce((sum, { log }) => sum + (log?.events.id.length ?? 0), 0);
  }

  keys() {
    return [...this.#runs.keys()];
  }
}

// While nothing is asked, the runs that one flip of a switch leads to are fetched and made ready, one at a time.

/** @typedef {import("./types.js").View} View */
/** @typedef {() => Promise<View | { error: string } | null>} Fetch */

// Not every browser tells when it is idle.
const whenIdle = window.requestIdleCallback ?? ((/** @type {() => void} */ act) => setTimeout(act, 100));
const cancelIdle = window.cancelIdleCallback ?? clearTimeout;

export class Preparation {
  #idle = 0;

  /** @param {(view: View) => void} make */
  constructor(make) {
    this.make = make;
  }

  /** @param {Fetch[]} nearby */
  restart(nearby) {
    this.close();
    this.#next(nearby);
  }

  /** @param {Fetch[]} fetches */
  #next([fetch, ...rest]) {
    if (!fetch) return;
    const mine = Number(
      whenIdle(async () => {
        const view = await fetch().catch(() => null); // whoever asks for it later is told why it is missing
        if (this.#idle !== mine) return;
        if (view && "log" in view) this.make(view);
        this.#next(rest);
      }),
    );
    this.#idle = mine;
  }

  close() {
    cancelIdle(this.#idle);
    this.#idle = 0;
  }
}

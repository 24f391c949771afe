// The moment and the frame, kept the same in the picture and in the host's model, which may put them into an address.

import { quoted } from "./registry.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./player.js").Player} Player */

const KEPT = 250; // milliseconds after which the moment is handed to the host

export class MomentSync {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #keeping;
  /** @type {string | null} what the host was told, or said, last */
  #known = null;

  /**
   * @param {Store} store
   * @param {Player} player
   */
  constructor(store, player) {
    this.store = store;
    this.player = player;
  }

  #named() {
    const { model } = this.store;
    return { at: model.get("at") ?? "", frame: model.get("frame") ?? -1 };
  }

  /** Whether the host names another moment than it did last. */
  isLed() {
    const { at, frame } = this.#named();
    return this.#known !== `${at} ${frame}`;
  }

  /** Hand the moment to the host, when the reader has come to rest. */
  keep() {
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => {
      const { at, frame } = this.store.state();
      if (this.#known === `${at} ${frame}` || !this.store.timeline) return;
      this.#known = `${at} ${frame}`;
      this.store.tell({ at, frame });
    }, KEPT);
  }

  /** Go to the moment and the frame that the host names. */
  restore() {
    const { store, player } = this;
    if (!this.isLed() || !store.timeline || !store.answers()) return;
    const { at, frame } = this.#named();
    this.#known = `${at} ${frame}`;
    store.frame = frame >= 0 && frame < store.legend().memory.frames ? frame : null;
    player.halt();
    const found = store.positionOf(at);
    player.move(found ?? store.matters());
    store.opening = !at;
    if (found === null) this.#miss(at);
  }

  /**
   * Say that there is no such moment.
   * @param {string} at
   */
  #miss(at) {
    const { store } = this;
    const alone = at.startsWith("b:") && store.machines.length < 2;
    const why = alone ? "is one of a second machine, and there is none" : "does not happen here";
    const before = store.model.get("notice") ?? "";
    const words = `${before} The moment ${quoted(at)} ${why}; this is the one that matters.`;
    store.model.set("notice", words.trim());
    store.opening = true;
    this.keep();
  }

  close() {
    clearTimeout(this.#keeping);
  }
}

// The event that made the moment shown, in a sentence, and the event that led to it.

import { make, say } from "./dom.js";
import { capital, happening } from "./words.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").Machine} Machine */

/** The line of one machine. */
export class EventLine {
  #sentence = make("span");
  #id = make("code");
  #link;
  #cause;
  #small;

  /**
   * @param {Store} store
   * @param {Machine} machine
   * @param {number} k which machine it is
   * @param {(cursor: number) => void} goTo
   */
  constructor(store, { replay, letter }, k, goTo) {
    this.store = store;
    this.replay = replay;
    this.k = k;
    const link = make("button", {
      type: "button",
      class: "kx-link",
      onclick: () => goTo(replay.find(link.textContent) + 1),
    });
    this.#link = link;
    this.#cause = make("span", {}, ", caused by ", link);
    this.#small = make("small", { class: "kx-id" }, this.#id, this.#cause);
    this.el = make("p", {}, letter && make("b", { text: `${letter}: ` }), this.#sentence, " ", this.#small);
  }

  /** @param {Machine["now"]} now */
  show(now) {
    const { store, replay } = this;
    const i = now.cursor - 1;
    this.#small.hidden = i < 0;
    if (i < 0) {
      say(this.#sentence, this.#beforeTheCall());
      return;
    }
    this.el.classList.toggle("kx-earlier", this.#isEarlier(now.cursor));
    say(this.#sentence, `${capital(happening(replay, i, now, (owner) => store.label(owner)))}.`);
    say(this.#id, replay.id[i]);
    this.#cause.hidden = !replay.cause[i];
    say(this.#link, replay.cause[i] ?? "");
  }

  #beforeTheCall() {
    const { call } = this.replay;
    const t = this.store.timeline?.local(this.store.time(), this.k) ?? 0;
    return t < 0 ? `For it ${call} is still to come.` : `The old kernel runs; ${call} is about to come.`;
  }

  /**
   * Whether the moment was made by the other machine. What this one did last stands there too, paler.
   * @param {number} cursor
   */
  #isEarlier(cursor) {
    const { timeline, position } = this.store;
    return timeline?.cursor(position - 1, this.k) === cursor;
  }
}

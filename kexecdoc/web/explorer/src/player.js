// Moving through time: to a moment, event by event, and playing.

/** @typedef {import("./store.js").Store} Store */

const PLAYED = 20_000; // milliseconds from one end of the axis to the other
const HOP = 1_200; // milliseconds a step when the reader prefers reduced motion

export class Player {
  #playback = 0;
  #motion = matchMedia("(prefers-reduced-motion: reduce)");

  /**
   * @param {Store} store
   * @param {{ redraw: () => void, rested: () => void, playing: (on: boolean) => void }} listener
   *   `rested`: the reader has come to a moment
   */
  constructor(store, listener) {
    this.store = store;
    this.listener = listener;
  }

  isPlaying() {
    return this.#playback !== 0;
  }

  /** Whether the reader prefers that nothing moves. */
  still() {
    return this.#motion.matches;
  }

  /**
   * Show a position, and if it lies between two events the time.
   * @param {number} position
   * @param {number | null} [t]
   */
  move(position, t = null) {
    const { store } = this;
    store.position = Math.min(store.timeline?.length ?? 0, Math.max(0, position));
    store.instant = t;
    store.opening = false;
    this.listener.redraw();
  }

  /**
   * Go to a position, and stay there.
   * @param {number} position
   * @param {number | null} [t]
   */
  go(position, t = null) {
    if (!this.store.timeline) return;
    this.halt();
    this.move(position, t);
    this.listener.rested();
  }

  /**
   * Go to a cursor of machine k.
   * @param {number} cursor
   * @param {number} k
   */
  goTo(cursor, k) {
    this.goToFirst(cursor, [k]);
  }

  /**
   * Go to where the first of some machines comes to a cursor.
   * @param {number} cursor
   * @param {number[]} machines
   */
  goToFirst(cursor, machines) {
    const { timeline } = this.store;
    if (timeline) this.go(Math.min(...machines.map((k) => timeline.positionOf(cursor, k))));
  }

  /** @param {number} t */
  goToTime(t) {
    const { timeline } = this.store;
    if (timeline) this.go(timeline.positionAt(t), t);
  }

  /**
   * Go to where the next step of a machine begins; at the last one, to the end.
   */
  goToNextStep() {
    this.go(this.#nextStop());
  }

  /** Go back to where a step of a machine began. */
  goToStepBefore() {
    const { timeline, position } = this.store;
    this.go(timeline?.stops.findLast((stop) => stop < position) ?? 0);
  }

  #nextStop() {
    const { timeline, position } = this.store;
    return timeline?.stops.find((stop) => stop > position) ?? Infinity;
  }

  /**
   * Ask what a frame is; null: none.
   * @param {number | null} frame
   */
  ask(frame) {
    this.store.frame = frame;
    this.listener.rested();
    this.listener.redraw();
  }

  toggle() {
    if (this.isPlaying()) this.halt();
    else this.#start();
  }

  /** Play evenly along the axis, or step by step where motion is not wanted. */
  #start() {
    const { store } = this;
    if (!store.timeline) return;
    if (store.begins()) this.move(0);
    this.listener.playing(true);
    const played = { x: store.timeline.axis.xOf(store.time()), last: performance.now() };
    /** @param {number} now */
    const tick = (now) => {
      if (this.still()) this.#hop(played, now);
      else this.#glide(played, now);
      if (store.position >= (store.timeline?.length ?? 0)) this.halt();
      else this.#playback = requestAnimationFrame(tick);
    };
    this.#playback = requestAnimationFrame(tick);
  }

  /**
   * @param {{ last: number }} played
   * @param {number} now
   */
  #hop(played, now) {
    if (now - played.last < HOP) return;
    played.last = now;
    this.move(this.#nextStop());
  }

  /**
   * @param {{ x: number, last: number }} played
   * @param {number} now
   */
  #glide(played, now) {
    const { timeline, position } = this.store;
    if (!timeline) return;
    played.x += (now - played.last) / PLAYED;
    played.last = now;
    const t = timeline.axis.time(played.x);
    // Events at one instant share a place on the axis: never fall back behind one already shown.
    if (played.x >= 1) this.move(timeline.length);
    else this.move(Math.max(position, timeline.positionAt(t)), t);
  }

  /** Stop playing. */
  halt() {
    if (!this.isPlaying()) return;
    cancelAnimationFrame(this.#playback);
    this.#playback = 0;
    this.listener.playing(false);
    this.listener.rested();
    this.listener.redraw(); // so that the summary is read out
  }
}

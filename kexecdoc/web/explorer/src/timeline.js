// The timeline: one machine's replay, or two machines' on one clock, as a row of positions to move through.
//
// With one machine a position is a cursor. With two it is a pair of cursors, and from one position to the next
// happens whatever comes next in either; an event that happens in both at the same time happens in both at once.

import { Axis } from "./axis.js";
import { lowerBound } from "./replay.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */

/** What makes the clock start: the call that begins the crossing, or each machine's own jump. */
export const CLOCKS = /** @type {const} */ (["call", "jump"]);

export class Timeline {
  /**
   * @param {RunReplay[]} replays of one machine or two
   * @param {string} clock one of CLOCKS
   */
  constructor(replays, clock = "call") {
    this.replays = replays;
    const jumped = clock === "jump" && replays.every((replay) => replay.jump >= 0);
    /** @param {RunReplay} replay */
    const zero = (replay) => (jumped ? replay.t_ns[replay.jump] : 0);
    /** @type {number[]} what is added to a machine's time to make the clock's */
    this.offsets = replays.map((replay) => zero(replays[0]) - zero(replay));
    /** @type {Int32Array[] | null} the cursors of both machines at each position */
    this.positions = replays.length > 1 ? this.#merge() : null;
    this.length = this.positions ? this.positions[0].length - 1 : replays[0].length;
    this.axis = new Axis(this);
    const starts = replays.flatMap((replay, k) => replay.steps.map(({ from }) => this.positionOf(from + 1, k)));
    /** the positions at which a step of either machine begins */
    this.stops = [...new Set(starts)].sort((a, b) => a - b);
  }

  /**
   * The clock's time as machine k counts it, from its own call on: negative if that has not come yet.
   * @param {number} t
   * @param {number} k
   */
  local(t, k) {
    return t - this.offsets[k];
  }

  /** The cursors of both machines at each position. */
  #merge() {
    const [a, b] = this.replays;
    const cursors = [[0], [0]];
    for (let i = 0, j = 0; i < a.length || j < b.length; ) {
      const [moveA, moveB] = this.#next(i, j);
      if (moveA) i++;
      if (moveB) j++;
      cursors[0].push(i);
      cursors[1].push(j);
    }
    return cursors.map((row) => Int32Array.from(row));
  }

  /**
   * Which machines move next: the earlier one, or both if the same event is next in both.
   * @param {number} i the cursor of the first
   * @param {number} j the cursor of the second
   * @returns {[boolean, boolean]}
   */
  #next(i, j) {
    const [a, b] = this.replays;
    if (i >= a.length) return [false, true];
    if (j >= b.length) return [true, false];
    const later = a.t_ns[i] + this.offsets[0] - (b.t_ns[j] + this.offsets[1]);
    if (later) return [later < 0, later > 0];
    const both = a.id[i] === b.id[j];
    const first = b.find(a.id[i]) > j; // the first machine's event is still to come in the second: wait for it
    return [both || !first, both || first];
  }

  /**
   * The cursor of machine k at a position.
   * @param {number} position
   */
  cursor(position, k = 0) {
    return this.positions ? this.positions[k][position] : position;
  }

  /**
   * The first position at which machine k has come to a cursor.
   * @param {number} cursor
   */
  positionOf(cursor, k = 0) {
    const cursors = this.positions?.[k];
    return cursors ? lowerBound(this.length, (position) => cursors[position] >= cursor) : cursor;
  }

  /**
   * Which machine moved to make this position: 0, 1, or 0 if both did.
   * @param {number} position
   */
  mover(position) {
    if (!this.positions || !position) return 0;
    return this.positions[0][position] === this.positions[0][position - 1] ? 1 : 0;
  }

  /**
   * The time of a position on the clock, in ns since the first machine's call.
   * @param {number} position
   */
  time(position) {
    if (!position) return Math.min(...this.offsets);
    const k = this.mover(position);
    return this.replays[k].time(this.cursor(position, k)) + this.offsets[k];
  }

  /**
   * The last position that is not later than a time; 0 if all are.
   * @param {number} t
   */
  positionAt(t) {
    return lowerBound(this.length, (n) => this.time(n + 1) > t);
  }
}

// The pending tables of CPU 0: which of their bits are set at a moment, and what is known of them. They are memory, so
// somebody else may write over them, and a redistributor that is given another table leaves the old one behind.

import { before } from "./replay.js";
import { hex, since } from "./words.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./replay.js").State} State */
/** @typedef {import("./words.js").Label} Label */
/** @typedef {RunReplay["pending"][number]} Change */

/** After the jump only this CPU's table changes: the others were taken down. */
export const CPU = 0;

/**
 * One bit. `value` is null if it is not known, since somebody who is no redistributor wrote over the table. No LPI of
 * the run has a bit that is not `live`.
 * @typedef {{ intid: number, live: boolean, value: number | null, flipped: boolean }} Bit
 */

/**
 * A table. `inUse`: a redistributor has it now. `overwritten` is the event in which somebody else wrote over it, or -1.
 * @typedef {{ base: number, owner: string, inUse: boolean, overwritten: number }} Table
 */

/**
 * The tables at one moment; `past` are the changes so far.
 * @typedef {{ past: Change[], tables: Table[], base: number | undefined }} Snapshot
 */

export class PendingBits {
  /** @type {Map<number, number[]>} frame -> the events in which somebody who is no redistributor wrote it */
  #foreignWrites = new Map();

  /**
   * @param {RunReplay} replay
   * @param {Label} label
   */
  constructor(replay, label) {
    this.replay = replay;
    this.label = label;
    this.changes = replay.pending.filter(({ cpu }) => cpu === CPU);
    /** the INTIDs of the run's LPIs */
    this.live = new Set([...this.changes.map(({ intid }) => intid), ...routedTo(replay)]);
    /** the bytes of a table that have bits of theirs */
    this.bytes = [...new Set([...this.live].map((intid) => intid >> 3))].sort((a, b) => a - b);
    this.setups = setups(replay);
  }

  /**
   * @param {State} now
   * @returns {Snapshot}
   */
  at(now) {
    const past = this.changes.slice(0, before(this.changes, now.cursor));
    /** @type {number | undefined} */
    const base = now.state[`redistributor/${CPU}/pending`];
    const bases = [...new Set([...past.map((change) => change.base), base])];
    const tables = bases.flatMap((each) => (each === undefined ? [] : [this.#tableAt(each, each === base, now)]));
    return { past, tables, base };
  }

  /**
   * @param {number} base
   * @param {boolean} inUse
   * @param {State} now
   * @returns {Table}
   */
  #tableAt(base, inUse, now) {
    const frame = this.frameOf(base + (this.bytes[0] ?? 0));
    return { base, inUse, owner: this.#ownerOf(frame, now), overwritten: this.#overwritten(base, frame, now.cursor) };
  }

  /** @param {number} address */
  frameOf(address) {
    const { base, frame } = this.replay.memory;
    return Math.floor((address - base) / frame);
  }

  /**
   * The event in which somebody else wrote over a table after it was set up; -1 if nobody did.
   * @param {number} base
   * @param {number} frame
   * @param {number} cursor
   */
  #overwritten(base, frame, cursor) {
    const setUp = this.setups.findLast((setup) => setup.base === base && setup.i < cursor)?.i ?? -1;
    return this.#writesInto(frame).findLast((i) => i < cursor && i > setUp) ?? -1;
  }

  /**
   * The events in which somebody who is no redistributor wrote a frame.
   * @param {number} frame
   */
  #writesInto(frame) {
    const { kind, sets } = this.replay;
    /** @param {number} i */
    const isForeign = (i) =>
      !kind[i].startsWith("lpi.") &&
      sets[i].frames.some(({ what, first, end }) => what === "bytes" && first <= frame && frame < end);
    const found = this.#foreignWrites.get(frame) ?? [...sets.keys()].filter(isForeign);
    this.#foreignWrites.set(frame, found);
    return found;
  }

  /**
   * @param {number} frame
   * @param {State} now
   */
  #ownerOf(frame, now) {
    const name = this.replay.owners[now.owner[frame]];
    const jumped = this.replay.jump >= 0 && now.cursor > this.replay.jump;
    const words = name === "old" && jumped ? "nobody’s memory" : this.label(name);
    return now.kept[frame] ? `${words}, kept for the next kernel` : words;
  }

  /**
   * The bits of a table, byte by byte. Whoever wrote over the one in use put other bits there, and the log tells of
   * those that changed by it. Over one that was left behind nobody watches: it is as it was left.
   * @param {Table} table
   * @param {Change[]} past
   * @returns {{ byte: number, bits: Bit[] }[]}
   */
  bitsOf({ base, inUse, overwritten }, past) {
    const changes = past.filter((change) => change.base === base);
    const values = new Map(changes.map(({ intid, value }) => [intid, value]));
    const flips = new Set(changes.filter(({ flip }) => flip).map(({ intid }) => intid));
    const initial = overwritten >= 0 && inUse ? null : 0;
    /** @param {number} intid */
    const bit = (intid) => ({
      intid,
      live: this.live.has(intid),
      value: values.get(intid) ?? initial,
      flipped: flips.has(intid),
    });
    return this.bytes.map((byte) => ({ byte, bits: Array.from({ length: 8 }, (_, n) => bit(byte * 8 + n)) }));
  }

  /**
   * The way from an INTID to a bit in memory, in the numbers of the bit that was set last. Of those one is taken that
   * is still set, if there is one.
   * @param {Snapshot} snapshot
   */
  arithmetic({ past, tables, base: current }) {
    const values = new Map(past.map(({ base, intid, value }) => [`${base}/${intid}`, value]));
    /** @param {Change} change */
    const isSet = ({ base, intid }) => values.get(`${base}/${intid}`) === 1;
    const rises = past.filter(({ value }) => value === 1);
    const last = rises.findLast(isSet) ?? rises.at(-1);
    const intid = last?.intid ?? Math.min(...this.live);
    const base = last?.base ?? current;
    if (!Number.isFinite(intid) || base === undefined) return null;
    const overwritten = tables.find(({ inUse }) => inUse)?.overwritten ?? -1;
    const lead = last ? this.#lastSet(last, isSet(last)) : this.#notSet(intid, overwritten);
    return { lead, flipped: Boolean(last?.flip), lines: this.#steps(intid, base) };
  }

  /**
   * @param {number} intid
   * @param {number} base
   */
  #steps(intid, base) {
    const byte = intid >> 3;
    const address = base + byte;
    return [
      `byte ${intid} ÷ 8 = ${byte} = ${hex(byte)}, bit ${intid & 7}`,
      `table ${hex(base)} + ${hex(byte)} = byte at ${hex(address)}, frame ${this.frameOf(address)}`,
    ];
  }

  /**
   * @param {Change} change
   * @param {boolean} isSet
   */
  #lastSet({ intid, i, flip }, isSet) {
    const acknowledged = isSet ? "" : ", and acknowledged";
    const fate = flip ? ", in memory that nobody kept: a flip" : acknowledged;
    return `Last set: INTID ${intid}, ${since(this.replay, this.replay.t_ns[i])}${fate}.`;
  }

  /**
   * @param {number} intid
   * @param {number} overwritten
   */
  #notSet(intid, overwritten) {
    return overwritten >= 0
      ? `These bytes are ${this.replay.id[overwritten]}’s. INTID ${intid} would be recorded among them:`
      : `No bit was set yet. INTID ${intid} would be:`;
  }
}

/**
 * The INTIDs of the LPIs that are routed to the CPU at any time of a run.
 * @param {RunReplay} replay
 * @returns {number[]}
 */
const routedTo = ({ start, sets }) =>
  [start, ...sets].flatMap(({ paths }) =>
    paths.filter(([path, value]) => path.startsWith("vector/") && value?.cpu === CPU).map(([, { intid }]) => intid),
  );

/**
 * The events in which the CPU's redistributor was given a table.
 * @param {RunReplay} replay
 * @returns {{ i: number, base: number }[]}
 */
const setups = ({ sets }) =>
  sets.flatMap(({ paths }, i) =>
    paths.filter(([path]) => path === `redistributor/${CPU}/pending`).map(([, base]) => ({ i, base })),
  );

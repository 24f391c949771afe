// The log of one run, made ready for moving through it in both directions.
//
// Time is a cursor: how many events of the log have happened. Every part of the picture is a function of
// (replay, cursor); no part remembers what it drew before. What the log means (which write was a leftover, which bit
// flipped, what did harm) is decided in kexecdoc/reading/facts.py and comes with the log.

import { FRAME_PATH } from "./fold.js";

/** A checkpoint is kept every so many events: the most that a step back has to apply again. */
const CHECKPOINT = 256;

export const FOUND = ["not read yet", "intact", "wrong"];

/** The device under study. */
export const STUDY = "eth0";

/** What a machine has around its CPUs, and what the page calls it. */
const CHIPS = {
  arm64: { unit: "smmu", iommu: "the SMMU", doorbell: "the ITS’s doorbell", controller: "GIC", latch: "active" },
  x86: { unit: "vtd", iommu: "VT-d", doorbell: "a local APIC", controller: "I/O APIC", latch: "remote-irr" },
};

/**
 * The assignments of one event, split once so that applying them is a loop: ranges of frames `[first, end)`, and all
 * other paths.
 * @typedef {{ first: number, end: number, what: string, value: any }} FrameRange
 * @typedef {{ frames: FrameRange[], paths: [string, any][] }} Assignments
 */

/**
 * A step: the events [from, end) of the log, from t0 to t1.
 * @typedef {{ name: string, from: number, end: number, t0: number, t1: number }} Step
 */

/** The machine at one cursor: `fold`, with the frames in arrays so that applying and copying them is cheap. */
class StateAtCursor {
  cursor = 0;
  /** @type {Record<string, any>} every path except those of frames */
  state = {};

  /** @param {number} frames how many frames the memory has */
  constructor(frames) {
    /** index into the replay's owners */
    this.owner = new Uint8Array(frames);
    this.kept = new Uint8Array(frames);
    /** index into FOUND */
    this.found = new Uint8Array(frames);
    /** 1 once the frame was found wrong */
    this.wrong = new Uint8Array(frames);
    /** the event that last wrote the frame */
    this.writer = new Int32Array(frames).fill(-1);
    /** the last leftover write into the frame */
    this.strayed = new Int32Array(frames).fill(-1);
  }

  copy() {
    const twin = new StateAtCursor(0);
    twin.cursor = this.cursor;
    twin.state = { ...this.state };
    twin.owner = this.owner.slice();
    twin.kept = this.kept.slice();
    twin.found = this.found.slice();
    twin.wrong = this.wrong.slice();
    twin.writer = this.writer.slice();
    twin.strayed = this.strayed.slice();
    return twin;
  }
}

/** @typedef {StateAtCursor} State */

/**
 * Split assignments into frame ranges and other paths.
 * @param {Record<string, any>} set
 * @returns {Assignments}
 */
export function parse(set) {
  /** @type {Assignments} */
  const parsed = { frames: [], paths: [] };
  for (const path in set) {
    const range = path.startsWith("f") && path.match(FRAME_PATH); // only `frame/...` begins with an f
    if (range) {
      const [, first, last, what] = range;
      parsed.frames.push({ first: +first, end: +(last ?? first) + 1, what, value: set[path] });
    } else parsed.paths.push([path, set[path]]);
  }
  return parsed;
}

export class RunReplay {
  /** @type {StateAtCursor[]} */
  #checkpoints;
  /** @type {StateAtCursor} */
  #here;
  /** @type {Map<string, number> | null} */
  #index = null;

  /**
   * @param {Pick<import("./types.js").View, "log" | "facts">} view
   * @param {import("./types.js").Legend} legend
   */
  constructor({ log, facts }, legend) {
    const { id, t_ns, kind, cause, set } = log.events;
    this.id = id;
    this.t_ns = t_ns;
    this.kind = kind;
    this.cause = cause;
    this.scenario = log.scenario;
    /** how many events there are */
    this.length = this.id.length;
    this.memory = legend.memory;
    this.start = parse(log.start);
    this.sets = set.map(parse);

    this.chips = this.scenario.machine === "x86" ? CHIPS.x86 : CHIPS.arm64;
    this.gate = `gate/${STUDY}/${this.chips.unit}`;
    this.call = this.scenario.path === "panic" ? "the panic" : "the call";

    /** the event of the jump; -1 if there was none */
    this.jump = facts.jump ?? -1;
    /** the event from which the IOMMU translates as the next kernel has mapped it */
    this.remapped = facts.remapped;
    /** the number of the interrupt line */
    this.line = facts.line;
    this.steps = facts.steps.map((step) => this.#timed(step));
    this.phases = facts.phases;
    /** when the IOMMU is off although the device uses I/O virtual addresses */
    this.windows = facts.iommu_off;
    this.pending = facts.pending;
    /** leftover writes since the jump */
    this.leftovers = facts.leftovers;
    /** writes before the jump that did not reach what the driver meant */
    this.astray = facts.astray;
    /** events in which an owner found a frame wrong */
    this.spoilt = facts.spoilt;
    /** interrupts that the running kernel had not handed out */
    this.strays = facts.strays;
    /** commands that were waited for in vain */
    this.waits = facts.waits;
    /** when a CPU does nothing but handle interrupts */
    this.storms = facts.storms;
    /** a write -> the event in which the frame's owner found it */
    this.harm = new Map(facts.harm.map(({ i, found }) => [i, found]));
    /** the moment that matters most, as a cursor */
    this.matters = facts.matters + 1;
    /** whoever owns a frame at any time of this run */
    this.seen = new Set(facts.owners);
    /** the legend's owners, and those of this run that the legend does not know */
    this.owners = [...new Set([...Object.keys(legend.owners), ...facts.owners])];
    this.lines = this.#printed();

    this.leftoverEvents = new Set(this.leftovers.map(({ i }) => i));
    this.flipEvents = new Set(this.pending.filter(({ flip }) => flip).map(({ i }) => i));
    const first = new StateAtCursor(this.memory.frames);
    this.#apply(first, this.start, -1);
    this.#checkpoints = [first];
    this.#here = first.copy();
    for (let cursor = CHECKPOINT; cursor <= this.length; cursor += CHECKPOINT)
      this.#checkpoints.push(this.at(cursor).copy());
  }

  /**
   * The index in the log of the event with an id, or -1.
   * @param {string | null} id
   */
  find(id) {
    this.#index ??= new Map(this.id.map((name, i) => [name, i]));
    return id === null ? -1 : (this.#index.get(id) ?? -1);
  }

  /** The machine where it was looked at last. */
  get here() {
    return this.#here;
  }

  /**
   * The machine at a cursor. The replay reuses the object: read it, and do not keep it.
   * @param {number} cursor
   */
  at(cursor) {
    if (cursor < this.#here.cursor) this.#here = this.#checkpoints[Math.floor(cursor / CHECKPOINT)].copy();
    while (this.#here.cursor < cursor) this.#apply(this.#here, this.sets[this.#here.cursor], this.#here.cursor);
    return this.#here;
  }

  /**
   * Apply the assignments of event i.
   * @param {StateAtCursor} state
   * @param {Assignments} assignments
   * @param {number} i
   */
  #apply(state, { frames, paths }, i) {
    for (const [path, value] of paths) state.state[path] = value;
    for (const range of frames) this.#applyToFrames(state, range, i);
    state.cursor = i + 1;
  }

  /**
   * @param {StateAtCursor} state
   * @param {FrameRange} range
   * @param {number} i
   */
  #applyToFrames(state, { first, end, what, value }, i) {
    if (what === "owner") state.owner.fill(this.owners.indexOf(value), first, end);
    else if (what === "kept") state.kept.fill(value ? 1 : 0, first, end);
    else if (what === "bytes") {
      state.writer.fill(i, first, end);
      if (this.leftoverEvents.has(i)) state.strayed.fill(i, first, end);
    } else if (what === "found") {
      state.found.fill(FOUND.indexOf(value), first, end);
      if (value === "wrong") state.wrong.fill(1, first, end);
    }
  }

  /**
   * A step with the times at which it begins and ends.
   * @param {{ name: string, from: number, end: number }} step
   * @returns {Step}
   */
  #timed({ name, from, end }) {
    return { name, from, end, t0: this.t_ns[from], t1: this.t_ns[Math.min(end, this.length - 1)] };
  }

  /** The lines on the console, each with the event that printed it. */
  #printed() {
    /** @type {{ i: number, kernel: string, text: string, message: string }[]} */
    const lines = [];
    this.sets.forEach(({ paths }, i) => {
      if (this.kind[i] !== "print") return;
      for (const [path, line] of paths) if (path.startsWith("console/")) lines.push({ i, ...line });
    });
    return lines;
  }

  /**
   * The index of the step at a cursor.
   * @param {number} cursor
   */
  stepAt(cursor) {
    const n = this.steps.findLastIndex((step) => step.from < cursor);
    return Math.max(0, n);
  }

  /**
   * The time of a cursor, in ns.
   * @param {number} cursor
   */
  time(cursor) {
    return cursor ? this.t_ns[cursor - 1] : 0;
  }

  /**
   * How many events have happened by a time.
   * @param {number} t
   */
  cursorAt(t) {
    return lowerBound(this.length, (i) => this.t_ns[i] > t);
  }
}

/**
 * How many entries of a list that is sorted by `i` come before a cursor.
 * @param {{ i: number }[]} list
 * @param {number} cursor
 */
export const before = (list, cursor) => lowerBound(list.length, (n) => list[n].i >= cursor);

/**
 * The first number below `end` for which a test holds that holds for all above it; `end` if there is none.
 * @param {number} end
 * @param {(n: number) => boolean} test
 */
export function lowerBound(end, test) {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

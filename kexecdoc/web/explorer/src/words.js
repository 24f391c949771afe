// How moments, durations, counts and kinds of events are said.

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./replay.js").Assignments} Assignments */
/** @typedef {import("./replay.js").State} State */
/** @typedef {(owner: string) => string} Label */

/** @type {Record<string, string>} */
const KINDS = {
  step: "a step begins",
  run: "something else runs from now on",
  arrival: "something arrives at the device",
  "dma.landed": "a write of the device landed in memory",
  "dma.missed": "a write of the device hit no RAM",
  "dma.faulted": "a write of the device was refused by IOMMU",
  "dma.stopped": "a write of the device was stopped by Bus Master",
  "msi.landed": "an interrupt message reached DOORBELL",
  "msi.missed": "an interrupt message hit no RAM, and no doorbell",
  "msi.faulted": "an interrupt message was refused by IOMMU",
  "msi.stopped": "an interrupt message was stopped by Bus Master",
  "lpi.recorded": "a redistributor set a pending bit in memory",
  "lpi.acknowledged": "a CPU took the interrupt; its pending bit was cleared",
  "lpi.held": "a redistributor holds a pending bit on chip",
  "lpi.evicted": "a redistributor wrote a pending bit to memory that it had held on chip",
  "apic.accepted": "a local APIC accepted the message; its CPU has not taken it yet",
  "apic.acknowledged": "a CPU took the interrupt",
  stray: "a CPU took an interrupt that nobody here has handed out: it is counted and forgotten",
  register: "a register was written",
  cpu: "the state of a CPU changed",
  own: "memory changed hands",
  copy: "a piece of the image was copied to its destination",
  store: "a kernel wrote its memory",
  read: "an owner read its memory and compared",
  command: "a device was given a command",
  print: "a line on the console",
};

/** What an event of the kind `run` begins. */
/** @type {Record<string, string>} */
const BEGINS = {
  stub: "the jump: the old kernel is gone",
  firmware: "the jump: the old kernel is gone, and firmware takes over",
  purgatory: "purgatory runs, and checks the digest",
  "next-kernel": "the next kernel is entered",
  userspace: "userspace runs",
  crashed: "the kernel that ran died",
  hung: "nothing goes on from here",
};

/** @param {number} n */
export const hex = (n) => `0x${n.toString(16)}`;
const ENGLISH = new Intl.NumberFormat("en-GB");
/** @param {number} n */
export const number = (n) => ENGLISH.format(n);
/** @type {(n: number, what: string) => string} */
export const many = (n, what) => `${number(n)} ${what}${n === 1 ? "" : "s"}`;
/** @param {string} text */
export const capital = (text) => text[0].toUpperCase() + text.slice(1);

/**
 * A duration, to the microsecond where microseconds matter.
 * @param {number} ns
 */
export function duration(ns) {
  if (ns < 1e6) return `${+(ns / 1e3).toFixed(3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(3)} ms`;
  return `${(ns / 1e9).toFixed(4)} s`;
}

/**
 * A duration for a label: three digits are enough.
 * @param {number} ns
 * @returns {string}
 */
export function brief(ns) {
  const short = (/** @type {number} */ n) => +n.toPrecision(3);
  if (ns < 1e6) return `${short(ns / 1e3)} µs`;
  if (ns < 1e9) return `${short(ns / 1e6)} ms`;
  return `${short(ns / 1e9)} s`;
}

/**
 * A moment of a run by its jump; by the call if there was no jump.
 * @param {RunReplay} replay
 * @param {number} t
 */
export function since(replay, t) {
  if (t < 0) return "not called yet";
  if (replay.jump < 0) return `${duration(t)} after ${replay.call}`;
  const d = t - replay.t_ns[replay.jump];
  if (d === 0) return "at the jump";
  return `${duration(Math.abs(d))} ${d < 0 ? "before" : "after"} the jump`;
}

/** What the events do that change one thing: its path, split, and its value. */
/** @type {Record<string, (path: string[], value: any) => string>} */
const CHANGES = {
  call: ([, device], callback) => `the ${callback} callback of ${device}’s driver begins`,
  return: ([, device]) => `the callback of ${device}’s driver returned`,
  timeout: ([, device], waited) => `a command of ${device}’s was waited for in vain, for ${duration(waited)}`,
  touch: ([, name], how) =>
    `the crashed kernel relies on something ${how === "held" ? "that a stopped CPU held" : "damaged"}: ${name}`,
  storm: ([, cpu], begins) =>
    begins
      ? `a storm: from here on CPU ${cpu} does nothing but handle interrupts`
      : "the storm is over: the kernel has given the line up",
  line: ([, n, what], value) =>
    what === "asserted"
      ? `${value ? "a" : "no"} device asserts interrupt line ${n}`
      : `line ${n}: ${value ? "its interrupt was delivered" : "the end of its interrupt was told"}`,
};

/** What kinds of events are when more is to be said of them than the kind's own words; "" if it is not. */
/** @type {Record<string, (replay: RunReplay, set: Assignments) => string>} */
const SPECIAL = {
  step: (_replay, { paths }) => `a step begins: ${paths.find(([path]) => path === "step")?.[1]}`,
  run: (replay, { paths: [[path, what]] }) => {
    if (path === "dump") return "the crashed kernel has written the dump itself";
    const copies = what === "stub" && replay.steps.some(({ name }) => name === "jump/copy");
    return (BEGINS[what] ?? KINDS.run) + (copies ? ", and a stub copies the image" : "");
  },
  print: (_replay, { paths }) => `on the console: ${paths.find(([path]) => path.startsWith("console/"))?.[1].text}`,
  read: (_replay, { frames }) =>
    frames.some(({ value }) => value === "wrong") ? "an owner read its memory and found wrong bytes" : "",
  "msi.landed": ({ chips }, { frames }) =>
    frames.length ? `an interrupt message landed in memory, and not at ${chips.doorbell}` : "",
};

/**
 * What event i of a run is, in a sentence without its stop; `now` is the machine just after it.
 * @param {RunReplay} replay
 * @param {number} i
 * @param {State} now
 * @param {Label} label
 */
export function happening(replay, i, now, label) {
  const kind = replay.kind[i];
  const set = replay.sets[i];
  const special = SPECIAL[kind]?.(replay, set);
  if (special) return special;
  if (CHANGES[kind] && set.paths.length) return CHANGES[kind](set.paths[0][0].split("/"), set.paths[0][1]);
  const frame = kind === "dma.landed" ? set.frames.find(({ what }) => what === "bytes")?.first : undefined;
  if (frame !== undefined) return landed(replay, i, frame, label(replay.owners[now.owner[frame]]));
  const { iommu, doorbell } = replay.chips;
  return (KINDS[kind] ?? kind).replace("IOMMU", iommu).replace("DOORBELL", doorbell);
}

/**
 * A write of the device that landed in a frame.
 * @param {RunReplay} replay
 * @param {number} i
 * @param {number} frame
 * @param {string} owner
 */
function landed({ harm, t_ns }, i, frame, owner) {
  const found = harm.get(i);
  const fate = found === undefined ? "" : `; its owner finds it wrong ${brief(t_ns[found] - t_ns[i])} later`;
  return `the device wrote frame ${number(frame)}, ${owner}${fate}`;
}

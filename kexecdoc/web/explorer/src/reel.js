// @ts-nocheck
// The reel: the log of one run, made ready for going to and fro in it.
//
// Time is a cursor: how many events of the log have happened. Every part of the picture is a function of
// (reel, cursor); no part remembers what it drew before.

import { FRAME_PATH } from "./fold.js";

const CHECKPOINT = 256; // events between two machines that are kept: the most that a step back has to lay again

export const FOUND = ["not read yet", "intact", "wrong"];
export const STUDY = "eth0"; // the device under study
const OFF = ["bypasses", "aborts"]; // what an IOMMU does while it is disabled
const TAKES_OVER = ["stub", "firmware"]; // what runs from the jump on: of a reboot, that is when firmware takes over
const LINE = /^line\/(\d+)\/asserted$/;

/** What a machine has around its CPUs, as it is said. */
const CHIPS = {
  arm64: { unit: "smmu", iommu: "the SMMU", doorbell: "the ITS’s doorbell", controller: "GIC", latch: "active" },
  x86: { unit: "vtd", iommu: "VT-d", doorbell: "a local APIC", controller: "I/O APIC", latch: "remote-irr" },
};

/** The machine at one cursor: `fold`, with the frames in arrays so that laying and copying them is cheap. */
class Machine {
  constructor(frames) {
    this.cursor = 0;
    this.state = {}; // every path but those of frames
    this.owner = new Uint8Array(frames); // index into the reel's owners
    this.kept = new Uint8Array(frames);
    this.found = new Uint8Array(frames); // index into FOUND
    this.wrong = new Uint8Array(frames); // found wrong at least once
    this.said = -1; // the event that last said what the IOMMU does with the device under study
    this.writer = new Int32Array(frames).fill(-1); // the event that last wrote it
    this.strayed = new Int32Array(frames).fill(-1); // the last leftover write into it since the jump
  }

  copy() {
    const twin = Object.assign(Object.create(Machine.prototype), this);
    twin.state = { ...this.state };
    for (const name of ["owner", "kept", "found", "wrong", "writer", "strayed"]) twin[name] = this[name].slice();
    return twin;
  }
}

/** A set of assignments split once into frame ranges and plain paths, so that laying it is a loop. */
export function parse(set) {
  const frames = [];
  const paths = [];
  for (const path in set) {
    const range = path.charCodeAt(0) === 102 && path.match(FRAME_PATH); // 102: only `frame/...` begins with an f
    if (range) frames.push({ first: +range[1], end: +(range[2] ?? range[1]) + 1, what: range[3], value: set[path] });
    else paths.push([path, set[path]]);
  }
  return { frames, paths };
}

export class Reel {
  /** `log` is a `kexecdoc-log/1`. */
  constructor(log, legend) {
    const { id, t_ns, kind, cause, set } = log.events;
    Object.assign(this, { id, t_ns, kind, cause, length: id.length, scenario: log.scenario });
    this.memory = legend.memory;
    this.owners = Object.keys(legend.owners);
    this.start = parse(log.start);
    this.sets = set.map(parse);
    this.chips = CHIPS[log.scenario.machine];
    this.gate = `gate/${STUDY}/${this.chips.unit}`;
    this.jump = this.running(...TAKES_OVER); // -1: there was none
    this.entry = this.running("next-kernel");
    this.call = log.scenario.path === "panic" ? "the panic" : "the call";
    this.line = this.start.paths.map(([path]) => path.match(LINE)?.[1]).find(Boolean); // the number of the interrupt line
    this.steps = this.cut();
    this.phases = this.runs();
    this.windows = this.open();
    this.lines = this.print();
    this.pending = []; // every change of a pending bit
    this.leftovers = []; // every leftover write since the jump
    this.spoilt = []; // every event in which an owner found a frame wrong
    this.astray = []; // every write before the jump that did not reach what the driver meant
    this.harm = new Map(); // a write -> the event in which the frame's owner found it
    this.strays = []; // every interrupt that nobody here had handed out
    this.waits = []; // every command that was waited for in vain
    this.storms = []; // when a CPU does nothing but handle interrupts
    this.seen = new Set(); // owners that ever own a frame in this run
    this.checkpoints = [this.play(new Machine(this.memory.frames), this.start, -1)];
    this.here = this.checkpoints[0].copy();
    for (let i = 0; i < this.length; i++) {
      this.note(i);
      this.at(i + 1);
      if (this.here.cursor % CHECKPOINT === 0) this.checkpoints.push(this.here.copy());
    }
  }

  /** The event from which on something else runs: `stub`, `userspace`, `crashed`; -1 if it never does. */
  running(...what) {
    return this.sets.findIndex((s) => s.paths.some(([path, value]) => path === "running" && what.includes(value)));
  }

  /** Where the event of a name is in the log, or -1. */
  find(id) {
    this.index ??= new Map(this.id.map((name, i) => [name, i]));
    return this.index.get(id) ?? -1;
  }

  play(machine, { frames, paths }, i) {
    for (const [path, value] of paths) {
      machine.state[path] = value;
      if (path === this.gate) machine.said = i;
    }
    for (const { first, end, what, value } of frames) {
      if (what === "owner") machine.owner.fill(this.ownerIndex(value), first, end);
      else if (what === "kept") machine.kept.fill(value ? 1 : 0, first, end);
      else if (what === "bytes") {
        machine.writer.fill(i, first, end);
        if (this.isLeftover(machine, i)) machine.strayed.fill(i, first, end);
      } else if (what === "found") {
        machine.found.fill(FOUND.indexOf(value), first, end);
        if (value === "wrong") machine.wrong.fill(1, first, end);
      }
    }
    machine.cursor = i + 1;
    return machine;
  }

  ownerIndex(name) {
    let index = this.owners.indexOf(name);
    if (index < 0) index = this.owners.push(name) - 1; // an owner that the legend does not know yet
    this.seen.add(name);
    return index;
  }

  /** Whether event i is a write of a device that still follows the old kernel's descriptors, after the jump. */
  isLeftover(machine, i) {
    if (this.jump < 0 || i <= this.jump || !this.kind[i].startsWith("dma.")) return false;
    return machine.state[`device/${this.id[i].split("/")[0]}/programmed-by`] === "old";
  }

  /** The machine at a cursor. It is the reel's own: look, and do not keep it. */
  at(cursor) {
    if (cursor < this.here.cursor) this.here = this.checkpoints[Math.floor(cursor / CHECKPOINT)].copy();
    while (this.here.cursor < cursor) this.play(this.here, this.sets[this.here.cursor], this.here.cursor);
    return this.here;
  }

  /** Enter event i into the lists that the axis and the pending table are drawn from; `here` is just before it. */
  note(i) {
    const { here } = this;
    const { frames, paths } = this.sets[i];
    const kind = this.kind[i];
    if (kind === "read") {
      const wrong = frames.filter((f) => f.value === "wrong");
      if (wrong.length) this.spoilt.push({ i });
      for (const { first, end } of wrong)
        for (let f = first; f < end; f++)
          if (here.writer[f] >= 0 && !this.harm.has(here.writer[f])) this.harm.set(here.writer[f], i);
      return;
    }
    if (kind === "stray") this.strays.push({ i });
    if (kind === "timeout") this.waits.push({ i, lost: paths[0][1] });
    if (kind === "storm") {
      if (paths[0][1]) this.storms.push({ i, t0: this.t_ns[i], t1: this.t_ns.at(-1) });
      else this.storms.at(-1).t1 = this.t_ns[i];
    }
    const wrote = frames.find((f) => f.what === "bytes")?.first;
    if (kind.startsWith("dma.") && (this.jump < 0 || i < this.jump)) {
      const targets = here.state[`device/${this.id[i].split("/")[0]}/targets`] ?? [];
      const meant = kind === "dma.landed" && targets.some(([first, last]) => first <= wrote && wrote <= last);
      if (!meant && kind !== "dma.stopped") this.astray.push({ i, result: kind.slice("dma.".length) });
    }
    if (kind.startsWith("dma.") && this.isLeftover(here, i))
      this.leftovers.push({ i, result: kind.slice("dma.".length), frame: wrote });
    for (const [path, value] of paths) {
      if (!path.startsWith("lpi/")) continue;
      // By a redistributor, or because somebody wrote over the table.
      const [, cpu, intid] = path.split("/").map(Number);
      const own = (what) => {
        const path = `redistributor/${cpu}/${what}`;
        return paths.find(([p]) => p === path)?.[1] ?? here.state[path]; // a table that was just set is meant already
      };
      const byTable = kind.startsWith("lpi.") && this.jump >= 0 && i > this.jump && own("programmed-by") === "old";
      const flip = byTable && wrote !== undefined && !here.kept[wrote];
      this.pending.push({ i, cpu, intid, value, base: own("pending"), flip });
    }
  }

  /** The steps of the run, as [from, end) of the log. What the log has before its first step is not one. */
  cut() {
    const starts = [];
    for (let i = 0; i < this.length; i++) if (this.kind[i] === "step") starts.push(i);
    return starts.map((from, k) => {
      const end = starts[k + 1] ?? this.length;
      const t1 = this.t_ns[Math.min(end, this.length - 1)];
      const name = this.sets[from].paths.find(([p]) => p === "step")[1];
      return { name, from, end, t0: this.t_ns[from], t1 };
    });
  }

  /** What runs, as [from, end) of the log: the kernels, what is between them, and what becomes of the second. */
  runs() {
    const of = ({ paths }) => paths.find(([path]) => path === "running")?.[1];
    const found = [{ name: of(this.start), from: 0, t0: 0 }];
    this.sets.forEach((set, i) => of(set) && found.push({ name: of(set), from: i, t0: this.t_ns[i] }));
    return found.map((phase, k) => ({ ...phase, t1: found[k + 1]?.t0 ?? this.t_ns.at(-1) ?? 0 }));
  }

  /** When the IOMMU is off although the device uses I/O virtual addresses: `[{ t0, t1 }]`. */
  open() {
    if (this.scenario.iommu !== "translate") return [];
    const found = [];
    this.sets.forEach(({ paths }, i) => {
      const said = paths.find(([path]) => path === this.gate);
      if (!said) return;
      if (OFF.includes(said[1])) found.push({ t0: this.t_ns[i], t1: this.t_ns.at(-1) });
      else if (found.length) found.at(-1).t1 = Math.min(found.at(-1).t1, this.t_ns[i]);
    });
    return found;
  }

  /** The moment that matters, as a cursor: the first write that is found wrong later, else the worst loss of time. */
  get matters() {
    if (this.harm.size) return Math.min(...this.harm.keys()) + 1;
    const lost = [...this.waits, ...this.storms.map(({ i, t0, t1 }) => ({ i, lost: t1 - t0 }))];
    if (lost.length) return lost.reduce((worst, each) => (each.lost > worst.lost ? each : worst)).i + 1;
    return this.jump < 0 ? this.length : this.jump + 1;
  }

  print() {
    const lines = [];
    this.sets.forEach((s, i) => {
      if (this.kind[i] !== "print") return;
      for (const [path, line] of s.paths) if (path.startsWith("console/")) lines.push({ i, ...line });
    });
    return lines;
  }

  stepAt(cursor) {
    return Math.max(
      0,
      this.steps.findLastIndex((s) => s.from < cursor),
    );
  }

  time(cursor) {
    return cursor ? this.t_ns[cursor - 1] : 0;
  }

  /** How many events have happened by a time. */
  cursorAt(t) {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.t_ns[middle] <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** How many entries of a list sorted by `i` come before a cursor. */
export function before(list, cursor) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].i < cursor) low = middle + 1;
    else high = middle;
  }
  return low;
}

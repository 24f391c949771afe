// Holds the gates to runs: what becomes of every write and interrupt is what the gates show just before it.
//
// tests/test_gates.py writes `{ legend, views }` to the standard input and reads `{ wrong, seen }`: the events that the
// gates contradict, and how many events of each kind were looked at.

import { readFileSync } from "node:fs";

import { gatesOf } from "../src/gates.js";
import { RunReplay } from "../src/replay.js";

const { views, legend } = JSON.parse(readFileSync(0, "utf8"));
/** @type {unknown[]} */
const wrong = [];
/** @type {Record<string, number>} */
const seen = { dma: 0, msi: 0, line: 0, lpi: 0, apic: 0 };

/** @typedef {ReturnType<typeof gatesOf>} Gates */

/**
 * Whether the gate whose name begins so lets through.
 * @param {Gates["write"]} way
 * @param {string} start
 */
const open = (way, start) => way.find(([name]) => name.startsWith(start))?.[1];

/**
 * A write or a message: it comes as far as the first gate that is shut.
 * @param {RunReplay} replay
 * @param {number} i
 * @param {Gates} gates
 */
function checkWrite(replay, i, { write, interrupt }) {
  const [what, fate] = replay.kind[i].split(".");
  const x86 = replay.scenario.machine === "x86";
  const message = what === "msi";
  const master = open(write, "Bus Master") && open(write, "Bus Master, port") !== false;
  const iommu = open(write, x86 ? "VT-d" : "SMMU");
  const there = open(message ? interrupt : write, "Address");
  // A message that lands in memory, and not at the doorbell, does not get through; on x86 it goes past an IOMMU that
  // refuses the device.
  const landed = fate === "landed" && !(message && replay.sets[i].frames.length);
  const past = message && x86;
  const expected = !master ? "stopped" : !iommu && !past ? "faulted" : there ? "landed" : null;
  const problems = [];
  if ((expected === "landed") !== landed || (expected && expected !== fate)) problems.push([master, iommu, there]);
  if (message && !open(interrupt, "MSI")) problems.push("MSI is shut");
  if (!message && !open(write, "DMA engine") && !replay.id[i].includes("descriptor"))
    problems.push("the engine is stopped");
  return problems;
}

/**
 * An interrupt at a CPU's door.
 * @param {RunReplay} replay
 * @param {number} i
 * @param {Gates} gates
 */
function checkInterrupt(replay, i, { interrupt }) {
  const fate = replay.kind[i].split(".")[1];
  const sets = (/** @type {string} */ start) => replay.sets[i].paths.some(([path]) => path.startsWith(start));
  const problems = [];
  if (fate === "accepted" && sets("apic/0/") && open(interrupt, "Local APIC") === false)
    problems.push("the APIC is shut");
  if (fate === "acknowledged" && ["lpi/0/", "apic/0/"].some(sets) && !open(interrupt, "Interrupts"))
    problems.push("the CPU is shut");
  if (interrupt[0][0] === "INTx" && replay.id[i].includes("/deliver") && !interrupt[1][1])
    problems.push("the input is shut");
  return problems;
}

for (const view of views) {
  const replay = new RunReplay(view, legend);
  for (let i = 0; i < replay.length; i++) {
    const what = replay.kind[i].split(".")[0];
    if (!(what in seen)) continue;
    seen[what]++;
    const gates = gatesOf(replay.at(i), replay);
    const problems = checkInterrupt(replay, i, gates);
    if (["dma", "msi"].includes(what) && replay.id[i].startsWith("eth0/"))
      problems.push(...checkWrite(replay, i, gates).map(String));
    for (const problem of problems) wrong.push([replay.id[i], replay.kind[i], problem]);
  }
}

process.stdout.write(JSON.stringify({ wrong: wrong.slice(0, 5), seen }));

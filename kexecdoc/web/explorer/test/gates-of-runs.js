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
 * What becomes of a write or a message, as its gates have it; null if none of them says.
 * @param {boolean} x86
 * @param {boolean} message
 * @param {Gates} gates
 */
function expected(x86, message, { write, interrupt }) {
  if (!open(write, "Bus Master") || open(write, "Bus Master, port") === false) return "stopped";
  const past = message && x86; // on x86 a message goes past an IOMMU that refuses the device
  if (!open(write, x86 ? "VT-d" : "SMMU") && !past) return "faulted";
  return open(message ? interrupt : write, "Address") ? "landed" : null;
}

/**
 * A write or a message: it comes as far as the first gate that is shut.
 * @param {RunReplay} replay
 * @param {number} i
 * @param {Gates} gates
 */
function checkWrite(replay, i, gates) {
  const [what, fate] = replay.kind[i].split(".");
  const message = what === "msi";
  const said = expected(replay.scenario.machine === "x86", message, gates);
  // A message that lands in memory, and not at the doorbell, does not get through.
  const landed = fate === "landed" && !(message && replay.sets[i].frames.length);
  const problems = [];
  if ((said === "landed") !== landed || (said && said !== fate)) problems.push(`the gates say: ${said}`);
  if (message && !open(gates.interrupt, "MSI")) problems.push("MSI is shut");
  if (!message && !open(gates.write, "DMA engine") && !replay.id[i].includes("descriptor"))
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
      problems.push(...checkWrite(replay, i, gates));
    for (const problem of problems) wrong.push([replay.id[i], replay.kind[i], problem]);
  }
}

process.stdout.write(JSON.stringify({ wrong: wrong.slice(0, 5), seen }));

// In the end: the outcome in a word, the verdict in a sentence, the counts.

import { make, present, updateColumns } from "./dom.js";
import { STUDY } from "./replay.js";
import { brief, many, number } from "./words.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").Machine} Machine */
/** @typedef {import("./types.js").RunSummary} RunSummary */
/** @typedef {RunSummary["callbacks"][number]} Callback */

/** A count in words, of which `strong` is emphasised; one of nothing is paler. */
/** @typedef {{ before?: string, strong: string, after?: string, zero?: boolean }} Count */

/** @param {Store} store */
export function verdict(store) {
  const box = make("div", { class: "kx-pair" });
  const el = make("section", { class: "kx-part kx-verdict" }, box);

  /** @param {Machine[]} machines */
  const load = (machines) => updateColumns(box, machines, (machine) => verdictOf(machine, store.legend()));

  return { el, load };
}

/**
 * @param {Machine} machine
 * @param {import("./types.js").Legend} legend
 */
function verdictOf({ replay, run, what_if, letter }, legend) {
  const { outcome, summary } = run.verdict;
  const { sign, meaning } = legend.outcomes[outcome] ?? { sign: "", meaning: "" };
  const word = make(
    "strong",
    { class: "kx-outcome", title: meaning },
    make("span", { "aria-hidden": "true", text: sign }),
    ` ${outcome}`,
  );
  word.style.setProperty("--kx-outcome", `var(--kx-outcome-${outcome})`);
  return present([
    make("h3", { class: "kx-lead" }, letter ? `${letter}, in the end: ` : "In the end: ", word),
    make("p", { class: "kx-sentence", text: summary }),
    what_if.length > 0 && make("p", { class: "kx-note kx-what-if", text: `A what-if: ${what_if.join("; ")}.` }),
    make("div", { role: "list", class: "kx-counts" }, ...countsOf(run, replay, legend.shutdown).map(countElement)),
  ]);
}

/** @param {Count} count */
const countElement = ({ before = "", strong, after = "", zero = false }) =>
  make("div", { role: "listitem", class: zero ? "kx-zero" : "" }, before, make("b", { text: strong }), after);

/**
 * What is counted of a run. `shutdown` says what the shutdown callback does.
 *
 * @param {RunSummary} run
 * @param {Pick<RunReplay, "jump" | "call" | "scenario">} replay
 * @param {string} shutdown
 * @returns {Count[]}
 */
export function countsOf(run, replay, shutdown) {
  const { lpi, dump, time_ms } = run;
  const usable = lpi.msi_usable;
  /** @type {Count[]} */
  const counts = [
    ...writesOf(run),
    interruptsOf(run, replay),
    ...unhandledOf(run),
    {
      before: "MSIs ",
      strong: { false: "dead", true: "usable" }[String(usable)] ?? "not set up",
      zero: usable !== false,
    },
  ];
  if (dump) counts.push({ before: "dump ", strong: dump });
  if (replay.jump >= 0)
    counts.push({ strong: milliseconds(time_ms.shutdown ?? 0), after: ` from ${replay.call} to the jump` });
  return [...counts, ...portsOf(run), ...callbacksOf(run, shutdown)];
}

/** @param {number} ms */
const milliseconds = (ms) => brief(ms * 1e6);

/** @type {(n: number, what: string) => string} */
const plural = (n, what) => (n === 1 ? what : `${what}s`);

/** @type {(n: number, what: string) => Count} */
const counted = (n, what) => ({ strong: number(n), after: ` ${what}`, zero: !n });

/** @param {RunSummary} run */
const writesOf = ({ dma }) => [
  counted(dma.attempted, `leftover ${plural(dma.attempted, "write")} attempted`),
  counted(dma.landed, "landed"),
  counted(dma.stopped_by_bus_master, "stopped by Bus Master"),
  counted(dma.faulted, "faulted"),
  counted(dma.missed, "hit no RAM"),
  counted(dma.astray_before_jump, "astray before the jump"),
];

/**
 * @param {RunSummary} run
 * @param {Pick<RunReplay, "scenario">} replay
 */
function interruptsOf({ irq, lpi }, { scenario }) {
  return scenario.machine === "x86"
    ? counted(irq.stray_vectors, `stray ${plural(irq.stray_vectors, "interrupt")}`)
    : counted(lpi.bits_flipped, `pending ${plural(lpi.bits_flipped, "bit")} flipped`);
}

/** @param {RunSummary} run */
function unhandledOf({ irq }) {
  const end = irq.line_disabled ? ", then the line was given up" : "";
  return irq.unhandled ? [counted(irq.unhandled, `interrupts unhandled${end}`)] : [];
}

/**
 * What the callbacks of the ports cost together.
 *
 * @param {RunSummary} run
 */
function portsOf({ callbacks }) {
  const ports = callbacks.filter(({ device }) => device.startsWith("port"));
  if (!ports.length) return [];
  const ms = ports.reduce((sum, port) => sum + (port.ms ?? 0), 0);
  return [{ strong: `shutdown of ${many(ports.length, "port")}`, after: `: ${milliseconds(ms)}` }];
}

/**
 * What each callback of the device under study costs.
 *
 * @param {RunSummary} run
 * @param {string} shutdown
 */
const callbacksOf = ({ callbacks }, shutdown) =>
  callbacks
    .filter(({ device }) => device === STUDY)
    .map((callback) => ({
      strong: `${callback.callback} of ${callback.device}`,
      after: costOf(callback) + (callback.callback === "remove" ? ` (${shutdown})` : ""),
    }));

/** @param {Callback} callback */
function costOf({ ms, frames_freed, driver }) {
  const freed = frames_freed ? `, ${number(frames_freed)} frames freed` : "";
  const afterwards = driver === "none" ? ", nobody drives it afterwards" : "";
  if (ms === null) return ` did not return${freed}${afterwards}`;
  return `: ${milliseconds(ms)}${freed || ", frees nothing"}${afterwards}`;
}

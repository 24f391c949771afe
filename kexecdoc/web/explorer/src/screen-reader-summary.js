// The summary: what the picture shows, in words, for those who hear it.

import { make, say } from "./dom.js";
import { gatesOf } from "./gates.js";
import { before } from "./replay.js";
import { capital, since } from "./words.js";

/** @typedef {import("./store.js").Machine} Machine */

const QUIET = 600; // milliseconds without a change before the summary is read out

/**
 * What one machine is like at the moment shown.
 *
 * @param {Pick<Machine, "letter" | "replay" | "run" | "now">} machine
 */
export function summaryOf({ letter, replay, run, now }) {
  const { state, cursor } = now;
  return [
    letter && `Machine ${letter}.`,
    `${capital(since(replay, replay.time(cursor)))}, step ${state.step}, ${state.running} running.`,
    writesInWords(replay, now),
    gatesInWords(replay, now),
    `In the end: ${run.verdict.outcome}.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** @type {(replay: Machine["replay"], now: Machine["now"]) => string} */
function writesInWords(replay, now) {
  const writes = replay.leftovers.slice(0, before(replay.leftovers, now.cursor));
  const landed = writes.filter(({ result }) => result === "landed").length;
  const wrong = now.wrong.reduce((sum, frame) => sum + frame, 0);
  const counts = `Leftover writes so far: ${writes.length}, of which ${landed} landed.`;
  return `${counts} ${interruptsInWords(replay, now.cursor)}. Frames found wrong: ${wrong}.`;
}

/** @type {(replay: Machine["replay"], cursor: number) => string} */
function interruptsInWords(replay, cursor) {
  if (replay.scenario.machine === "x86") return `Stray interrupts: ${before(replay.strays, cursor)}`;
  const changes = replay.pending.slice(0, before(replay.pending, cursor));
  return `Pending bits flipped: ${changes.filter(({ flip }) => flip).length}`;
}

/** @type {(replay: Machine["replay"], now: Machine["now"]) => string} */
function gatesInWords(replay, now) {
  const gates = Object.values(gatesOf(now, replay)).flat();
  const shut = gates.filter(([, open]) => open === false).map(([name]) => name);
  return shut.length ? `Shut: ${shut.join(", ")}.` : "Every gate is open.";
}

/**
 * @param {import("./store.js").Store} store
 * @param {import("./player.js").Player} player
 */
export function screenReaderSummary(store, player) {
  const el = make("p", { class: "kx-visually-hidden kx-summary", role: "status", "aria-live": "polite" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function show() {
    clearTimeout(timer);
    if (player.isPlaying()) return;
    timer = setTimeout(() => say(el, store.machinesNow().map(summaryOf).join(" ")), QUIET);
  }

  return { el, show, close: () => clearTimeout(timer) };
}

// @ts-nocheck
// The account: what the picture shows, in words, for those who hear it.

import { make, say } from "./dom.js";
import { gatesOf } from "./gates.js";
import { before } from "./replay.js";
import { capital, since } from "./words.js";

const QUIET = 600; // milliseconds without a change before the account is read out

export function screenReaderSummary(store, player) {
  const el = make("p", { class: "kx-visually-hidden kx-summary", role: "status", "aria-live": "polite" });
  let timer = 0;

  function words({ letter, replay, run, now }) {
    const { state, cursor } = now;
    const { scenario } = replay;
    const so = replay.leftovers.slice(0, before(replay.leftovers, cursor));
    const flips = replay.pending.slice(0, before(replay.pending, cursor)).filter((p) => p.flip).length;
    const astray =
      scenario.machine === "x86"
        ? `Stray interrupts: ${before(replay.strays, cursor)}`
        : `Pending bits flipped: ${flips}`;
    const wrong = now.wrong.reduce((a, b) => a + b, 0);
    const gates = Object.values(gatesOf(now, replay)).flat();
    const shut = gates.filter(([, open]) => open === false).map(([name]) => name);
    return [
      letter && `Machine ${letter}.`,
      `${capital(since(replay, replay.time(cursor)))}, step ${state.step}, ${state.running} running.`,
      `Leftover writes so far: ${so.length}, of which ${so.filter((l) => l.result === "landed").length} landed. ${astray}. Frames found wrong: ${wrong}.`,
      shut.length ? `Shut: ${shut.join(", ")}.` : "Every gate is open.",
      `In the end: ${run.verdict.outcome}.`,
    ]
      .filter(Boolean)
      .join(" ");
  }

  function show() {
    clearTimeout(timer);
    if (!player.isPlaying()) timer = setTimeout(() => say(el, store.machinesNow().map(words).join(" ")), QUIET);
  }

  return { el, show, close: () => clearTimeout(timer) };
}

// @ts-nocheck
// The account: what the picture shows, in words, for those who hear it.

import { make, say } from "./dom.js";
import { gatesOf } from "./gates.js";
import { before } from "./reel.js";
import { capital, since } from "./words.js";

const QUIET = 600; // milliseconds without a change before the account is read out

export function account(stage) {
  const el = make("p", { class: "kx-heard kx-account", role: "status", "aria-live": "polite" });
  let timer = 0;

  function words({ letter, reel, run, now }) {
    const { state, cursor } = now;
    const { scenario } = reel;
    const so = reel.leftovers.slice(0, before(reel.leftovers, cursor));
    const flips = reel.pending.slice(0, before(reel.pending, cursor)).filter((p) => p.flip).length;
    const astray =
      scenario.machine === "x86"
        ? `Stray interrupts: ${before(reel.strays, cursor)}`
        : `Pending bits flipped: ${flips}`;
    const wrong = now.wrong.reduce((a, b) => a + b, 0);
    const gates = Object.values(gatesOf(now, reel)).flat();
    const shut = gates.filter(([, open]) => open === false).map(([name]) => name);
    return [
      letter && `Machine ${letter}.`,
      `${capital(since(reel, reel.time(cursor)))}, step ${state.step}, ${state.running} running.`,
      `Leftover writes so far: ${so.length}, of which ${so.filter((l) => l.result === "landed").length} landed. ${astray}. Frames found wrong: ${wrong}.`,
      shut.length ? `Shut: ${shut.join(", ")}.` : "Every gate is open.",
      `In the end: ${run.verdict.outcome}.`,
    ]
      .filter(Boolean)
      .join(" ");
  }

  function show() {
    clearTimeout(timer);
    if (!stage.isPlaying()) timer = setTimeout(() => say(el, stage.machinesNow().map(words).join(" ")), QUIET);
  }

  return { el, show, close: () => clearTimeout(timer) };
}

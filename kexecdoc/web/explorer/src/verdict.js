// @ts-nocheck
// In the end: the outcome in a word, the verdict in a sentence, the counts.

import { make, settle } from "./dom.js";
import { STUDY } from "./replay.js";
import { brief, many, number } from "./words.js";

export function verdict(store) {
  const box = make("div", { class: "kx-pair" });
  const el = make("section", { class: "kx-part kx-verdict" }, box);

  function load(machines) {
    settle(box, machines, one);
  }

  function one({ replay, run, what_if, letter }) {
    const { outcome, summary } = run.verdict;
    const look = store.legend().outcomes[outcome] ?? { sign: "", meaning: "" };
    const word = make(
      "strong",
      { class: "kx-outcome", title: look.meaning },
      make("span", { "aria-hidden": "true", text: look.sign }),
      ` ${outcome}`,
    );
    word.style.setProperty("--kx-outcome", `var(--kx-outcome-${outcome})`);
    return [
      make("h3", { class: "kx-lead" }, letter ? `${letter}, in the end: ` : "In the end: ", word),
      make("p", { class: "kx-sentence", text: summary }),
      what_if.length > 0 && make("p", { class: "kx-note kx-what-if", text: `A what-if: ${what_if.join("; ")}.` }),
      make("div", { role: "list", class: "kx-counts" }, ...counts(run, replay)),
    ].filter(Boolean);
  }

  function counts({ dma, lpi, irq, dump, time_ms, callbacks }, replay) {
    const x86 = replay.scenario.machine === "x86";
    const ports = callbacks.filter((c) => c.device.startsWith("port"));
    const item = (zero, ...words) => make("div", { role: "listitem", class: zero ? "kx-zero" : "" }, ...words);
    const usable = lpi.msi_usable;
    return [
      ...[
        [dma.attempted, `leftover ${dma.attempted === 1 ? "write" : "writes"} attempted`],
        [dma.landed, "landed"],
        [dma.stopped_by_bus_master, "stopped by Bus Master"],
        [dma.faulted, "faulted"],
        [dma.missed, "hit no RAM"],
        [dma.astray_before_jump, "astray before the jump"],
        x86
          ? [irq.stray_vectors, `stray ${irq.stray_vectors === 1 ? "interrupt" : "interrupts"}`]
          : [lpi.bits_flipped, `pending ${lpi.bits_flipped === 1 ? "bit" : "bits"} flipped`],
        ...(irq.unhandled
          ? [[irq.unhandled, `interrupts unhandled${irq.line_disabled ? ", then the line was given up" : ""}`]]
          : []),
      ].map(([n, what]) => item(!n, make("b", { text: number(n) }), ` ${what}`)),
      item(
        usable !== false,
        "MSIs ",
        make("b", { text: usable === false ? "dead" : usable ? "usable" : "not set up" }),
      ),
      dump && item(false, "dump ", make("b", { text: dump })),
      replay.jump >= 0 &&
        item(false, make("b", { text: brief(time_ms.shutdown * 1e6) }), ` from ${replay.call} to the jump`),
      ports.length > 0 &&
        item(
          false,
          make("b", { text: `shutdown of ${many(ports.length, "port")}` }),
          `: ${brief(ports.reduce((sum, c) => sum + c.ms, 0) * 1e6)}`,
        ),
      ...callbacks
        .filter((c) => c.device === STUDY)
        .map((c) => item(false, make("b", { text: `${c.callback} of ${c.device}` }), cost(c))),
    ].filter(Boolean);
  }

  const cost = ({ callback, ms, frames_freed, driver }) =>
    (ms === null ? " did not return" : `: ${brief(ms * 1e6)}`) +
    (frames_freed ? `, ${number(frames_freed)} frames freed` : ms === null ? "" : ", frees nothing") +
    (driver === "none" ? ", nobody drives it afterwards" : "") +
    (callback === "remove" ? ` (${store.legend().shutdown})` : "");

  return { el, load };
}

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

  const item = (zero, ...words) => make("div", { role: "listitem", class: zero ? "kx-zero" : "" }, ...words);
  const plural = (n, what) => (n === 1 ? what : `${what}s`);

  function counts(run, replay) {
    const { lpi, dump, time_ms } = run;
    const numbers = numbersOf(run, replay).map(([n, what]) => item(!n, make("b", { text: number(n) }), ` ${what}`));
    const messages = make("b", { text: { false: "dead", true: "usable" }[lpi.msi_usable] ?? "not set up" });
    return [
      ...numbers,
      item(lpi.msi_usable !== false, "MSIs ", messages),
      dump && item(false, "dump ", make("b", { text: dump })),
      replay.jump >= 0 &&
        item(false, make("b", { text: brief(time_ms.shutdown * 1e6) }), ` from ${replay.call} to the jump`),
      ...callbacksOf(run),
    ].filter(Boolean);
  }

  function numbersOf({ dma, lpi, irq }, replay) {
    const interrupts =
      replay.scenario.machine === "x86"
        ? [irq.stray_vectors, `stray ${plural(irq.stray_vectors, "interrupt")}`]
        : [lpi.bits_flipped, `pending ${plural(lpi.bits_flipped, "bit")} flipped`];
    const given = irq.line_disabled ? ", then the line was given up" : "";
    return [
      [dma.attempted, `leftover ${plural(dma.attempted, "write")} attempted`],
      [dma.landed, "landed"],
      [dma.stopped_by_bus_master, "stopped by Bus Master"],
      [dma.faulted, "faulted"],
      [dma.missed, "hit no RAM"],
      [dma.astray_before_jump, "astray before the jump"],
      interrupts,
      ...(irq.unhandled ? [[irq.unhandled, `interrupts unhandled${given}`]] : []),
    ];
  }

  /** What the callbacks of the ports cost together, and that of the device under study. */
  function callbacksOf({ callbacks }) {
    const ports = callbacks.filter(({ device }) => device.startsWith("port"));
    const together = ports.reduce((sum, { ms }) => sum + ms, 0);
    const words = make("b", { text: `shutdown of ${many(ports.length, "port")}` });
    return [
      ports.length > 0 && item(false, words, `: ${brief(together * 1e6)}`),
      ...callbacks
        .filter(({ device }) => device === STUDY)
        .map((each) => item(false, make("b", { text: `${each.callback} of ${each.device}` }), cost(each))),
    ];
  }

  const cost = ({ callback, ms, frames_freed, driver }) =>
    (ms === null ? " did not return" : `: ${brief(ms * 1e6)}`) +
    (frames_freed ? `, ${number(frames_freed)} frames freed` : ms === null ? "" : ", frees nothing") +
    (driver === "none" ? ", nobody drives it afterwards" : "") +
    (callback === "remove" ? ` (${store.legend().shutdown})` : "");

  return { el, load };
}

// @ts-nocheck
// Two machines: in which switches they differ, and the first event in which they part.

import { make, say } from "./dom.js";
import { CLOCKS } from "./timeline.js";
import { duration, happening, since } from "./words.js";

/** The switches in which two scenarios differ: `[name, value of the first, value of the second]`. */
export const differing = (a, b) =>
  Object.keys(a)
    .filter((name) => String(a[name]) !== String(b[name]))
    .map((name) => [name, a[name], b[name]]);

const alike = (x, y) => x === y || JSON.stringify(x) === JSON.stringify(y);

/** The first event in which two runs are not the same, or -1 if there is none. Two kernels word their lines differently. */
export function parting(a, b) {
  const worded = (i) => a.kind[i] === "print" && a.scenario.kernel !== b.scenario.kernel;
  const same = (i) =>
    a.id[i] === b.id[i] &&
    a.t_ns[i] === b.t_ns[i] &&
    a.kind[i] === b.kind[i] &&
    (worded(i) || alike(a.sets[i], b.sets[i]));
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (!same(i)) return i;
  return a.length === b.length ? -1 : shorter;
}

/** What event i assigns in one run and not, or not so, in the other: `[path, value in the first, in the second]`. */
export function assigned(a, b, i) {
  const table = ({ sets }) =>
    new Map([...sets[i].paths, ...sets[i].frames.map((f) => [`frame/${f.first}-${f.end - 1}/${f.what}`, f.value])]);
  const [x, y] = [table(a), table(b)];
  return [...new Set([...x.keys(), ...y.keys()])]
    .filter((path) => !alike(x.get(path), y.get(path)))
    .map((path) => [path, x.get(path), y.get(path)]);
}

export function compare(store, player) {
  const told = make("p");
  const parts = make("p", { class: "kx-parting" });
  const radio = (clock) =>
    make("input", { type: "radio", name: `${store.uid}-clock`, value: clock, onchange: () => store.setClock(clock) });
  const radios = CLOCKS.map(radio);
  const clocks = make(
    "fieldset",
    { class: "kx-clock" },
    make("legend", { text: "One clock," }),
    ...radios.map((input) => make("label", {}, input, make("span"))),
  );
  const el = make("div", { class: "kx-part kx-compare", hidden: true }, told, parts, clocks);

  function load(machines) {
    el.hidden = machines.length < 2;
    if (el.hidden) return;
    const [{ replay: a }, { replay: b }] = machines;
    const differ = differing(a.scenario, b.scenario);
    told.replaceChildren(
      ...(differ.length
        ? ["A and B differ in ", ...differ.flatMap(switched), "."]
        : ["A and B are set alike: flip a switch of one of them."]),
    );
    parts.replaceChildren(...part([a, b]));
    clocks.hidden = a.jump < 0 || b.jump < 0;
    const words = [`from ${a.call} that begins both`, "from the jump of each"];
    radios.forEach((input, k) => say(input.nextSibling, ` ${words[k]}`));
    for (const input of radios) input.checked = input.value === store.clock();
  }

  const switched = ([name, a, b], k) => [k ? ", " : "", make("code", { text: name }), ` (${a} | ${b})`];

  function part(replays) {
    const [a, b] = replays;
    const i = parting(a, b);
    if (i < 0) return ["Event by event, the same happens in both."];
    const times = replays.map((r) => (i < r.length ? r.t_ns[i] : Infinity));
    const t = Math.min(...times);
    const jumps = replays.flatMap((r, k) =>
      r.jump < 0 ? [] : [`${since(r, t).replace("the jump", `${"AB"[k]}’s jump`)}`],
    );
    const go = make("button", {
      type: "button",
      class: "kx-button",
      text: "Go there",
      onclick: () =>
        player.goToFirst(
          i + 1,
          [0, 1].filter((k) => times[k] === t),
        ),
    });
    return [
      `They part ${duration(t)} after ${a.call}${jumps.length ? ` (${jumps.join(", ")})` : ""}. `,
      ...(a.id[i] === b.id[i] ? one(a, b, i) : two(replays, i, times)),
      " ",
      go,
    ];
  }

  /** One event, and what it does in one machine and not in the other. */
  function one(a, b, i) {
    const said = (value) =>
      value === undefined
        ? "not set"
        : value?.text
          ? `“${value.text}”`
          : typeof value === "object"
            ? JSON.stringify(value)
            : String(value);
    const differs = assigned(a, b, i)
      .slice(0, 3)
      .flatMap(([path, x, y], n) => [
        n ? ", " : "",
        make("code", { text: path }),
        ` is ${said(x)} in A, ${said(y)} in B`,
      ]);
    if (a.t_ns[i] !== b.t_ns[i])
      differs.unshift(
        `it comes ${duration(a.t_ns[i])} after ${a.call} in A, ${duration(b.t_ns[i])} in B${differs.length ? "; " : ""}`,
      );
    return [
      "In both: ",
      make("code", { text: a.id[i] }),
      `, ${happening(a, i, a.at(i + 1), (name) => store.label(name))}; but `,
      ...differs,
      ".",
    ];
  }

  const two = (replays, i, times) =>
    replays.flatMap((r, k) => [
      ` In ${"AB"[k]}: `,
      ...(i < r.length
        ? [
            make("code", { text: r.id[i] }),
            `, ${happening(r, i, r.at(i + 1), (name) => store.label(name))}${times[k] > Math.min(...times) ? `, ${duration(times[k])} after ${r.call}` : ""}.`,
          ]
        : ["nothing more."]),
    ]);

  return { el, load };
}

// Two machines: in which switches they differ, and the first event in which they part.

import { make } from "./dom.js";
import { CLOCKS } from "./film.js";
import { KINDS, since } from "./words.js";

/** The switches in which two scenarios differ: `[name, value of the first, value of the second]`. */
export const differing = (a, b) => Object.keys(a).filter((name) => String(a[name]) !== String(b[name])).map((name) => [name, a[name], b[name]]);

/** The first event in which two runs are not the same, or -1 if there is none. */
export function parting(a, b) {
  const same = (i) =>
    a.id[i] === b.id[i] &&
    a.t_ns[i] === b.t_ns[i] &&
    a.kind[i] === b.kind[i] &&
    (a.sets[i] === b.sets[i] || JSON.stringify(a.sets[i]) === JSON.stringify(b.sets[i]));
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (!same(i)) return i;
  return a.length === b.length ? -1 : shorter;
}

const CLOCK_WORDS = { call: "from the call that begins both", jump: "from the jump of each" };

export function compare(stage) {
  const el = make("div", { class: "kx-part kx-compare", hidden: true });

  function load(machines) {
    el.hidden = machines.length < 2;
    if (el.hidden) return;
    const [{ reel: a }, { reel: b }] = machines;
    const differ = differing(a.scenario, b.scenario);
    const jumps = a.jump >= 0 && b.jump >= 0;
    el.replaceChildren(
      make("p", {}, ...(differ.length ? ["A and B differ in ", ...differ.flatMap(switched)] : ["A and B are set alike: flip a switch of one of them."])),
      make("p", { class: "kx-parting" }, ...part(a, b)),
      jumps &&
        make(
          "fieldset",
          { class: "kx-clock" },
          make("legend", { text: "One clock," }),
          ...CLOCKS.map((clock) =>
            make(
              "label",
              {},
              make("input", { type: "radio", name: `${stage.uid}-clock`, value: clock, checked: clock === stage.clock(), onchange: () => stage.setClock(clock) }),
              ` ${CLOCK_WORDS[clock]}`,
            ),
          ),
        ),
    );
  }

  const switched = ([name, a, b], k) => [k ? ", " : "", make("code", { text: name }), ` (${a} | ${b})`];

  function part(a, b) {
    const i = parting(a, b);
    if (i < 0) return ["Event by event, the same happens in both."];
    const what = (reel) => (i < reel.length ? [make("code", { text: reel.id[i] }), `, ${KINDS[reel.kind[i]] ?? reel.kind[i]}`] : ["nothing more"]);
    const when = i < a.length ? since(a, a.t_ns[i]) : since(b, b.t_ns[i]);
    return [
      `They part ${when}. In A: `,
      ...what(a),
      ". In B: ",
      ...what(b),
      ". ",
      make("button", { type: "button", class: "kx-button", text: "Go there", onclick: () => stage.goToEither(i + 1) }),
    ];
  }

  return { el, load };
}

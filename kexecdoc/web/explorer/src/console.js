// @ts-nocheck
// The console of both kernels, in step with t; each line is linked to its meaning.

import { make, remembered, say, section, settle } from "./dom.js";
import { before } from "./replay.js";
import { since } from "./words.js";

export function terminal(store) {
  const box = make("div", { class: "kx-pair kx-screens" });
  const el = section("console", "Console", box);
  const made = remembered(({ replay }) => screen(store, replay));
  let screens = [];

  function load(machines) {
    screens = machines.map(made);
    settle(box, machines, (machine, k) => screens[k].el);
  }

  return { el, load, prepare: made, show: (machines) => machines.forEach(({ now }, k) => screens[k].show(now)) };
}

function screen(store, replay) {
  const list = make("div", {
    role: "list",
    class: "kx-lines",
    tabindex: -1,
    "aria-label": "Console of both kernels; arrow keys go from line to line",
  });
  const scroller = make("div", { class: "kx-scroll" }, list);
  const meaning = make("p", { class: "kx-detail kx-meaning-box", role: "status" });
  const table = store.model.get("messages") ?? {};
  const entry = ({ message }) => table[`${message}@${replay.scenario.kernel}`] ?? table[message];
  let shown = 0;
  let chosen = null;
  let told; // the line whose meaning stands there

  const lines = replay.lines.map((line, k) => {
    const mechanism = entry(line)?.mechanism;
    const button = make(
      "button",
      { type: "button", class: "kx-line-button", tabindex: -1, "aria-pressed": "false", "data-line": k },
      make("span", { class: "kx-kernel", text: line.kernel }),
      make("span", { class: "kx-sign", text: mechanism ? "◆" : "" }),
      make("span", { class: "kx-text", text: line.text }),
    );
    const el = make(
      "div",
      {
        role: "listitem",
        class: `kx-console-line kx-from-${line.kernel}${mechanism ? " kx-mechanism" : ""}`,
        hidden: true,
      },
      button,
    );
    return { ...line, el, button };
  });
  list.append(...lines.map((l) => l.el));

  function choose(k, focus) {
    chosen = k;
    lines.forEach((line, n) => {
      line.button.tabIndex = n === (k ?? shown - 1) ? 0 : -1;
      line.button.setAttribute("aria-pressed", String(n === k));
    });
    if (focus && k !== null) lines[k].button.focus();
    explain(k);
  }

  function explain(k) {
    const wanted = `${k} ${shown > 0} ${k < shown}`;
    if (wanted === told) return;
    told = wanted;
    if (k === null || !lines[k] || k >= shown) {
      say(
        meaning,
        shown
          ? "Choose a line to read what it means. ◆ marks the lines that tell of a mechanism."
          : "Nothing was printed yet.",
      );
      return;
    }
    const line = lines[k];
    const m = entry(line);
    meaning.replaceChildren(
      make("b", { text: m?.meaning ?? "An ordinary line." }),
      ` ${m?.mechanism ? `Mechanism: ${m.mechanism}. ` : ""}Printed ${since(replay, replay.t_ns[line.i])}${m ? " by " : "."}`,
      m ? make("code", { text: m.where }) : "",
    );
  }

  // One listener for all lines: there are many.
  const at = (event) => {
    const button = event.target.closest(".kx-line-button");
    return button ? +button.dataset.line : null;
  };
  list.addEventListener("click", (event) => at(event) !== null && choose(at(event)));
  list.addEventListener("pointerover", (event) => at(event) !== null && explain(at(event)));
  list.addEventListener("pointerleave", () => explain(chosen));
  list.addEventListener("keydown", (event) => {
    const from = at(event);
    const to = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: shown - 1 }[event.key];
    if (from === null || to === undefined) return;
    event.preventDefault();
    if (to >= 0 && to < shown) choose(to, true);
  });

  function show({ cursor }) {
    const now = before(lines, cursor);
    if (now === shown) return;
    const held = lines.findIndex((l) => l.button === document.activeElement);
    for (let k = Math.min(now, shown); k < Math.max(now, shown); k++) lines[k].el.hidden = k >= now;
    shown = now;
    if (chosen !== null && chosen >= shown) chosen = null;
    choose(chosen, false);
    if (held >= shown) (shown ? lines[shown - 1].button : list).focus(); // what has the focus was taken back: go to the last
  }

  explain(null);
  return { el: [scroller, meaning], show };
}

// @ts-nocheck
// Time: forward, back and play, the steps by name, and the axis with what happened on it.

import { icon, make, remembered, say } from "./dom.js";
import { strip } from "./strip.js";
import { brief, capital, duration, happening, number, since } from "./words.js";

const GROUPS = { old: "Old kernel", jump: "Jump", firmware: "Firmware", next: "Next kernel" };

/** What the marks on the axis mean, and in which runs there are any. */
const MARKS = [
  ["│ a write landed · ╵ stopped, faulted or missed", (r) => r.leftovers.length + r.astray.length],
  ["▲ a pending bit flipped", (r) => r.pending.some((p) => p.flip)],
  ["△ an interrupt that nobody had handed out", (r) => r.strays.length],
  ["▬ a storm of interrupts", (r) => r.storms.length],
  ["✕ wrong bytes found", (r) => r.spoilt.length],
  ["▨ IOMMU off: addresses go astray", (r) => r.windows.length],
];
const EDGE = 4; // pixels from an end of the axis that are meant for the end

export function time(store, player, surface) {
  const range = make("input", {
    type: "range",
    class: "kx-range",
    min: 0,
    step: 1,
    "aria-label": "Events so far",
    oninput: () => player.go(+range.value),
  });
  const rows = make("div", { class: "kx-strips" });
  const track = make("div", { class: "kx-track" }, rows, range);
  const button = (label, shape, keys, action) =>
    make(
      "button",
      {
        type: "button",
        class: "kx-button kx-icon",
        "aria-label": label,
        "aria-keyshortcuts": keys,
        title: `${label} (${keys})`,
        onclick: action,
      },
      icon(shape),
    );
  const playWords = make("span");
  const play = make(
    "button",
    {
      type: "button",
      class: "kx-button kx-play",
      "aria-keyshortcuts": "P",
      title: "Play, or pause (P)",
      onclick: () => player.toggle(),
    },
    icon("play"),
    playWords,
  );
  const transport = make(
    "div",
    { class: "kx-transport", role: "group", "aria-label": "Time" },
    play,
    button("To the start", "first", "0", () => player.go(0)),
    button("One event back", "back", ",", () => player.go(store.position - 1)),
    button("One event forward", "forward", ".", () => player.go(store.position + 1)),
    button("To the end", "last", "9", () => player.go(Infinity)),
  );
  const chooser = make("div", { class: "kx-steps" });
  const when = make("p", { class: "kx-when" });
  const what = make("div", { class: "kx-what" });
  const el = make(
    "section",
    { class: "kx-part kx-time", "aria-label": "Time" },
    make("div", { class: "kx-now" }, transport, chooser, when),
    track,
    what,
  );
  const key = make("p", { class: "kx-note kx-key" });
  let strips = [];
  let selects = [];
  let said = []; // of each machine the elements that tell its event
  const single = remembered((machine) => steps(machine, 0));
  const pair = [0, 1].map((k) => remembered((machine) => steps(machine, k)));

  // The scrubber is the native one, for keyboards and screen readers. What is seen, and what a pointer drags,
  // is the axis under it, since the native one cannot have a scale for each step.
  const drag = (event) => {
    if (!store.timeline || (event.type === "pointermove" && !track.hasPointerCapture(event.pointerId))) return;
    if (event.type === "pointerdown") {
      track.setPointerCapture(event.pointerId);
      range.focus({ preventScroll: true });
      event.preventDefault();
    }
    const box = strips[0].lane.getBoundingClientRect();
    const x = event.clientX - box.left;
    if (x >= box.width - EDGE) player.go(Infinity);
    else if (x <= EDGE) player.go(0);
    else player.goToTime(store.timeline.axis.time(x / box.width));
  };
  track.addEventListener("pointerdown", drag);
  track.addEventListener("pointermove", drag);

  function load(machines) {
    range.max = store.timeline.length;
    const there = MARKS.filter(([, any]) => machines.some(({ replay }) => any(replay))).map(([words]) => words);
    say(key, `${there.join(" · ")}${there.length ? ". " : ""}Each step has its own scale.`);
    if (strips.length !== machines.length) {
      strips = machines.map(({ letter }) => strip(store, surface.theme, letter, () => surface.layout.width(track)));
      rows.replaceChildren(...strips.map((s) => s.el));
    }
    machines.forEach(({ replay }, k) => strips[k].load(replay, k));
    selects = machines.map((machine, k) => (machine.letter ? pair[k] : single)(machine, k));
    chooser.replaceChildren(...selects.map((s) => s.el));
    said = machines.map(teller);
    what.replaceChildren(...said.map((s) => s.el));
  }

  /** The steps of a machine, to be gone to by name. */
  function steps({ replay, letter }, k) {
    const option = (text, value) => make("option", { text, value });
    const groups = Object.entries(Object.groupBy([...replay.steps.keys()], (n) => replay.steps[n].name.split("/")[0]));
    const select = make(
      "select",
      {
        class: "kx-select",
        "aria-label": `Step${letter ? ` of machine ${letter}` : ""}`,
        onchange: () => player.goTo(+select.value < 0 ? 0 : replay.steps[+select.value].from + 1, k),
      },
      option("before the first step", -1),
      ...groups.map(([group, found]) =>
        make(
          "optgroup",
          { label: GROUPS[group] ?? group },
          ...found.map((n) =>
            option(
              `${replay.steps[n].name.split("/").slice(1).join("/")} · ${brief(replay.steps[n].t1 - replay.steps[n].t0)}`,
              n,
            ),
          ),
        ),
      ),
    );
    return {
      select,
      el: make("label", { class: "kx-step" }, make("span", { text: letter ? `${letter}, step` : "Step" }), select),
    };
  }

  /** The event that made this position, in a sentence, and the event that led to it. */
  function teller({ replay, letter }, k) {
    const sentence = make("span");
    const id = make("code");
    const link = make("button", {
      type: "button",
      class: "kx-link",
      onclick: () => player.goTo(replay.find(link.textContent) + 1, k),
    });
    const cause = make("span", {}, ", caused by ", link);
    const small = make("small", { class: "kx-id" }, id, cause);
    return {
      sentence,
      id,
      link,
      cause,
      small,
      el: make("p", {}, letter && make("b", { text: `${letter}: ` }), sentence, " ", small),
    };
  }

  function show(machines) {
    const { timeline, position } = store;
    const t = store.time();
    range.value = position;
    const local = machines.map((_, k) => timeline.local(t, k));
    const named = (text, k) => `${machines[k].letter ? `${machines[k].letter} ` : ""}${text}`;
    const moment = (replay, at) =>
      at <= replay.time(replay.length) ? since(replay, at) : `over, ${since(replay, replay.time(replay.length))}`;
    const each = machines.map(({ replay }, k) => named(moment(replay, local[k]), k)).join(" · ");
    const place = `event ${number(position)} of ${number(timeline.length)}`;
    range.setAttribute(
      "aria-valuetext",
      `${each}, step ${machines.map(({ now }, k) => named(now.state.step ?? "none", k)).join(" · ")}, ${place}`,
    );
    // Without a jump the moment is told by the call already.
    const called = machines.flatMap(({ replay }, k) =>
      local[k] >= 0 && replay.jump >= 0 ? [{ k, text: duration(local[k]) }] : [],
    );
    const alike = called.length === machines.length && called.every(({ text }) => text === called[0].text);
    const since_call = alike ? called[0].text : called.map(({ text, k }) => named(text, k)).join(", ");
    when.replaceChildren(
      make("b", { text: each }),
      make("span", { text: `${since_call ? ` · ${since_call} after ${machines[0].replay.call}` : ""} · ${place}` }),
    );
    machines.forEach((machine, k) => {
      tell(machine, k);
      const { replay, now } = machine;
      const step =
        now.cursor && replay.steps.length && now.cursor > replay.steps[0].from ? replay.stepAt(now.cursor) : -1;
      if (+selects[k].select.value !== step) selects[k].select.value = step;
      strips[k].show(t);
    });
    say(playWords, player.isPlaying() ? "Pause" : store.begins() ? "Play the crossing" : "Play on");
  }

  function tell({ replay, now }, k) {
    const { timeline, position } = store;
    const { sentence, id, link, cause, small, el: row } = said[k];
    const i = now.cursor - 1;
    small.hidden = i < 0;
    if (i < 0)
      return say(
        sentence,
        store.timeline.local(store.time(), k) < 0
          ? `For it ${replay.call} is still to come.`
          : `The old kernel runs; ${replay.call} is about to come.`,
      );
    // What the other machine did last stands there too, paler.
    row.classList.toggle("kx-earlier", timeline.cursor(position - 1, k) === now.cursor);
    say(sentence, `${capital(happening(replay, i, now, (name) => store.label(name)))}.`);
    say(id, replay.id[i]);
    cause.hidden = !replay.cause[i];
    say(link, replay.cause[i] ?? "");
  }

  function playing(on) {
    play.replaceChild(icon(on ? "pause" : "play"), play.firstChild);
    say(playWords, on ? "Pause" : "Play on");
  }

  return { el, key, load, show, playing };
}

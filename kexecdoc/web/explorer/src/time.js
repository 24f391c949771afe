// Time: forward, back and play, the steps by name, and the axis with what happened on it.

import { buildOnce, button, icon, make, say } from "./dom.js";
import { EventLine } from "./event-line.js";
import { momentInWords } from "./moment-words.js";
import { StepChooser } from "./step-chooser.js";
import { Strip } from "./strip.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").Machine} Machine */
/** @typedef {import("./player.js").Player} Player */
/** @typedef {import("./memory-map.js").Surface} Surface */

/** What the marks on the axis mean, and in which runs there are any. */
/** @type {[words: string, occurs: (replay: RunReplay) => boolean][]} */
const MARKS = [
  ["│ a write landed · ╵ stopped, faulted or missed", (run) => run.leftovers.length + run.astray.length > 0],
  ["▲ a pending bit flipped", (run) => run.pending.some(({ flip }) => flip)],
  ["△ an interrupt that nobody had handed out", (run) => run.strays.length > 0],
  ["▬ a storm of interrupts", (run) => run.storms.length > 0],
  ["✕ wrong bytes found", (run) => run.spoilt.length > 0],
  ["▨ IOMMU off: addresses go astray", (run) => run.windows.length > 0],
];

const EDGE = 4; // pixels from an end of the axis that are meant for the end

/**
 * What the marks of some runs mean.
 *
 * @param {RunReplay[]} replays
 */
export function keyInWords(replays) {
  const words = MARKS.filter(([, occurs]) => replays.some(occurs)).map(([meaning]) => meaning);
  return `${words.length ? `${words.join(" · ")}. ` : ""}Each step has its own scale.`;
}

/**
 * @param {Store} store
 * @param {Player} player
 * @param {Surface} surface
 */
export function time(store, player, surface) {
  const transport = transportOf(store, player);
  const axis = axisOf(store, player, surface);
  const steps = make("div", { class: "kx-steps" });
  const when = make("p", { class: "kx-when" });
  const events = make("div", { class: "kx-what" });
  const el = make(
    "section",
    { class: "kx-part kx-time", "aria-label": "Time" },
    make("div", { class: "kx-now" }, transport.el, steps, when),
    axis.el,
    events,
  );
  const key = make("p", { class: "kx-note kx-key" });

  // The same run has another chooser where it is one of two: its name has a letter.
  /** @type {(machine: Machine, k: number) => StepChooser} */
  const newChooser = (machine, k) => new StepChooser(machine, (cursor) => player.goTo(cursor, k));
  const aloneChooser = buildOnce(newChooser);
  const pairChooser = buildOnce(newChooser);
  /** @type {StepChooser[]} */
  let choosers = [];
  /** @type {EventLine[]} */
  let lines = [];

  /** @param {Machine[]} machines */
  function load(machines) {
    say(key, keyInWords(machines.map(({ replay }) => replay)));
    axis.load(machines);
    choosers = machines.map((machine, k) => (machine.letter ? pairChooser : aloneChooser)(machine, k));
    steps.replaceChildren(...choosers.map((chooser) => chooser.el));
    lines = machines.map((machine, k) => new EventLine(store, machine, k, (cursor) => player.goTo(cursor, k)));
    events.replaceChildren(...lines.map((line) => line.el));
  }

  /** @param {Machine[]} machines */
  function show(machines) {
    const { timeline, position } = store;
    if (!timeline) return;
    const words = momentInWords(machines, timeline, store.time(), position);
    const rest = [words.sinceCall, words.place].filter(Boolean).map((text) => ` · ${text}`);
    when.replaceChildren(make("b", { text: words.time }), make("span", { text: rest.join("") }));
    axis.show(words.spoken);
    for (const [k, { now }] of machines.entries()) {
      lines[k].show(now);
      choosers[k].show(now);
    }
    transport.show();
  }

  return { el, key, load, show, playing: transport.playing };
}

/**
 * The buttons that move through time.
 *
 * @param {Store} store
 * @param {Player} player
 */
function transportOf(store, player) {
  const playWords = make("span");
  const play = button(
    {
      class: "kx-button kx-play",
      "aria-keyshortcuts": "P",
      title: "Play, or pause (P)",
      onclick: () => player.toggle(),
    },
    icon("play"),
    playWords,
  );
  const el = make(
    "div",
    { class: "kx-transport", role: "group", "aria-label": "Time" },
    play,
    iconButton("To the start", "first", "0", () => player.go(0)),
    iconButton("One event back", "back", ",", () => player.go(store.position - 1)),
    iconButton("One event forward", "forward", ".", () => player.go(store.position + 1)),
    iconButton("To the end", "last", "9", () => player.go(Infinity)),
  );

  function show() {
    const start = store.begins() ? "Play the crossing" : "Play on";
    say(playWords, player.isPlaying() ? "Pause" : start);
  }

  /** @param {boolean} on */
  function playing(on) {
    play.firstChild?.replaceWith(icon(on ? "pause" : "play"));
    say(playWords, on ? "Pause" : "Play on");
  }

  return { el, show, playing };
}

/**
 * @param {string} label
 * @param {Parameters<typeof icon>[0]} shape
 * @param {string} key
 * @param {() => void} onclick
 */
const iconButton = (label, shape, key, onclick) =>
  button(
    {
      class: "kx-button kx-icon",
      "aria-label": label,
      "aria-keyshortcuts": key,
      title: `${label} (${key})`,
      onclick,
    },
    icon(shape),
  );

/**
 * The axis. For keyboards and screen readers there is a native slider. What is seen, and what a pointer drags, are the
 * strips below it, since a native slider cannot have a scale for each step.
 *
 * @param {Store} store
 * @param {Player} player
 * @param {Surface} surface
 */
function axisOf(store, player, surface) {
  const range = make("input", {
    type: "range",
    class: "kx-range",
    min: 0,
    step: 1,
    "aria-label": "Events so far",
    oninput: () => player.go(Number(range.value)),
  });
  const rows = make("div", { class: "kx-strips" });
  const el = make("div", { class: "kx-track" }, rows, range);
  /** @type {Strip[]} */
  let strips = [];

  /** @param {PointerEvent} event */
  function grab(event) {
    if (!store.timeline) return;
    el.setPointerCapture(event.pointerId);
    range.focus({ preventScroll: true });
    event.preventDefault();
    follow(event);
  }

  /** @param {PointerEvent} event */
  function drag(event) {
    if (el.hasPointerCapture(event.pointerId)) follow(event);
  }

  /** @param {PointerEvent} event */
  function follow({ clientX }) {
    if (!store.timeline) return;
    const { left, width } = strips[0].lane.getBoundingClientRect();
    const x = clientX - left;
    if (x >= width - EDGE) player.go(Infinity);
    else if (x <= EDGE) player.go(0);
    else player.goToTime(store.timeline.axis.time(x / width));
  }

  el.addEventListener("pointerdown", grab);
  el.addEventListener("pointermove", drag);

  /** @param {Machine[]} machines */
  function load(machines) {
    const { timeline } = store;
    if (!timeline) return;
    range.max = String(timeline.length);
    if (strips.length !== machines.length) {
      strips = machines.map(({ letter }) => new Strip(surface.theme, letter, () => surface.layout.width(el)));
      rows.replaceChildren(...strips.map((strip) => strip.el));
    }
    for (const [k, { replay }] of machines.entries()) strips[k].load(replay, timeline, k);
  }

  /** @param {string} spoken what a screen reader says of the moment */
  function show(spoken) {
    range.value = String(store.position);
    range.setAttribute("aria-valuetext", spoken);
    for (const strip of strips) strip.show(store.time());
  }

  return { el, load, show };
}

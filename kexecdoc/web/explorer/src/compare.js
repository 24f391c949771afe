// Two machines: in which switches they differ, and the first event in which their runs do.

import { button, make, say } from "./dom.js";
import { equal } from "./registry.js";
import { CLOCKS } from "./timeline.js";
import { duration, happening, since } from "./words.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").Machine} Machine */
/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Value} Value */
/** @typedef {import("./types.js").LogValue} LogValue */
/** @typedef {import("./words.js").Label} Label */
/** @typedef {[first: RunReplay, second: RunReplay]} Pair */

const LETTERS = ["A", "B"];
const MOST_PATHS = 3; // paths whose values are told, of an event that does different things

/**
 * The switches in which two scenarios differ, each with both values.
 *
 * @param {Scenario} first
 * @param {Scenario} second
 * @returns {[name: string, first: Value, second: Value][]}
 */
export const differingSwitches = (first, second) =>
  Object.keys(first)
    .filter((name) => !equal(first[name], second[name]))
    .map((name) => [name, first[name], second[name]]);

/** @type {(a: unknown, b: unknown) => boolean} */
const sameValue = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

/**
 * The first event in which two runs differ, or -1 if there is none. Two kernels word the same line differently, which
 * does not count.
 *
 * @param {RunReplay} first
 * @param {RunReplay} second
 */
export function firstDifference(first, second) {
  const shorter = Math.min(first.length, second.length);
  for (let i = 0; i < shorter; i++) if (!sameEvent(first, second, i)) return i;
  return first.length === second.length ? -1 : shorter;
}

/** @type {(first: RunReplay, second: RunReplay, i: number) => boolean} */
function sameEvent(first, second, i) {
  if (first.id[i] !== second.id[i] || first.t_ns[i] !== second.t_ns[i] || first.kind[i] !== second.kind[i])
    return false;
  const reworded = first.kind[i] === "print" && first.scenario.kernel !== second.scenario.kernel;
  return reworded || sameValue(first.sets[i], second.sets[i]);
}

/**
 * What event i assigns in one run and not, or not the same, in the other: the path, and its value in either.
 *
 * @param {RunReplay} first
 * @param {RunReplay} second
 * @param {number} i
 * @returns {[path: string, first: LogValue, second: LogValue][]}
 */
export function differingAssignments(first, second, i) {
  const [a, b] = [valuesByPath(first, i), valuesByPath(second, i)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((path) => !sameValue(a.get(path), b.get(path)))
    .map((path) => [path, a.get(path), b.get(path)]);
}

/**
 * @param {RunReplay} replay
 * @param {number} i
 * @returns {Map<string, LogValue>}
 */
function valuesByPath({ sets }, i) {
  const { paths, frames } = sets[i];
  return new Map([...paths, ...frames.map(({ first, end, what, value }) => framePath(first, end, what, value))]);
}

/** @type {(first: number, end: number, what: string, value: LogValue) => [string, LogValue]} */
const framePath = (first, end, what, value) => [`frame/${first}-${end - 1}/${what}`, value];

/**
 * @param {Store} store
 * @param {import("./player.js").Player} player
 */
export function compare(store, player) {
  const settings = make("p");
  const difference = make("p", { class: "kx-parting" });
  const clocks = clockChooser(store);
  const el = make("div", { class: "kx-part kx-compare", hidden: true }, settings, difference, clocks.el);

  /** @param {Machine[]} machines */
  function load(machines) {
    el.hidden = machines.length < 2;
    if (el.hidden) return;
    const pair = /** @type {Pair} */ (machines.map(({ replay }) => replay));
    settings.replaceChildren(...settingsInWords(...pair));
    difference.replaceChildren(...differenceInWords(pair, player, (owner) => store.label(owner)));
    clocks.load(pair);
  }

  return { el, load };
}

/**
 * The choice of what starts the clock of both machines.
 *
 * @param {Store} store
 */
function clockChooser(store) {
  const choices = CLOCKS.map((clock) => {
    const onchange = () => store.setClock(clock);
    const input = make("input", { type: "radio", name: `${store.uid}-clock`, value: clock, onchange });
    return { input, words: make("span") };
  });
  const labels = choices.map(({ input, words }) => make("label", {}, input, words));
  const el = make("fieldset", { class: "kx-clock" }, make("legend", { text: "One clock," }), ...labels);

  /** @param {Pair} pair */
  function load([first, second]) {
    el.hidden = first.jump < 0 || second.jump < 0;
    const texts = { call: ` from ${first.call} that begins both`, jump: " from the jump of each" };
    for (const { input, words } of choices) {
      say(words, texts[/** @type {keyof typeof texts} */ (input.value)]);
      input.checked = input.value === store.clock();
    }
  }

  return { el, load };
}

/**
 * @param {RunReplay} first
 * @param {RunReplay} second
 * @returns {(string | Node)[]}
 */
function settingsInWords(first, second) {
  const differing = differingSwitches(first.scenario, second.scenario);
  if (!differing.length) return ["A and B are set alike: flip a switch of one of them."];
  const each = differing.flatMap(([name, a, b], k) => [k ? ", " : "", make("code", { text: name }), ` (${a} | ${b})`]);
  return ["A and B differ in ", ...each, "."];
}

/**
 * When the two runs part, what happens then, and a button that leads there.
 *
 * @param {Pair} pair
 * @param {import("./player.js").Player} player
 * @param {Label} label
 * @returns {(string | Node)[]}
 */
function differenceInWords(pair, player, label) {
  const [first, second] = pair;
  const i = firstDifference(first, second);
  if (i < 0) return ["Event by event, the same happens in both."];
  const times = pair.map(({ length, t_ns }) => (i < length ? t_ns[i] : Infinity));
  const earliest = Math.min(...times);
  const earlier = [0, 1].filter((k) => times[k] === earliest);
  const sameId = first.id[i] === second.id[i];
  return [
    `They part ${duration(earliest)} after ${first.call}${byEachJump(pair, earliest)}. `,
    ...(sameId ? oneEventInWords(pair, i, label) : twoEventsInWords(pair, i, label)),
    " ",
    button({ text: "Go there", onclick: () => player.goToFirst(i + 1, earlier) }),
  ];
}

/**
 * A time by the jump of each machine that jumps, in brackets.
 *
 * @param {Pair} pair
 * @param {number} t
 */
function byEachJump(pair, t) {
  const words = pair.flatMap((replay, k) =>
    replay.jump < 0 ? [] : [since(replay, t).replace("the jump", `${LETTERS[k]}’s jump`)],
  );
  return words.length ? ` (${words.join(", ")})` : "";
}

/**
 * An event that happens in both machines, and what it does in only one of them.
 *
 * @param {Pair} pair
 * @param {number} i
 * @param {Label} label
 * @returns {(string | Node)[]}
 */
function oneEventInWords([first, second], i, label) {
  const differing = differingAssignments(first, second, i).slice(0, MOST_PATHS);
  const values = differing.flatMap(([path, a, b], n) => [
    n ? ", " : "",
    make("code", { text: path }),
    ` is ${valueInWords(a)} in A, ${valueInWords(b)} in B`,
  ]);
  const [a, b] = [first, second].map(({ t_ns }) => duration(t_ns[i]));
  const times = `it comes ${a} after ${first.call} in A, ${b} in B${values.length ? "; " : ""}`;
  const said = happening(first, i, first.at(i + 1), label);
  return [
    "In both: ",
    make("code", { text: first.id[i] }),
    `, ${said}; but `,
    first.t_ns[i] === second.t_ns[i] ? "" : times,
    ...values,
    ".",
  ];
}

/** @param {LogValue} value */
export function valueInWords(value) {
  if (value === undefined) return "not set";
  if (value?.text) return `“${value.text}”`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * What happens next in either machine.
 *
 * @param {Pair} pair
 * @param {number} i
 * @param {Label} label
 * @returns {(string | Node)[]}
 */
function twoEventsInWords(pair, i, label) {
  const earliest = Math.min(...pair.flatMap(({ length, t_ns }) => (i < length ? [t_ns[i]] : [])));
  return pair.flatMap((replay, k) => {
    if (i >= replay.length) return [` In ${LETTERS[k]}: `, "nothing more."];
    const t = replay.t_ns[i];
    const later = t > earliest ? `, ${duration(t)} after ${replay.call}` : "";
    const said = happening(replay, i, replay.at(i + 1), label);
    return [` In ${LETTERS[k]}: `, make("code", { text: replay.id[i] }), `, ${said}${later}.`];
  });
}

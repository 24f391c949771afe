// Keys that mean the same wherever in the explorer the focus is.

import { make } from "./dom.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./player.js").Player} Player */

/** Where keys are letters. */
const TYPED = "textarea, input:is([type=text], [type=search]), .kx-panel select, .kx-study select";

/** What is said of the keys: those below, and those of the axis, the memory map and the console. */
const WORDS = [
  "Anywhere in the explorer but where you type or choose from a list of values: , and . one event back and forward, ",
  "[ and ] to where a step begins, 0 and 9 the ends of the run, P plays and pauses. ",
  "On the axis: ← and → one event, Page Up and Page Down a tenth of the run. ",
  "In the memory map: arrows one frame, Home and End the ends of a row, Page Up and Page Down eight rows, ",
  "Escape forgets the frame. On the console: ↑ and ↓ one line.",
].join("");

export const keyboardHelp = () =>
  make("details", { class: "kx-keys" }, make("summary", { text: "Keyboard" }), make("p", { text: WORDS }));

/** @type {Record<string, (player: Player, store: Store) => void>} */
const ACTIONS = {
  ",": (player, store) => player.go(store.position - 1),
  ".": (player, store) => player.go(store.position + 1),
  "[": (player) => player.goToStepBefore(),
  "]": (player) => player.goToNextStep(),
  0: (player) => player.go(0),
  9: (player) => player.go(Infinity),
  p: (player) => player.toggle(),
  P: (player) => player.toggle(),
  n: () => {}, // the theme's key for the next page: here it would be hit by mistake
};

/**
 * Do what a key means.
 * @param {KeyboardEvent} event
 * @param {Player} player
 * @param {Store} store
 */
export function press(event, player, store) {
  const { key, target } = event;
  if (!store.timeline || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!(key in ACTIONS) || (target instanceof Element && target.matches(TYPED))) return;
  event.preventDefault();
  event.stopPropagation(); // the page around may have uses of its own for these keys
  ACTIONS[key](player, store);
}

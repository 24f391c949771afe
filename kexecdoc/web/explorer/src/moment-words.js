// The moment shown, in words: by the jump, by the call, and as a number of events.

import { duration, number, since } from "./words.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./store.js").Machine} Machine */
/** @typedef {import("./timeline.js").Timeline} Timeline */
/** @typedef {Pick<Machine, "letter" | "replay" | "now">} Shown */

/**
 * The moment of one machine, or of two: `time` by the jump of each, `sinceCall` by the call, `place` among the events,
 * and all that a screen reader says of it.
 *
 * @param {Shown[]} machines
 * @param {Timeline} timeline
 * @param {number} t
 * @param {number} position
 */
export function momentInWords(machines, timeline, t, position) {
  const times = machines.map((_machine, k) => timeline.local(t, k));
  const time = machines.map(({ letter, replay }, k) => named(letter, timeOf(replay, times[k]))).join(" · ");
  const place = `event ${number(position)} of ${number(timeline.length)}`;
  const steps = machines.map(({ letter, now }) => named(letter, now.state.step ?? "none")).join(" · ");
  return { time, sinceCall: sinceCall(machines, times), place, spoken: `${time}, step ${steps}, ${place}` };
}

/** @type {(letter: string, text: string) => string} */
const named = (letter, text) => (letter ? `${letter} ${text}` : text);

/**
 * @param {RunReplay} replay
 * @param {number} t
 */
function timeOf(replay, t) {
  const end = replay.time(replay.length);
  return t <= end ? since(replay, t) : `over, ${since(replay, end)}`;
}

/**
 * The time since the call: once if it is the same in both machines. Without a jump the moment is told by the call
 * already, and nothing is said here.
 *
 * @param {Shown[]} machines
 * @param {number[]} times
 */
function sinceCall(machines, times) {
  const called = machines.flatMap(({ letter, replay }, k) =>
    times[k] >= 0 && replay.jump >= 0 ? [{ letter, text: duration(times[k]) }] : [],
  );
  if (!called.length) return "";
  const same = called.length === machines.length && called.every(({ text }) => text === called[0].text);
  const words = same ? called[0].text : called.map(({ letter, text }) => named(letter, text)).join(", ");
  return `${words} after ${machines[0].replay.call}`;
}

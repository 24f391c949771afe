// The replays and timelines that are kept ready, so that flipping a switch to and fro builds nothing twice.

import { RunReplay } from "./replay.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Legend} Legend */

const REPLAYS = 24;
const EVENTS = 150_000; // in all of them together: half a gigabyte is too much for a page
const TIMELINES = 64; // with twelve runs there are as many as 144 pairs

export class ReplayCache {
  /** @type {Map<View["log"], RunReplay>} */
  #replays = new Map();
  /** @type {Map<string, Timeline>} */
  #timelines = new Map();
  /** @type {WeakMap<RunReplay, number>} */
  #numbers = new WeakMap();
  #numbered = 0;

  /** @param {() => Legend} legend */
  constructor(legend) {
    this.legend = legend;
  }

  /** @param {View} view */
  has({ log }) {
    return this.#replays.has(log);
  }

  /** @param {View} view */
  replayOf(view) {
    const { log } = view;
    let replay = this.#replays.get(log);
    if (!replay) {
      const kept = [...this.#replays.values()].reduce((sum, { length }) => sum + length, log.events.id.length);
      if (kept > EVENTS) for (const cache of [this.#replays, this.#timelines]) cache.clear();
      replay = new RunReplay(view, this.legend());
      this.#replays.set(log, replay);
    }
    dropOldest(this.#replays, REPLAYS);
    return replay;
  }

  /**
   * @param {RunReplay[]} replays
   * @param {string} clock
   */
  timelineOf(replays, clock) {
    const key = [...replays.map((replay) => this.#numberOf(replay)), clock].join();
    const timeline = this.#timelines.get(key) ?? new Timeline(replays, clock);
    this.#timelines.set(key, timeline);
    dropOldest(this.#timelines, TIMELINES);
    return timeline;
  }

  /** @param {RunReplay} replay */
  #numberOf(replay) {
    const number = this.#numbers.get(replay) ?? ++this.#numbered;
    this.#numbers.set(replay, number);
    return number;
  }
}

/**
 * @template Key
 * @param {Map<Key, unknown>} cache
 * @param {number} most
 */
function dropOldest(cache, most) {
  for (const key of cache.keys()) {
    if (cache.size <= most) return;
    cache.delete(key);
  }
}

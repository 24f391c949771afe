// The life of one frame: who owned it, who wrote it and when, and what became of the bytes.

import { since } from "./words.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */

/**
 * What happened to a frame in event `i`, or from `i` to `until` `count` times; i is -1 for how it was at first. `actor`
 * is the new owner, who wrote, or what its owner found.
 * @typedef {object} Entry
 * @property {number} i
 * @property {number} until
 * @property {string} what `owner`, `bytes`, `kept` or `found`
 * @property {string} actor
 * @property {number} count
 * @property {boolean} leftover
 * @property {boolean} flip
 */

/**
 * What happened to a frame in the whole run, in order. What one actor does again and again is one entry, as is one
 * owner's reading the same again.
 * @param {RunReplay} replay
 * @param {number} frame
 */
export function frameHistory(replay, frame) {
  /** @type {Entry[]} */
  const entries = [];
  /** @type {(i: number, what: string, value: any) => void} */
  const add = (i, what, value) => {
    const last = entries.at(-1);
    const actor = what === "bytes" ? replay.id[i].split(":")[0] : value;
    if (last && last.what === what && last.actor === actor) {
      last.count++;
      last.until = i;
      return;
    }
    const owner = entries.findLast((entry) => entry.what === "owner")?.actor;
    if (what === "owner" && owner === value) return;
    const leftover = replay.leftoverEvents.has(i);
    entries.push({ i, until: i, what, actor, count: 1, leftover, flip: replay.flipEvents.has(i) });
  };
  /** @param {{ first: number, end: number }} range */
  const hits = ({ first, end }) => first <= frame && frame < end;
  // What `start` says in several lines was so at once: only its last word counts.
  const first = replay.start.frames.findLast((range) => range.what === "owner" && hits(range));
  if (first) add(-1, "owner", first.value);
  replay.sets.forEach(({ frames }, i) => {
    for (const range of frames) if (hits(range)) add(i, range.what, range.value);
  });
  return entries;
}

/**
 * An entry in words.
 * @param {RunReplay} replay
 * @param {Entry} entry
 * @param {(owner: string) => string} label
 */
export function describeEntry(replay, entry, label) {
  const { what, actor, count, until } = entry;
  if (what === "owner") return `${entry.i < 0 ? "" : "becomes "}${label(actor)}`;
  if (what === "kept") return "kept as an LPI table for the next kernel";
  if (what === "found") {
    const state = actor === "wrong" ? "wrong" : "as it had been put there";
    return `its owner found it ${state}${count > 1 ? `, ${count} times` : ""}`;
  }
  const writer =
    count > 1 ? `written ${count} times by ${actor}, last by ${replay.id[until]}` : `written by ${replay.id[until]}`;
  return `${writer}${entry.leftover ? ": a leftover write" : entry.flip ? ": a flipped bit" : ""}`;
}

/**
 * What became of the bytes of entry n, if it is a leftover write or a flip; else null.
 * @param {RunReplay} replay
 * @param {Entry[]} entries
 * @param {number} n
 */
export function fateOf(replay, entries, n) {
  if (!entries[n].leftover && !entries[n].flip) return null;
  for (const next of entries.slice(n + 1)) {
    const when = since(replay, replay.t_ns[next.i]);
    if (next.what === "found" && next.actor === "wrong") return `found wrong by the frame’s owner, ${when}`;
    if (next.what === "bytes") return `overwritten by ${replay.id[next.i]}, ${when}, before anybody read them`;
  }
  return "still there at the end, and read by nobody";
}

// @ts-nocheck
// The life of one frame: who owned it, who wrote it and when, and what became of the bytes.

import { since } from "./words.js";

/**
 * What happened to a frame in the whole run, in order: `[{ i, what, ... }]`, where i is the event (-1 for how it
 * was at first). What one actor does again and again is one entry, as is one owner's reading the same again.
 */
export function frameHistory(replay, frame) {
  const entries = [];
  const add = (i, what, value) => {
    const last = entries.at(-1);
    const actor = what === "bytes" ? replay.id[i].split(":")[0] : value;
    if (last?.what === what && last.actor === actor) {
      last.count++;
      last.until = i;
    } else if (what !== "owner" || entries.findLast((e) => e.what === "owner")?.actor !== value)
      entries.push({
        i,
        until: i,
        what,
        actor,
        count: 1,
        leftover: replay.leftoverEvents.has(i),
        flip: replay.flipEvents.has(i),
      });
  };
  let first = null; // what `start` says in several lines was so at once: only its last word counts
  for (const f of replay.start.frames) if (f.first <= frame && frame < f.end && f.what === "owner") first = f.value;
  if (first !== null) add(-1, "owner", first);
  replay.sets.forEach(({ frames }, i) => {
    for (const f of frames) if (f.first <= frame && frame < f.end) add(i, f.what, f.value);
  });
  return entries;
}

/** An entry in words. */
export function describeEntry(replay, entry, label) {
  const { what, actor, count, until } = entry;
  if (what === "owner") return `${entry.i < 0 ? "" : "becomes "}${label(actor)}`;
  if (what === "kept") return "kept as an LPI table for the next kernel";
  if (what === "found")
    return `its owner ${actor === "wrong" ? "found it wrong" : "found it as it had been put there"}${count > 1 ? `, ${count} times` : ""}`;
  const writer =
    count > 1 ? `written ${count} times by ${actor}, last by ${replay.id[until]}` : `written by ${replay.id[until]}`;
  return `${writer}${entry.leftover ? ": a leftover write" : entry.flip ? ": a flipped bit" : ""}`;
}

/** What became of the bytes of entry n, if it is a leftover write or a flip; else null. */
export function fateOf(replay, entries, n) {
  if (!entries[n].leftover && !entries[n].flip) return null;
  for (const next of entries.slice(n + 1)) {
    const when = since(replay, replay.t_ns[next.i]);
    if (next.what === "found" && next.actor === "wrong") return `found wrong by the frame’s owner, ${when}`;
    if (next.what === "bytes") return `overwritten by ${replay.id[next.i]}, ${when}, before anybody read them`;
  }
  return "still there at the end, and read by nobody";
}

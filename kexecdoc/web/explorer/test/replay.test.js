import assert from "node:assert/strict";
import test from "node:test";

import { fold } from "../src/fold.js";
import { before, FOUND } from "../src/replay.js";
import { replay, view } from "./views.js";

/** What the state of the fold says of every frame. */
const frames = (/** @type {Record<string, any>} */ state, /** @type {string} */ what) =>
  Array.from({ length: 4096 }, (_, frame) => state[`frame/${frame}/${what}`]);

for (const name of /** @type {const} */ (["corrupted", "line"]))
  test(`going to and fro ends in the state that the fold gives: ${name}`, () => {
    const run = replay(name);
    const { start, events } = view(name).log;
    for (let k = 0; k < 12; k++) {
      const cursor = (k * 389) % (run.length + 1);
      const past = { ...events, t_ns: events.t_ns.slice(0, cursor) };
      const expected = fold(start, past);
      const now = run.at(cursor);
      assert.equal(now.cursor, cursor);
      for (const [path, value] of Object.entries(now.state)) assert.deepEqual(value, expected[path], path);
      const written = Array.from(now.writer, (i) => run.id[i]);
      assert.deepEqual(written, frames(expected, "bytes"));
      assert.deepEqual(
        Array.from(now.owner, (n) => run.owners[n]),
        frames(expected, "owner"),
      );
      assert.deepEqual(Array.from(now.kept, Boolean), frames(expected, "kept").map(Boolean));
      const found = frames(expected, "found").map((word) => word ?? FOUND[0]);
      assert.deepEqual(
        Array.from(now.found, (n) => FOUND[n]),
        found,
      );
    }
  });

test("a frame that leftover DMA hit names the last write that landed in it", () => {
  const run = replay("corrupted");
  const last = new Map(run.leftovers.filter(({ result }) => result === "landed").map(({ frame, i }) => [frame, i]));
  const hit = new Map([...run.at(run.length).strayed.entries()].filter(([, i]) => i >= 0));
  assert.deepEqual(hit, new Map([...last].sort(([a], [b]) => Number(a) - Number(b))));
  assert.ok(hit.size > 0);
});

test("the cursor that matters is just behind the first write that does harm", () => {
  const run = replay("corrupted");
  assert.equal(run.kind[run.matters - 1], "dma.landed");
  assert.equal(run.matters - 1, Math.min(...run.harm.keys()));
});

test("without harm or loss of time the jump matters", () => {
  const run = replay("removed");
  assert.equal(run.matters - 1, run.jump);
});

test("an event is found by its id, and what is unknown is not", () => {
  const run = replay("corrupted");
  assert.equal(run.find(run.id[123]), 123);
  assert.equal(run.find("nobody/nothing:0"), -1);
  assert.equal(run.find(null), -1);
});

test("a cursor and a time lead to each other", () => {
  const run = replay("corrupted");
  for (let cursor = 1; cursor <= run.length; cursor += 7) {
    const found = run.cursorAt(run.time(cursor));
    assert.ok(found >= cursor);
    assert.equal(run.time(found), run.time(cursor));
  }
});

test("the entries before a cursor are counted", () => {
  const list = [{ i: 2 }, { i: 5 }, { i: 5 }, { i: 9 }];
  assert.deepEqual(
    [0, 2, 3, 5, 6, 9, 10].map((cursor) => before(list, cursor)),
    [0, 0, 1, 1, 3, 3, 4],
  );
});

import assert from "node:assert/strict";
import test from "node:test";

import { momentInWords } from "../src/moment-words.js";
import { stepAt } from "../src/step-chooser.js";
import { marksOf, roomReserver, signed } from "../src/strip.js";
import { keyInWords } from "../src/time.js";
import { Timeline } from "../src/timeline.js";
import { duration } from "../src/words.js";
import { replay } from "./views.js";

/**
 * The moment of some machines at a position.
 * @param {import("../src/replay.js").RunReplay[]} replays
 * @param {number} position
 * @param {"call" | "jump"} clock
 */
function moment(replays, position, clock = "call") {
  const timeline = new Timeline(replays, clock);
  const at = Math.min(position, timeline.length);
  const machines = replays.map((run, k) => ({
    letter: replays.length > 1 ? "AB"[k] : "",
    replay: run,
    now: run.at(timeline.cursor(at, k)),
  }));
  return momentInWords(machines, timeline, timeline.time(at), at);
}

test("the moment of one machine is told by the jump, by the call and among the events", () => {
  const run = replay("corrupted");
  const found = moment([run], run.find("jump/copy:0") + 1);
  assert.equal(found.time, "at the jump");
  assert.equal(found.sinceCall, `${duration(run.t_ns[run.jump])} after the call`);
  assert.equal(found.place, `event ${run.find("jump/copy:0") + 1} of ${run.length.toLocaleString("en-GB")}`);
  assert.equal(found.spoken, `at the jump, step jump/copy, ${found.place}`);
});

test("of two machines on the clock of the call the time since it is told once", () => {
  const found = moment([replay("corrupted"), replay("removed")], 200);
  assert.match(found.time, /^A .* the jump · B .* the jump$/);
  assert.match(found.sinceCall, /^[\d.]+ (µs|ms) after the call$/);
});

test("on the clock of the jumps a machine may not be called yet, and one that has ended says so", () => {
  const replays = [replay("corrupted"), replay("removed")];
  const start = moment(replays, 1, "jump");
  assert.match(start.time, /not called yet/);
  assert.match(start.sinceCall, /^[AB] [^,]* after the call$/);
  assert.match(moment(replays, Infinity).time, /over, .* after the jump/);
});

test("there is no step before the first one begins", () => {
  const run = replay("corrupted");
  assert.equal(stepAt(run, run.steps[0].from), -1);
  assert.equal(stepAt(run, run.steps[0].from + 1), 0);
  assert.equal(stepAt(run, run.length), run.steps.length - 1);
});

test("the key explains the marks that there are", () => {
  assert.match(
    keyInWords([replay("corrupted")]),
    /^│ a write landed .* ✕ wrong bytes found\. Each step has its own scale\.$/,
  );
  const { length, leftovers, ...rest } = replay("corrupted");
  const empty = Object.assign(Object.create(null), rest, { length, leftovers: [], astray: [], pending: [] });
  Object.assign(empty, { strays: [], storms: [], spoilt: [], windows: [] });
  assert.equal(keyInWords([empty]), "Each step has its own scale.");
});

test("the jump gets room before the end, landmarks before steps", () => {
  const names = marksOf(replay("corrupted")).map(({ name }) => name);
  assert.equal(names[0], "jump");
  assert.ok(names.indexOf("jump") < names.indexOf("entry") && names.indexOf("entry") < names.indexOf("end"));
  assert.equal(names.at(-1), undefined);
});

test("a time is signed by the jump", () => {
  const run = replay("corrupted");
  const jump = run.t_ns[run.jump];
  assert.deepEqual(
    [jump, jump - 2_000, jump + 3_000_000].map((t) => signed(run, t)),
    ["0", "−2 µs", "+3 ms"],
  );
});

test("a label gets room only if none is there, and at the right end on its left", () => {
  const reserve = roomReserver(1000);
  assert.ok(reserve(0.5, "jump"));
  assert.ok(!reserve(0.52, "entry"));
  assert.ok(reserve(0.6, "entry"));
  assert.ok(reserve(0.999, "end"));
  assert.ok(!reserve(0.98, "userspace"));
  assert.ok(!roomReserver(10)(0.5, "wider than the strip"));
});

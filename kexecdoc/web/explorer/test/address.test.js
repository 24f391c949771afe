import assert from "node:assert/strict";
import test from "node:test";

import { encode, encodeMachine, leftOut, split, understand } from "../src/address.js";
import { CONTROLS, REGISTRY } from "./switches.js";

const FRAMES = 4096;
const MOMENT = /** @type {const} */ ({ at: "", frame: -1, clock: "call" });

/** @param {string} fragment */
const understood = (fragment) => understand(split(fragment).machine ?? [], CONTROLS, FRAMES);

test("a state comes back from its address", () => {
  const state = /** @type {const} */ ({
    scenario: { dma: "cyclic", seed: 17 },
    other: { dma: "ring" },
    at: "eth0/buffer:12",
    frame: 1234,
    clock: "jump",
  });
  const fragment = encode("machine", state);
  assert.equal(fragment, "kx=machine&dma=cyclic&seed=17&b.dma=ring&at=eth0/buffer:12&frame=1234&clock=jump");
  assert.deepEqual(understood(`#${fragment}`), { state, complaints: [] });
});

test("of a moment, an address holds only what is not at its default", () => {
  assert.equal(encode("outlives", { scenario: { dma: "ring" }, other: {}, ...MOMENT }), "kx=outlives&dma=ring");
});

test("the explorer of every switch names those that are not at their default", () => {
  const scenario = { kernel: "3.4", dma: "ring", seed: 1, "clear-bus-master": "no" };
  const other = { kernel: "7.3", dma: "cyclic", seed: 1, "clear-bus-master": "yes" };
  const fragment = encodeMachine({ scenario, other, ...MOMENT }, REGISTRY);
  assert.equal(fragment, "kx=machine&kernel=3.4&b.kernel=7.3&b.dma=cyclic");
});

test("two machines that are alike are two in an address all the same", () => {
  const scenario = { ...REGISTRY.defaults };
  assert.equal(encodeMachine({ scenario, other: scenario, ...MOMENT }, REGISTRY), "kx=machine&b.seed=1");
});

test("states of several explorers stand in one fragment", () => {
  assert.deepEqual(split("#kx=outlives&dma=ring&kx=outlives.2&dma=cyclic&at=end"), {
    outlives: [["dma", "ring"]],
    "outlives.2": [
      ["dma", "cyclic"],
      ["at", "end"],
    ],
  });
});

for (const fragment of ["", "#", "#a-heading", "#dma=ring&kx=outlives", "#my-driver&dma=ring"])
  test(`a fragment that holds no state is ignored: "${fragment}"`, () => assert.deepEqual(split(fragment), {}));

for (const mangled of ["kx=machine%26dma%3Dcyclic", "kx%3Dmachine%26dma%3Dcyclic"])
  test(`a link that a mail program escaped is understood: ${mangled}`, () =>
    assert.deepEqual(split(mangled), { machine: [["dma", "cyclic"]] }));

test("a broken escape is kept, and complained of like any other wrong value", () => {
  assert.deepEqual(understood("#kx=machine&dma=%E0%A4%A").complaints, ["dma has no value “%E0%A4%A”"]);
});

test("what a link gets wrong is named, and the rest is taken", () => {
  const { state, complaints } = understood("#kx=machine&dma=rings&traffic=30000&zzz=1&frame=99999&b.seed=5&clock=noon");
  assert.deepEqual(state, { scenario: {}, other: { seed: 5 }, ...MOMENT });
  assert.deepEqual(complaints, [
    "dma has no value “rings”",
    "traffic: “30000” is not an integer from 1 to 20,000; the nearest is 20000",
    "“zzz=1” means nothing here",
    "“frame=99999” means nothing here",
    "“clock=noon” means nothing here",
  ]);
});

test("of many complaints three are shown, of a long word forty letters", () => {
  const words = Array.from({ length: 2000 }, (_, n) => `w${n}=${"x".repeat(100)}`).join("&");
  const notice = leftOut(understood(`#kx=machine&${words}`).complaints);
  assert.match(notice, /; and 1997 more\.$/);
  assert.ok(notice.length < 400);
  assert.equal(leftOut([]), "");
});

import assert from "node:assert/strict";
import test from "node:test";

import * as registry from "../src/registry.js";
import { control, REGISTRY } from "./switches.js";

const { defaults } = REGISTRY;

test("a value that is in the list is read, another is named", () => {
  assert.deepEqual(registry.parseValue(control("dma"), "cyclic"), { value: "cyclic" });
  assert.deepEqual(registry.parseValue(control("dma"), "x".repeat(50)), {
    error: `dma has no value “${"x".repeat(40)}…”`,
  });
});

test("a number is read within its bounds, and the nearest is named", () => {
  assert.deepEqual(registry.parseValue(control("traffic"), "007"), { value: 7 });
  for (const [word, end] of [
    ["0", "the nearest is 1"],
    ["20001", "the nearest is 20000"],
    ["1e3", "the default is 500"],
    ["", "the default is 500"],
    ["0.5", "the default is 500"],
    ["²", "the default is 500"],
  ])
    assert.ok(registry.parseValue(control("traffic"), word).error?.endsWith(end), word);
});

test("a number with decimal places has no more of them than it may", () => {
  const damage = { ...control("traffic"), low: "0", high: "1", places: 2 };
  assert.deepEqual(registry.parseValue(damage, "0.25"), { value: 0.25 });
  for (const word of ["0.125", "1.01", "-0.1", ".5"]) assert.ok(registry.parseValue(damage, word).error, word);
});

test("an integer that JavaScript would round stays in digits", () => {
  const seed = "9223372036854775807";
  assert.deepEqual(registry.parseValue(control("seed"), seed), { value: seed });
});

test("with another kernel what was at its default is at that kernel's default", () => {
  const old = registry.flipped(defaults, "kernel", "3.4", REGISTRY);
  assert.deepEqual(old, { ...defaults, kernel: "3.4", "clear-bus-master": "no" });
  assert.deepEqual(registry.changed(old, REGISTRY), { kernel: "3.4" });
  const set = registry.flipped({ ...old, "clear-bus-master": "yes" }, "kernel", "7.3", REGISTRY);
  assert.deepEqual(set, defaults);
});

test("a key is the same for the same scenario, however it is written", () => {
  const words = { ...defaults, seed: "1" };
  assert.equal(registry.keyOf(words, REGISTRY), registry.keyOf(defaults, REGISTRY));
  assert.notEqual(registry.keyOf({ ...words, dma: "cyclic" }, REGISTRY), registry.keyOf(defaults, REGISTRY));
});

test("the differences from a scenario make the other one again", () => {
  const other = { kernel: "3.4", dma: "cyclic", seed: 5, "clear-bus-master": "yes" };
  const words = registry.differences(other, defaults, REGISTRY);
  assert.deepEqual(words, { kernel: "3.4", dma: "cyclic", seed: 5, "clear-bus-master": "yes" });
  assert.deepEqual(registry.withOverrides(defaults, words, REGISTRY), other);
  assert.deepEqual(registry.differences(defaults, defaults, REGISTRY), { seed: 1 });
});

test("a switch whose needs are not met says so", () => {
  assert.equal(registry.inactiveReason(control("clear-bus-master"), defaults), "");
  assert.equal(
    registry.inactiveReason(control("clear-bus-master"), { ...defaults, dma: "cyclic" }),
    "only with dma=ring",
  );
});

test("the options of a command are what is not at its default", () => {
  assert.equal(registry.options({ ...defaults, dma: "cyclic", seed: 5 }, REGISTRY), " --dma cyclic --seed 5");
  assert.equal(registry.options(defaults, REGISTRY), "");
});

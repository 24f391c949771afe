import assert from "node:assert/strict";
import test from "node:test";

import { keyOf } from "../src/registry.js";
import { noEffectReason, reasonInWords, withoutSeparators } from "../src/switch-field.js";
import { control, REGISTRY } from "./switches.js";

const { defaults } = REGISTRY;

test("a number may be typed with commas between its thousands", () => {
  assert.equal(withoutSeparators(" 20,000 "), "20000");
  assert.equal(withoutSeparators("1,2"), "1,2");
});

test("a switch has no effect because of what is declared, or because of what was tried", () => {
  const traffic = control("traffic");
  const tried = { key: keyOf(defaults, REGISTRY), idle: { traffic: true, dma: true } };
  assert.equal(noEffectReason(traffic, defaults, null, REGISTRY), "");
  assert.equal(
    noEffectReason(traffic, defaults, tried, REGISTRY),
    "no effect as the others are set: at its default, and at both ends of its range, the same happens",
  );
  assert.equal(
    noEffectReason(control("dma"), defaults, tried, REGISTRY),
    "no effect as the others are set: with every other value the same happens",
  );
  const other = { ...defaults, dma: "cyclic" };
  assert.equal(noEffectReason(traffic, other, tried, REGISTRY), "", "that was tried with other settings");
  assert.equal(noEffectReason(control("clear-bus-master"), other, tried, REGISTRY), "only with dma=ring");
});

test("of two machines a switch is drawn back if it has no effect in either", () => {
  assert.equal(reasonInWords(["only with x"]), "only with x");
  assert.equal(reasonInWords(["only with x", ""]), "");
  assert.equal(reasonInWords(["only with x", "only with x"]), "only with x");
  assert.equal(reasonInWords(["only with x", "only with y"]), "A: only with x; B: only with y");
});

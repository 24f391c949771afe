import assert from "node:assert/strict";
import test from "node:test";

import { hasWord, optionText, otherDefaults, searchText } from "../src/switch-help.js";
import { control } from "./switches.js";

test("a short word or an abbreviation is found as a word of its own", () => {
  assert.ok(hasWord("the ITS and its tables", "ITS"));
  assert.ok(!hasWord("its tables, and their limits", "ITS"));
  assert.ok(hasWord("clear-bus-master", "bus"));
  assert.ok(!hasWord("robust", "bus"));
  assert.ok(hasWord("Remapping Interrupts", "interrupt"));
  assert.ok(!hasWord("anything", "a.y"));
});

test("a value is not said twice", () => {
  assert.equal(optionText("kexec", "it jumps"), "kexec · it jumps");
  assert.equal(optionText("off", "off, or absent"), "off, or absent");
  assert.equal(optionText(7, "7"), "7");
});

test("older kernels with the same default are named together", () => {
  const byKernel = { 4.18: { policy: "detect" }, 4.17: { policy: "detect" }, 3.4: { policy: "naive", other: "x" } };
  assert.deepEqual(otherDefaults("policy", byKernel), ["; detect in 4.18, 4.17", "; naive in 3.4"]);
  assert.deepEqual(otherDefaults("missing", byKernel), []);
});

test("a switch is found by all that is said of it", () => {
  const dma = { ...control("dma"), label: "How it writes", help: "what the device does", group: "Device" };
  const choices = [{ value: "cyclic", label: "endless", meaning: "round and round" }];
  const text = searchText({ ...dma, choices });
  for (const word of ["dma", "writes", "device", "Device", "cyclic", "endless", "round"])
    assert.ok(hasWord(text, word));
  assert.ok(!hasWord(text, "interrupt"));
});

import assert from "node:assert/strict";
import test from "node:test";

import { endInWords, tenthInWords } from "../src/study.js";
import { captionOf, commandsOf, parseRequest, suggestedValues, withValue } from "../src/study-request.js";
import { intervalInWords } from "../src/study-table.js";
import { control, REGISTRY } from "./switches.js";

const { defaults } = REGISTRY;
const SEEDS = { ...control("traffic"), name: "seeds", low: "1", high: "100", default: 20 };
const TYPED = { seeds: " 20 ", from: "1", values: "" };

/**
 * @param {Partial<typeof TYPED>} typed
 * @param {import("../src/types.js").Switch} [varied]
 */
const parsed = (typed, varied) => parseRequest({ ...TYPED, ...typed }, { seeds: SEEDS, seed: control("seed"), varied });

test("a study of this machine alone varies nothing but the seed", () => {
  assert.deepEqual(parsed({}), { request: { vary: "", values: [], seeds: "20" }, first: 1 });
});

test("a list is varied with all its values, a number with those that were typed", () => {
  assert.deepEqual(parsed({ values: "ignored" }, control("dma")), {
    request: { vary: "dma", values: ["ring", "cyclic"], seeds: "20" },
    first: 1,
  });
  assert.deepEqual(parsed({ values: "5, 10,, " }, control("traffic")), {
    request: { vary: "traffic", values: ["5", "10"], seeds: "20" },
    first: 1,
  });
});

test("what is wrong is told with its field", () => {
  /** @type {(typed: Partial<typeof TYPED>) => { error?: string, field?: string }} */
  const wrong = (typed) => parsed(typed, control("traffic"));
  assert.equal(wrong({ seeds: "101" }).field, "seeds");
  assert.match(wrong({ seeds: "101" }).error ?? "", /the nearest is 100\.$/);
  assert.equal(wrong({ from: "first" }).field, "from");
  assert.deepEqual(wrong({}), {
    error: "traffic: no value was given; it is an integer from 1 to 20,000.",
    field: "values",
  });
  assert.match(wrong({ values: "10, many" }).error ?? "", /“many” is not an integer/);
});

test("a number is varied from its default to its bound, by way of what is set", () => {
  assert.equal(suggestedValues(control("traffic"), { ...defaults, traffic: 700 }), "500, 700, 20000");
  assert.equal(suggestedValues(control("traffic"), { ...defaults, traffic: 500 }), "500, 20000");
});

test("what counts the same is one command", () => {
  const scenario = { ...defaults, traffic: 500, seed: 3 };
  const registry = { ...REGISTRY, defaults: { ...defaults, traffic: 500 } };
  /** @type {(vary: string, values: string[]) => string} */
  const command = (vary, values) =>
    commandsOf({ vary, values, seeds: "5" }, scenario, vary ? control(vary) : undefined, registry);
  assert.equal(command("", []), "kexecdoc sweep --seed 3 --seeds 5");
  assert.equal(command("dma", ["ring", "cyclic"]), "kexecdoc sweep --vary dma --seed 3 --seeds 5");
  assert.equal(command("traffic", ["5", "10"]), "kexecdoc sweep --vary traffic=5,10 --seed 3 --seeds 5");
});

test("where a default depends on the kernel that is varied there is a command for each", () => {
  const scenario = { ...defaults, "clear-bus-master": "no" };
  const request = { vary: "kernel", values: ["7.3", "3.4"], seeds: "5" };
  assert.equal(
    commandsOf(request, scenario, control("kernel"), REGISTRY),
    "kexecdoc sweep --kernel 7.3 --clear-bus-master no --seeds 5\nkexecdoc sweep --kernel 3.4 --seeds 5",
  );
  assert.equal(commandsOf(request, defaults, control("kernel"), REGISTRY), "kexecdoc sweep --vary kernel --seeds 5");
});

test("a machine of a study is the reader's with the value, and that kernel's defaults", () => {
  assert.deepEqual(withValue(defaults, undefined, "", REGISTRY), defaults);
  assert.equal(withValue(defaults, control("dma"), "cyclic", REGISTRY).dma, "cyclic");
  assert.equal(withValue(defaults, control("kernel"), "3.4", REGISTRY)["clear-bus-master"], "no");
});

test("the caption tells the seeds, also those that JavaScript's numbers cannot hold, and what is set", () => {
  const request = { vary: "dma", values: ["ring"], seeds: "2" };
  assert.equal(captionOf(request, defaults, REGISTRY), "seeds 1 to 2; every other switch at its default");
  const scenario = { ...defaults, dma: "cyclic", "clear-bus-master": "no", seed: "9223372036854775806" };
  assert.equal(
    captionOf(request, scenario, REGISTRY),
    "seeds 9223372036854775806 to 9223372036854775807; clear-bus-master=no",
  );
});

test("every tenth is read out once, and of the last the end is told instead", () => {
  const said = Array.from({ length: 20 }, (_, n) => tenthInWords(n + 1, 20));
  assert.deepEqual(said.slice(0, 4), [null, "10 % counted.", null, "20 % counted."]);
  assert.equal(said[19], "");
  assert.deepEqual(
    [1, 2, 3].map((n) => tenthInWords(n, 3)),
    ["30 % counted.", "60 % counted.", ""],
  );
});

test("the end is told with what was counted", () => {
  assert.equal(endInWords({ done: 20, of: 20 }, ""), "20 of 20 runs counted.");
  assert.equal(endInWords({ done: 3, of: 2000 }, "Stopped"), "Stopped: 3 of 2,000 runs counted.");
  assert.equal(endInWords(null, "It ended early: x"), "It ended early: x: nothing was counted.");
  assert.equal(endInWords(null, ""), "");
});

test("an interval is two shares", () => {
  assert.equal(intervalInWords([0.125, 0.5]), "12.5 to 50.0 %");
});

import assert from "node:assert/strict";
import test from "node:test";

import { notebookCell } from "../src/notebook-cell.js";
import { REGISTRY } from "./switches.js";

/** @type {{ at: string, frame: number, clock: "call" | "jump" }} */
const OPENING = { at: "", frame: -1, clock: "call" };

test("the cell of a chapter's explorer names it and its switches", () => {
  const scenario = { "clear-bus-master": "no", seed: 1 };
  assert.equal(
    notebookCell("just-a-branch", { scenario, other: null, ...OPENING }, REGISTRY),
    'from kexecdoc import Explorer\n\nExplorer("just-a-branch", clear_bus_master="no", seed=1)',
  );
  assert.equal(
    notebookCell("x", { scenario: {}, other: scenario, at: "jump/copy:0", frame: 0, clock: "jump" }, REGISTRY),
    "from kexecdoc import Explorer\n\n" +
      'Explorer("x", other={"clear-bus-master": "no", "seed": 1}, at="jump/copy:0", frame=0, clock="jump")',
  );
});

test("the cell of the machine names the switches that are not at their default", () => {
  const scenario = { ...REGISTRY.defaults, dma: "cyclic" };
  assert.equal(
    notebookCell("machine", { scenario, other: null, ...OPENING }, REGISTRY),
    'from kexecdoc import Machine\n\nMachine(dma="cyclic")',
  );
  assert.equal(
    notebookCell("machine", { scenario, other: REGISTRY.defaults, ...OPENING }, REGISTRY),
    'from kexecdoc import Machine\n\nMachine(dma="cyclic", other={})',
  );
});

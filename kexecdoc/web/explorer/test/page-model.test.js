import assert from "node:assert/strict";
import test from "node:test";

import { PageModel } from "../src/page-model.js";

const DEFAULTS = { dma: "ring" };
const turn = () => new Promise((done) => setImmediate(done));

/** @param {string} dma */
const view = (dma) =>
  /** @type {import("../src/types.js").View} */ (/** @type {unknown} */ ({ log: { scenario: { dma } } }));

/**
 * @param {(scenario: import("../src/types.js").Scenario) => any} answer
 * @param {object} [more]
 */
function model(answer, more = {}) {
  const state = {
    scenario: DEFAULTS,
    other: {},
    defaults: DEFAULTS,
    view: null,
    other_view: null,
    missed: null,
    error: "",
  };
  let changes = 0;
  const source = { answer, nearby: () => [] };
  const made = new PageModel(/** @type {any} */ ({ ...state, ...more }), source, () => changes++);
  return { model: made, changes: () => changes };
}

test("a listener hears of a change, and not of the same value", () => {
  const { model: page } = model(() => null);
  let heard = 0;
  const listener = () => heard++;
  page.on("change:at", listener);
  page.set("at", "end");
  page.set("at", "end");
  page.off("change:at", listener);
  page.set("at", "start");
  assert.equal(heard, 1);
});

test("an answer that is here is taken at once, one that is refused is told", () => {
  const { model: page, changes } = model(({ dma }) => (dma === "ring" ? view("ring") : { error: "no" }));
  page.save_changes();
  assert.equal(page.get("view")?.log.scenario.dma, "ring");
  page.set("scenario", { dma: "cyclic" });
  page.save_changes();
  assert.equal(page.get("error"), "no");
  assert.equal(changes(), 2);
});

test("an answer to an earlier question, or one that nobody waits for, is dropped", async () => {
  const { model: page } = model(async ({ dma }) => view(String(dma)));
  page.ask();
  page.set("scenario", { dma: "cyclic" });
  page.ask();
  await turn();
  assert.equal(page.get("view")?.log.scenario.dma, "cyclic");
  page.set("scenario", DEFAULTS);
  page.ask();
  page.close();
  await turn();
  assert.equal(page.get("view")?.log.scenario.dma, "cyclic");
});

test("if no answer comes, the switch goes back to what is shown, and what was wanted is kept", async () => {
  const problem = new Error("the network broke off");
  const wanted = { dma: "cyclic" };
  const { model: page, changes } = model(() => Promise.reject(problem), { scenario: wanted, view: view("ring") });
  page.ask();
  await turn();
  assert.deepEqual(page.get("scenario"), { dma: "ring" });
  assert.deepEqual(page.get("missed"), { wanted: { scenario: wanted }, problem });
  assert.equal(changes(), 1, "the address is written anew");
});

test("if nothing is shown yet, the defaults are tried, and then it is given up", async () => {
  /** @type {unknown[]} */
  const asked = [];
  const answer = (/** @type {unknown} */ scenario) => {
    asked.push(scenario);
    return Promise.reject(new Error("no"));
  };
  const { model: page, changes } = model(answer, { scenario: { dma: "cyclic" } });
  page.ask();
  await turn();
  await turn();
  assert.deepEqual(asked, [{ dma: "cyclic" }, DEFAULTS]);
  assert.match(page.get("error"), /^Nothing can be shown/);
  assert.equal(changes(), 0, "the link stays in the address, and can be loaded again");
});

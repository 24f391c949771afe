// A small study: the outcomes of many seeds are counted as they come, of the machine as it is or of every value of a
// switch.

import { button, make, say } from "./dom.js";
import { Ended } from "./engine.js";
import { parseValue, toStrings } from "./registry.js";
import { StudyForm } from "./study-form.js";
import { captionOf, commandsOf, SEED, withValue } from "./study-request.js";
import { StudyTable } from "./study-table.js";
import { number } from "./words.js";

/** @typedef {import("./types.js").PanelStore} PanelStore */
/** @typedef {import("./types.js").PythonTools} PythonTools */
/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").StudyAnswer} StudyAnswer */
/** @typedef {import("./types.js").StudyRequest} StudyRequest */
/** @typedef {import("./types.js").Switch} Switch */
/** @typedef {import("./study-table.js").Counted} Counted */

/** What a study was asked for, of which machine, and the switch that it varies besides the seed. */
/** @typedef {{ request: StudyRequest, scenario: Scenario, varied: Switch | undefined }} Asked */

const TENTHS = 10; // how many times it is read out how far a study is

const LUCK =
  "One run is one throw of the dice: when packets arrive, where buffers lie, which objects are damaged. " +
  "Here the crossing is repeated with one seed after another, and the outcomes are counted.";
const INTERVAL =
  "The interval is that of “corrupted or worse”: with many more seeds its share would, most probably, " +
  "lie between these two numbers. It speaks of this machine with these settings, and of no real one.";

/**
 * How far a study is, when another tenth of it is counted; null if none is. At the end the end is told instead.
 *
 * @param {number} done
 * @param {number} of
 */
export function tenthInWords(done, of) {
  const tenth = Math.floor((TENTHS * done) / of);
  if (tenth === Math.floor((TENTHS * (done - 1)) / of)) return null;
  return tenth < TENTHS ? `${tenth * (100 / TENTHS)} % counted.` : "";
}

/**
 * How a study ended.
 *
 * @param {Pick<Counted, "done" | "of"> | null} counted
 * @param {string} reason why it ended early, or ""
 */
export function endInWords(counted, reason) {
  const nothing = reason ? "nothing was counted" : "";
  const runs = counted ? `${number(counted.done)} of ${number(counted.of)} runs counted` : nothing;
  return [reason, runs].filter(Boolean).join(": ") + (reason || runs ? "." : "");
}

/**
 * @param {PanelStore} store
 * @param {Pick<PythonTools, "ask">} tools
 */
export function study(store, { ask }) {
  return new Study(store, ask);
}

class Study {
  /** @type {import("./types.js").Request | null} */
  #running = null;
  #command = "";
  #status = make("span", { class: "kx-note", role: "status" });
  #count = make("span", { class: "kx-note kx-counted" }); // not read out: it changes at every run
  #progress = make("progress", { class: "kx-progress", max: 1, "aria-label": "Runs counted", hidden: true });
  #copy = button({ text: "Copy as command", hidden: true, onclick: () => this.#copyCommand() });
  #explanation = make("p", { class: "kx-note", hidden: true, text: INTERVAL });
  #table = new StudyTable();

  /**
   * @param {PanelStore} store
   * @param {PythonTools["ask"]} ask
   */
  constructor(store, ask) {
    this.store = store;
    this.ask = ask;
    this.form = new StudyForm(store, { begin: () => this.#begin(), stop: () => this.#running?.stop() });
    this.el = make(
      "details",
      { class: "kx-part kx-study", ontoggle: () => this.form.sync() },
      make("summary", { text: "Was it luck? Count the outcomes of many seeds" }),
      make("p", { text: LUCK }),
      this.form.el,
      this.form.alarm,
      make("div", { class: "kx-foot" }, this.#progress, this.#count, this.#status, this.#copy),
      this.#table.el,
      this.#explanation,
    );
  }

  async #begin() {
    if (this.#running) return;
    const read = this.form.read();
    if (!read) return;
    const { request } = read;
    const { varied } = this.form;
    const scenario = { ...this.store.model.get("scenario"), [SEED]: read.first };
    this.#command = commandsOf(request, scenario, varied, this.store.registry());
    this.#table.el.hidden = true;
    this.#explanation.hidden = true;
    /** @type {{ counted: Counted | null }} */
    const last = { counted: null };
    this.#running = this.ask("study", { ...request, scenario: toStrings(scenario) }, (text) => {
      /** @type {StudyAnswer} */
      const answer = JSON.parse(text);
      if (answer.error !== undefined) return this.form.refuse(`${answer.error}.`);
      last.counted = answer;
      this.#show(answer, { request, scenario, varied });
    });
    this.#setBusy(true);
    const reason = await endOf(this.#running.over);
    this.#finish(last.counted, reason);
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.form.setBusy(busy);
    this.#progress.hidden = !busy;
    this.#copy.hidden = busy || !this.#command;
    say(this.#count, "");
    if (!busy) return;
    this.#progress.removeAttribute("value");
    const ready = this.store.model.get("engine").phase === "ready";
    say(this.#status, ready ? "Counting." : "The machine is started first; above is how far it is.");
  }

  /**
   * @param {Counted | null} counted
   * @param {string} reason
   */
  #finish(counted, reason) {
    this.#running = null;
    this.#setBusy(false);
    say(this.#status, endInWords(counted, reason));
  }

  /**
   * @param {Counted} counted
   * @param {Asked} asked
   */
  #show(counted, asked) {
    const { done, of } = counted;
    const { request, scenario } = asked;
    this.#progress.value = done / of;
    say(this.#count, `${number(done)} of ${number(of)} runs`);
    const tenth = tenthInWords(done, of);
    if (tenth !== null) say(this.#status, tenth);
    const whose = this.store.other() ? "machine A: " : "";
    const about = {
      vary: request.vary,
      caption: `Counted for ${whose}${captionOf(request, scenario, this.store.registry())}`,
      showRun: (/** @type {string} */ value, /** @type {string} */ seed) => this.#showRun(asked, value, seed),
    };
    this.#table.show(() => this.store.legend(), about, counted);
    this.#explanation.hidden = false;
  }

  /**
   * Show one of the runs that were counted. Of two machines both get its seed, or they would differ in that, too.
   *
   * @param {Asked} asked
   * @param {string} word
   * @param {string} seed
   */
  #showRun({ scenario, varied }, word, seed) {
    const { store } = this;
    const machine = withValue(scenario, varied, word, store.registry());
    const luck = { [SEED]: parseValue(this.form.seed, seed).value ?? seed };
    const second = store.other();
    const other = second ? { other: { ...second, ...luck } } : {};
    store.leap({ scenario: { ...machine, ...luck }, ...other, at: "", frame: -1 });
    say(this.#status, `Seed ${seed} is shown above.`);
    this.el.closest(".kx")?.querySelector(".kx-picture")?.scrollIntoView();
  }

  async #copyCommand() {
    try {
      await navigator.clipboard.writeText(this.#command);
      say(this.#status, "Copied the command.");
    } catch {
      say(this.#status, this.#command);
    }
  }

  close() {
    this.#running?.stop();
  }
}

/**
 * Why a study ended early; "" if it did not.
 *
 * @param {Promise<number>} over
 */
async function endOf(over) {
  try {
    await over;
    return "";
  } catch (problem) {
    if (problem instanceof Ended && problem.called) return "Stopped";
    return `It ended early: ${/** @type {Error} */ (problem).message}`;
  }
}

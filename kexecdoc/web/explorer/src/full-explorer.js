// The host of the explorer that has every switch, on a page of its own. A run that lies on the site is fetched. For any
// other the package itself is run, by a Python in a worker that starts when it is first needed.

import { encodeMachine } from "./address.js";
import { Engine, loads } from "./engine.js";
import { render } from "./explorer.js";
import { KeptRuns } from "./kept-runs.js";
import { panel } from "./panel.js";
import { keyOf, toStrings, withDefaults, withOverrides } from "./registry.js";
import { storedFile } from "./stored-runs.js";
import { study } from "./study.js";

/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").PanelStore} PanelStore */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./page.js").Site} Site */
/** @typedef {import("./page.js").Host} Host */

/**
 * What machine.json says.
 *
 * @typedef {object} About
 * @property {import("./types.js").Switch[]} controls
 * @property {Scenario} defaults
 * @property {Record<string, Scenario>} by_kernel
 * @property {import("./types.js").Preset[]} presets
 * @property {{ name: string, base: Scenario, values: Record<string, import("./types.js").Value[]> }[]} explorers
 * @property {Record<string, import("./types.js").Message>} messages
 * @property {import("./types.js").Legend} legend
 * @property {import("./types.js").Switch} seeds
 * @property {import("./types.js").PanelState["chapters"]} chapters
 * @property {import("./types.js").EngineFiles} engine
 */

/** @typedef {{ found: Promise<View | null>, stop: () => void }} PendingRun  a run that is being made or fetched */

const REST = 700; // milliseconds after which the reader is taken to look at what he made

/** Instant navigation comes back to the page again and again: there is one host as long as the document lives. */
const page = {
  /** @type {Promise<FullExplorerHost> | null} */
  host: null,
};

/**
 * The host, as page.js asks for it.
 *
 * @param {Site} site
 * @returns {Promise<Host>}
 */
export async function open(site) {
  page.host ??= site.load("machine.json").then((about) => new FullExplorerHost(about, site));
  page.host.catch(() => {
    page.host = null;
  });
  return (await page.host).host();
}

class FullExplorerHost {
  runs = new KeptRuns();
  /** @type {Map<string, PendingRun>} */
  pendingRuns = new Map();
  /** @type {Model | null} */
  model = null;
  /** @type {import("./types.js").Request | null} */
  idleSearch = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  idleTimer = undefined;

  /**
   * @param {About} about
   * @param {Site} site
   */
  constructor(about, site) {
    this.about = about;
    this.site = site;
    this.registry = { defaults: about.defaults, by_kernel: about.by_kernel };
    this.engine = new Engine(
      () => new Worker(site.at("worker.js"), { type: "module" }),
      loads(about.engine, site.at),
      about.engine.total,
      (state) => this.model?.set("engine", state),
    );
  }

  /** @param {Scenario} scenario */
  key(scenario) {
    return keyOf(scenario, this.registry);
  }

  /**
   * The run of a scenario: at once if it was seen, else its promise.
   *
   * @param {Scenario} scenario
   */
  answer(scenario) {
    const key = this.key(scenario);
    const known = this.runs.get(key);
    this.callOff();
    if (known) return known;
    const pending = this.pendingRuns.get(key) ?? this.startRun(scenario, key);
    this.pendingRuns.set(key, pending);
    return pending.found;
  }

  /** Of rapid flips only the last is wanted. */
  callOff() {
    const { model } = this;
    const wanted = [model?.get("scenario"), model?.get("other")].map((scenario) => this.key(scenario ?? {}));
    for (const [key, { stop }] of this.pendingRuns) if (!wanted.includes(key)) stop();
  }

  /**
   * @param {Scenario} scenario
   * @param {string} key
   * @returns {PendingRun}
   */
  startRun(scenario, key) {
    let stopped = false;
    /** @type {import("./types.js").Request | null} */
    let run = null;
    const find = async () => {
      const file = storedFile(scenario, this.about, this.site.runFile);
      const stored = file && (await this.site.load(file).catch(() => null));
      if (stored || stopped) return stored;
      /** @type {View | null} */
      let view = null;
      run = this.engine.ask("run", { scenario: toStrings(scenario) }, (text) => {
        view = JSON.parse(text);
      });
      this.model?.set("took", await run.over);
      return view;
    };
    const found = find()
      .then((/** @type {View | null} */ view) => {
        // A number that JavaScript cannot hold came back rounded: the scenario is the one that was asked for.
        if (view?.log) view.log.scenario = { ...view.log.scenario, ...scenario };
        if (view) this.runs.put(key, view);
        return view;
      })
      .finally(() => this.pendingRuns.get(key) === pending && this.pendingRuns.delete(key));
    const stop = () => {
      stopped = true;
      run?.stop();
      this.pendingRuns.delete(key); // the next time it is made again
    };
    const pending = { found, stop };
    return pending;
  }

  /**
   * While the reader looks at a machine, find out which of its switches have no effect.
   *
   * @param {Scenario} scenario
   */
  searchIdle(scenario) {
    this.stopIdleSearch();
    if (this.engine.state.phase !== "ready") return;
    this.idleTimer = setTimeout(() => {
      /** @type {Record<string, boolean>} */
      const idle = {};
      this.idleSearch = this.engine.ask("idle", { scenario: toStrings(scenario) }, (text) => {
        const { name, effect } = JSON.parse(text);
        if (!name || effect) return;
        idle[name] = true;
        this.model?.set("idle", { key: this.key(scenario), idle: { ...idle } });
      });
      this.idleSearch.over.catch(() => {});
    }, REST);
  }

  stopIdleSearch() {
    clearTimeout(this.idleTimer);
    this.idleSearch?.stop();
  }

  /** @param {Model} model */
  adopt(model) {
    this.model = model;
    model.set("engine", this.engine.state);
    model.on("change:view", () => this.searchIdle(model.get("scenario")));
    for (const side of /** @type {const} */ (["scenario", "other"]))
      model.on(`change:${side}`, () => model.set("missed", null));
  }

  /** @param {{ model: Model, el: HTMLElement }} place */
  render({ model, el }) {
    /** @type {import("./types.js").PythonTools} */
    const tools = {
      cancel: () => this.engine.end("you cancelled it", true),
      ask: (kind, request, hear) => this.engine.ask(kind, request, hear),
    };
    const close = render({
      model,
      el,
      panel: (/** @type {PanelStore} */ store) => panel(store, tools),
      more: (/** @type {PanelStore} */ store) => study(store, tools),
    });
    return () => {
      this.stopIdleSearch();
      close();
    };
  }

  /** @returns {Host} */
  host() {
    const { controls, messages, legend, defaults, by_kernel, presets, chapters, seeds, engine } = this.about;
    return {
      shared: {
        controls,
        messages,
        legend,
        base: {},
        defaults,
        by_kernel,
        own: false,
        presets,
        chapters,
        seeds,
        files: engine,
        reference: "../reference/switches/",
        idle: null,
        took: null,
        missed: null,
        engine: this.engine.state,
      },
      scenario: defaults,
      answer: (scenario) => this.answer(scenario),
      whole: (some, base) => (base ? withOverrides(base, some, this.registry) : withDefaults(some, this.registry)),
      encode: (state) => encodeMachine(state, this.registry),
      nearby: () => [],
      adopt: (model) => this.adopt(model),
      render: (place) => this.render(place),
    };
  }
}

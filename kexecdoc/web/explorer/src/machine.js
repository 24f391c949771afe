// @ts-nocheck
// The whole machine on a page: every switch in hand. What the site has in its files is shown from there; for anything
// else the package itself is run, by a Python in a worker that is started when it is first needed.

import { encodeMachine } from "./address.js";
import { Engine } from "./engine.js";
import { render } from "./explorer.js";
import { panel } from "./panel.js";
import { equal, keyOf, toStrings, withDefaults, withOverrides } from "./registry.js";
import { study } from "./study.js";

const KEPT = 32; // runs that are kept, and
const EVENTS = 100_000; // events that they have together: a few hundred bytes each
const REST = 700; // milliseconds after which the reader is taken to look at what he made

/** Runs that were seen; the one that was not looked at for longest is forgotten first. */
export class Runs {
  runs = new Map();

  get(key) {
    const view = this.runs.get(key);
    if (view) this.put(key, view);
    return view;
  }

  put(key, view) {
    this.runs.delete(key);
    this.runs.set(key, view);
    const events = () => [...this.runs.values()].reduce((sum, { log }) => sum + (log?.events.id.length ?? 0), 0);
    // Two are in sight.
    while (this.runs.size > 2 && (this.runs.size > KEPT || events() > EVENTS))
      this.runs.delete(this.runs.keys().next().value);
  }
}

/** What a worker is told to load, from what machine.json says of it; `at` gives the address of a file beside it. */
export function loads({ index, info, modules, stdlib, wheels }, at) {
  const located = (files) => files.map((file) => ({ ...file, url: at(file.url) }));
  return { index: at(index), info, modules: located(modules), stdlib: at(stdlib), wheels: located(wheels) };
}

/** Instant navigation comes back to the page again and again: there is one machine as long as the document lives. */
let machine = null;

/** What page.js has for a host: `load` fetches a file that lies beside it, `runFile` names that of a run, `at` is its address. */
export async function open({ load, at, runFile }) {
  machine ??= load("machine.json").then((about) => new Machine(about, load, runFile, at));
  machine.catch(() => (machine = null));
  return (await machine).host();
}

class Machine {
  constructor(about, load, runFile, at) {
    Object.assign(this, { about, load, runFile, model: null });
    this.registry = { defaults: about.defaults, by_kernel: about.by_kernel };
    this.runs = new Runs();
    this.asked = new Map(); // key -> a run that is being made: { found, stop }
    this.engine = new Engine(at("worker.js"), loads(about.engine, at), about.engine.total, (state) =>
      this.model?.set("engine", state),
    );
  }

  key = (scenario) => keyOf(scenario, this.registry);

  /** The run of a scenario: at once if it was seen, else its promise. */
  answer(scenario) {
    const key = this.key(scenario);
    const known = this.runs.get(key);
    this.callOff();
    if (known) return known;
    if (!this.asked.has(key)) this.asked.set(key, this.make(scenario, key));
    return this.asked.get(key).found;
  }

  /** Of rapid flips only the last is wanted. */
  callOff() {
    const wanted = ["scenario", "other"].map((side) => this.key(this.model?.get(side) ?? {}));
    for (const [key, { stop }] of this.asked) if (!wanted.includes(key)) stop();
  }

  make(scenario, key) {
    let stopped = false;
    let run = null;
    const find = async () => {
      const stored = await this.stored(scenario).catch(() => null);
      if (stored || stopped) return stored;
      let view = null;
      run = this.engine.ask("run", { scenario: toStrings(scenario) }, (text) => (view = JSON.parse(text)));
      this.model?.set("took", await run.over);
      return view;
    };
    const found = find()
      .then((view) => {
        // A number that JavaScript cannot hold came back rounded: the scenario is the one that was asked for.
        if (view?.log) view.log.scenario = { ...view.log.scenario, ...scenario };
        if (view) this.runs.put(key, view);
        return view;
      })
      .finally(() => this.asked.get(key) === made && this.asked.delete(key));
    const stop = () => {
      stopped = true;
      run?.stop();
      this.asked.delete(key); // whoever asks again asks anew
    };
    const made = { found, stop };
    return made;
  }

  /** The run as a file of the site has it, if one does: a preset's, or one of a chapter's explorer. */
  async stored(scenario) {
    const wanted = this.key(scenario);
    const same = (words) => this.key(withDefaults(words, this.registry)) === wanted;
    const preset = this.about.presets.find(({ values }) => same(values));
    if (preset) return this.load(`runs/${preset.name}.json`);
    for (const { name, base, values } of this.about.explorers) {
      const names = Object.keys(values);
      const inHand = Object.fromEntries(names.map((switched) => [switched, scenario[switched]]));
      const held = Object.entries(values).every(([switched, all]) =>
        all.some((value) => equal(value, scenario[switched])),
      );
      if (held && same({ ...base, ...inHand })) return this.load(this.runFile(name, names, scenario));
    }
    return null;
  }

  /** While the reader looks at a machine, find out which of its switches could as well be set otherwise. */
  look(scenario) {
    this.lookAway();
    if (this.engine.state.phase !== "ready") return;
    this.resting = setTimeout(() => {
      const idle = {};
      const found = (text) => {
        const { name, effect } = JSON.parse(text);
        if (!name || effect) return;
        idle[name] = true;
        this.model?.set("idle", { key: this.key(scenario), idle: { ...idle } });
      };
      this.looking = this.engine.ask("idle", { scenario: toStrings(scenario) }, found);
      this.looking.over.catch(() => {});
    }, REST);
  }

  lookAway() {
    clearTimeout(this.resting);
    this.looking?.stop();
  }

  host() {
    const { controls, messages, legend, defaults, by_kernel, presets, chapters, seeds, engine } = this.about;
    const shared = {
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
    };
    return {
      shared: { ...shared, idle: null, took: null, missed: null, engine: this.engine.state },
      scenario: defaults,
      answer: (scenario) => this.answer(scenario),
      withDefaults: (words, base = null) =>
        base ? withOverrides(base, words, this.registry) : withDefaults(words, this.registry),
      encode: (state) => encodeMachine(state, this.registry),
      nearby: () => [],
      patient: true,
      adopt: (model) => {
        this.model = model;
        model.set("engine", this.engine.state);
        model.on("change:view", () => this.look(model.get("scenario")));
        for (const side of ["scenario", "other"]) model.on(`change:${side}`, () => model.set("missed", null));
      },
      render: ({ model, el }) => {
        const tools = {
          cancel: () => this.engine.end("you cancelled it", true),
          ask: (...asked) => this.engine.ask(...asked),
        };
        const away = render({ model, el, panel: (stage) => panel(stage, tools), more: (stage) => study(stage, tools) });
        return () => {
          this.lookAway();
          away();
        };
      },
    };
  }
}

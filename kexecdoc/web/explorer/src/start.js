// Where a reader can start, what he has set since, and the way back.

import { button, make, say } from "./dom.js";
import { changed, keyOf, withDefaults } from "./registry.js";
import { capital } from "./words.js";

/** @typedef {import("./types.js").PanelStore} PanelStore */
/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Preset} Preset */
/** @typedef {import("./types.js").Side} Side */
/** @typedef {import("./types.js").Value} Value */
/** @typedef {import("./types.js").PanelState["chapters"]} Chapters */

export class StartChooser {
  #label;
  #select;
  story = make("p", { class: "kx-note kx-story" });
  changes = make("div", { class: "kx-changed" });
  undo = button({ text: "Back to the settings before", hidden: true, onclick: () => this.#goBack() });

  /**
   * @param {PanelStore} store
   * @param {(name: string, letter: string) => void} reveal leads to the control of a switch
   */
  constructor(store, reveal) {
    this.store = store;
    this.reveal = reveal;
    const id = `${store.uid}-preset`;
    const onchange = () => this.begin(this.#select.value);
    this.#select = make("select", { class: "kx-select", id, onchange });
    this.#label = make("label", { for: id });
    this.el = make("div", {}, this.#label, this.#select);
  }

  get #presets() {
    return this.store.model.get("presets") ?? [];
  }

  build() {
    const own = make("option", { value: "", text: "settings of your own" });
    this.#select.replaceChildren(own, ...presetGroups(this.#presets, this.store.model.get("chapters") ?? {}));
  }

  /**
   * Open a preset at the moment that matters, whatever was shown of the last machine.
   * @param {string} name
   */
  begin(name) {
    const { store } = this;
    const preset = this.#presets.find((each) => each.name === name);
    if (preset) store.leap({ scenario: withDefaults(preset.values, store.registry()), at: "", frame: -1 });
    else this.#showPreset(store.model.get("scenario")); // "settings of your own" cannot be chosen: show what is set
  }

  /** Undo a leap to a preset. */
  #goBack() {
    const { store } = this;
    if (!store.left) return;
    const { scenario, other, at, frame } = store.left;
    store.left = null;
    store.set({ scenario, other: other ?? {}, at, frame });
    this.#select.focus(); // the button goes
  }

  /** @param {Scenario[]} scenarios */
  sync(scenarios) {
    const two = scenarios.length > 1;
    this.undo.hidden = !this.#leapt(scenarios);
    say(this.#label, two ? "Start A from" : "Start from");
    this.#showPreset(scenarios[0]);
    const rows = this.store.sides().map((side, k) => this.#changesOf(side, scenarios[k], two ? "AB"[k] : ""));
    this.changes.replaceChildren(...rows);
  }

  /**
   * Whether other settings are shown than before the last leap.
   * @param {Scenario[]} scenarios
   */
  #leapt(scenarios) {
    const { left } = this.store;
    return this.store.sides().some((side, k) => {
      const before = left?.[side];
      return before && this.#key(before) !== this.#key(scenarios[k]);
    });
  }

  /** @param {Scenario} scenario */
  #key(scenario) {
    return keyOf(scenario, this.store.registry());
  }

  /**
   * Show which preset a scenario is, and what it is about.
   * @param {Scenario} scenario
   */
  #showPreset(scenario) {
    const registry = this.store.registry();
    const key = this.#key(scenario);
    const preset = this.#presets.find(({ values }) => this.#key(withDefaults(values, registry)) === key);
    this.#select.value = preset?.name ?? "";
    this.story.replaceChildren(...(preset ? storyOf(preset, this.store.model.get("chapters") ?? {}) : []));
  }

  /**
   * What is not at its default. Each leads to its switch, and can be put back.
   * @param {Side} side
   * @param {Scenario} scenario
   * @param {string} letter
   */
  #changesOf(side, scenario, letter) {
    const changes = changed(scenario, this.store.registry());
    const entries = Object.entries(changes);
    const brought = broughtByKernel(scenario, changes, this.store.model.get("by_kernel") ?? {});
    return make(
      "p",
      { class: "kx-set-row" },
      letter && make("b", { text: letter }),
      entries.length ? "Set: " : "Every switch is at its default.",
      ...entries.map(([name, value]) => this.#changeOf(side, changes, name, value, letter)),
      brought && make("span", { class: "kx-note", text: brought }),
    );
  }

  /**
   * @param {Side} side
   * @param {Scenario} changes
   * @param {string} name
   * @param {Value} value
   * @param {string} letter
   */
  #changeOf(side, changes, name, value, letter) {
    const { [name]: _removed, ...rest } = changes;
    const link = button(
      { title: "Go to this switch", onclick: () => this.reveal(name, letter) },
      make("code", { text: `${name}=${value}` }),
    );
    const remove = button({
      title: "Back to its default",
      "aria-label": `${name} back to its default${letter && `, machine ${letter}`}`,
      text: "×",
      onclick: () => {
        this.store.choose(side, withDefaults(rest, this.store.registry()));
        (this.changes.querySelector("button") ?? this.#select).focus(); // what was pressed is gone
      },
    });
    return make("span", { class: "kx-one" }, link, remove);
  }
}

/**
 * The presets as options, in a group for each chapter.
 * @param {Preset[]} presets
 * @param {Chapters} chapters
 */
function presetGroups(presets, chapters) {
  const numbers = [...new Set(presets.map(({ chapter }) => chapter))].sort((a, b) => a - b);
  return numbers.map((chapter) => {
    const mine = presets.filter((preset) => preset.chapter === chapter);
    const options = mine.map(({ name, title }) => make("option", { value: name, text: `${title} (${name})` }));
    const known = chapters[chapter];
    return make("optgroup", { label: known ? `${chapter}. ${known.title}` : `Chapter ${chapter}` }, ...options);
  });
}

/**
 * What a preset is about, and the chapter that tells of it.
 * @param {Preset} preset
 * @param {Chapters} chapters
 */
function storyOf({ chapter, title }, chapters) {
  const known = chapters[chapter];
  const link = known && make("a", { href: known.url, text: `${chapter}. ${known.title}` });
  return [`${capital(title)}. `, ...(link ? ["Chapter ", link] : [])];
}

/**
 * Which defaults are others in the kernel of a scenario, where they are not changed; "" if none is.
 * @param {Scenario} scenario
 * @param {Scenario} changes
 * @param {Record<string, Scenario>} byKernel
 */
export function broughtByKernel({ kernel }, changes, byKernel) {
  const brought = Object.entries(byKernel[kernel] ?? {})
    .filter(([name]) => !(name in changes))
    .map(([name, value]) => `${name}=${value}`);
  return brought.length ? `Linux ${kernel} brings ${brought.join(" and ")}.` : "";
}

// The switches of the panel in the groups of the registry, each of which can be opened.

import { make, say } from "./dom.js";
import { changed } from "./registry.js";
import { SwitchField } from "./switch-field.js";

/** @typedef {import("./types.js").PanelStore} PanelStore */
/** @typedef {import("./types.js").Scenario} Scenario */

class SwitchGroup {
  /** @type {boolean | null} whether the reader had it open before a search opened or closed it */
  #openBefore = null;
  #count = make("span", { class: "kx-set-count" });

  /**
   * @param {string} name
   * @param {SwitchField[]} fields
   * @param {boolean} open
   */
  constructor(name, fields, open) {
    this.name = name;
    this.fields = fields;
    const names = fields.map(({ control }) => control.name).join(", ");
    const inside = make("span", { class: "kx-note kx-in-it", text: names });
    this.el = make(
      "details",
      { class: "kx-group", "data-group": name },
      make("summary", {}, make("b", { text: name }), this.#count, " ", inside),
      make("div", { class: "kx-knobs" }, ...fields.map(({ el }) => el)),
    );
    this.el.open = open;
  }

  /** @param {Scenario[]} changes of each machine what is not at its default */
  sync(changes) {
    const count = this.fields.filter((field) => field.isSet(changes)).length;
    say(this.#count, count ? ` ${count} set` : "");
  }

  /**
   * Show the switches that a search finds, and without a search all; how many there are.
   * @param {(text: string) => boolean} fits
   * @param {boolean} searching
   */
  filter(fits, searching) {
    for (const { el, text } of this.fields) el.hidden = !fits(text);
    const shown = this.fields.filter(({ el }) => !el.hidden).length;
    this.el.hidden = !shown;
    if (searching) {
      this.#openBefore ??= this.el.open;
      this.el.open = shown > 0;
    } else if (this.#openBefore !== null) {
      this.el.open = this.#openBefore;
      this.#openBefore = null;
    }
    return shown;
  }
}

export class SwitchGroups {
  el = make("div", { class: "kx-groups" });
  /** @type {SwitchGroup[]} */
  #groups = [];

  /**
   * @param {PanelStore} store
   * @param {() => void} typed hears that a value was typed
   */
  constructor(store, typed) {
    this.store = store;
    this.typed = typed;
    store.model.on("change:idle", () => this.showReasons());
  }

  get #fields() {
    return this.#groups.flatMap(({ fields }) => fields);
  }

  /** How many switches there are. */
  get length() {
    return this.#fields.length;
  }

  #scenarios() {
    return this.store.sides().map((side) => this.store.model.get(side) ?? {});
  }

  build() {
    const controls = this.store.model.get("controls") ?? [];
    const open = new Set(this.#groups.filter(({ el }) => el.open).map(({ name }) => name));
    const byGroup = Object.entries(Object.groupBy(controls, ({ group }) => group));
    this.#groups = byGroup.map(([name, mine = []]) => {
      const fields = mine.map((control) => new SwitchField(this.store, control, this.typed));
      return new SwitchGroup(name, fields, open.has(name));
    });
    this.el.replaceChildren(...this.#groups.map(({ el }) => el));
  }

  sync() {
    const scenarios = this.#scenarios();
    const changes = scenarios.map((scenario) => changed(scenario, this.store.registry()));
    for (const field of this.#fields) field.sync(scenarios, changes);
    this.showReasons();
    for (const group of this.#groups) group.sync(changes);
  }

  /** Which switches have no effect is found out little by little. */
  showReasons() {
    const scenarios = this.#scenarios();
    for (const field of this.#fields) field.showReason(scenarios);
  }

  /**
   * Show the switches that a search finds; how many there are.
   * @param {(text: string) => boolean} fits
   * @param {boolean} searching
   */
  filter(fits, searching) {
    return this.#groups.reduce((sum, group) => sum + group.filter(fits, searching), 0);
  }

  /**
   * Lead to the control of a switch.
   * @param {string} name
   * @param {string} letter
   */
  reveal(name, letter) {
    for (const { el, fields } of this.#groups) {
      const field = fields.find(({ control }) => control.name === name);
      if (!field) continue;
      el.open = true;
      field.focus(letter);
    }
  }
}

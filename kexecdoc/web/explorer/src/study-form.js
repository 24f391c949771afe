// The form of a study: which switch is varied besides the seed, with which values, and how many seeds there are.

import { button, make, say } from "./dom.js";
import { inactiveReason } from "./registry.js";
import { parseRequest, SEED, suggestedValues } from "./study-request.js";

/** @typedef {import("./types.js").PanelStore} PanelStore */
/** @typedef {import("./types.js").Switch} Switch */

export class StudyForm {
  #suggestedFor = ""; // the name of the switch whose values were suggested last

  /**
   * @param {PanelStore} store
   * @param {{ begin: () => void, stop: () => void }} listener
   */
  constructor(store, listener) {
    this.store = store;
    this.uid = `${store.uid}-study`;
    this.seeds = store.model.get("seeds");
    this.seed = /** @type {Switch} */ (this.#control(SEED));
    this.vary = this.#varySelect();
    this.fields = {
      values: this.#field("values", { class: "kx-field" }),
      seeds: this.#field("seeds", { class: "kx-field kx-short", inputmode: "numeric", value: this.seeds.default }),
      from: this.#field("from", { class: "kx-field kx-short", inputmode: "numeric", value: this.seed.default }),
    };
    this.valuesRow = this.#row("values", "Its values, with commas between", this.fields.values);
    this.valuesRow.hidden = true;
    this.count = button({ type: "submit", class: "kx-button kx-play", text: "Count" });
    this.stop = button({ text: "Stop", hidden: true, onclick: listener.stop });
    this.alarm = make("p", { class: "kx-notice kx-refused", id: `${this.uid}-alarm`, role: "alert", hidden: true });
    const { low, high } = this.seeds;
    const onsubmit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      listener.begin();
    };
    this.el = make(
      "form",
      { class: "kx-form", onsubmit },
      this.#row("vary", "Besides the seed, vary", this.vary),
      this.valuesRow,
      this.#row("seeds", `Seeds (${low} to ${high})`, this.fields.seeds),
      this.#row("from", "From seed", this.fields.from),
      this.count,
      this.stop,
    );
  }

  /** @param {string} name */
  #control(name) {
    return this.store.model.get("controls").find((control) => control.name === name);
  }

  #varySelect() {
    const controls = this.store.model.get("controls").filter(({ name }) => name !== SEED);
    const groups = [...new Set(this.store.model.get("controls").map(({ group }) => group))];
    /** @param {string} group */
    const optionsOf = (group) =>
      controls
        .filter((control) => control.group === group)
        .map(({ name, label }) => make("option", { value: name, text: `${label} (${name})` }));
    const sync = () => this.sync();
    return make(
      "select",
      { class: "kx-select", id: `${this.uid}-vary`, onchange: sync, onfocus: sync },
      make("option", { value: "", text: "nothing else: this machine" }),
      ...groups.map((group) => make("optgroup", { label: group }, ...optionsOf(group))),
    );
  }

  /**
   * @param {string} name
   * @param {import("./dom.js").Properties} properties
   */
  #field(name, properties) {
    const id = `${this.uid}-${name}`;
    return make("input", {
      ...properties,
      type: "text",
      id,
      "aria-describedby": `${this.uid}-alarm`,
      autocomplete: "off",
    });
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {HTMLElement} field
   */
  #row(name, label, field) {
    return make("div", {}, make("label", { for: `${this.uid}-${name}`, text: label }), field);
  }

  /** The switch that is varied besides the seed. */
  get varied() {
    return this.#control(this.vary.value);
  }

  /** Say which switches can do nothing now, and suggest values for the one that is varied if it is a number. */
  sync() {
    const scenario = this.store.model.get("scenario");
    for (const option of this.vary.options) {
      const control = this.#control(option.value);
      if (!control) continue;
      const effect = inactiveReason(control, scenario) ? ": no effect now" : "";
      say(option, `${control.label} (${control.name})${effect}`);
    }
    const { varied } = this;
    this.valuesRow.hidden = !varied || varied.choices.length > 0;
    // What was suggested once is not suggested again: the reader may have written other values.
    if (!varied || varied.choices.length || this.#suggestedFor === varied.name) return;
    this.#suggestedFor = varied.name;
    this.fields.values.value = suggestedValues(varied, scenario);
  }

  /**
   * Say what is wrong with a request, and where; without words, nothing is.
   * @param {string} text
   * @param {keyof StudyForm["fields"] | null} field
   */
  refuse(text = "", field = null) {
    this.alarm.hidden = !text;
    say(this.alarm, text);
    for (const [name, input] of Object.entries(this.fields)) input.toggleAttribute("aria-invalid", name === field);
    if (field) this.fields[field].focus();
  }

  /** What was asked for; null if something is wrong with it, which is said. */
  read() {
    const { values, seeds, from } = this.fields;
    const typed = { values: values.value, seeds: seeds.value, from: from.value };
    const parsed = parseRequest(typed, { seeds: this.seeds, seed: this.seed, varied: this.varied });
    if (parsed.error !== undefined) {
      this.refuse(parsed.error, parsed.field);
      return null;
    }
    this.refuse();
    return parsed;
  }

  /** @param {boolean} busy whether a study is under way */
  setBusy(busy) {
    // aria-disabled rather than disabled: a button must not lose the focus by being pressed.
    this.count.setAttribute("aria-disabled", String(busy));
    if (document.activeElement === this.stop && !busy) this.count.focus(); // what has the focus is about to go
    this.stop.hidden = !busy;
  }
}

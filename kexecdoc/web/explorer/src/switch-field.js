// One switch of the panel: its name, its help, a control for each machine, and why it has no effect or no such value.

import { button, make, say } from "./dom.js";
import { equal, flipped, inactiveReason, keyOf, parseValue } from "./registry.js";
import { helpOf, optionText, searchText } from "./switch-help.js";

/** @typedef {import("./types.js").PanelStore} PanelStore */
/** @typedef {import("./types.js").Registry} Registry */
/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Side} Side */
/** @typedef {import("./types.js").Switch} Switch */
/** @typedef {HTMLInputElement | HTMLSelectElement} Input */

const LETTERS = ["A", "B"];

export class SwitchField {
  /**
   * @param {PanelStore} store
   * @param {Switch} control
   * @param {() => void} typed hears that a value was typed, also if it is the one that was set already
   */
  constructor(store, control, typed) {
    this.store = store;
    this.control = control;
    this.typed = typed;
    this.text = searchText(control);
    this.id = `${store.uid}-${control.name}`;
    this.why = make("p", { class: "kx-note kx-why", id: `${this.id}-why`, hidden: true });
    /** a list has no wrong values */
    this.wrong = control.choices.length
      ? null
      : make("p", { class: "kx-note kx-wrong", id: `${this.id}-wrong`, role: "alert", hidden: true });
    const sides = store.sides();
    const two = sides.length > 1;
    /** @type {{ side: Side, input: Input }[]} */
    this.inputs = sides.map((side, k) => ({ side, input: this.#inputOf(side, "ab"[k], two ? LETTERS[k] : "") }));
    const rows = this.inputs.map(({ input }, k) => {
      const row = control.choices.length ? input : this.#withUnit(input);
      return two ? make("div", { class: "kx-choice" }, make("b", { text: LETTERS[k] }), row) : row;
    });
    const help = this.#help();
    const head = make("div", { class: "kx-head" }, this.#name(two), help.button);
    this.el = make("div", { class: "kx-knob" }, head, ...rows, this.wrong, this.why, help.el);
  }

  /** @param {boolean} two whether there are two controls, each with a label of its own */
  #name(two) {
    const { label, name } = this.control;
    const code = make("code", { text: name });
    return make(two ? "span" : "label", { for: two ? null : `${this.id}-a`, class: "kx-name" }, label, " ", code);
  }

  /** The help, which is made when the reader asks for it, and the button that shows it. */
  #help() {
    const { store, control, id } = this;
    const el = make("div", { class: "kx-help", id: `${id}-help`, hidden: true });
    const toggle = button({
      class: "kx-button kx-ask",
      text: "?",
      "aria-expanded": "false",
      "aria-controls": `${id}-help`,
      "aria-label": `About ${control.name}`,
      onclick() {
        el.hidden = !el.hidden;
        toggle.setAttribute("aria-expanded", String(!el.hidden));
        if (el.childElementCount) return;
        el.append(...helpOf(control, store.model.get("by_kernel") ?? {}, store.model.get("reference")));
      },
    });
    return { el, button: toggle };
  }

  /**
   * The control of one machine: a list, or a field for a number.
   * @param {Side} side
   * @param {string} suffix
   * @param {string} letter
   * @returns {Input}
   */
  #inputOf(side, suffix, letter) {
    const { control, id } = this;
    const properties = {
      id: `${id}-${suffix}`,
      "aria-label": letter && `${control.label}, machine ${letter}`,
      "aria-describedby": `${id}-why`,
    };
    return control.choices.length ? this.#select(side, properties) : this.#textField(side, properties);
  }

  /**
   * @param {Side} side
   * @param {import("./dom.js").Properties} properties
   */
  #select(side, properties) {
    const { choices } = this.control;
    const onchange = () => this.#set(side, choices[select.selectedIndex].value);
    const options = choices.map(({ value, label }) => make("option", { value, text: optionText(value, label) }));
    const select = make("select", { ...properties, class: "kx-select", onchange }, ...options);
    return select;
  }

  /**
   * @param {Side} side
   * @param {import("./dom.js").Properties} properties
   */
  #textField(side, properties) {
    const input = make("input", {
      ...properties,
      "aria-describedby": `${this.id}-why ${this.id}-wrong`,
      type: "text",
      class: "kx-field",
      inputmode: this.control.places ? "decimal" : "numeric",
      autocomplete: "off",
      onchange: () => this.#read(input, side),
    });
    return input;
  }

  /** @param {Input} input */
  #withUnit(input) {
    return make("span", { class: "kx-number" }, input, make("span", { class: "kx-note", text: this.control.unit }));
  }

  /**
   * @param {Side} side
   * @param {import("./types.js").Value} value
   */
  #set(side, value) {
    const { store, control } = this;
    store.choose(side, flipped(store.model.get(side), control.name, value, store.registry()));
  }

  /**
   * Set what was typed, if it is a value. If not, say why not; the machine stays as it is.
   * @param {HTMLInputElement} input
   * @param {Side} side
   */
  #read(input, side) {
    const { value, error } = parseValue(this.control, withoutSeparators(input.value));
    if (error !== undefined) {
      const letter = this.store.other() ? `${side === "other" ? "B" : "A"}: ` : "";
      input.setAttribute("aria-invalid", "true");
      this.#complain(`${letter}${error}.`);
      return;
    }
    this.#set(side, value);
    this.typed();
  }

  /** @param {string} text */
  #complain(text) {
    if (!this.wrong) return;
    this.wrong.hidden = !text;
    say(this.wrong, text);
  }

  /**
   * Show what is set, and whether it is another value than the default, or than the other machine's.
   * @param {Scenario[]} scenarios
   * @param {Scenario[]} changes of each what is not at its default
   */
  sync(scenarios, changes) {
    const { name } = this.control;
    for (const { side, input } of this.inputs) {
      const value = String(this.store.model.get(side)?.[name]);
      if (input.value !== value) input.value = value;
      input.removeAttribute("aria-invalid");
    }
    const [first, second] = scenarios;
    this.el.classList.toggle("kx-set", this.isSet(changes));
    this.el.classList.toggle("kx-differs", second !== undefined && !equal(first[name], second[name]));
    this.#complain("");
  }

  /** @param {Scenario[]} changes */
  isSet(changes) {
    return changes.some((change) => this.control.name in change);
  }

  /**
   * Draw the switch back if it has no effect in any machine. This must not touch what the reader is typing.
   * @param {Scenario[]} scenarios
   */
  showReason(scenarios) {
    const { store, control } = this;
    const idle = store.model.get("idle");
    const reasons = scenarios.map((scenario) => noEffectReason(control, scenario, idle, store.registry()));
    const text = reasonInWords(reasons);
    this.el.classList.toggle("kx-inactive", Boolean(text));
    this.why.hidden = !text;
    say(this.why, text);
  }

  /** @param {string} letter of the machine whose control gets the focus */
  focus(letter) {
    this.inputs[LETTERS.indexOf(letter || "A")].input.focus();
  }
}

/**
 * A number as it was typed, without commas between its thousands.
 * @param {string} text
 */
export const withoutSeparators = (text) => text.trim().replace(/,(?=\d{3}\b)/g, "");

/**
 * Why a switch has no effect as the others are set, or "": what its declaration says, or what was found by trying.
 * @param {Switch} control
 * @param {Scenario} scenario
 * @param {import("./types.js").PythonState["idle"]} idle
 * @param {Registry} registry
 */
export function noEffectReason(control, scenario, idle, registry) {
  const declared = inactiveReason(control, scenario);
  const found = idle?.idle[control.name] && idle.key === keyOf(scenario, registry);
  if (declared || !found) return declared;
  const tried = control.choices.length ? "with every other value" : "at its default, and at both ends of its range,";
  return `no effect as the others are set: ${tried} the same happens`;
}

/**
 * Why a switch has no effect in any machine; "" if it has one somewhere.
 * @param {string[]} reasons of each machine
 */
export function reasonInWords(reasons) {
  if (!reasons.every(Boolean)) return "";
  if (new Set(reasons).size === 1) return reasons[0];
  return reasons.map((reason, k) => `${LETTERS[k]}: ${reason}`).join("; ");
}

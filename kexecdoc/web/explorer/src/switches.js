// The switches in the reader's hand: one set for one machine, two sets side by side for two.

import { make } from "./dom.js";

/** @typedef {import("./types.js").Control} Control */
/** @typedef {import("./types.js").Side} Side */
/** @typedef {HTMLInputElement | HTMLSelectElement} Input */

/** @param {import("./types.js").PanelStore} store */
export function switches(store) {
  const el = make("div", { class: "kx-part kx-switches" });
  const row = make("div", { class: "kx-switch-row" });
  const lead =
    "One computer crosses from one kernel to the next. Flip a switch, play the crossing, ask a frame of its memory.";
  el.append(make("p", { class: "kx-intro", text: lead }), row);
  const controls = () => store.model.get("controls") ?? [];
  let built = "";
  /** @type {{ input: Input, side: Side, control: Control }[]} */
  let inputs = [];

  function build() {
    built = store.sides().join();
    inputs = [];
    row.replaceChildren(...controls().map(fieldset));
    sync();
  }

  /**
   * @param {Side} side
   * @param {Control} control
   * @param {import("./types.js").Value} value
   */
  const set = (side, control, value) => store.choose(side, { ...store.model.get(side), [control.name]: value });
  /**
   * @param {Input} input
   * @param {Side} side
   * @param {Control} control
   */
  const known = (input, side, control) => {
    inputs.push({ input, side, control });
    return input;
  };

  /** @param {Control} control */
  function fieldset(control) {
    const help = `${store.uid}-${control.name}-help`;
    const two = store.sides().length > 1;
    const lines = two ? choosers : radios;
    return make(
      "fieldset",
      { class: `kx-switch${two ? " kx-two" : ""}`, "aria-describedby": help },
      make("legend", {}, control.label ?? control.help, " ", make("code", { text: control.name })),
      make("p", {
        class: "kx-visually-hidden",
        id: help,
        text: control.help + (control.unit ? ` (${control.unit})` : ""),
      }),
      ...lines(control),
    );
  }

  /** @param {import("./types.js").Choice} choice */
  const words = ({ label, value }) => (label !== String(value) ? `${label} ` : "");

  /**
   * One machine: every value is seen.
   *
   * @param {Control} control
   */
  const radios = (control) =>
    control.choices.map((choice) => {
      const input = make("input", {
        type: "radio",
        name: `${store.uid}-${control.name}-scenario`,
        value: choice.value,
        onchange: () => set("scenario", control, choice.value),
      });
      return make(
        "label",
        { class: "kx-choice" },
        known(input, "scenario", control),
        make("span", {}, words(choice), make("code", { text: choice.value })),
      );
    });

  /**
   * Two machines: a line for each.
   *
   * @param {Control} control
   */
  const choosers = (control) =>
    store.sides().map((side, k) => {
      const options = control.choices.map((choice) =>
        make("option", { value: choice.value, text: `${words(choice)}${words(choice) && "· "}${choice.value}` }),
      );
      const select = make(
        "select",
        {
          class: "kx-select",
          "aria-label": `${control.label ?? control.help}, machine ${"AB"[k]}`,
          onchange: () => set(side, control, control.choices[select.selectedIndex].value),
        },
        ...options,
      );
      return make("label", { class: "kx-choice" }, make("b", { text: "AB"[k] }), known(select, side, control));
    });

  function sync() {
    if (built !== store.sides().join()) return build();
    for (const { input, side, control } of inputs) {
      const value = String(store.model.get(side)?.[control.name]);
      if (input instanceof HTMLInputElement) input.checked = value === input.value;
      else input.value = value;
    }
    for (const [k, control] of controls().entries()) {
      const [a, b] = store.sides().map((side) => String(store.model.get(side)?.[control.name]));
      row.children[k].classList.toggle("kx-differs", b !== undefined && a !== b);
    }
  }

  return { el, build, sync };
}

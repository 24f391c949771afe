// The switches in the reader's hand: one set for one machine, two sets side by side for two.

import { make } from "./dom.js";

export function switches(stage) {
  const el = make("div", { class: "kx-part kx-switches" });
  const row = make("div", { class: "kx-switch-row" });
  const lead = "One computer crosses from one kernel to the next. Flip a switch, drag the time, ask a frame of its memory.";
  el.append(make("p", { class: "kx-intro", text: lead }), row);
  const controls = () => stage.model.get("controls") ?? [];
  const sides = () => (stage.other() ? ["scenario", "other"] : ["scenario"]);
  let built = "";

  function build() {
    built = sides().join();
    row.replaceChildren(...controls().map(fieldset));
    sync();
  }

  function fieldset(control) {
    const id = (...words) => [stage.uid, control.name, ...words].join("-");
    const two = sides().length > 1;
    return make(
      "fieldset",
      { class: `kx-switch${two ? " kx-two" : ""}`, "aria-describedby": id("help") },
      make("legend", {}, make("code", { text: control.name })),
      make("p", { class: "kx-help", id: id("help"), text: control.help + (control.unit ? ` (${control.unit})` : "") }),
      two && make("div", { class: "kx-choice kx-choice-head", "aria-hidden": "true" }, make("b", { text: "A" }), make("b", { text: "B" }), make("span")),
      ...control.choices.map(({ value, meaning }) => {
        const words = make("span", {}, make("b", { text: value }), meaning && make("span", { class: "kx-meaning", text: ` ${meaning}` }));
        const radio = (side, k) =>
          make("input", {
            type: "radio",
            name: id(side),
            value,
            "aria-label": two ? `${value}, machine ${"AB"[k]}` : undefined,
            onchange: () => stage.choose(side, { ...stage.model.get(side), [control.name]: value }),
          });
        return two
          ? make("div", { class: "kx-choice" }, ...sides().map(radio), words)
          : make("label", { class: "kx-choice" }, radio("scenario", 0), words);
      }),
    );
  }

  function sync() {
    if (built !== sides().join()) return build();
    for (const input of row.querySelectorAll("input")) {
      const [name, side] = input.name.slice(stage.uid.length + 1).match(/^(.*)-(scenario|other)$/).slice(1);
      input.checked = String((stage.model.get(side) ?? {})[name]) === input.value;
    }
    for (const [k, control] of controls().entries()) {
      const [a, b] = sides().map((side) => String(stage.model.get(side)?.[control.name]));
      row.children[k].classList.toggle("kx-differs", b !== undefined && a !== b);
    }
  }

  return { el, build, sync };
}

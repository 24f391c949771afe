// @ts-nocheck
// Every switch of the machine, in the groups of the registry: to be searched, explained, set.
//
// A switch that can have no effect as the others are set is drawn back, with the reason beside it. It can be set all
// the same: a reader may want to set the one first that it waits for.

import { make, say } from "./dom.js";
import { loading } from "./loading.js";
import { outcomeLine } from "./outcome-line.js";
import { changed, equal, flipped, inactiveReason, keyOf, parseValue } from "./registry.js";
import { start } from "./start.js";
import { hasWord, helpOf, optionText, searchText } from "./switch-help.js";

const SHOWN = 6; // presets that a search shows

/**
 * `tools` is what a host that runs Python in the page can do.
 *
 * @param {any} store
 * @param {import("./types.js").PythonTools | null} tools
 */
export function panel(store, tools = null) {
  const { model, uid } = store;
  const registry = () => store.registry();
  const controls = () => model.get("controls") ?? [];
  const sides = () => (store.other() ? ["scenario", "other"] : ["scenario"]);
  const set = (side, name, value) => store.choose(side, flipped(model.get(side), name, value, registry()));

  const find = make("input", {
    type: "search",
    class: "kx-field",
    id: `${uid}-find`,
    placeholder: "a word, such as IOMMU",
    autocomplete: "off",
    spellcheck: "false",
    oninput: search,
    onkeydown: leave,
  });
  const found = make("span", { class: "kx-note", role: "status" });
  const fitting = make("p", { class: "kx-set-row", hidden: true }); // presets that a search finds
  const begun = start(store, reveal);
  const end = outcomeLine(store);
  const python = tools && loading(store, tools);
  const groups = make("div", { class: "kx-groups" });
  const top = make(
    "div",
    { class: "kx-start" },
    begun.el,
    make("div", {}, make("label", { for: `${uid}-find`, text: "Find a switch" }), find),
  );
  const faded = make("p", {
    class: "kx-note",
    text: "A faded switch has no effect as the others are set, and says when it would have one. Its question mark explains it.",
  });
  const el = make(
    "div",
    { class: "kx-part kx-switches kx-panel" },
    end.el,
    top,
    found,
    fitting,
    begun.story,
    begun.away,
    begun.undo,
    python?.el,
    faded,
    groups,
  );

  let built = "";
  let knobs = []; // { el, control, inputs, why, wrong, text }

  function build() {
    built = sides().join();
    knobs = [];
    const names = [...new Set(controls().map(({ group }) => group))];
    const kept = new Map([...groups.children].map((el) => [el.dataset.group, el.open]));
    groups.replaceChildren(...names.map((name) => group(name, kept.get(name))));
    begun.build();
    sync();
    search();
  }

  // --- the switches

  function group(name, open) {
    const mine = controls().filter((control) => control.group === name);
    const inIt = mine.map(({ name }) => name).join(", ");
    const summary = make(
      "summary",
      {},
      make("b", { text: name }),
      make("span", { class: "kx-set-count" }),
      " ",
      make("span", { class: "kx-note kx-in-it", text: inIt }),
    );
    const el = make(
      "details",
      { class: "kx-group", "data-group": name },
      summary,
      make("div", { class: "kx-knobs" }, ...mine.map(knob)),
    );
    el.open = open ?? false;
    return el;
  }

  function knob(control) {
    const id = `${uid}-${control.name}`;
    const two = sides().length > 1;
    const why = make("p", { class: "kx-note kx-why", id: `${id}-why`, hidden: true });
    const wrong =
      !control.choices.length &&
      make("p", { class: "kx-note kx-wrong", id: `${id}-wrong`, role: "alert", hidden: true });
    const help = make("div", { class: "kx-help", id: `${id}-help`, hidden: true });
    const ask = make("button", {
      type: "button",
      class: "kx-button kx-ask",
      text: "?",
      "aria-expanded": "false",
      "aria-controls": `${id}-help`,
      "aria-label": `About ${control.name}`,
      onclick() {
        help.hidden = !help.hidden;
        ask.setAttribute("aria-expanded", String(!help.hidden));
        if (!help.childElementCount)
          help.append(...helpOf(control, model.get("by_kernel") ?? {}, model.get("reference")));
      },
    });
    const inputs = sides().map((side, k) => ({
      side,
      input: field(control, side, `${id}-${"ab"[k]}`, two ? "AB"[k] : ""),
    }));
    const name = make(
      two ? "span" : "label",
      { for: two ? null : `${id}-a`, class: "kx-name" },
      control.label,
      " ",
      make("code", { text: control.name }),
    );
    const lines = inputs.map(({ input }, k) =>
      two ? make("div", { class: "kx-choice" }, make("b", { text: "AB"[k] }), input) : input,
    );
    const el = make(
      "div",
      { class: "kx-knob" },
      make("div", { class: "kx-head" }, name, ask),
      ...lines,
      wrong,
      why,
      help,
    );
    knobs.push({ el, control, inputs, why, wrong, text: searchText(control) });
    return el;
  }

  function field(control, side, id, letter) {
    const named = {
      id,
      "aria-label": letter && `${control.label}, machine ${letter}`,
      "aria-describedby": `${uid}-${control.name}-why`,
    };
    if (!control.choices.length) {
      const input = make("input", {
        ...named,
        "aria-describedby": `${named["aria-describedby"]} ${uid}-${control.name}-wrong`,
        type: "text",
        class: "kx-field",
        inputmode: control.places ? "decimal" : "numeric",
        autocomplete: "off",
        onchange: () => type(input, control, side),
      });
      return make("span", { class: "kx-number" }, input, make("span", { class: "kx-note", text: control.unit }));
    }
    const options = control.choices.map(({ value, label }) =>
      make("option", { value, text: optionText(value, label) }),
    );
    return make(
      "select",
      {
        ...named,
        class: "kx-select",
        onchange: ({ target }) => set(side, control.name, control.choices[target.selectedIndex].value),
      },
      ...options,
    );
  }

  /** What was typed, if it is a value; if not, why not, and the machine stays as it is. */
  function type(input, control, side) {
    const { value, error } = parseValue(control, input.value.trim().replace(/,(?=\d{3}\b)/g, ""));
    const letter = store.other() ? `${side === "other" ? "B" : "A"}: ` : "";
    const knob = knobs.find((known) => known.control === control);
    if (error) {
      input.setAttribute("aria-invalid", "true");
      return refuse(knob, `${letter}${error}.`);
    }
    set(side, control.name, value);
    sync(); // also if it was that value: what was refused before is gone
  }

  function refuse({ wrong }, text = "") {
    if (!wrong) return; // a list has no wrong values
    wrong.hidden = !text;
    say(wrong, text);
  }

  // --- searching

  function search() {
    const words = find.value.split(/\s+/).filter(Boolean);
    const fits = (text) => words.every((word) => hasWord(text, word));
    let shown = 0;
    for (const { el, text } of knobs) {
      el.hidden = !fits(text);
      shown += !el.hidden;
    }
    const stories = words.length
      ? (model.get("presets") ?? []).filter(({ name, title }) => fits(`${name} ${name.replaceAll("-", " ")} ${title}`))
      : [];
    const open = ({ name }) =>
      make(
        "button",
        { type: "button", class: "kx-button", onclick: () => begun.begin(name) },
        make("code", { text: name }),
      );
    fitting.hidden = !stories.length;
    fitting.replaceChildren(
      "Presets: ",
      ...stories.slice(0, SHOWN).map(open),
      stories.length > SHOWN ? ` and ${stories.length - SHOWN} more` : "",
    );
    for (const group of groups.children) {
      const some = [...group.querySelectorAll(".kx-knob")].some((el) => !el.hidden);
      group.hidden = !some;
      if (words.length) {
        group.dataset.was ??= String(group.open);
        group.open = some;
      } else if (group.dataset.was) {
        group.open = group.dataset.was === "true";
        delete group.dataset.was;
      }
    }
    const none = `No switch${stories.length ? "" : " and no preset"} has all these words.`;
    say(found, words.length ? (shown ? `${shown} of ${knobs.length} switches` : none) : "");
  }

  function leave(event) {
    if (event.key !== "Escape" || !find.value) return;
    event.preventDefault();
    find.value = "";
    search();
  }

  // --- what the settings say

  /** Why a switch can have no effect, or "". */
  function idle(control, scenario) {
    const { name, choices } = control;
    const declared = inactiveReason(control, scenario);
    const known = model.get("idle"); // found by trying
    if (declared || !known?.idle[name] || known.key !== keyOf(scenario, registry())) return declared;
    return `no effect as the others are set: ${choices.length ? "with every other value" : "at its default, and at both ends of its range,"} the same happens`;
  }

  function sync() {
    if (built !== sides().join()) return build();
    const scenarios = both();
    const sets = scenarios.map((scenario) => changed(scenario, registry()));
    for (const { el, control, inputs } of knobs) {
      for (const { side, input } of inputs) {
        const box = input.querySelector?.("input") ?? input;
        const value = String(model.get(side)?.[control.name]);
        if (box.value !== value) box.value = value;
        box.removeAttribute("aria-invalid");
      }
      el.classList.toggle(
        "kx-set",
        sets.some((set) => control.name in set),
      );
      el.classList.toggle(
        "kx-differs",
        scenarios.length > 1 && !equal(scenarios[0][control.name], scenarios[1][control.name]),
      );
    }
    for (const knob of knobs) refuse(knob);
    reasons();
    for (const group of groups.children) {
      const names = controls()
        .filter(({ group: name }) => name === group.dataset.group)
        .map(({ name }) => name);
      const count = names.filter((name) => sets.some((set) => name in set)).length;
      say(group.querySelector(".kx-set-count"), count ? ` ${count} set` : "");
    }
    begun.sync(scenarios);
    python?.sync();
  }

  const both = () => sides().map((side) => model.get(side) ?? {});

  /** Draw back what has no effect. That is found out little by little, and must not touch what the reader is typing. */
  function reasons() {
    const scenarios = both();
    for (const { el, control, why } of knobs) {
      const found = scenarios.map((scenario) => idle(control, scenario));
      const drawnBack = found.every(Boolean);
      el.classList.toggle("kx-inactive", drawnBack);
      why.hidden = !drawnBack;
      say(
        why,
        !drawnBack
          ? ""
          : new Set(found).size > 1
            ? found.map((reason, k) => `${"AB"[k]}: ${reason}`).join("; ")
            : found[0],
      );
    }
  }

  function reveal(name, letter) {
    if (find.value) {
      find.value = "";
      search();
    }
    const { el, inputs } = knobs.find(({ control }) => control.name === name);
    el.closest("details").open = true;
    const { input } = inputs["AB".indexOf(letter || "A")];
    (input.querySelector?.("input") ?? input).focus();
  }

  model.on("change:idle", reasons);
  return { el, build, sync, load: end.load };
}

// Every switch of the machine, in the groups of the registry: to be searched, explained, set; and where to start.
//
// A switch that can have no effect as the others are set is drawn back, with the reason beside it. It can be set all
// the same: a reader may want to set the one first that it waits for.

import { make, say } from "./dom.js";
import { changed, equal, filled, flipped, taken } from "./registry.js";
import { loading } from "./loading.js";

let panels = 0;

/** `tools` is what a host that runs Python in the page can do: `cancel` it, and the `key` of a scenario. */
export function panel(stage, tools = null) {
  const { model } = stage;
  const uid = `kxp${++panels}`;
  const registry = stage.registry;
  const controls = () => model.get("controls") ?? [];
  const sides = () => (stage.other() ? ["scenario", "other"] : ["scenario"]);
  const set = (side, name, value) => stage.choose(side, flipped(model.get(side), name, value, registry()));

  // --- where to start

  const preset = make("select", { class: "kx-select", id: `${uid}-preset`, onchange: () => begin(preset.value) });
  const story = make("p", { class: "kx-note kx-story" });
  const find = make("input", { type: "search", class: "kx-field", id: `${uid}-find`, placeholder: "a word, such as IOMMU", autocomplete: "off", spellcheck: "false", oninput: search, onkeydown: leave });
  const found = make("span", { class: "kx-note", role: "status" });
  const away = make("div", { class: "kx-away" });
  const load = tools && loading(stage, tools);
  const groups = make("div", { class: "kx-groups" });
  const start = make(
    "div",
    { class: "kx-start" },
    make("div", {}, make("label", { for: `${uid}-preset`, text: "Start from" }), preset),
    make("div", {}, make("label", { for: `${uid}-find`, text: "Find a switch" }), find),
    found,
  );
  const el = make("div", { class: "kx-part kx-switches kx-panel" }, start, story, away, load?.el, groups);

  let built = "";
  let knobs = []; // { el, control, inputs, why, text }

  function build() {
    built = sides().join();
    knobs = [];
    const names = [...new Set(controls().map(({ group }) => group))];
    const kept = new Map([...groups.children].map((el) => [el.dataset.group, el.open]));
    groups.replaceChildren(...names.map((name) => group(name, kept.get(name))));
    const chapters = [...new Set((model.get("presets") ?? []).map(({ chapter }) => chapter))].sort((a, b) => a - b);
    preset.replaceChildren(
      make("option", { value: "", text: "settings of your own" }),
      ...chapters.map((chapter) => make("optgroup", { label: titleOf(chapter) }, ...ofChapter(chapter))),
    );
    sync();
    search();
  }

  const titleOf = (chapter) => (model.get("chapters")?.[chapter] ? `${chapter}. ${model.get("chapters")[chapter].title}` : `Chapter ${chapter}`);
  const ofChapter = (chapter) =>
    model
      .get("presets")
      .filter((p) => p.chapter === chapter)
      .map(({ name, title }) => make("option", { value: name, text: `${title} (${name})` }));

  /** A preset is a machine and nothing of what was seen on the last one: it opens at the moment that matters. */
  function begin(name) {
    const chosen = model.get("presets").find((p) => p.name === name);
    if (chosen) stage.set({ scenario: filled(chosen.values, registry()), at: "", frame: -1 });
    else sync();
  }

  // --- the switches

  function group(name, open) {
    const mine = controls().filter((control) => control.group === name);
    const inIt = mine.map(({ name }) => name).join(", ");
    const summary = make("summary", {}, make("b", { text: name }), make("span", { class: "kx-set-count" }), " ", make("span", { class: "kx-note kx-in-it", text: inIt }));
    const el = make("details", { class: "kx-group", "data-group": name }, summary, make("div", { class: "kx-knobs" }, ...mine.map(knob)));
    el.open = open ?? false;
    return el;
  }

  function knob(control) {
    const id = `${uid}-${control.name}`;
    const two = sides().length > 1;
    const why = make("p", { class: "kx-note kx-why", id: `${id}-why`, hidden: true });
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
        if (!help.childElementCount) help.append(...about(control));
      },
    });
    const inputs = sides().map((side, k) => ({ side, input: field(control, side, `${id}-${"ab"[k]}`, two ? "AB"[k] : "") }));
    const name = make(two ? "span" : "label", { for: two ? null : `${id}-a`, class: "kx-name" }, control.label, " ", make("code", { text: control.name }));
    const lines = inputs.map(({ input }, k) => (two ? make("div", { class: "kx-choice" }, make("b", { text: "AB"[k] }), input) : input));
    const el = make("div", { class: "kx-knob" }, make("div", { class: "kx-head" }, name, ask), ...lines, why, help);
    const words = [control.name, control.label, control.help, control.group, ...control.choices.flatMap((c) => [c.value, c.label, c.meaning])];
    knobs.push({ el, control, inputs, why, text: words.join(" ").toLowerCase() });
    return el;
  }

  function field(control, side, id, letter) {
    const named = { id, "aria-label": letter && `${control.label}, machine ${letter}`, "aria-describedby": `${uid}-${control.name}-why` };
    if (!control.choices.length) {
      const input = make("input", { ...named, type: "text", class: "kx-field", inputmode: control.places ? "decimal" : "numeric", autocomplete: "off", onchange: () => type(input, control, side) });
      return make("span", { class: "kx-number" }, input, make("span", { class: "kx-note", text: control.unit }));
    }
    const options = control.choices.map(({ value, label }) => make("option", { value, text: equal(label, value) ? value : `${value} · ${label}` }));
    return make("select", { ...named, class: "kx-select", onchange: ({ target }) => set(side, control.name, control.choices[target.selectedIndex].value) }, ...options);
  }

  /** What was typed, if it is a value; if not, why not, and the machine stays as it is. */
  function type(input, control, side) {
    const { value, error } = taken(control, input.value.trim());
    if (!error) return set(side, control.name, value);
    input.setAttribute("aria-invalid", "true");
    const { why } = knobs.find((knob) => knob.control === control);
    why.hidden = false;
    why.className = "kx-note kx-why kx-wrong";
    say(why, `${error}.`);
  }

  function about(control) {
    const { name, help, choices, allowed, default: usual } = control;
    const by = Object.entries(model.get("by_kernel") ?? {}).filter(([, values]) => name in values);
    const others = by.map(([kernel, values]) => `${values[name]} in ${kernel}`);
    return [
      make("p", { text: `${help[0].toUpperCase()}${help.slice(1)}.` }),
      choices.length
        ? make("dl", {}, ...choices.flatMap(({ value, meaning, label }) => [make("dt", {}, make("code", { text: value })), make("dd", { text: meaning || (equal(label, value) ? "" : label) })]))
        : make("p", { text: `${allowed[0].toUpperCase()}${allowed.slice(1)}.` }),
      make("p", { class: "kx-note" }, "Default: ", make("code", { text: usual }), others.length ? `; ${others.join(", ")}` : "", "."),
    ];
  }

  // --- searching

  function search() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { el, text } of knobs) {
      el.hidden = !words.every((word) => text.includes(word));
      shown += !el.hidden;
    }
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
    say(found, words.length ? (shown ? `${shown} of ${knobs.length} switches` : "no switch has all these words") : "");
  }

  function leave(event) {
    if (event.key !== "Escape" || !find.value) return;
    event.preventDefault();
    find.value = "";
    search();
  }

  // --- what the settings say

  /** Why a switch can have no effect, or "". */
  function idle({ name, needs, choices }, scenario) {
    const missing = needs.find(({ either }) => !either.some(([other, values]) => values.some((value) => equal(value, scenario[other]))));
    if (missing) return missing.words;
    const known = model.get("idle"); // found by trying
    if (!known?.idle[name] || known.key !== tools?.key(scenario)) return "";
    return `no effect as the others are set: ${choices.length ? "with every other value" : "at its default, and at both ends of its range,"} the same happens`;
  }

  function sync() {
    if (built !== sides().join()) return build();
    const scenarios = sides().map((side) => model.get(side) ?? {});
    const sets = scenarios.map((scenario) => changed(scenario, registry()));
    for (const { el, control, inputs, why } of knobs) {
      for (const { side, input } of inputs) {
        const box = input.querySelector?.("input") ?? input;
        const value = String(model.get(side)?.[control.name]);
        if (box.value !== value) box.value = value;
        box.removeAttribute("aria-invalid");
      }
      const reasons = scenarios.map((scenario) => idle(control, scenario));
      const drawnBack = reasons.every(Boolean);
      el.classList.toggle("kx-drawn-back", drawnBack);
      el.classList.toggle("kx-set", sets.some((set) => control.name in set));
      el.classList.toggle("kx-differs", scenarios.length > 1 && !equal(scenarios[0][control.name], scenarios[1][control.name]));
      why.className = "kx-note kx-why";
      why.hidden = !drawnBack;
      say(why, drawnBack ? reasons[0] : "");
    }
    for (const group of groups.children) {
      const names = controls().filter(({ group: name }) => name === group.dataset.group).map(({ name }) => name);
      const count = names.filter((name) => sets.some((set) => name in set)).length;
      say(group.querySelector(".kx-set-count"), count ? ` ${count} set` : "");
    }
    const chosen = presetOf(sets[0]);
    preset.value = chosen?.name ?? "";
    story.replaceChildren(...(chosen ? told(chosen) : []));
    away.replaceChildren(...scenarios.map((scenario, k) => differences(sides()[k], sets[k], scenarios.length > 1 ? "AB"[k] : "")));
    load?.sync();
  }

  const presetOf = (set) =>
    (model.get("presets") ?? []).find(({ values }) => {
      const theirs = changed(filled(values, registry()), registry());
      return Object.keys(theirs).length === Object.keys(set).length && Object.entries(theirs).every(([name, value]) => equal(set[name], value));
    });

  function told({ chapter, title }) {
    const known = model.get("chapters")?.[chapter];
    const text = `${title[0].toUpperCase()}${title.slice(1)}. `;
    return [text, ...(known ? ["Chapter ", make("a", { href: known.url, text: `${chapter}. ${known.title}` })] : [])];
  }

  /** What is not at its default: each can be gone to, and put back. */
  function differences(side, set, letter) {
    const names = Object.entries(set);
    const button = (properties, ...children) => make("button", { type: "button", class: "kx-button", ...properties }, ...children);
    const one = ([name, value]) =>
      make(
        "span",
        { class: "kx-one" },
        button({ title: "Go to this switch", onclick: () => reveal(name, letter) }, make("code", { text: `${name}=${value}` })),
        button({
          title: "Back to its default",
          "aria-label": `${name} back to its default${letter && `, machine ${letter}`}`,
          text: "×",
          onclick() {
            stage.choose(side, filled(Object.fromEntries(names.filter(([n]) => n !== name)), registry()));
            (away.querySelector("button") ?? preset).focus(); // what was pressed is gone
          },
        }),
      );
    return make("p", { class: "kx-set-row" }, letter && make("b", { text: letter }), names.length ? "Set: " : "Every switch is at its default.", ...names.map(one));
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

  model.on("change:idle", sync);
  return { el, build, sync };
}

// Every switch of the machine, in the groups of the registry: to be searched, explained, set; and where to start.
//
// A switch that can have no effect as the others are set is drawn back, with the reason beside it. It can be set all
// the same: a reader may want to set the one first that it waits for.

import { make, say } from "./dom.js";
import { changed, equal, filled, flipped, taken, unmet } from "./registry.js";
import { loading } from "./loading.js";

const SHOWN = 6; // presets that a search shows
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
  const presetLabel = make("label", { for: `${uid}-preset` });
  const story = make("p", { class: "kx-note kx-story" });
  const find = make("input", { type: "search", class: "kx-field", id: `${uid}-find`, placeholder: "a word, such as IOMMU", autocomplete: "off", spellcheck: "false", oninput: search, onkeydown: leave });
  const found = make("span", { class: "kx-note", role: "status" });
  const fitting = make("p", { class: "kx-set-row", hidden: true }); // presets that a search finds
  const away = make("div", { class: "kx-away" });
  const undo = make("button", { type: "button", class: "kx-button", text: "Back to the settings before", hidden: true, onclick: goBack });
  const sum = make("p", { class: "kx-sum" }); // what became of it stays in sight while the switches do
  const python = tools && loading(stage, tools);
  const groups = make("div", { class: "kx-groups" });
  const start = make(
    "div",
    { class: "kx-start" },
    make("div", {}, presetLabel, preset),
    make("div", {}, make("label", { for: `${uid}-find`, text: "Find a switch" }), find),
  );
  const faded = make("p", { class: "kx-note", text: "A faded switch has no effect as the others are set, and says when it would have one. Its question mark explains it." });
  const el = make("div", { class: "kx-part kx-switches kx-panel" }, sum, start, found, fitting, story, away, undo, python?.el, faded, groups);

  let built = "";
  let knobs = []; // { el, control, inputs, why, wrong, text }

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
    if (chosen) stage.leap({ scenario: filled(chosen.values, registry()), at: "", frame: -1 });
    else sync();
  }

  /** Whoever leaps from settings of his own to others' can go back. */
  function goBack() {
    const { scenario, other, at, frame } = stage.left;
    stage.left = null;
    stage.set({ scenario, other: other ?? {}, at, frame });
    preset.focus(); // the button goes
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
    const wrong = !control.choices.length && make("p", { class: "kx-note kx-wrong", id: `${id}-wrong`, role: "alert", hidden: true });
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
    const el = make("div", { class: "kx-knob" }, make("div", { class: "kx-head" }, name, ask), ...lines, wrong, why, help);
    const words = [control.name, control.label, control.help, control.group, ...control.choices.flatMap((c) => [c.value, c.label, c.meaning])];
    knobs.push({ el, control, inputs, why, wrong, text: words.join(" ") });
    return el;
  }

  function field(control, side, id, letter) {
    const named = { id, "aria-label": letter && `${control.label}, machine ${letter}`, "aria-describedby": `${uid}-${control.name}-why` };
    if (!control.choices.length) {
      const input = make("input", { ...named, "aria-describedby": `${named["aria-describedby"]} ${uid}-${control.name}-wrong`, type: "text", class: "kx-field", inputmode: control.places ? "decimal" : "numeric", autocomplete: "off", onchange: () => type(input, control, side) });
      return make("span", { class: "kx-number" }, input, make("span", { class: "kx-note", text: control.unit }));
    }
    const options = control.choices.map(({ value, label }) => make("option", { value, text: valued(value, label) }));
    return make("select", { ...named, class: "kx-select", onchange: ({ target }) => set(side, control.name, control.choices[target.selectedIndex].value) }, ...options);
  }

  /** A value and what it means; where the one begins the other it is said once. */
  const valued = (value, label) => (equal(label, value) || new RegExp(`^${value}[,:] `).test(label) ? label : `${value} · ${label}`);

  /** What was typed, if it is a value; if not, why not, and the machine stays as it is. */
  function type(input, control, side) {
    const { value, error } = taken(control, input.value.trim().replace(/,(?=\d{3}\b)/g, ""));
    const letter = stage.other() ? `${side === "other" ? "B" : "A"}: ` : "";
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

  function about(control) {
    const { name, help, choices, allowed, default: usual } = control;
    const by = Object.entries(model.get("by_kernel") ?? {}).filter(([, values]) => name in values);
    const others = [...new Set(by.map(([, values]) => values[name]))].map((other) => `; ${other} in ${by.filter(([, values]) => values[name] === other).map(([kernel]) => kernel).join(", ")}`);
    const row = model.get("reference");
    return [
      make("p", {}, ...coded(`${help[0].toUpperCase()}${help.slice(1)}.`)),
      choices.length
        ? make("dl", {}, ...choices.flatMap(({ value, meaning, label }) => [make("dt", {}, make("code", { text: value })), make("dd", {}, ...coded(meaning || (equal(label, value) ? "" : label)))]))
        : make("p", { text: `${allowed[0].toUpperCase()}${allowed.slice(1)}.` }),
      make("p", { class: "kx-note" }, "Default: ", make("code", { text: usual }), ...others, ". ", row && make("a", { href: `${row}#${name}`, text: "In the table of switches" })),
    ];
  }

  /** A text of the registry: what it has between backticks is code. */
  const coded = (text) => text.split("`").map((part, k) => (k % 2 ? make("code", { text: part }) : part));

  // --- searching

  /** Whether a text has a word: a short one, or an abbreviation, as a word of its own. */
  function has(text, word) {
    const whole = word.length <= 3 || word !== word.toLowerCase();
    return whole ? new RegExp(`\\b${word.replace(/[^\w]/g, "\\$&")}`, word === word.toLowerCase() ? "i" : "").test(text) : text.toLowerCase().includes(word);
  }

  function search() {
    const words = find.value.split(/\s+/).filter(Boolean);
    const fits = (text) => words.every((word) => has(text, word));
    let shown = 0;
    for (const { el, text } of knobs) {
      el.hidden = !fits(text);
      shown += !el.hidden;
    }
    const stories = words.length ? (model.get("presets") ?? []).filter(({ name, title }) => fits(`${name} ${name.replaceAll("-", " ")} ${title}`)) : [];
    const open = ({ name }) => make("button", { type: "button", class: "kx-button", onclick: () => begin(name) }, make("code", { text: name }));
    fitting.hidden = !stories.length;
    fitting.replaceChildren("Presets: ", ...stories.slice(0, SHOWN).map(open), stories.length > SHOWN ? ` and ${stories.length - SHOWN} more` : "");
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
    const declared = unmet(control, scenario);
    const known = model.get("idle"); // found by trying
    if (declared || !known?.idle[name] || known.key !== tools?.key(scenario)) return declared;
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
      el.classList.toggle("kx-set", sets.some((set) => control.name in set));
      el.classList.toggle("kx-differs", scenarios.length > 1 && !equal(scenarios[0][control.name], scenarios[1][control.name]));
    }
    for (const knob of knobs) refuse(knob);
    reasons();
    for (const group of groups.children) {
      const names = controls().filter(({ group: name }) => name === group.dataset.group).map(({ name }) => name);
      const count = names.filter((name) => sets.some((set) => name in set)).length;
      say(group.querySelector(".kx-set-count"), count ? ` ${count} set` : "");
    }
    undo.hidden = !stage.left || scenarios.every((scenario, k) => Object.entries(stage.left[sides()[k]] ?? {}).every(([name, value]) => equal(scenario[name], value)));
    say(presetLabel, scenarios.length > 1 ? "Start A from" : "Start from");
    const chosen = presetOf(sets[0]);
    preset.value = chosen?.name ?? "";
    story.replaceChildren(...(chosen ? told(chosen) : []));
    away.replaceChildren(...scenarios.map((scenario, k) => differences(sides()[k], sets[k], scenarios.length > 1 ? "AB"[k] : "")));
    python?.sync();
  }

  const both = () => sides().map((side) => model.get(side) ?? {});

  /** Draw back what has no effect. That is found out little by little, and must not touch what the reader is typing. */
  function reasons() {
    const scenarios = both();
    for (const { el, control, why } of knobs) {
      const found = scenarios.map((scenario) => idle(control, scenario));
      const drawnBack = found.every(Boolean);
      el.classList.toggle("kx-drawn-back", drawnBack);
      why.hidden = !drawnBack;
      say(why, !drawnBack ? "" : new Set(found).size > 1 ? found.map((reason, k) => `${"AB"[k]}: ${reason}`).join("; ") : found[0]);
    }
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
    const { kernel } = model.get(side);
    const brought = Object.entries(model.get("by_kernel")?.[kernel] ?? {}).filter(([name]) => !(name in set)).map(([name, value]) => `${name}=${value}`);
    const along = brought.length ? make("span", { class: "kx-note", text: `Linux ${kernel} brings ${brought.join(" and ")}.` }) : null;
    return make("p", { class: "kx-set-row" }, letter && make("b", { text: letter }), names.length ? "Set: " : "Every switch is at its default.", ...names.map(one), along);
  }

  /** In the end, of each machine: in sight beside the switches, and how it changed by the last flip. */
  function load(machines) {
    const ends = machines.map(({ run, letter }) => ({ letter, outcome: run.verdict.outcome }));
    const told = ({ outcome }) => {
      const word = make("strong", { class: "kx-outcome-word", text: `${stage.legend().outcomes[outcome]?.sign ?? ""} ${outcome}` });
      word.style.setProperty("--kx-outcome", `var(--kx-outcome-${outcome})`);
      return word;
    };
    sum.replaceChildren(...ends.flatMap((end, k) => [`${k ? "; " : ""}${end.letter ? `${end.letter} in the end: ` : "In the end: "}`, told(end), ...before(end, k)]));
    last = ends;
  }

  let last = [];
  const before = ({ outcome }, k) => (last[k] && last[k].outcome !== outcome ? [make("span", { class: "kx-note", text: ` (before: ${last[k].outcome})` })] : []);

  function waiting() {
    const { phase, loaded, total } = model.get("engine") ?? {};
    const busy = el.closest(".kx")?.getAttribute("aria-busy") === "true";
    const far = phase === "starting" && loaded < total ? `, ${Math.round((100 * loaded) / total)} % loaded` : "";
    if (phase === "starting" && busy) sum.replaceChildren(`Python is being started${far} …`);
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
  model.on("change:engine", waiting);
  return { el, build, sync, load };
}

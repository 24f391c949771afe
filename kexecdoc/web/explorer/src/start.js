// @ts-nocheck
// Where a reader can start, what he has set since, and the way back.

import { make, say } from "./dom.js";
import { changed, keyOf, withDefaults } from "./registry.js";

/** `reveal(name, letter)` leads to the control of a switch. */
export function start(stage, reveal) {
  const { model, uid, registry } = stage;
  const keyed = (scenario) => keyOf(scenario, registry());
  const presets = () => model.get("presets") ?? [];
  const select = make("select", { class: "kx-select", id: `${uid}-preset`, onchange: () => begin(select.value) });
  const label = make("label", { for: `${uid}-preset` });
  const story = make("p", { class: "kx-note kx-story" });
  const away = make("div", { class: "kx-away" });
  const undo = make("button", {
    type: "button",
    class: "kx-button",
    text: "Back to the settings before",
    hidden: true,
    onclick: goBack,
  });

  function build() {
    const chapters = [...new Set(presets().map(({ chapter }) => chapter))].sort((a, b) => a - b);
    const option = ({ name, title }) => make("option", { value: name, text: `${title} (${name})` });
    const ofChapter = (chapter) =>
      presets()
        .filter((p) => p.chapter === chapter)
        .map(option);
    select.replaceChildren(
      make("option", { value: "", text: "settings of your own" }),
      ...chapters.map((chapter) => make("optgroup", { label: titleOf(chapter) }, ...ofChapter(chapter))),
    );
  }

  const titleOf = (chapter) =>
    model.get("chapters")?.[chapter] ? `${chapter}. ${model.get("chapters")[chapter].title}` : `Chapter ${chapter}`;

  /** A preset is a machine and nothing of what was seen on the last one: it opens at the moment that matters. */
  function begin(name) {
    const chosen = presets().find((p) => p.name === name);
    if (chosen) stage.leap({ scenario: withDefaults(chosen.values, registry()), at: "", frame: -1 });
    else show(model.get("scenario")); // nobody can choose to have settings of his own
  }

  /** Whoever leaps from settings of his own to others' can go back. */
  function goBack() {
    const { scenario, other, at, frame } = stage.left;
    stage.left = null;
    stage.set({ scenario, other: other ?? {}, at, frame });
    select.focus(); // the button goes
  }

  function sync(scenarios) {
    const sets = scenarios.map((scenario) => changed(scenario, registry()));
    const letters = scenarios.length > 1 ? ["A", "B"] : [""];
    const sides = ["scenario", "other"];
    const same = (scenario, side) => !stage.left[side] || keyed(stage.left[side]) === keyed(scenario);
    undo.hidden = !stage.left || scenarios.every((scenario, k) => same(scenario, sides[k]));
    say(label, scenarios.length > 1 ? "Start A from" : "Start from");
    show(scenarios[0]);
    away.replaceChildren(...letters.map((letter, k) => differences(sides[k], sets[k], letter)));
  }

  function show(scenario) {
    const chosen = presets().find(({ values }) => keyed(withDefaults(values, registry())) === keyed(scenario));
    select.value = chosen?.name ?? "";
    story.replaceChildren(...(chosen ? told(chosen) : []));
  }

  function told({ chapter, title }) {
    const known = model.get("chapters")?.[chapter];
    const text = `${title[0].toUpperCase()}${title.slice(1)}. `;
    return [text, ...(known ? ["Chapter ", make("a", { href: known.url, text: `${chapter}. ${known.title}` })] : [])];
  }

  /** What is not at its default: each can be gone to, and put back. */
  function differences(side, set, letter) {
    const names = Object.entries(set);
    const button = (properties, ...children) =>
      make("button", { type: "button", class: "kx-button", ...properties }, ...children);
    const one = ([name, value]) =>
      make(
        "span",
        { class: "kx-one" },
        button(
          { title: "Go to this switch", onclick: () => reveal(name, letter) },
          make("code", { text: `${name}=${value}` }),
        ),
        button({
          title: "Back to its default",
          "aria-label": `${name} back to its default${letter && `, machine ${letter}`}`,
          text: "×",
          onclick() {
            stage.choose(side, withDefaults(Object.fromEntries(names.filter(([n]) => n !== name)), registry()));
            (away.querySelector("button") ?? select).focus(); // what was pressed is gone
          },
        }),
      );
    const { kernel } = model.get(side);
    const brought = Object.entries(model.get("by_kernel")?.[kernel] ?? {})
      .filter(([name]) => !(name in set))
      .map(([name, value]) => `${name}=${value}`);
    const along = brought.length
      ? make("span", { class: "kx-note", text: `Linux ${kernel} brings ${brought.join(" and ")}.` })
      : null;
    return make(
      "p",
      { class: "kx-set-row" },
      letter && make("b", { text: letter }),
      names.length ? "Set: " : "Every switch is at its default.",
      ...names.map(one),
      along,
    );
  }

  return { el: make("div", {}, label, select), story, away, undo, begin, build, sync };
}

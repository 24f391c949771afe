// Where a reader can start, what he has set since, and the way back.

import { button, make, say } from "./dom.js";
import { changed, keyOf, withDefaults } from "./registry.js";

/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Preset} Preset */
/** @typedef {import("./types.js").Side} Side */

/** @type {Side[]} */
const SIDES = ["scenario", "other"];

/**
 * @param {import("./types.js").PanelStore} store
 * @param {(name: string, letter: string) => void} reveal leads to the control of a switch
 */
export function start(store, reveal) {
  const { model, uid } = store;
  const registry = () => store.registry();
  /** @param {Scenario} scenario */
  const keyed = (scenario) => keyOf(scenario, registry());
  const presets = () => model.get("presets") ?? [];
  const select = make("select", { class: "kx-select", id: `${uid}-preset`, onchange: () => begin(select.value) });
  const label = make("label", { for: `${uid}-preset` });
  const story = make("p", { class: "kx-note kx-story" });
  const away = make("div", { class: "kx-changed" });
  const undo = button({
    text: "Back to the settings before",
    hidden: true,
    onclick: goBack,
  });

  function build() {
    const chapters = [...new Set(presets().map(({ chapter }) => chapter))].sort((a, b) => a - b);
    /** @param {Preset} preset */
    const option = ({ name, title }) => make("option", { value: name, text: `${title} (${name})` });
    /** @param {number} chapter */
    const ofChapter = (chapter) =>
      presets()
        .filter((p) => p.chapter === chapter)
        .map(option);
    select.replaceChildren(
      make("option", { value: "", text: "settings of your own" }),
      ...chapters.map((chapter) => make("optgroup", { label: titleOf(chapter) }, ...ofChapter(chapter))),
    );
  }

  /** @param {number} chapter */
  const titleOf = (chapter) =>
    model.get("chapters")?.[chapter] ? `${chapter}. ${model.get("chapters")[chapter].title}` : `Chapter ${chapter}`;

  /**
   * Open a preset at the moment that matters, whatever was shown of the last machine.
   *
   * @param {string} name
   */
  function begin(name) {
    const chosen = presets().find((p) => p.name === name);
    if (chosen) store.leap({ scenario: withDefaults(chosen.values, registry()), at: "", frame: -1 });
    else show(model.get("scenario")); // 'settings of your own' is a label, not an option: restore the selection
  }

  /** Undo a leap to a preset. */
  function goBack() {
    if (!store.left) return;
    const { scenario, other, at, frame } = store.left;
    store.left = null;
    store.set({ scenario, other: other ?? {}, at, frame });
    select.focus(); // the button goes
  }

  /** @param {Scenario[]} scenarios */
  function sync(scenarios) {
    const sets = scenarios.map((scenario) => changed(scenario, registry()));
    const letters = scenarios.length > 1 ? ["A", "B"] : [""];
    const { left } = store;
    const same = scenarios.every((scenario, k) => {
      const before = left?.[SIDES[k]];
      return !before || keyed(before) === keyed(scenario);
    });
    undo.hidden = same;
    say(label, scenarios.length > 1 ? "Start A from" : "Start from");
    show(scenarios[0]);
    away.replaceChildren(...letters.map((letter, k) => changesOf(SIDES[k], sets[k], letter)));
  }

  /** @param {Scenario} scenario */
  function show(scenario) {
    const chosen = presets().find(({ values }) => keyed(withDefaults(values, registry())) === keyed(scenario));
    select.value = chosen?.name ?? "";
    story.replaceChildren(...(chosen ? storyOf(chosen) : []));
  }

  /** @param {Preset} preset */
  function storyOf({ chapter, title }) {
    const known = model.get("chapters")?.[chapter];
    const text = `${title[0].toUpperCase()}${title.slice(1)}. `;
    return [text, ...(known ? ["Chapter ", make("a", { href: known.url, text: `${chapter}. ${known.title}` })] : [])];
  }

  /**
   * What is not at its default. Each leads to its switch, and can be put back.
   *
   * @param {Side} side
   * @param {Scenario} set
   * @param {string} letter
   */
  function changesOf(side, set, letter) {
    const names = Object.entries(set);
    /** @param {[name: string, value: import("./types.js").Value]} change */
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
            store.choose(side, withDefaults(Object.fromEntries(names.filter(([n]) => n !== name)), registry()));
            /** @type {HTMLElement} */ (away.querySelector("button") ?? select).focus(); // what was pressed is gone
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

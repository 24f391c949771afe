// The search of the panel: by any word that is said of a switch, or of a preset.

import { button, make, say } from "./dom.js";
import { hasWord } from "./switch-help.js";

/** @typedef {import("./types.js").Preset} Preset */
/** @typedef {import("./switch-groups.js").SwitchGroups} SwitchGroups */

const MOST_PRESETS = 6; // presets that a search shows

/** @param {string} text */
export const wordsOf = (text) => text.split(/\s+/).filter(Boolean);

/**
 * The presets that have all words, in their name or their title; none if there is no word.
 *
 * @param {Preset[]} presets
 * @param {string[]} words
 */
export const fittingPresets = (presets, words) =>
  words.length
    ? presets.filter(({ name, title }) => hasWords(`${name} ${name.replaceAll("-", " ")} ${title}`, words))
    : [];

/** @type {(text: string, words: string[]) => boolean} */
const hasWords = (text, words) => words.every((word) => hasWord(text, word));

/**
 * How many switches a search found.
 *
 * @param {number} shown
 * @param {number} all
 * @param {boolean} presetFound
 */
export function countInWords(shown, all, presetFound) {
  if (shown) return `${shown} of ${all} switches`;
  return `No switch${presetFound ? "" : " and no preset"} has all these words.`;
}

export class SwitchSearch {
  status = make("span", { class: "kx-note", role: "status" });
  presets = make("p", { class: "kx-set-row", hidden: true });

  /**
   * @param {import("./types.js").PanelStore} store
   * @param {SwitchGroups} groups
   * @param {(preset: string) => void} begin starts from a preset
   */
  constructor({ model, uid }, groups, begin) {
    this.model = model;
    this.groups = groups;
    this.begin = begin;
    this.box = make("input", {
      type: "search",
      class: "kx-field",
      id: `${uid}-find`,
      placeholder: "a word, such as IOMMU",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => this.run(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Escape" || !this.box.value) return;
        event.preventDefault();
        this.clear();
      },
    });
    this.el = make("div", {}, make("label", { for: this.box.id, text: "Find a switch" }), this.box);
  }

  /** Show what has all the words in the box. */
  run() {
    const words = wordsOf(this.box.value);
    const searching = words.length > 0;
    const shown = this.groups.filter((text) => hasWords(text, words), searching);
    const presets = fittingPresets(this.model.get("presets") ?? [], words);
    this.#showPresets(presets);
    say(this.status, searching ? countInWords(shown, this.groups.length, presets.length > 0) : "");
  }

  /** @param {Preset[]} presets */
  #showPresets(presets) {
    const buttons = presets
      .slice(0, MOST_PRESETS)
      .map(({ name }) => button({ onclick: () => this.begin(name) }, make("code", { text: name })));
    const rest = presets.length - buttons.length;
    this.presets.hidden = !presets.length;
    this.presets.replaceChildren("Presets: ", ...buttons, rest > 0 ? ` and ${rest} more` : "");
  }

  clear() {
    if (!this.box.value) return;
    this.box.value = "";
    this.run();
  }
}

// The colours that canvases are drawn with: those of the style sheet, in the mode that the page is in.

import { density } from "./drawing.js";

/** @typedef {import("./types.js").Legend} Legend */
/** @typedef {(name: string) => string} ColourOf */

const NAMES = /** @type {const} */ (["ink", "muted", "surface", "panel", "line", "control", "accent", "alarm"]);

/**
 * `owner` and `inkOf` give an owner's colour and the ink of its mark, `phase` the colour of what runs.
 * @typedef {Record<typeof NAMES[number], string> & { owner: ColourOf, inkOf: ColourOf, phase: Record<string, string> }}
 *   Paint
 */

export class Theme {
  /** @type {Paint | null} */
  #paint = null;
  #stop = new AbortController();
  #modes;

  /**
   * @param {HTMLElement} root
   * @param {() => Legend} legend
   * @param {() => void} changed
   */
  constructor(root, legend, changed) {
    this.root = root;
    this.legend = legend;
    const forget = () => {
      this.#paint = null;
      changed();
    };
    this.#modes = new MutationObserver(forget);
    for (const node of [document.documentElement, document.body])
      this.#modes.observe(node, { attributes: true, attributeFilter: ["data-md-color-scheme", "data-jp-theme-light"] });
    for (const query of ["(prefers-color-scheme: dark)", `(resolution: ${density()}dppx)`])
      matchMedia(query).addEventListener("change", forget, { signal: this.#stop.signal });
  }

  /** The colours, read once: to ask for a style makes the browser work out all that has changed since. */
  colours() {
    // A host may draw before the explorer is in the page, where it has no colours yet.
    if (!this.#paint?.surface) this.#paint = this.#read();
    return this.#paint;
  }

  /** @returns {Paint} */
  #read() {
    const style = getComputedStyle(this.root);
    /** @param {string} name */
    const value = (name) => style.getPropertyValue(name).trim();
    const { owners, phases } = this.legend();
    /**
     * @param {string} prefix
     * @returns {ColourOf}
     */
    const table = (prefix) => {
      const colours = Object.fromEntries(Object.keys(owners).map((name) => [name, value(prefix + name)]));
      return (name) => colours[name] ?? colours.old;
    };
    const named = Object.fromEntries(NAMES.map((name) => [name, value(`--kx-${name}`)]));
    return {
      .../** @type {Record<typeof NAMES[number], string>} */ (named),
      owner: table("--kx-owner-"),
      inkOf: table("--kx-ink-"),
      phase: Object.fromEntries(phases.map((name) => [name, value(`--kx-phase-${name}`)])),
    };
  }

  close() {
    this.#stop.abort();
    this.#modes.disconnect();
  }
}

// The console of both kernels at the moment shown; each line is linked to its meaning.

import { buildOnce, make, say, section, updateColumns } from "./dom.js";
import { before } from "./replay.js";
import { since } from "./words.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").Machine} Machine */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {RunReplay["lines"][number] & { el: HTMLElement, button: HTMLButtonElement }} Line */

const CHOOSE = "Choose a line to read what it means. ◆ marks the lines that tell of a mechanism.";
const NOTHING = "Nothing was printed yet.";

/** Where a key leads from a line. */
/** @type {Record<string, (line: number, printed: number) => number>} */
const KEYS = {
  ArrowUp: (line) => line - 1,
  ArrowDown: (line) => line + 1,
  Home: () => 0,
  End: (_line, printed) => printed - 1,
};

/** @param {Store} store */
export function consolePart(store) {
  const box = make("div", { class: "kx-pair kx-screens" });
  const el = section("console", "Console", box);
  const screenOf = buildOnce(({ replay }) => new Screen(replay, store.model.get("messages") ?? {}));
  /** @type {Screen[]} */
  let screens = [];

  /** @param {Machine[]} machines */
  function load(machines) {
    screens = machines.map(screenOf);
    updateColumns(box, machines, (_machine, k) => screens[k].elements);
  }

  /** @param {Machine[]} machines */
  function show(machines) {
    for (const [k, { now }] of machines.entries()) screens[k].show(now.cursor);
  }

  return { el, load, prepare: screenOf, show };
}

/** The console of one machine: all lines of its run, of which those that were not printed yet are hidden. */
class Screen {
  #printed = 0;
  /** @type {number | null} the line that the reader chose */
  #chosen = null;
  #explainedFor = ""; // what the text below the lines was written for
  #list = make("div", {
    role: "list",
    class: "kx-lines",
    tabindex: -1,
    "aria-label": "Console of both kernels; arrow keys go from line to line",
  });
  #meaning = make("p", { class: "kx-detail kx-meaning-box", role: "status" });
  elements = [make("div", { class: "kx-scroll" }, this.#list), this.#meaning];

  /**
   * @param {RunReplay} replay
   * @param {Record<string, Message>} messages
   */
  constructor(replay, messages) {
    this.replay = replay;
    this.messages = messages;
    /** @type {Line[]} */
    this.lines = replay.lines.map((line, k) => this.#lineOf(line, k));
    this.#list.append(...this.lines.map(({ el }) => el));
    this.#listen();
    this.#explain(null);
  }

  /**
   * What is known of a line's message, which may be worded for this kernel alone.
   * @param {{ message: string | null }} line
   * @returns {Message | undefined}
   */
  #messageOf({ message }) {
    return this.messages[`${message}@${this.replay.scenario.kernel}`] ?? this.messages[String(message)];
  }

  /**
   * @param {RunReplay["lines"][number]} line
   * @param {number} k
   * @returns {Line}
   */
  #lineOf(line, k) {
    const mechanism = this.#messageOf(line)?.mechanism;
    const button = make(
      "button",
      { type: "button", class: "kx-line-button", tabindex: -1, "aria-pressed": "false", "data-line": k },
      make("span", { class: "kx-kernel", text: line.kernel }),
      make("span", { class: "kx-sign", text: mechanism ? "◆" : "" }),
      make("span", { class: "kx-text", text: line.text }),
    );
    const names = `kx-console-line kx-from-${line.kernel}${mechanism ? " kx-mechanism" : ""}`;
    return { ...line, button, el: make("div", { role: "listitem", class: names, hidden: true }, button) };
  }

  /** One listener serves all lines: there are many. */
  #listen() {
    this.#list.addEventListener("click", (event) => {
      const line = lineAt(event);
      if (line !== null) this.#choose(line);
    });
    this.#list.addEventListener("pointerover", (event) => {
      const line = lineAt(event);
      if (line !== null) this.#explain(line);
    });
    this.#list.addEventListener("pointerleave", () => this.#explain(this.#chosen));
    this.#list.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const from = lineAt(event);
    const target = from === null ? undefined : KEYS[event.key]?.(from, this.#printed);
    if (target === undefined) return;
    event.preventDefault();
    if (target < 0 || target >= this.#printed) return;
    this.#choose(target);
    this.lines[target].button.focus();
  }

  /**
   * Choose a line, or none. The tab key stops at the one that is chosen, else at the last one.
   * @param {number | null} chosen
   */
  #choose(chosen) {
    this.#chosen = chosen;
    for (const [k, { button }] of this.lines.entries()) {
      button.tabIndex = k === (chosen ?? this.#printed - 1) ? 0 : -1;
      button.setAttribute("aria-pressed", String(k === chosen));
    }
    this.#explain(chosen);
  }

  /**
   * Say what a line means, unless that is what stands there.
   * @param {number | null} k
   */
  #explain(k) {
    const line = k !== null && k < this.#printed ? this.lines[k] : null;
    const wanted = line ? `line ${k}` : `no line of ${this.#printed > 0 ? "some" : "none"}`;
    if (wanted === this.#explainedFor) return;
    this.#explainedFor = wanted;
    if (line) this.#meaning.replaceChildren(...this.#meaningOf(line));
    else say(this.#meaning, this.#printed ? CHOOSE : NOTHING);
  }

  /** @param {Line} line */
  #meaningOf(line) {
    const printed = `Printed ${since(this.replay, this.replay.t_ns[line.i])}`;
    const message = this.#messageOf(line);
    if (!message) return [make("b", { text: "An ordinary line." }), ` ${printed}.`];
    const mechanism = message.mechanism ? `Mechanism: ${message.mechanism}. ` : "";
    return [make("b", { text: message.meaning }), ` ${mechanism}${printed} by `, make("code", { text: message.where })];
  }

  /**
   * Show the lines that were printed before a cursor.
   * @param {number} cursor
   */
  show(cursor) {
    const printed = before(this.lines, cursor);
    if (printed === this.#printed) return;
    const focused = this.lines.findIndex(({ button }) => button === document.activeElement);
    const [from, end] = [Math.min(printed, this.#printed), Math.max(printed, this.#printed)];
    for (const [k, { el }] of this.lines.slice(from, end).entries()) el.hidden = from + k >= printed;
    this.#printed = printed;
    this.#choose(this.#chosen !== null && this.#chosen < printed ? this.#chosen : null);
    // The line that has the focus was taken back: the last one gets it.
    if (focused >= printed) (this.lines[printed - 1]?.button ?? this.#list).focus();
  }
}

/**
 * The number of the line in which something happened, or null.
 * @param {Event} event
 */
function lineAt({ target }) {
  const button = target instanceof Element ? target.closest(".kx-line-button") : null;
  return button instanceof HTMLElement ? Number(button.dataset.line) : null;
}

// One machine at one moment, or two on one clock, drawn from the log of a run and the facts that come with it.
//
// The module has three hosts: JupyterLab, where a widget of the same protocol asks the kernel for a run; a page,
// where page.js fetches a stored one; and the page with every switch, where full-explorer.js has it made in a worker.
// What a host and the module share is the model: `ModelState` in types.d.ts says what is in it. A host can bring a
// panel of switches of its own, and more below the picture; both are made as the parts here are.
//
// Each part is `{ el, load, show }`: `load` is called with the machines when there is another run, `show` with the same
// when there is another moment, at most once a frame of the display.

import { compare } from "./compare.js";
import { consolePart } from "./console.js";
import { make, say } from "./dom.js";
import { gates } from "./gates.js";
import { Host } from "./host.js";
import { keyboardHelp, press } from "./keyboard.js";
import { Layout } from "./layout.js";
import { memory } from "./memory.js";
import { MomentSync } from "./moment-sync.js";
import { pendingTable } from "./pending-table.js";
import { Player } from "./player.js";
import { Preparation } from "./preparation.js";
import { ReplayCache } from "./replay-cache.js";
import { screenReaderSummary } from "./screen-reader-summary.js";
import { sharePanel } from "./share.js";
import { Store } from "./store.js";
import { switches } from "./switches.js";
import { Theme } from "./theme.js";
import { time } from "./time.js";
import { verdict } from "./verdict.js";

/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./store.js").Machine} Machine */

/**
 * A part of the explorer.
 * @typedef {object} Part
 * @property {HTMLElement} el
 * @property {(machines: Machine[]) => void} [load]
 * @property {(machines: Machine[]) => void} [show]
 * @property {(machine: any, k: number) => unknown} [prepare] makes ready what a run needs
 * @property {() => void} [close]
 */

/** The switches: `build` makes their controls, `sync` shows what is set. */
/** @typedef {Part & { build: () => void, sync: () => void }} SwitchPanel */

/** @typedef {(store: Store) => Part} NewPart */

const FOCUSABLE = "button, input, select, textarea, summary, label, [tabindex]";

/**
 * Two explorers of one name on a page are told apart.
 * @param {string} place
 */
const ordinal = (place) => (/\.\d+$/.test(place ?? "") ? `, number ${place.split(".").at(-1)} on this page` : "");

/**
 * Show an explorer in an element; return what takes it away again.
 * @param {{ model: Model, el: HTMLElement, panel?: (store: Store) => SwitchPanel, more?: NewPart | null }} host
 */
export function render({ model, el, panel = switches, more = null }) {
  const explorer = new Explorer(model, panel, more);
  el.append(explorer.root);
  explorer.start();
  return () => explorer.close();
}

class Explorer {
  #asked = 0;

  /**
   * @param {Model} model
   * @param {(store: Store) => SwitchPanel} panel
   * @param {NewPart | null} more
   */
  constructor(model, panel, more) {
    this.model = model;
    this.host = new Host(model, { shown: () => this.store.scenarios(), changed: () => this.showError() });
    this.store = new Store(model, (changes) => this.host.tell(changes));
    this.cache = new ReplayCache(() => this.store.legend());
    this.player = new Player(this.store, {
      redraw: () => this.redraw(),
      rested: () => this.sync.keep(),
      playing: (on) => this.time.playing(on),
    });
    this.sync = new MomentSync(this.store, this.player);
    this.preparation = new Preparation((view) => this.prepare(view));
    this.root = make("div", {
      class: "kx",
      role: "group",
      "aria-label": `Explorer of one crossing${ordinal(model.get("place"))}`,
      tabindex: -1, // a click anywhere in it gives it the keys
    });
    this.theme = new Theme(
      this.root,
      () => this.store.legend(),
      () => this.redraw(),
    );
    this.layout = new Layout(this.root, () => this.redraw());

    const { store, player, theme, layout } = this;
    const surface = { theme, layout, redraw: () => this.redraw() };
    this.switches = panel(store);
    this.share = sharePanel(store);
    this.time = time(store, player, surface);
    const below = more?.(store);
    const shown = {
      compare: compare(store, player),
      verdict: verdict(store),
      memory: memory(store, player, surface),
      gates: gates(),
      pending: pendingTable(store),
      console: consolePart(store),
    };
    this.summary = screenReaderSummary(store, player);
    /** @type {Part[]} */
    this.parts = [this.switches, this.time, ...Object.values(shown), ...(below ? [below] : []), this.summary];
    this.alarm = make("p", { class: "kx-error", role: "alert", hidden: true });
    this.waiting = make("p", { class: "kx-waiting", text: "The machine is being run …" });
    const columns = [shown.verdict.el, shown.memory.el, shown.gates.el, shown.pending.el, shown.console.el];
    this.picture = make(
      "div",
      { class: "kx-picture", hidden: true },
      shown.compare.el,
      this.time.el,
      this.time.key,
      make("div", { class: "kx-columns" }, ...columns),
      this.share.along,
      below?.el,
      keyboardHelp(),
      this.summary.el,
    );
    this.root.append(this.share.notice, this.switches.el, this.share.el, this.alarm, this.waiting, this.picture);
    this.listeners = this.#listeners();
  }

  /** @returns {Record<string, () => void>} */
  #listeners() {
    const onChoice = () => {
      this.switches.sync();
      this.share.sync();
      this.showBusy();
      this.load();
    };
    const onAnswer = () => {
      this.host.answered();
      this.load();
    };
    return {
      "change:controls": () => this.switches.build(),
      "change:scenario": onChoice,
      "change:other": onChoice,
      "change:clock": () => this.load(),
      "change:view": onAnswer,
      "change:other_view": onAnswer,
      "change:messages": () => this.load(),
      "change:at": () => this.sync.restore(),
      "change:frame": () => this.sync.restore(),
      "change:notice": () => this.share.sync(),
      "change:error": () => this.showError(),
    };
  }

  start() {
    const { root, player, store } = this;
    // JupyterLab takes keys for itself unless what has the focus says otherwise.
    root.addEventListener("focusin", (/** @type {FocusEvent} */ { target }) => {
      if (target instanceof Element) target.setAttribute("data-lm-suppress-shortcuts", "true");
    });
    root.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => press(event, player, store));
    root.addEventListener("pointerdown", (/** @type {PointerEvent} */ { target }) => {
      if (target instanceof Element && target.closest(FOCUSABLE) === root) root.focus({ preventScroll: true });
    });
    for (const [name, listener] of Object.entries(this.listeners)) this.model.on(/** @type {any} */ (name), listener);
    this.switches.build();
    this.share.sync();
    this.showError();
    this.load();
  }

  /** Show the runs that the host has given, if they answer what was asked. */
  load() {
    const { store, sync } = this;
    const views = store.answers();
    if (!views) return;
    this.player.halt();
    const before = store.whereabouts();
    const replays = views.map((view) => this.cache.replayOf(view));
    store.machines = views.map((view, k) => {
      const replay = replays[k];
      return { ...view, letter: views.length > 1 ? "AB"[k] : "", replay, now: replay.here };
    });
    store.timeline = this.cache.timelineOf(replays, store.clock());
    this.picture.hidden = false;
    this.root.classList.toggle("kx-compared", views.length > 1);
    this.#keepFocus(() => {
      for (const part of this.parts) part.load?.(store.machines);
    });
    store.instant = null;
    const led = sync.isLed();
    if (store.opening || !before) store.position = store.matters();
    else store.position = led ? store.timeline.length : store.samePosition(before);
    this.showBusy();
    if (led) sync.restore();
    else sync.keep();
    this.draw();
    this.preparation.restart(this.model.nearby?.() ?? []);
  }

  /**
   * Make ready what another run needs.
   * @param {View} view
   */
  prepare(view) {
    if (this.cache.has(view)) return;
    const replay = this.cache.replayOf(view);
    this.cache.timelineOf([replay], this.store.clock());
    for (const part of this.parts) part.prepare?.({ replay }, 0);
  }

  /** Draw once the display is ready for another frame. */
  redraw() {
    this.#asked ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.#asked);
    this.#asked = 0;
    const { store, root } = this;
    if (!store.timeline || !root.isConnected) return; // it is drawn when it has a size
    const began = performance.now();
    const machines = store.machinesNow();
    this.#keepFocus(() => {
      for (const part of this.parts) part.show?.(machines);
    });
    const [first] = store.scenarios();
    root.dataset.cursor = String(store.position);
    root.dataset.shown = (this.model.get("controls") ?? []).map(({ name }) => first[name]).join(" ");
    root.dataset.drawMs = (performance.now() - began).toFixed(2);
  }

  /**
   * Change the picture. If what has the focus goes with it, the focus stays in the explorer, and so do its keys.
   * @param {() => void} change
   */
  #keepFocus(change) {
    const { root } = this;
    const held = root.contains(document.activeElement);
    change();
    const now = document.activeElement;
    if (held && (!root.contains(now) || now?.closest("[hidden]"))) root.focus({ preventScroll: true });
  }

  showBusy() {
    const busy = this.host.wait(!this.store.answers());
    const drawn = this.store.timeline !== null;
    this.root.setAttribute("aria-busy", String(busy));
    this.waiting.hidden = !busy || drawn;
    this.picture.classList.toggle("kx-stale", busy && drawn);
  }

  showError() {
    const text = this.host.error();
    this.alarm.hidden = !text;
    say(this.alarm, text);
    this.showBusy();
  }

  close() {
    this.player.halt();
    for (const part of this.parts) part.close?.();
    for (const each of [this.sync, this.host, this.preparation, this.layout, this.theme]) each.close();
    cancelAnimationFrame(this.#asked);
    for (const [name, listener] of Object.entries(this.listeners)) this.model.off(/** @type {any} */ (name), listener);
    this.root.remove();
  }
}

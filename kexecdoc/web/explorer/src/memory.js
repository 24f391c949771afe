// The memory: a map for each machine, the frame in question with its history, and the legend with counts.

import { columns, make, say, section } from "./dom.js";
import { density, fit, OVERLAYS, tile } from "./drawing.js";
import { describeEntry, fateOf, frameHistory } from "./frame-history.js";
import { MemoryMap } from "./memory-map.js";
import { FOUND } from "./replay.js";
import { capital, hex, number, since } from "./words.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").Machine} Machine */
/** @typedef {import("./player.js").Player} Player */
/** @typedef {import("./theme.js").Paint} Paint */
/** @typedef {import("./memory-map.js").Surface} Surface */
/**
 * A line of the legend: an owner, or what lies over a frame whoever owns it.
 * @typedef {{ name: string, owner: boolean, el: HTMLElement, swatch: HTMLCanvasElement, counts: HTMLElement[] }} Row
 */

const ASK = "Point at a frame, or go from frame to frame with the arrow keys; choose one to be told its life.";

/**
 * @param {Store} store
 * @param {Player} player
 * @param {Surface} surface
 */
export function memory(store, player, surface) {
  const box = make("div", { class: "kx-pair kx-maps" });
  const short = make("p", { class: "kx-detail", id: `${store.uid}-frame`, role: "status" });
  const legend = new Legend(store);
  const histories = new Histories(store, player);
  const el = section("memory", "Memory", box, short, histories.el, legend.head, legend.el);
  /** @type {MemoryMap[]} */
  let maps = [];

  /** @param {Machine[]} machines */
  function load(machines) {
    if (maps.length !== machines.length) {
      maps = machines.map((machine) => new MemoryMap(store, player, surface, machine, short.id));
      box.replaceChildren(...columns(machines, (_machine, k) => maps[k].el));
    }
    histories.forget();
    legend.load(machines);
  }

  /** @param {Machine[]} machines */
  function show(machines) {
    const counts = machines.map((machine, k) => maps[k].show(machine));
    legend.show(counts, surface.theme.colours());
    say(short, described(store, machines, store.hovered ?? store.frame));
    histories.show(machines);
  }

  return { el, load, show };
}

/**
 * What a frame is at this moment, in every machine.
 * @param {Store} store
 * @param {Machine[]} machines
 * @param {number | null} frame
 */
function described(store, machines, frame) {
  if (frame === null) return ASK;
  const { base, frame: bytes } = machines[0].replay.memory;
  const each = machines.map((machine) => {
    const words = presentState(store, machine, frame);
    return machine.letter ? `${machine.letter}: ${words}` : capital(words);
  });
  return `Frame ${frame} at ${hex(base + frame * bytes)}. ${each.join(" ")}`;
}

/**
 * @param {Store} store
 * @param {Machine} machine
 * @param {number} frame
 */
function presentState(store, { replay, now }, frame) {
  const writer = now.writer[frame];
  const found = ["not read by its owner yet", "found intact", "found wrong"][now.found[frame]];
  const earlier = now.wrong[frame] && FOUND[now.found[frame]] !== "wrong" ? ", wrong before" : "";
  const parts = [
    store.label(replay.owners[now.owner[frame]]),
    writer < 0
      ? "not written since the call"
      : `last written by ${replay.id[writer]}, ${since(replay, replay.t_ns[writer])}`,
    found + earlier,
    now.kept[frame] && "kept as an LPI table",
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}

/** The history of the frame that was chosen, as a list for each machine; each moment can be gone to. */
class Histories {
  el = make("div", { class: "kx-pair kx-lives" });
  /** @type {number | null} the frame whose history is shown */
  #frame = null;

  /**
   * @param {Store} store
   * @param {Player} player
   */
  constructor(store, player) {
    this.store = store;
    this.player = player;
  }

  /** Another run is shown, in which the frame has another history. */
  forget() {
    this.#frame = null;
  }

  /** @param {Machine[]} machines */
  show(machines) {
    const { frame } = this.store;
    if (this.#frame !== frame) {
      this.#frame = frame;
      this.el.hidden = frame === null;
      const lists = frame === null ? [] : columns(machines, (machine, k) => this.#list(machine, frame, k));
      this.el.replaceChildren(...lists);
    }
    for (const item of this.el.querySelectorAll("[data-event]")) {
      const { event, machine } = /** @type {HTMLElement} */ (item).dataset;
      item.classList.toggle("kx-later", Number(event) >= machines[Number(machine)].now.cursor);
    }
  }

  /**
   * What one event does to the frame is one item.
   * @param {Machine} machine
   * @param {number} frame
   * @param {number} k
   */
  #list({ replay }, frame, k) {
    const entries = frameHistory(replay, frame);
    const moments = Object.groupBy([...entries.keys()], (n) => entries[n].i);
    const items = Object.values(moments)
      .map((numbers) => numbers ?? [])
      .sort(([a], [b]) => a - b)
      .map((numbers) => this.#item(replay, entries, numbers, k));
    const name = `The life of frame ${frame}`;
    return [
      make("p", { class: "kx-life-name", text: name }),
      make("div", { role: "list", class: "kx-life-list", tabindex: 0, "aria-label": name }, ...items),
    ];
  }

  /**
   * @param {Machine["replay"]} replay
   * @param {ReturnType<typeof frameHistory>} entries
   * @param {number[]} numbers the entries of one event
   * @param {number} k
   */
  #item(replay, entries, numbers, k) {
    const { i } = entries[numbers[0]];
    const words = numbers.flatMap((n, nth) => {
      const fate = fateOf(replay, entries, n);
      const text = describeEntry(replay, entries[n], (name) => this.store.label(name));
      return [nth ? ", " : "", text, fate && make("em", { text: `; its bytes: ${fate}` })];
    });
    const when =
      i < 0
        ? make("span", { class: "kx-life-when", text: "at first" })
        : make("button", {
            type: "button",
            class: "kx-link kx-life-when",
            text: since(replay, replay.t_ns[i]),
            onclick: () => this.player.goTo(i + 1, k),
          });
    const about = { role: "listitem", class: "kx-life", "data-event": i, "data-machine": k };
    return make("div", about, when, make("span", {}, ...words));
  }
}

/** Owners and overlays, each with how many frames it has. */
class Legend {
  head = make("p", { class: "kx-note kx-legend-head", text: "Frames of each: A, then B" });
  el = make("div", { role: "list", class: "kx-legend" });
  /** @type {Row[]} */
  #rows = [];
  #listed = ""; // what the rows were made for
  #swatches = ""; // what the swatches were drawn for

  /** @param {Store} store */
  constructor(store) {
    this.store = store;
  }

  /** @param {Machine[]} machines */
  load(machines) {
    const names = new Set(machines.flatMap(({ replay }) => replay.owners));
    const seen = [...names].filter((name) => machines.some(({ replay }) => replay.seen.has(name)));
    const wanted = `${machines.length} ${seen}`;
    if (this.#listed === wanted) return;
    this.#listed = wanted;
    this.#rows = [
      ...seen.map((name) => row(name, true, this.store.label(name), machines)),
      ...Object.entries(OVERLAYS).map(([name, { words }]) => row(name, false, words, machines)),
    ];
    this.el.replaceChildren(...this.#rows.map((each) => each.el));
    this.head.hidden = machines.length < 2;
    this.#swatches = "";
  }

  /**
   * @param {Map<string, number>[]} counts of each machine
   * @param {Paint} paint
   */
  show(counts, paint) {
    this.#drawSwatches(paint);
    for (const each of this.#rows) {
      const numbers = counts.map((of) => of.get(each.name) ?? 0);
      each.counts.forEach((cell, k) => {
        say(cell, number(numbers[k]));
      });
      each.el.classList.toggle("kx-zero", !numbers.some(Boolean));
    }
  }

  /** @param {Paint} paint */
  #drawSwatches(paint) {
    const d = density();
    const cell = Math.round(10 * d);
    const wanted = `${cell} ${paint.surface}`;
    if (wanted === this.#swatches) return;
    this.#swatches = wanted;
    for (const { swatch, name, owner } of this.#rows) {
      fit(swatch, cell * 2, cell);
      swatch.style.width = `${(cell * 2) / d}px`;
      swatch.style.height = `${cell / d}px`;
      const g = /** @type {CanvasRenderingContext2D} */ (swatch.getContext("2d"));
      const below = owner ? name : "old";
      const mark = this.store.legend().owners[below]?.mark ?? "none";
      const overlay = owner ? null : OVERLAYS[/** @type {keyof typeof OVERLAYS} */ (name)];
      for (const x of [0, cell]) {
        g.drawImage(tile(cell, paint.owner(below), paint.inkOf(below), mark), x, 0);
        overlay?.draw(g, x, 0, cell, paint, Math.max(1, Math.round(d)));
      }
    }
  }
}

/**
 * @param {string} name
 * @param {boolean} owner
 * @param {string} words
 * @param {Machine[]} machines
 * @returns {Row}
 */
function row(name, owner, words, machines) {
  const swatch = /** @type {HTMLCanvasElement} */ (make("canvas", { class: "kx-swatch", "aria-hidden": "true" }));
  const counts = machines.map(({ letter }) => make("b", { class: "kx-count", title: letter && `Machine ${letter}` }));
  const el = make("div", { role: "listitem" }, swatch, make("span", { text: words }), ...counts);
  return { name, owner, el, swatch, counts };
}

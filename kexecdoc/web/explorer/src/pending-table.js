// Where interrupts wait. With a GIC that is memory: the pending table of CPU 0, the bits of the live LPIs, and the
// arithmetic from an INTID to a bit. With local APICs it is registers, as it is for a line anywhere.

import { buildOnce, make, say, updateColumns } from "./dom.js";
import { interruptLine, localApics, usesLine } from "./interrupt-registers.js";
import { CPU, PendingBits } from "./pending-bits.js";
import { hex } from "./words.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./replay.js").State} State */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").Machine} Machine */
/** @typedef {import("./interrupt-registers.js").Fact} Fact */
/** @typedef {import("./pending-bits.js").Bit} Bit */
/** @typedef {import("./pending-bits.js").Table} Table */
/** @typedef {{ el: HTMLElement, show: (now: State) => void }} Place  where interrupts wait */

/** @param {Store} store */
export function pendingTable(store) {
  const box = make("div", { class: "kx-pair" });
  const title = make("h3", { class: "kx-title" });
  const el = make("section", { class: "kx-part kx-pending" }, title, box);
  const placesOf = buildOnce(({ replay }) => waitingPlaces(store, replay));
  /** @type {ReturnType<typeof waitingPlaces>[]} */
  let shown = [];

  /** @param {Machine[]} machines */
  function load(machines) {
    shown = machines.map(placesOf);
    say(title, [...new Set(shown.map((each) => each.title))].join(" · "));
    updateColumns(box, machines, (_machine, k) => shown[k].places.map((place) => place.el));
  }

  /** @param {Machine[]} machines */
  function show(machines) {
    for (const [k, { now }] of machines.entries()) for (const place of shown[k].places) place.show(now);
  }

  return { el, load, prepare: placesOf, show };
}

/**
 * Where interrupts wait in a machine: in a table or in local APICs, and at the line where it is of interest.
 *
 * @param {Store} store
 * @param {RunReplay} replay
 * @returns {{ title: string, places: Place[] }}
 */
function waitingPlaces(store, replay) {
  const name = `Line ${replay.line} of the ${replay.chips.controller}`;
  const lines = usesLine(replay) ? [factList(name, (now) => interruptLine(now, replay))] : [];
  if (replay.scenario.machine === "x86") {
    const apics = factList("Local APICs: no table in memory", (now) => localApics(now, replay));
    return { title: "Interrupts that wait", places: [apics, ...lines] };
  }
  const bits = new PendingBits(replay, (owner) => store.label(owner));
  return { title: `Pending table of CPU ${CPU}`, places: [...lines, tablesOf(bits)] };
}

/**
 * Names and what is to be said of them, as a list.
 *
 * @param {string} name
 * @param {(now: State) => Fact[]} facts
 * @returns {Place}
 */
function factList(name, facts) {
  /** @type {[HTMLElement, HTMLElement][]} */
  const rows = [];
  const list = make("div", { role: "list", "aria-label": name });
  const el = make("div", { class: "kx-table" }, make("p", { class: "kx-table-name", text: name }), list);
  const addRow = () => {
    /** @type {[HTMLElement, HTMLElement]} */
    const cells = [make("b"), make("span")];
    list.append(make("div", { role: "listitem", class: "kx-fact" }, ...cells));
    return cells;
  };

  /** @param {State} now */
  function show(now) {
    for (const [k, words] of facts(now).entries()) {
      rows[k] ??= addRow();
      for (const [n, cell] of rows[k].entries()) say(cell, words[n]);
    }
  }

  return { el, show };
}

/**
 * The tables, drawn anew when something about them has changed.
 *
 * @param {PendingBits} bits
 * @returns {Place}
 */
function tablesOf(bits) {
  const el = make("div");
  let drawnFor = ""; // what the tables were drawn for

  /** @param {State} now */
  function show(now) {
    const snapshot = bits.at(now);
    const { past, tables, base } = snapshot;
    const wanted = [past.length, base, ...tables.flatMap(({ owner, overwritten }) => [owner, overwritten])].join();
    if (wanted === drawnFor) return;
    drawnFor = wanted;
    const alone = tables.length < 2;
    el.replaceChildren(
      ...tables.map((table) => tableElement(bits, table, bits.bitsOf(table, past), alone)),
      make("div", { class: "kx-sum" }, ...arithmeticElements(bits.arithmetic(snapshot))),
    );
  }

  return { el, show };
}

/**
 * @param {PendingBits} bits
 * @param {Table} table
 * @param {ReturnType<PendingBits["bitsOf"]>} rows
 * @param {boolean} alone whether it is the only one
 */
function tableElement({ replay }, { base, owner, inUse, overwritten }, rows, alone) {
  const role = inUse ? "In use now: " : "Left behind: ";
  const writer = replay.id[overwritten];
  const fate = inUse
    ? `: ${writer} wrote over it, and these are that writer’s bytes`
    : `; written over by ${writer}, and shown as it was left`;
  const heading = make("p", { class: "kx-table-name" }, alone ? "" : role, make("code", { text: hex(base) }));
  heading.append(`, ${owner}${overwritten < 0 ? "" : fate}`);
  const past = !inUse && overwritten >= 0;
  return make("div", { class: `kx-table${past ? " kx-past" : ""}` }, heading, ...rows.map(byteElement));
}

/** @param {{ byte: number, bits: Bit[] }} row */
const byteElement = ({ byte, bits }) =>
  make(
    "div",
    { class: "kx-byte", role: "img", "aria-label": byteInWords(byte, bits) },
    make("span", { class: "kx-byte-name", text: `byte ${hex(byte)}` }),
    ...bits.map(bitElement),
  );

/** @param {Bit} bit */
function bitElement({ intid, live, value, flipped }) {
  const classes = ["kx-bit", value && "kx-set", flipped && "kx-flip", !live && "kx-idle"];
  return make(
    "span",
    { class: classes.filter(Boolean).join(" "), title: `INTID ${intid}` },
    make("b", { text: live ? (value ?? "?") : "·" }),
    make("small", { text: intid }),
  );
}

/**
 * What of a byte is set, for those who hear it.
 *
 * @param {number} byte
 * @param {Bit[]} bits
 */
export function byteInWords(byte, bits) {
  const set = bits.filter(({ value }) => value);
  const words = set.map(({ intid, flipped }) => `INTID ${intid}${flipped ? ", flipped since the jump" : ""}`);
  const state = words.length ? `set: ${words.join("; ")}` : "no bit set";
  return `Byte ${hex(byte)}, INTIDs ${byte * 8} to ${byte * 8 + 7}: ${state}`;
}

/** @param {ReturnType<PendingBits["arithmetic"]>} arithmetic */
function arithmeticElements(arithmetic) {
  if (!arithmetic) return [];
  const { lead, flipped, lines } = arithmetic;
  return [
    make("p", { class: flipped ? "kx-flipped" : "", text: lead }),
    ...lines.map((text) => make("p", { class: "kx-line", text })),
  ];
}

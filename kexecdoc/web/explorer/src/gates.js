// The way of a write and of an interrupt: each gate open or shut at t, and why.

import { make, say, section, updateColumns } from "./dom.js";
import { STUDY } from "./replay.js";
import { many } from "./words.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./replay.js").State} State */
/** @typedef {import("./store.js").Machine} Machine */
/**
 * Whether a gate lets through, or null if nothing comes that far, and why.
 * @typedef {[open: boolean | null, words: string]} Found
 */
/** @typedef {[name: string, ...Found]} Gate */

/** @type {Record<string, string>} */
const WHOSE = { old: "the old kernel’s", next: "the next kernel’s" };

/** @type {Record<string, Found>} */
const IOMMU = {
  absent: [true, "none in the path"],
  translates: [true, "translates; refuses what is not mapped"],
  passes: [true, "passes addresses unchanged"],
  bypasses: [true, "off: lets everything through untranslated"],
  aborts: [false, "off: refuses everything, in silence"],
  refuses: [false, "refuses the device"],
};

/** @param {RunReplay} replay */
const short = ({ chips }) => chips.iommu.replace("the ", "");

/**
 * What the addresses in the device's descriptors and messages come to: of a write and of a message, whether there is
 * somebody at the address, and in words. Only an IOMMU that translates for the kernel that mapped them makes something
 * of I/O virtual addresses; `null` if no address comes that far. A message on x86 has a window that no IOMMU touches.
 * @param {State} now
 * @param {RunReplay} replay
 * @returns {[Found, Found]}
 */
function addresses(now, replay) {
  const x86 = replay.scenario.machine === "x86";
  const [data, doorbell] = throughIommu(now, replay);
  return [data, x86 ? [true, "0xfee…: a local APIC’s, past every translation"] : doorbell];
}

/**
 * The same of a machine whose messages go through the IOMMU.
 * @param {State} now
 * @param {RunReplay} replay
 * @returns {[Found, Found]}
 */
function throughIommu({ state, cursor }, { scenario, remapped, gate }) {
  if (scenario.iommu !== "translate")
    return [
      [true, "physical: the driver’s buffer"],
      [true, "physical: the ITS’s doorbell"],
    ];
  if (state[gate] === "bypasses") {
    const ram = scenario.iova === "ram";
    return [
      [ram, `an I/O virtual address read as physical: ${ram ? "other RAM" : "no RAM"} here`],
      [false, `an I/O virtual address read as physical: ${ram ? "RAM, and " : ""}not the ITS`],
    ];
  }
  /** @type {Found} */
  const unreached = [null, "not reached"];
  if (state[gate] !== "translates") return [unreached, unreached];
  const stranger = state[`device/${STUDY}/programmed-by`] === "old" && remapped !== null && cursor > remapped;
  /** @type {Found} */
  const both = stranger
    ? [false, "an I/O virtual address that the next kernel did not map: refused"]
    : [true, "I/O virtual, and mapped"];
  return [both, both];
}

/**
 * The gates of a message, which is a write, from the device to the CPU's door.
 * @param {State} now
 * @param {RunReplay} replay
 * @param {Found} doorbell
 * @returns {Gate[]}
 */
function message({ state }, replay, doorbell) {
  const msi = state[`device/${STUDY}/msi`];
  const kept = msi === "masked" ? "masked in the device" : "disabled";
  const sent = msi === "enabled" ? `enabled: a memory write, through Bus Master and ${short(replay)}` : kept;
  const behind = replay.scenario.machine === "x86" ? localApic(state) : its(state);
  return [["MSI", msi === "enabled", sent], ["Address", ...doorbell], ...behind];
}

/**
 * @param {State["state"]} state
 * @returns {Gate[]}
 */
function localApic(state) {
  const enabled = state["apic/0/enabled"];
  return [["Local APIC, CPU 0", enabled, enabled ? "accepts messages, whoever sends them" : "disabled"]];
}

/**
 * @param {State["state"]} state
 * @returns {Gate[]}
 */
function its(state) {
  const translates = state.its === "enabled";
  const records = Boolean(state["redistributor/0/enable-lpis"]);
  const through = `translates through ${WHOSE[state["its/programmed-by"]]} tables`;
  const into = `set: records in ${WHOSE[state["redistributor/0/programmed-by"]]} table`;
  return [
    ["ITS", translates, translates ? through : "quiet"],
    ["EnableLPIs, CPU 0", records, records ? into : "clear: records nothing"],
  ];
}

/**
 * The gates of a line: nothing of it is a write, so Bus Master and the IOMMU are not among them.
 * @param {State} now
 * @param {RunReplay} replay
 * @returns {Gate[]}
 */
function wire({ state }, { line, chips: { controller, latch } }) {
  const may = state[`device/${STUDY}/intx`] === "enabled";
  const of = (/** @type {string} */ what) => state[`line/${line}/${what}`];
  const why = of("disabled")
    ? "masked: the kernel has given the line up"
    : of("masked")
      ? "masked"
      : of(latch)
        ? "has delivered one, and waits to hear of its end"
        : "";
  return [
    [
      "INTx",
      may,
      may ? "the device may assert its line: no write, so Bus Master is not asked" : "disabled in the device",
    ],
    [`${controller}, line ${line}`, !why, why || "unmasked"],
  ];
}

/**
 * The gates of a write, from the engine to memory; `data` is what its address comes to.
 * @param {State} now
 * @param {RunReplay} replay
 * @param {Found} data
 * @returns {Gate[]}
 */
function write({ state }, replay, data) {
  const engine = state[`device/${STUDY}/engine`] === "running";
  const count = many(state[`device/${STUDY}/free`], "descriptor");
  const posted = replay.scenario.dma === "cyclic" ? "round and round" : `${count} left`;
  const whose = WHOSE[state[`device/${STUDY}/programmed-by`]];
  return [
    ["DMA engine", engine, engine ? `running on ${whose} descriptors, ${posted}` : "stopped"],
    ...busMaster(state, replay),
    [short(replay), ...(IOMMU[state[replay.gate]] ?? [true, "unknown"])],
    ["Address", ...data],
  ];
}

/**
 * Bus Master of the device, and of the port that it is plugged into, if it is plugged in.
 * @param {State["state"]} state
 * @param {RunReplay} replay
 * @returns {Gate[]}
 */
function busMaster(state, { scenario }) {
  const set = state[`gate/${STUDY}/bus-master`];
  const deaf = scenario["obeys-bus-master"] === "no";
  const clear = deaf ? "clear, and the device does not obey it" : "clear";
  /** @type {Gate} */
  const own = ["Bus Master", set || deaf, set ? "set" : clear];
  const port = state["gate/port0/bus-master"];
  if (port === undefined) return [own];
  const above = port ? "set in the port above" : "clear in the port above: nothing from below gets through";
  return [own, ["Bus Master, port", port, above]];
}

/**
 * Whether the CPU takes an interrupt that has come as far as its door.
 * @param {State} now
 * @returns {Found}
 */
function door({ state }) {
  const taken = state["cpu/0/interrupts"] === "on";
  const storm = state["cpu/0/storm"];
  const calm = taken ? "on: an interrupt that waits is taken" : "masked: an interrupt that comes waits";
  return [taken && !storm, storm ? "on, and the CPU does nothing but handle them" : calm];
}

/**
 * Each gate of the two ways at t: its name, whether it lets through, and the state in words.
 * @param {State} now
 * @param {RunReplay} replay
 * @returns {{ write: Gate[], interrupt: Gate[] }}
 */
export function gatesOf(now, replay) {
  const [data, doorbell] = addresses(now, replay);
  const byLine = now.state[`device/${STUDY}/intx`] === "enabled" || replay.scenario.interrupt === "intx";
  const way = byLine ? wire(now, replay) : message(now, replay, doorbell);
  return { write: write(now, replay, data), interrupt: [...way, ["Interrupts, CPU 0", ...door(now)]] };
}

const WAYS = { write: "A write goes through", interrupt: "An interrupt goes through" };

export function gates() {
  const box = make("div", { class: "kx-pair" });
  const el = section("gates", "Gates", box);
  /** @type {Record<string, HTMLElement>[]} of each machine the list of each way */
  const shown = [];

  /** @param {Machine[]} machines */
  function load(machines) {
    /** @type {(machine: Machine, k: number) => HTMLElement[]} */
    const build = (_machine, k) => {
      shown[k] = {};
      return Object.entries(WAYS).flatMap(([way, words]) => {
        shown[k][way] = make("div", { role: "list", class: "kx-way", "aria-label": `${words}, gate by gate` });
        return [make("p", { class: "kx-way-name", text: words }), shown[k][way]];
      });
    };
    updateColumns(box, machines, build, () => box);
  }

  /** @param {Machine[]} machines */
  function show(machines) {
    machines.forEach(({ now, replay }, k) => {
      for (const [way, found] of Object.entries(gatesOf(now, replay))) fill(shown[k][way], found);
    });
  }

  /**
   * @param {HTMLElement} list
   * @param {Gate[]} found
   */
  function fill(list, found) {
    while (list.children.length < found.length) list.append(gate());
    while (list.children.length > found.length) list.lastElementChild?.remove();
    found.forEach(([name, open, words], n) => {
      const row = /** @type {HTMLElement} */ (list.children[n]);
      row.dataset.open = String(open);
      const [, title, state, why] = row.children;
      say(title, name);
      say(state, { true: "open", false: "shut" }[String(open)] ?? "");
      say(why, words);
    });
  }

  const gate = () =>
    make(
      "div",
      { role: "listitem", class: "kx-gate" },
      make("span", { class: "kx-bar", "aria-hidden": "true" }),
      make("b"),
      make("em"),
      make("span", { class: "kx-words" }),
    );

  return { el, load, show };
}

// @ts-nocheck
// The way of a write and of an interrupt: each gate open or shut at t, and why.

import { make, say, section, settle } from "./dom.js";
import { STUDY } from "./replay.js";
import { many } from "./words.js";

const WHOSE = { old: "the old kernel’s", next: "the next kernel’s" };

const IOMMU = {
  absent: [true, "none in the path"],
  translates: [true, "translates; refuses what is not mapped"],
  passes: [true, "passes addresses unchanged"],
  bypasses: [true, "off: lets everything through untranslated"],
  aborts: [false, "off: refuses everything, in silence"],
  refuses: [false, "refuses the device"],
};

const short = ({ chips }) => chips.iommu.replace("the ", "");

/**
 * What the addresses in the device's descriptors and messages come to: of a write and of a message, whether there is
 * somebody at the address, and in words. Only an IOMMU that translates for the kernel that mapped them makes something
 * of I/O virtual addresses; `null` if no address comes that far. A message on x86 has a window that no IOMMU touches.
 */
function addresses(now, replay) {
  const x86 = replay.scenario.machine === "x86";
  const [data, doorbell] = throughIommu(now, replay);
  return [data, x86 ? [true, "0xfee…: a local APIC’s, past every translation"] : doorbell];
}

/** The same of a machine whose messages go through the IOMMU. */
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
  const unreached = [null, "not reached"];
  if (state[gate] !== "translates") return [unreached, unreached];
  const stranger = state[`device/${STUDY}/programmed-by`] === "old" && remapped !== null && cursor > remapped;
  const both = stranger
    ? [false, "an I/O virtual address that the next kernel did not map: refused"]
    : [true, "I/O virtual, and mapped"];
  return [both, both];
}

/** The gates of a message, which is a write, from the device to the CPU's door. */
function message({ state }, replay, doorbell) {
  const msi = state[`device/${STUDY}/msi`];
  const enabled = state["redistributor/0/enable-lpis"];
  const apic = state["apic/0/enabled"];
  const kept = msi === "masked" ? "masked in the device" : "disabled";
  return [
    [
      "MSI",
      msi === "enabled",
      msi === "enabled" ? `enabled: a memory write, through Bus Master and ${short(replay)}` : kept,
    ],
    ["Address", ...doorbell],
    ...(replay.scenario.machine === "x86"
      ? [["Local APIC, CPU 0", apic, apic ? "accepts messages, whoever sends them" : "disabled"]]
      : [
          [
            "ITS",
            state.its === "enabled",
            state.its === "enabled" ? `translates through ${WHOSE[state["its/programmed-by"]]} tables` : "quiet",
          ],
          [
            "EnableLPIs, CPU 0",
            !!enabled,
            enabled
              ? `set: records in ${WHOSE[state["redistributor/0/programmed-by"]]} table`
              : "clear: records nothing",
          ],
        ]),
  ];
}

/** The gates of a line: nothing of it is a write, so Bus Master and the IOMMU are not among them. */
function wire({ state }, { line, chips: { controller, latch } }) {
  const may = state[`device/${STUDY}/intx`] === "enabled";
  const of = (what) => state[`line/${line}/${what}`];
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

/** The gates of a write, from the engine to memory; `data` is what its address comes to. */
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

/** Bus Master of the device, and of the port that it is plugged into, if it is plugged in. */
function busMaster(state, { scenario }) {
  const set = state[`gate/${STUDY}/bus-master`];
  const deaf = scenario["obeys-bus-master"] === "no";
  const clear = deaf ? "clear, and the device does not obey it" : "clear";
  const own = ["Bus Master", set || deaf, set ? "set" : clear];
  const port = state["gate/port0/bus-master"];
  if (port === undefined) return [own];
  const above = port ? "set in the port above" : "clear in the port above: nothing from below gets through";
  return [own, ["Bus Master, port", port, above]];
}

/** Whether the CPU takes an interrupt that has come as far as its door. */
function door({ state }) {
  const taken = state["cpu/0/interrupts"] === "on";
  const storm = state["cpu/0/storm"];
  const calm = taken ? "on: an interrupt that waits is taken" : "masked: an interrupt that comes waits";
  return [taken && !storm, storm ? "on, and the CPU does nothing but handle them" : calm];
}

/** Each gate of the two ways at t: its name, whether it lets through, and the state in words. */
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
  const shown = []; // per machine, per way: the elements of each gate

  function load(machines) {
    const build = (machine, k) => {
      shown[k] = {};
      return Object.entries(WAYS).flatMap(([way, words]) => {
        shown[k][way] = make("div", { role: "list", class: "kx-way", "aria-label": `${words}, gate by gate` });
        return [make("p", { class: "kx-way-name", text: words }), shown[k][way]];
      });
    };
    settle(box, machines, build, () => box);
  }

  function show(machines) {
    machines.forEach(({ now, replay }, k) => {
      for (const [way, found] of Object.entries(gatesOf(now, replay))) {
        const list = shown[k][way];
        while (list.children.length < found.length) list.append(gate());
        while (list.children.length > found.length) list.lastChild.remove();
        found.forEach(([name, open, words], n) => {
          const row = list.children[n];
          row.dataset.open = open;
          say(row.children[1], name);
          say(row.children[2], open === null ? "" : open ? "open" : "shut");
          say(row.children[3], words);
        });
      }
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

// The way of a write and of an interrupt: each gate open or shut at t, and why.

import { make, say, section, settle } from "./dom.js";
import { STUDY } from "./reel.js";
import { many } from "./words.js";

const WHOSE = { old: "the old kernel’s", next: "the next kernel’s" };

const SMMU = {
  absent: [true, "none in the path"],
  translates: [true, "translates; refuses what is not mapped"],
  passes: [true, "passes addresses unchanged"],
  bypasses: [true, "off: lets everything through untranslated"],
  aborts: [false, "off: refuses everything, in silence"],
  refuses: [false, "refuses the device"],
};

/**
 * What the addresses in the old kernel's descriptors and messages come to: of a write and of a message, whether there
 * is somebody at the address, and in words. Only an SMMU that translates for the kernel that mapped them makes
 * something of I/O virtual addresses; `null` if no address comes that far.
 */
function addresses(state, scenario, smmu) {
  const device = (what) => state[`device/${STUDY}/${what}`];
  if (scenario.iommu !== "translate") return [[true, "physical: the driver’s buffer"], [true, "physical: the ITS’s doorbell"]];
  if (smmu === "bypasses") {
    const ram = scenario.iova === "ram";
    return [
      [ram, `an I/O virtual address read as physical: ${ram ? "other RAM" : "no RAM"} here`],
      [false, `an I/O virtual address read as physical: ${ram ? "RAM, and " : ""}not the ITS`],
    ];
  }
  if (smmu !== "translates") return [[null, "not reached"], [null, "not reached"]];
  const stranger = device("programmed-by") === "old" && ["next-kernel", "userspace"].includes(state.running);
  const words = stranger ? "an I/O virtual address that the next kernel did not map: refused" : "I/O virtual, and mapped";
  return [[!stranger, words], [!stranger, words]];
}

/** Each gate of the two ways at t: its name, whether it lets through, and the state in words. */
export function gatesOf(state, scenario) {
  const device = (what) => state[`device/${STUDY}/${what}`];
  const set = state[`gate/${STUDY}/bus-master`];
  const deaf = scenario["obeys-bus-master"] === "no";
  const busMaster = [set || deaf, set ? "set" : deaf ? "clear, and the device does not obey it" : "clear"];
  const regime = state[`gate/${STUDY}/smmu`];
  const smmu = SMMU[regime] ?? [true, "unknown"];
  const [data, doorbell] = addresses(state, scenario, regime);
  const engine = device("engine") === "running";
  const posted = scenario.dma === "cyclic" ? "round and round" : `${many(device("free"), "descriptor")} left`;
  const message = device("msi") === "enabled";
  const enabled = state["redistributor/0/enable-lpis"];
  const taken = state["cpu/0/interrupts"] === "on";
  return {
    write: [
      ["DMA engine", engine, engine ? `running on ${WHOSE[device("programmed-by")]} descriptors, ${posted}` : "stopped"],
      ["Bus Master", ...busMaster],
      ["SMMU", ...smmu],
      ["Address", ...data],
    ],
    interrupt: [
      ["MSI", message, message ? "enabled: a memory write, through Bus Master and SMMU" : "disabled"],
      ["Address", ...doorbell],
      ["ITS", state.its === "enabled", state.its === "enabled" ? `translates through ${WHOSE[state["its/programmed-by"]]} tables` : "quiet"],
      ["EnableLPIs, CPU 0", !!enabled, enabled ? `set: records in ${WHOSE[state["redistributor/0/programmed-by"]]} table` : "clear: records nothing"],
      ["Interrupts, CPU 0", taken, taken ? "on: a recorded interrupt is taken" : "masked: a recorded interrupt stays pending"],
    ],
  };
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
    machines.forEach(({ now, reel }, k) => {
      for (const [way, found] of Object.entries(gatesOf(now.state, reel.scenario))) {
        const list = shown[k][way];
        while (list.children.length < found.length) list.append(gate());
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
    make("div", { role: "listitem", class: "kx-gate" }, make("span", { class: "kx-bar", "aria-hidden": "true" }), make("b"), make("em"), make("span", { class: "kx-words" }));

  return { el, load, show };
}

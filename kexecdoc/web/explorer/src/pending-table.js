// @ts-nocheck
// Where interrupts wait. With a GIC that is memory: the pending table of CPU 0, the bits of the live LPIs, and the
// arithmetic from an INTID to a bit. With local APICs it is registers, as it is for a line anywhere.

import { make, remembered, say, section, settle } from "./dom.js";
import { before } from "./replay.js";
import { hex, many, since } from "./words.js";

const CPU = 0; // after the jump only this one's table changes: the others were taken down
const BITS = [0, 1, 2, 3, 4, 5, 6, 7];

export function pendingTable(store) {
  const box = make("div", { class: "kx-pair" });
  const el = section("pending", "", box);
  const made = remembered(({ replay }) => waiting(store, replay));
  let found = [];

  function load(machines) {
    found = machines.map(made);
    say(el.firstChild, [...new Set(found.map((f) => f.title))].join(" · "));
    settle(box, machines, (machine, k) => found[k].parts.map((part) => part.el));
  }

  const show = (machines) => machines.forEach(({ now }, k) => found[k].parts.forEach((part) => part.show(now)));
  return { el, load, prepare: made, show };
}

/** What a machine has: a table or local APICs, and the line where it is of interest. */
function waiting(store, replay) {
  const x86 = replay.scenario.machine === "x86";
  const asserted = ({ paths }) => paths.some(([path, value]) => value && path === `line/${replay.line}/asserted`);
  const lines =
    x86 || replay.sets.some(asserted)
      ? [facts(`Line ${replay.line} of the ${replay.chips.controller}`, (now) => line(now, replay))]
      : [];
  if (x86)
    return {
      title: "Interrupts that wait",
      parts: [facts("Local APICs: no table in memory", (now) => apics(now, replay)), ...lines],
    };
  return { title: `Pending table of CPU ${CPU}`, parts: [...lines, table(store, replay)] };
}

/** Names and what is to be said of them, as a list. */
function facts(name, tell) {
  const rows = [];
  const list = make("div", { role: "list", "aria-label": name });
  const el = make("div", { class: "kx-table" }, make("p", { class: "kx-table-name", text: name }), list);
  const show = (now) =>
    tell(now).forEach(([what, words], k) => {
      rows[k] ??= list.appendChild(make("div", { role: "listitem", class: "kx-fact" }, make("b"), make("span")));
      say(rows[k].firstChild, what);
      say(rows[k].lastChild, words);
    });
  return { el, show };
}

function apics({ state, cursor }, replay) {
  const cpus = Object.keys(state)
    .filter((path) => /^apic\/\d+\/enabled$/.test(path))
    .map((path) => path.split("/")[1]);
  const each = cpus.map((cpu) => {
    const vectors = Object.keys(state).filter((path) => path.startsWith(`apic/${cpu}/`) && state[path] === "waiting");
    const wait = vectors.length
      ? `; waiting: ${vectors.map((path) => `vector ${hex(+path.split("/")[2])}`).join(", ")}`
      : "; nothing waits";
    return [
      `CPU ${cpu}`,
      state[`cpu/${cpu}/online`] ? (state[`apic/${cpu}/enabled`] ? "accepts messages" : "disabled") + wait : "is down",
    ];
  });
  const strays = before(replay.strays, cursor);
  return [...each, ["Stray so far", `${many(strays, "interrupt")} that nobody here had handed out`]];
}

function line({ state }, { line, chips: { latch } }) {
  const of = (what) => state[`line/${line}/${what}`];
  return [
    ["Wire", of("asserted") ? "asserted: a device wants to be seen to" : "not asserted"],
    ["Input", of("masked") ? "masked" : "unmasked"],
    [latch === "active" ? "Active" : "Remote IRR", of(latch) ? "set: delivered, its end not told" : "clear"],
    [
      "Kernel",
      of("disabled")
        ? `gave it up after ${many(of("unhandled"), "interrupt")} that no driver claimed; polls it now`
        : of("unhandled")
          ? "has taken it up again"
          : "has not given it up",
    ],
  ];
}

function table(store, replay) {
  const el = make("div");
  const changes = replay.pending.filter((p) => p.cpu === CPU);
  const live = new Set(changes.map((p) => p.intid));
  for (const { paths } of [replay.start, ...replay.sets])
    for (const [path, value] of paths) if (path.startsWith("vector/") && value?.cpu === CPU) live.add(value.intid);
  const bytes = [...new Set([...live].map((n) => n >> 3))].sort((a, b) => a - b);
  const given = []; // when a table was set: { i, base }
  replay.sets.forEach(({ paths }, i) => {
    for (const [path, value] of paths) if (path === `redistributor/${CPU}/pending`) given.push({ i, base: value });
  });
  const foreign = new Map(); // frame -> the events in which somebody who is no redistributor wrote it
  const strangers = (frame) => {
    const wrote = (i) =>
      !replay.kind[i].startsWith("lpi.") &&
      replay.sets[i].frames.some((f) => f.what === "bytes" && f.first <= frame && frame < f.end);
    if (!foreign.has(frame)) foreign.set(frame, [...replay.sets.keys()].filter(wrote));
    return foreign.get(frame);
  };
  let drawn = "";

  const frameOf = (address) => Math.floor((address - replay.memory.base) / replay.memory.frame);

  function show(now) {
    const past = changes.slice(0, before(changes, now.cursor));
    // A redistributor that was given a fresh table leaves the old one behind, with what it wrote there.
    const current = now.state[`redistributor/${CPU}/pending`];
    const bases = [...new Set([...past.map((p) => p.base), current])].filter((base) => base !== undefined);
    const owners = bases.map((base) => whose(frameOf(base + bytes[0]), now));
    const over = bases.map((base) => overwritten(base, now));
    const wanted = [past.length, current, ...owners, ...over].join();
    if (wanted === drawn) return;
    drawn = wanted;
    el.replaceChildren(
      ...bases.map((base, k) =>
        bits(base, { owner: owners[k], over: over[k], left: base !== current, alone: bases.length < 2 }, past),
      ),
      make("div", { class: "kx-sum" }, ...arithmetic(past, current, over[bases.indexOf(current)])),
    );
  }

  /** The event in which somebody else wrote over a table, after it was set up; -1 if nobody did. */
  function overwritten(base, now) {
    const since = setUp(base, now.cursor);
    return strangers(frameOf(base + bytes[0])).findLast((i) => i < now.cursor && i > since) ?? -1;
  }

  /** The event in which a redistributor was given a table: -1 if it had it from the start. */
  function setUp(base, cursor) {
    return given.findLast((g) => g.base === base && g.i < cursor)?.i ?? -1;
  }

  function whose(frame, now) {
    const name = replay.owners[now.owner[frame]];
    const nobodys = name === "old" && replay.jump >= 0 && now.cursor > replay.jump;
    const words = nobodys ? "nobody’s memory" : (store.legend().owners[name]?.label ?? name);
    return now.kept[frame] ? `${words}, kept for the next kernel` : words;
  }

  /**
   * The bits of one table. Whoever wrote over the one in use put other bits there, and the log tells of those that
   * changed by it; over one that was left behind nobody watches, so it is shown, greyed, as it was left.
   */
  function bits(base, { owner, over, left, alone }, past) {
    const here = past.filter((p) => p.base === base);
    const value = new Map(here.map((p) => [p.intid, p.value]));
    const flipped = new Set(here.filter((p) => p.flip).map((p) => p.intid));
    const unknown = (intid) => over >= 0 && !left && !value.has(intid);
    const role = alone ? "" : left ? "Left behind: " : "In use now: ";
    const since =
      over < 0
        ? ""
        : left
          ? `; written over by ${replay.id[over]}, and shown as it was left`
          : `: ${replay.id[over]} wrote over it, and these are that writer’s bytes`;
    return make(
      "div",
      { class: `kx-table${left && over >= 0 ? " kx-past" : ""}` },
      make("p", { class: "kx-table-name" }, role, make("code", { text: hex(base) }), `, ${owner}${since}`),
      ...bytes.map((byte) =>
        make(
          "div",
          { class: "kx-byte", role: "img", "aria-label": spoken(byte, value, flipped) },
          make("span", { class: "kx-byte-name", text: `byte ${hex(byte)}` }),
          ...BITS.map((bit) => {
            const intid = byte * 8 + bit;
            const classes = [
              "kx-bit",
              value.get(intid) && "kx-set",
              flipped.has(intid) && "kx-flip",
              !live.has(intid) && "kx-idle",
            ];
            return make(
              "span",
              { class: classes.filter(Boolean).join(" "), title: `INTID ${intid}` },
              make("b", { text: !live.has(intid) ? "·" : unknown(intid) ? "?" : (value.get(intid) ?? 0) }),
              make("small", { text: intid }),
            );
          }),
        ),
      ),
    );
  }

  function spoken(byte, value, flipped) {
    const set = [...value].filter(([n, v]) => v && n >> 3 === byte);
    const words = set.map(([n]) => `INTID ${n}${flipped.has(n) ? ", flipped since the jump" : ""}`);
    return `Byte ${hex(byte)}, INTIDs ${byte * 8} to ${byte * 8 + 7}: ${words.length ? `set: ${words.join("; ")}` : "no bit set"}`;
  }

  /** The way from an INTID to a bit in memory, in the numbers of the bit that was set last. */
  function arithmetic(past, current, over) {
    const value = new Map(past.map((p) => [`${p.base}/${p.intid}`, p.value]));
    const set = past.filter((p) => p.value === 1);
    const last = set.findLast((p) => value.get(`${p.base}/${p.intid}`)) ?? set.at(-1); // one still set, if there is one
    const intid = last?.intid ?? Math.min(...live);
    const base = last?.base ?? current;
    if (!Number.isFinite(intid) || base === undefined) return [];
    const byte = intid >> 3;
    const waits = Boolean(value.get(`${base}/${intid}`));
    const lead = last ? lastSet(last, waits) : notSet(intid, over);
    return [
      make("p", { class: last?.flip ? "kx-flipped" : "", text: lead }),
      make("p", { class: "kx-line", text: `byte ${intid} ÷ 8 = ${byte} = ${hex(byte)}, bit ${intid & 7}` }),
      make("p", {
        class: "kx-line",
        text: `table ${hex(base)} + ${hex(byte)} = byte at ${hex(base + byte)}, frame ${frameOf(base + byte)}`,
      }),
    ];
  }

  function lastSet({ intid, i, flip }, waits) {
    const taken = waits ? "" : ", and acknowledged";
    const fate = flip ? ", in memory that nobody kept: a flip" : taken;
    return `Last set: INTID ${intid}, ${since(replay, replay.t_ns[i])}${fate}.`;
  }

  const notSet = (intid, over) =>
    over >= 0
      ? `These bytes are ${replay.id[over]}’s. INTID ${intid} would be recorded among them:`
      : `No bit was set yet. INTID ${intid} would be:`;

  return { el, show };
}

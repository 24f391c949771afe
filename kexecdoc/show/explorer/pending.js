// The pending table of CPU 0: the bits of the live LPIs, and the arithmetic from an INTID to a bit in memory.

import { columns, make, section } from "./dom.js";
import { before } from "./reel.js";
import { hex, since } from "./words.js";

const CPU = 0; // after the jump only this one's table changes: the others were taken down
const BITS = [0, 1, 2, 3, 4, 5, 6, 7];

export function pending(stage) {
  const box = make("div", { class: "kx-pair" });
  const el = section("pending", `Pending table of CPU ${CPU}`, box);
  let tables = [];

  function load(machines) {
    tables = machines.map(({ reel }) => table(stage, reel));
    box.replaceChildren(...columns(machines, (machine) => tables[machines.indexOf(machine)].el));
  }

  return { el, load, show: (machines) => machines.forEach(({ now }, k) => tables[k].show(now)) };
}

function table(stage, reel) {
  const el = make("div");
  const changes = reel.pending.filter((p) => p.cpu === CPU);
  const live = new Set(changes.map((p) => p.intid));
  for (const { paths } of [reel.start, ...reel.sets])
    for (const [path, value] of paths) if (path.startsWith("vector/") && value?.cpu === CPU) live.add(value.intid);
  const bytes = [...new Set([...live].map((n) => n >> 3))].sort((a, b) => a - b);
  let drawn = "";

  const frameOf = (address) => Math.floor((address - reel.memory.base) / reel.memory.frame);

  function show(now) {
    const past = changes.slice(0, before(changes, now.cursor));
    // A redistributor that was given a fresh table leaves the old one behind, with what it wrote there.
    const current = now.state[`redistributor/${CPU}/pending`];
    const bases = [...new Set([...past.map((p) => p.base), current])].filter((base) => base !== undefined);
    const owners = bases.map((base) => whose(frameOf(base + bytes[0]), now));
    const over = bases.map((base) => (base === current ? -1 : overwritten(base, past, now)));
    const wanted = [past.length, current, ...owners, ...over].join();
    if (wanted === drawn) return;
    drawn = wanted;
    el.replaceChildren(
      ...bases.map((base, k) => {
        const role = bases.length > 1 ? (base === current ? "In use now: " : "Left behind: ") : "";
        const since = over[k] < 0 ? "" : `; since then written over by ${reel.id[over[k]]}, and shown as it was left`;
        return bits(base, owners[k] + since, role, past);
      }),
      make("div", { class: "kx-sum" }, ...arithmetic(past, current)),
    );
  }

  /** Who wrote over a table that was left behind, as an event; -1 if nobody did. */
  function overwritten(base, past, now) {
    const writer = now.writer[frameOf(base + bytes[0])];
    return writer > (past.findLast((p) => p.base === base)?.i ?? -1) ? writer : -1;
  }

  function whose(frame, now) {
    const name = reel.owners[now.owner[frame]];
    const nobodys = name === "old" && reel.jump >= 0 && now.cursor > reel.jump;
    const words = nobodys ? "nobody’s memory" : (stage.legend().owners[name]?.label ?? name);
    return now.kept[frame] ? `${words}, kept for the next kernel` : words;
  }

  function bits(base, owner, role, past) {
    const here = past.filter((p) => p.base === base);
    const value = new Map(here.map((p) => [p.intid, p.value]));
    const flipped = new Set(here.filter((p) => p.flip).map((p) => p.intid));
    return make(
      "div",
      { class: "kx-table" },
      make("p", { class: "kx-table-name" }, role, make("code", { text: hex(base) }), `, ${owner}`),
      ...bytes.map((byte) =>
        make(
          "div",
          { class: "kx-byte", role: "img", "aria-label": spoken(byte, value, flipped) },
          make("span", { class: "kx-byte-name", text: `byte ${hex(byte)}` }),
          ...BITS.map((bit) => {
            const intid = byte * 8 + bit;
            const classes = ["kx-bit", value.get(intid) && "kx-set", flipped.has(intid) && "kx-flip", !live.has(intid) && "kx-idle"];
            return make(
              "span",
              { class: classes.filter(Boolean).join(" "), title: `INTID ${intid}` },
              make("b", { text: live.has(intid) ? (value.get(intid) ?? 0) : "·" }),
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
  function arithmetic(past, current) {
    const value = new Map(past.map((p) => [`${p.base}/${p.intid}`, p.value]));
    const set = past.filter((p) => p.value === 1);
    const last = set.findLast((p) => value.get(`${p.base}/${p.intid}`)) ?? set.at(-1); // one still set, if there is one
    const intid = last?.intid ?? Math.min(...live);
    const base = last?.base ?? current;
    if (!Number.isFinite(intid) || base === undefined) return [];
    const byte = intid >> 3;
    const taken = last && !value.get(`${base}/${intid}`);
    const lead = last
      ? `Last set: INTID ${intid}, ${since(reel, reel.t_ns[last.i])}${last.flip ? ", in memory that nobody kept: a flip" : taken ? ", and acknowledged" : ""}.`
      : `No bit was set yet. INTID ${intid} would be:`;
    return [
      make("p", { class: last?.flip ? "kx-flipped" : "", text: lead }),
      make("p", { class: "kx-line", text: `byte ${intid} ÷ 8 = ${byte} = ${hex(byte)}, bit ${intid & 7}` }),
      make("p", { class: "kx-line", text: `table ${hex(base)} + ${hex(byte)} = byte at ${hex(base + byte)}, frame ${frameOf(base + byte)}` }),
    ];
  }

  return { el, show };
}

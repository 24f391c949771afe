// @ts-nocheck
// The memory map: owners by colour and mark, what leftover DMA wrote, what was found wrong; and a frame, asked.

import { columns, make, say, section } from "./dom.js";
import { density, fit, image, OVERLAYS, outline, tile } from "./drawing.js";
import { describeEntry, fateOf, frameHistory } from "./frame-history.js";
import { FOUND } from "./replay.js";
import { capital, hex, number, since } from "./words.js";

const FLASH = 600; // milliseconds that a write of a device or a redistributor is seen
const MANY = 64; // an event that touches more frames than this is no write to outline

export function memory(store, player, surface) {
  const box = make("div", { class: "kx-pair kx-maps" });
  const short = make("p", { class: "kx-detail", id: `${store.uid}-frame`, role: "status" });
  const lives = make("div", { class: "kx-pair kx-lives" });
  const legend = make("div", { role: "list", class: "kx-legend" });
  const head = make("p", { class: "kx-note kx-legend-head", text: "Frames of each: A, then B" });
  const el = section("memory", "Memory", box, short, lives, head, legend);
  let maps = [];
  let rows = [];
  let listed = ""; // what the legend was made for
  let told_of = null; // the frame whose life is shown
  let hovered = null;

  const label = (name) => store.label(name);

  function load(machines) {
    if (maps.length !== machines.length) {
      maps = machines.map(map);
      box.replaceChildren(...columns(machines, (machine, k) => maps[k].el));
    }
    const names = [...new Set(machines.flatMap((m) => m.replay.owners))];
    const seen = names.filter((name) => machines.some((m) => m.replay.seen.has(name)));
    told_of = null;
    if (listed === `${machines.length} ${seen}`) return;
    listed = `${machines.length} ${seen}`;
    rows = [
      ...seen.map((name) => ({ ...entry(label(name), machines), name, owner: true })),
      ...Object.entries(OVERLAYS).map(([name, o]) => ({ ...entry(o.words, machines), name })),
    ];
    legend.replaceChildren(...rows.map((r) => r.el));
    head.hidden = machines.length < 2;
    swatches = "";
  }

  function entry(words, machines) {
    const swatch = make("canvas", { class: "kx-swatch", "aria-hidden": "true" });
    const counts = machines.map(({ letter }) => make("b", { class: "kx-count", title: letter && `Machine ${letter}` }));
    return { swatch, counts, el: make("div", { role: "listitem" }, swatch, make("span", { text: words }), ...counts) };
  }

  // --- one map

  function map({ replay: { memory: shape }, letter }) {
    const { columns: side, frames } = shape;
    const canvas = make("canvas", {
      class: "kx-map",
      tabindex: 0,
      role: "application",
      "aria-label": `Memory map${letter ? ` of machine ${letter}` : ""}, one cell a frame of 4 KiB. Arrow keys go from frame to frame.`,
      "aria-describedby": short.id,
    });
    const holder = make("div", { class: "kx-map-box" }, canvas);
    let context = null;
    const flashes = new Map(); // frame -> when it was written, on the display's clock
    let strips = { size: 0 }; // of each owner a whole row, to be copied from
    let before = null; // the cursor that was drawn last
    let replay = null;
    let drawn = ""; // what the picture was drawn for
    let known = null; // and what was counted in it

    const frameAt = (event) => {
      const edge = canvas.getBoundingClientRect();
      const column = Math.floor(((event.clientX - edge.left) / edge.width) * side);
      const row = Math.floor(((event.clientY - edge.top) / edge.height) * (frames / side));
      return Math.min(frames - 1, Math.max(0, row * side + column));
    };
    const pick = (frame) => {
      hovered = null;
      player.ask(frame);
    };
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const from = store.frame ?? -1; // the first key asks the first frame
      const row = from - (from % side);
      const first = { ArrowLeft: 0, ArrowRight: 0, ArrowUp: 0, ArrowDown: 0, Home: 0, End: 0, PageUp: 0, PageDown: 0 };
      const to = (
        from < 0
          ? first
          : {
              ArrowLeft: from - 1,
              ArrowRight: from + 1,
              ArrowUp: from - side,
              ArrowDown: from + side,
              Home: row,
              End: row + side - 1,
              PageUp: from - 8 * side,
              PageDown: from + 8 * side,
            }
      )[event.key];
      if (event.key === "Escape") player.ask(null);
      else if (to === undefined) return;
      else if (to >= 0 && to < frames) pick(to);
      event.preventDefault();
      event.stopPropagation(); // these keys mean something else to the explorer as a whole
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch") return;
      hovered = frameAt(event);
      surface.redraw();
    });
    canvas.addEventListener("pointerleave", () => {
      hovered = null;
      surface.redraw();
    });
    canvas.addEventListener("click", (event) => pick(frameAt(event)));

    /** A row of one owner's frames. */
    function strip(name) {
      const { size, paint, list } = strips;
      if (!list.has(name)) {
        const frame = tile(size, paint.owner(name), paint.inkOf(name), mark(name));
        const row = image(size * side, size, (g) => {
          g.fillStyle = g.createPattern(frame, "repeat");
          g.fillRect(0, 0, size * side, size);
        });
        list.set(name, row);
      }
      return list.get(name);
    }

    function show({ now, replay: shown }) {
      const d = density();
      const size = Math.max(2, Math.floor((surface.layout.width(holder) * d) / side));
      const paint = surface.theme.colours();
      const g = (context ??= canvas.getContext("2d"));
      if (replay !== shown) [replay, before, drawn] = [shown, null, ""];
      if (fit(canvas, size * side, (size * frames) / side) || strips.paint !== paint || strips.size !== size) {
        canvas.style.width = `${(size * side) / d}px`;
        canvas.style.height = `${(size * frames) / side / d}px`;
        strips = { size, paint, list: new Map() };
        drawn = "";
      }
      // Of two machines one is often just as it was.
      const wanted = `${now.cursor} ${hovered ?? store.frame}`;
      if (wanted === drawn && !flashes.size) return known;
      drawn = wanted;
      const counts = (known = new Map());
      const { owner } = now;
      for (let from = 0, to; from < owner.length; from = to) {
        // A run of equal frames within one row is one rectangle.
        const end = from - (from % side) + side;
        for (to = from + 1; to < end && owner[to] === owner[from]; to++);
        const name = replay.owners[owner[from]];
        const [x, wide] = [(from % side) * size, (to - from) * size];
        g.drawImage(strip(name), x, 0, wide, size, x, Math.floor(from / side) * size, wide, size);
        counts.set(name, (counts.get(name) ?? 0) + to - from);
      }
      overlay(g, now, size, paint, counts);
      return counts;
    }

    function overlay(g, now, size, paint, counts) {
      const line = Math.max(1, Math.round(density()));
      const at = (f) => [(f % side) * size, Math.floor(f / side) * size];
      const named = targets(now.state);
      const strayed = new Set();
      const wrong = new Set();
      for (let f = 0; f < frames; f++) {
        if (now.wrong[f]) wrong.add(f);
        if (now.strayed[f] >= 0) strayed.add(f);
      }
      for (const f of strayed) OVERLAYS.strayed.draw(g, ...at(f), size, paint, line);
      for (const f of wrong) OVERLAYS.wrong.draw(g, ...at(f), size, paint, line);
      for (const [name, set] of Object.entries({ target: named, strayed, wrong })) counts.set(name, set.size);
      outline(g, wrong, side, size, paint.alarm, line);
      outline(g, named, side, size, paint.surface, 4 * line);
      outline(g, named, side, size, paint.ink, 2 * line);
      flash(g, now, size, paint, at, line);
      const asked = hovered ?? store.frame;
      if (asked === null) return;
      const [x, y] = at(asked);
      for (const [colour, width] of [
        [paint.surface, 4 * line],
        [paint.accent, 2 * line],
      ]) {
        g.strokeStyle = colour;
        g.lineWidth = width;
        g.strokeRect(x - 2 * line, y - 2 * line, size + 4 * line, size + 4 * line);
      }
    }

    /** What the event under the cursor writes is outlined; what was written on the way here flashes. */
    function flash(g, now, size, paint, at, line) {
      const { cursor } = now;
      const touched = new Set();
      const written = (i) => replay.sets[i].frames.filter((f) => f.what === "bytes" && f.end - f.first <= MANY);
      const strange = (i) => replay.kind[i].startsWith("dma.") || replay.kind[i].startsWith("lpi."); // no CPU wrote it
      if (cursor) for (const f of written(cursor - 1)) for (let n = f.first; n < f.end; n++) touched.add(n);
      outline(g, touched, side, size, paint.surface, 5 * line);
      outline(g, touched, side, size, paint.accent, 3 * line);
      const forward = before !== null && cursor > before && player.isPlaying() && !player.still();
      if (forward)
        for (let i = before; i < cursor; i++)
          if (strange(i))
            for (const f of written(i)) for (let n = f.first; n < f.end; n++) flashes.set(n, performance.now());
      before = cursor;
      for (const [frame, when] of flashes) {
        const left = 1 - (performance.now() - when) / FLASH;
        if (left <= 0) flashes.delete(frame);
        else {
          const [x, y] = at(frame);
          g.globalAlpha = left;
          g.fillStyle = paint.accent;
          g.fillRect(x - line, y - line, size + 2 * line, size + 2 * line);
          g.globalAlpha = 1;
        }
      }
      if (flashes.size) surface.redraw();
    }

    return { el: holder, show };
  }

  // --- all of them

  const mark = (name) => store.legend().owners[name]?.mark ?? "none";
  let swatches = "";

  /** The legend's swatches, for the present colours. */
  function dye(paint) {
    const d = density();
    const cell = Math.round(10 * d);
    const wanted = `${cell} ${paint.surface}`;
    if (wanted === swatches) return;
    swatches = wanted;
    for (const row of rows) {
      fit(row.swatch, cell * 2, cell);
      row.swatch.style.width = `${(cell * 2) / d}px`;
      row.swatch.style.height = `${cell / d}px`;
      const g = row.swatch.getContext("2d");
      const name = row.owner ? row.name : "old";
      for (const x of [0, cell]) {
        g.drawImage(tile(cell, paint.owner(name), paint.inkOf(name), mark(name)), x, 0);
        if (!row.owner) OVERLAYS[row.name].draw(g, x, 0, cell, paint, Math.max(1, Math.round(d)));
      }
    }
  }

  function show(machines) {
    const counts = machines.map((machine, k) => maps[k].show(machine));
    dye(surface.theme.colours());
    for (const row of rows) {
      let any = false;
      row.counts.forEach((cell, k) => {
        const n = counts[k].get(row.name) ?? 0;
        any ||= n > 0;
        say(cell, number(n));
      });
      row.el.classList.toggle("kx-zero", !any);
    }
    answer(machines);
  }

  // --- a frame, asked

  function answer(machines) {
    const frame = hovered ?? store.frame;
    if (frame === null)
      say(short, "Point at a frame, or go from frame to frame with the arrow keys; choose one to be told its life.");
    else {
      const { base, frame: bytes } = machines[0].replay.memory;
      const each = machines.map(
        ({ letter, replay, now }) => `${letter ? `${letter}: ` : ""}${present(replay, now, frame)}`,
      );
      say(short, `Frame ${frame} at ${hex(base + frame * bytes)}. ${each.map(capital).join(" ")}`);
    }
    if (told_of !== store.frame) {
      told_of = store.frame;
      lives.hidden = told_of === null;
      lives.replaceChildren(
        ...(told_of === null
          ? []
          : columns(machines, ({ replay }) =>
              biography(
                replay,
                told_of,
                machines.findIndex((m) => m.replay === replay),
              ),
            )),
      );
    }
    lives
      .querySelectorAll("[data-event]")
      .forEach((li) => li.classList.toggle("kx-later", +li.dataset.event >= machines[+li.dataset.machine].now.cursor));
  }

  /** What a frame is at this moment. */
  function present(replay, now, frame) {
    const writer = now.writer[frame];
    const parts = [
      label(replay.owners[now.owner[frame]]),
      writer < 0
        ? "not written since the call"
        : `last written by ${replay.id[writer]}, ${since(replay, replay.t_ns[writer])}`,
      ["not read by its owner yet", "found intact", "found wrong"][now.found[frame]] +
        (now.wrong[frame] && FOUND[now.found[frame]] !== "wrong" ? ", wrong before" : ""),
      now.kept[frame] && "kept as an LPI table",
    ];
    return `${parts.filter(Boolean).join("; ")}.`;
  }

  /** The life of a frame as a list; each moment can be gone to. What one event does to it is one item. */
  function biography(replay, frame, k) {
    const entries = frameHistory(replay, frame);
    const moments = Object.values(Object.groupBy([...entries.keys()], (n) => entries[n].i)).sort((a, b) => a[0] - b[0]);
    const item = (numbers) => {
      const { i } = entries[numbers[0]];
      const when = since(replay, replay.t_ns[i]);
      const said = numbers.flatMap((n, at) => {
        const became = fateOf(replay, entries, n);
        return [
          at ? ", " : "",
          describeEntry(replay, entries[n], label),
          became && make("em", { text: `; its bytes: ${became}` }),
        ];
      });
      return make(
        "div",
        { role: "listitem", class: "kx-life", "data-event": i, "data-machine": k },
        i < 0
          ? make("span", { class: "kx-life-when", text: "at first" })
          : make("button", {
              type: "button",
              class: "kx-link kx-life-when",
              text: when,
              onclick: () => player.goTo(i + 1, k),
            }),
        make("span", {}, ...said),
      );
    };
    return [
      make("p", { class: "kx-life-name", text: `The life of frame ${frame}` }),
      make(
        "div",
        { role: "list", class: "kx-life-list", tabindex: 0, "aria-label": `The life of frame ${frame}` },
        ...moments.map(item),
      ),
    ];
  }

  return { el, load, show };
}

/** The frames that devices with the old kernel's descriptors would write. */
function targets(state) {
  const frames = new Set();
  for (const path in state) {
    if (!path.endsWith("/targets") || state[path.replace("/targets", "/programmed-by")] !== "old") continue;
    for (const [first, last] of state[path]) for (let f = first; f <= last; f++) frames.add(f);
  }
  return frames;
}

// @ts-nocheck
// The strip of one machine on the axis: what ran, what happened, and the moments that everything else is told by.

import { make } from "./dom.js";
import { cross, density, fit, hatching, image } from "./drawing.js";
import { brief } from "./words.js";

const HEIGHT = 32; // pixels of the lanes
const LANES = [
  [0.06, 0.5],
  [0.56, 0.76],
  [0.78, 0.98],
]; // of a strip: writes, flips, wrong bytes
const LETTER = 7.4; // pixels of a letter of a label, and what stands beside it
const ROOM = 12;
const GUTTER = 20; // pixels that the letter of one of two machines takes
const BORDER = 2;

/** What runs: the class of its colour, its name on the ribbon, and the name of its beginning. */
const RUNNING = {
  "old-kernel": ["old", "old kernel", "the call"],
  firmware: ["jump", "firmware", "jump"],
  stub: ["jump", "image copied", "jump"],
  purgatory: ["jump", "purgatory", "purgatory"],
  "next-kernel": ["next", "next kernel boots", "entry"],
  userspace: ["up", "userspace", "userspace"],
  crashed: ["dead", "crashed", "crashed"],
  hung: ["dead", "hung", "hung"],
};
const FIRST = ["jump", "crashed", "hung", "userspace", "storm", "entry", "IOMMU off", "end", "the call"]; // who gets room first

/** `width` tells how wide the strips' place is: a place that stays, since to measure a new element costs a layout. */
export function strip(store, theme, letter, width) {
  const ribbon = make("div", { class: "kx-ribbon" });
  const canvas = make("canvas", { class: "kx-lanes", "aria-hidden": "true" });
  const lane = make("div", { class: "kx-lane" }, ribbon, canvas);
  const labels = make("div", { class: "kx-labels", "aria-hidden": "true" });
  const el = make(
    "div",
    { class: "kx-strip" },
    letter && make("b", { class: "kx-strip-letter", text: letter }),
    lane,
    labels,
  );
  let replay = null;
  let axis = null;
  let X = null; // the place of a time of this machine
  let phases = [];
  const pictures = new WeakMap(); // timeline -> the lanes as they are without a cursor: { whole, paint }
  let labelled = 0; // the width that the labels were chosen for
  let context = null;

  function load(shown, k) {
    const { timeline } = store;
    const offset = timeline.offsets[k];
    replay = shown;
    ({ axis } = timeline);
    X = (t) => axis.xOf(t + offset);
    phases = replay.phases.filter((p) => RUNNING[p.name]);
    labelled = 0;
    ribbon.replaceChildren(
      ...phases.map(({ name, t0, t1 }) => {
        const [kind, words] = RUNNING[name];
        const style = `left:${X(t0) * 100}%;width:${(X(t1) - X(t0)) * 100}%`;
        return make("span", { class: `kx-phase kx-phase-${kind}`, text: words, title: words, style });
      }),
    );
  }

  /** Signed by the jump, or from the call where there is none. */
  function signed(t) {
    const zero = replay.jump < 0 ? 0 : replay.t_ns[replay.jump];
    return t === zero ? "0" : `${t < zero ? "−" : "+"}${brief(Math.abs(t - zero))}`;
  }

  /** The landmarks, then the times at which the scale changes: as many as there is room for, a stroke for the rest. */
  function label(width) {
    if (width === labelled) return;
    labelled = width;
    const marks = [
      ...phases.map((p) => ({ t: p.t0, name: RUNNING[p.name][2] })),
      ...replay.windows.map((w) => ({ t: w.t0, name: "IOMMU off" })),
      ...replay.storms.map((s) => ({ t: s.t0, name: "storm" })),
      { t: replay.time(replay.length), name: "end" },
      ...replay.steps.map((s) => ({ t: s.t0 })),
    ];
    const rank = ({ name }) => (name ? FIRST.length - FIRST.indexOf(name) : 0);
    const free = placer(width);
    const chosen = marks.toSorted((a, b) => rank(b) - rank(a)).map((mark) => markOf(mark, width, free));
    labels.replaceChildren(...chosen.filter(Boolean));
  }

  /** A mark with as many words as there is room for. */
  function markOf({ t, name }, width, free) {
    const x = X(t);
    const word = name === "the call" ? replay.call : name;
    const full = [word, word !== "jump" && signed(t)].filter(Boolean).join(" ");
    const text = [full, word].find((words) => words && free(x, words)) ?? "";
    if (!text && !name) return null;
    const classes = ["kx-mark", name && "kx-landmark", x + roomOf(text, width) > 1 && "kx-right-aligned"];
    return make("span", { class: classes.filter(Boolean).join(" "), text, title: full, style: `left:${x * 100}%` });
  }

  function show(t) {
    const d = density();
    const wide = width() - BORDER - (letter ? GUTTER : 0);
    const [w, h] = [Math.round(wide * d), Math.round(HEIGHT * d)];
    if (w <= 0) return;
    label(wide);
    fit(canvas, w, h);
    const paint = theme.colours();
    let known = pictures.get(store.timeline);
    if (known?.whole.width !== w || known.whole.height !== h || known.paint !== paint) {
      known = { whole: image(w, h, (g) => history(g, paint, w, h, d)), paint };
      pictures.set(store.timeline, known);
    }
    const g = (context ??= canvas.getContext("2d"));
    g.drawImage(known.whole, 0, 0);
    // What has not happened yet is paler.
    const now = Math.round(axis.xOf(t) * (w - 2 * d));
    g.globalAlpha = 0.6;
    g.fillStyle = paint.surface;
    g.fillRect(now, 0, w - now, h);
    g.globalAlpha = 1;
    g.fillStyle = paint.accent;
    g.fillRect(Math.max(0, now - d), 0, Math.max(2, Math.round(3 * d)), h);
  }

  /** What happens in the whole run, as marks: drawn once, since it is the same at every moment. */
  function history(g, paint, w, h, d) {
    const at = (t) => Math.round(X(t) * (w - d));
    const line = Math.max(1, Math.round(d));
    const lanes = LANES.map(([from, to]) => [Math.round(h * from), Math.round(h * to)]);
    const brush = { g, paint, at, line, w, h, d };
    drawPhases(brush);
    drawStorms(brush, lanes[1]);
    drawWrites(brush, lanes[0]);
    drawInterrupts(brush, lanes[1]);
    g.lineWidth = 1.5 * d;
    const half = (lanes[2][1] - lanes[2][0]) / 2;
    for (const { i } of replay.spoilt) cross(g, Math.min(w - half, at(replay.t_ns[i])), lanes[2][0] + half, half);
  }

  function drawPhases({ g, paint, at, line, w, h }) {
    g.fillStyle = paint.panel;
    g.fillRect(0, 0, w, h);
    for (const { name, t0, t1 } of phases) {
      g.fillStyle = paint.phase[RUNNING[name][0]];
      g.fillRect(at(t0), 0, at(t1) - at(t0), h);
    }
    g.fillStyle = paint.line;
    for (const { t0 } of replay.steps) g.fillRect(at(t0), 0, line, h);
    for (const { t0, t1 } of replay.windows) hatching(g, at(t0), 0, at(t1) - at(t0), h, paint.control, line);
  }

  function drawStorms({ g, paint, at, line }, [top, bottom]) {
    g.fillStyle = paint.alarm;
    for (const { t0, t1 } of replay.storms) g.fillRect(at(t0), top, Math.max(2 * line, at(t1) - at(t0)), bottom - top);
  }

  /** A stroke for each write: a whole one if it landed, else half of one. */
  function drawWrites({ g, paint, at, line }, [top, bottom]) {
    g.fillStyle = paint.ink;
    let last = -1;
    for (const { i, result } of [...replay.astray, ...replay.leftovers]) {
      const x = at(replay.t_ns[i]);
      if (x === last && result === "landed") continue; // a mark is there
      last = x;
      const from = result === "landed" ? top : Math.round(bottom - (bottom - top) * 0.5);
      g.fillRect(x, from, line, bottom - from);
    }
  }

  /** A triangle for each flipped bit, and an empty one for each interrupt that nobody had handed out. */
  function drawInterrupts({ g, paint, at, d }, [top, bottom]) {
    g.fillStyle = g.strokeStyle = paint.alarm;
    g.lineWidth = d;
    for (const { i, flip } of [...replay.pending.filter((p) => p.flip), ...replay.strays]) {
      const [x, half] = [at(replay.t_ns[i]), (bottom - top) * 0.6];
      g.beginPath();
      g.moveTo(x, top);
      g.lineTo(x + half, bottom);
      g.lineTo(x - half, bottom);
      g.closePath();
      if (flip) g.fill();
      else g.stroke();
    }
  }

  return { el, lane, load, show };
}

/** The part of the strip that a label takes. */
const roomOf = (text, width) => (LETTER * text.length + ROOM) / width;

/** A function that takes the room of a label if it is free, and says whether it was. */
function placer(width) {
  const taken = [];
  return (x, text) => {
    const room = roomOf(text, width);
    const [from, to] = x + room > 1 ? [x - room, x] : [x, x + room];
    if (from < 0 || taken.some(([a, b]) => from < b && a < to)) return false;
    taken.push([from, to]);
    return true;
  };
}

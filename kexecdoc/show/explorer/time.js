// Time: the axis with what happened on it, the steps by name, forward, back and play.

import { icon, make, section } from "./dom.js";
import { cross, density, fit, image } from "./drawing.js";
import { KINDS, brief, duration, number, since } from "./words.js";

const GROUPS = { old: "Old kernel", jump: "Jump", next: "Next kernel" };
const HEIGHT = 54; // pixels of a machine's strip
const LANES = [[0.08, 0.5], [0.56, 0.74], [0.78, 0.96]]; // of a machine's strip: writes, flips, wrong bytes

export function time(stage) {
  const range = make("input", { type: "range", class: "kx-range", min: 0, step: 1, "aria-label": "Events so far", oninput: () => stage.go(+range.value) });
  const canvas = make("canvas", { class: "kx-strip", "aria-hidden": "true" });
  let whole = null; // the strip as it is without a cursor
  let context = null;
  const band = make("div", { class: "kx-band", "aria-hidden": "true" });
  const track = make("div", { class: "kx-track" }, band, canvas, range);
  const landmarks = make("div", { class: "kx-landmarks", "aria-hidden": "true" });
  const ticks = make("div", { class: "kx-ticks", "aria-hidden": "true" });
  const chips = make("div", { class: "kx-steps" });
  const button = (label, shape, keys, action) =>
    make("button", { type: "button", class: "kx-button kx-icon", "aria-label": label, "aria-keyshortcuts": keys, title: `${label} (${keys})`, onclick: action }, icon(shape));
  const play = button("Play", "play", "P", () => stage.toggle());
  const transport = make(
    "div",
    { class: "kx-transport", role: "group", "aria-label": "Time" },
    button("To the start", "first", "0", () => stage.go(0)),
    button("One event back", "back", ",", () => stage.go(stage.position - 1)),
    play,
    button("One event forward", "forward", ".", () => stage.go(stage.position + 1)),
    button("To the end", "last", "9", () => stage.go(Infinity)),
  );
  const when = make("p", { class: "kx-when" });
  const what = make("div", { class: "kx-what" });
  const key = make(
    "p",
    { class: "kx-note kx-key" },
    "Every step has a scale of its own; within a step time runs evenly. │ a leftover write landed · ╵ one was stopped, faulted or missed · ▲ a pending bit flipped · ✕ an owner found wrong bytes.",
  );
  const el = section("time", "Time", make("div", { class: "kx-now" }, transport, make("div", { class: "kx-event" }, when, what)), track, landmarks, ticks, key, chips);
  let axis = null;
  let places = []; // the landmarks
  let buttons = [];
  let labelled = 0; // the width that the ticks were chosen for
  let painted = null; // the colours that the strip was drawn in

  // The scrubber is the native one, for keyboards and screen readers. What is seen, and what a pointer drags,
  // is the axis under it, since the native one cannot have a scale for each step.
  const drag = (event) => {
    if (!axis || (event.type === "pointermove" && !track.hasPointerCapture(event.pointerId))) return;
    if (event.type === "pointerdown") {
      track.setPointerCapture(event.pointerId);
      range.focus({ preventScroll: true });
      event.preventDefault();
    }
    const box = track.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    stage.go(x >= 1 ? Infinity : axis.position(Math.max(0, x)));
  };
  track.addEventListener("pointerdown", drag);
  track.addEventListener("pointermove", drag);

  function load(machines) {
    ({ axis } = stage.film);
    range.max = stage.film.length;
    track.style.height = `${HEIGHT * machines.length + 2}px`;
    band.replaceChildren(
      ...axis.spans.map((s) => {
        const part = make("span", { class: `kx-span kx-${s.name.split("/")[0]}` });
        part.style.left = `${s.x0 * 100}%`;
        part.style.width = `${s.width * 100}%`;
        return part;
      }),
    );
    steps(machines[0]);
    marks(machines);
    labelled = 0;
    painted = null;
  }

  /** A button for each step of the (first) machine, grouped by what runs. */
  function steps({ reel, letter }) {
    buttons = [];
    const groups = Object.entries(Object.groupBy(reel.steps, (s) => s.name.split("/")[0]));
    chips.replaceChildren(
      ...groups.map(([group, found]) => {
        const name = `${GROUPS[group] ?? group}${letter ? `, machine ${letter}` : ""}`;
        return make(
          "div",
          { class: "kx-group", role: "group", "aria-label": name },
          make("span", { class: `kx-group-name kx-${group}`, text: GROUPS[group] ?? group }),
          ...found.map((s) => {
            const chip = make(
              "button",
              { type: "button", class: "kx-chip", onclick: () => stage.goTo(s.from + 1, 0) },
              s.name.split("/").slice(1).join("/"),
              make("small", { text: ` ${brief(s.t1 - s.t0)}` }),
            );
            buttons.push(chip);
            return chip;
          }),
        );
      }),
    );
  }

  /** The moments that everything else is told by, under the axis. */
  function marks(machines) {
    const found = [{ x: axis.xOf(0), name: "the call" }];
    machines.forEach(({ reel, letter }, k) => {
      const of = { jump: "stub", entry: "next-kernel", crashed: "crashed", hung: "hung", userspace: "userspace" };
      for (const [name, what] of Object.entries(of)) {
        const i = reel.running(what);
        if (i >= 0) found.push({ x: axis.xOfEvent(i, k), name: letter ? `${name} ${letter}` : name });
      }
    });
    // What both machines come to at the same time is one mark.
    places = [];
    for (const mark of found.sort((a, b) => a.x - b.x)) {
      const twin = machines.length > 1 && places.find((p) => p.x === mark.x && p.name.slice(0, -2) === mark.name.slice(0, -2));
      if (twin) twin.name = twin.name.slice(0, -2);
      else places.push(mark);
    }
  }

  /** Set labels along the axis as far as there is room, the important ones first. */
  function along(box, labels, width, each, className) {
    const taken = [];
    const free = ({ x, text }) => {
      const room = (each * text.length + 12) / width;
      const [from, to] = x + room > 1 ? [x - room, x] : [x, x + room];
      if (taken.some(([a, b]) => from < b && a < to)) return false;
      return taken.push([from, to]);
    };
    const chosen = labels.toSorted((a, b) => (b.first ?? 0) - (a.first ?? 0)).filter(free);
    box.replaceChildren(
      ...chosen.map(({ x, text }) => {
        const el = make("span", { class: `${className}${x + (each * text.length + 12) / width > 1 ? " kx-from-right" : ""}`, text });
        el.style.left = `${x * 100}%`;
        return el;
      }),
    );
  }

  /** What stands under the axis: the landmarks, and where the scale changes the time from the (first) jump. */
  function scale(width) {
    if (width === labelled) return;
    labelled = width;
    along(landmarks, places.map(({ x, name }) => ({ x, text: name, first: name.startsWith("jump") ? 1 : 0 })), width, 7.6, "kx-landmark");
    const [reel] = stage.film.reels;
    const zero = reel.jump < 0 ? 0 : reel.t_ns[reel.jump];
    const signed = (t) => (t === 0 ? "0" : `${t < 0 ? "−" : "+"}${brief(Math.abs(t))}`);
    const wanted = axis.spans.map((s) => ({ x: s.x0, text: signed(s.t0 - zero) }));
    if (axis.spans.length) wanted.push({ x: 1, text: signed(axis.spans.at(-1).t1 - zero) });
    wanted.forEach((w, k) => (w.first = w.text === "0" ? 2 : k === wanted.length - 1 ? 1 : 0));
    along(ticks, wanted, width, 7.2, "kx-tick");
  }

  function show(machines) {
    const { film, position } = stage;
    const t = film.time(position);
    range.value = position;
    const each = machines.map(({ letter, reel }, k) => `${letter ? `${letter} ` : ""}${since(reel, t - film.offsets[k])}`);
    const place = `event ${number(position)} of ${number(film.length)}`;
    range.setAttribute("aria-valuetext", `${each.join(", ")}, step ${machines[0].now.state.step ?? "none"}, ${place}`);
    when.replaceChildren(make("b", { text: each.join(" · ") }), ` · ${duration(Math.max(0, t))} after the call · ${place}`);
    what.replaceChildren(...(position ? happened(machines) : ["Before the first event: the old kernel runs, and the call is about to be made."]));
    const step = machines[0].now.cursor ? machines[0].reel.stepAt(machines[0].now.cursor) : -1;
    buttons.forEach((chip, k) => chip.setAttribute("aria-current", k === step ? "step" : "false"));
    draw(machines);
  }

  /** The event that made this position, in each machine that it happened in. */
  function happened(machines) {
    const { film, position } = stage;
    return machines.flatMap(({ letter, reel }, k) => {
      const i = film.cursor(position, k) - 1;
      if (film.cursor(position - 1, k) === i + 1) return [];
      const cause = reel.cause[i];
      const link = cause && make("button", { type: "button", class: "kx-link", text: cause, onclick: () => stage.goTo(reel.find(cause) + 1, k) });
      return [
        make(
          "p",
          {},
          letter ? `${letter}: ` : "",
          make("code", { text: reel.id[i] }),
          ` ${KINDS[reel.kind[i]] ?? reel.kind[i]} (${reel.kind[i]})`,
          cause ? ", caused by " : "",
          link,
        ),
      ];
    });
  }

  function draw(machines) {
    const d = density();
    const w = Math.round(stage.width(track) * d);
    const h = Math.round(HEIGHT * machines.length * d);
    if (!w) return;
    scale(stage.width(track));
    fit(canvas, w, h);
    const paint = stage.colours();
    if (whole?.width !== w || whole.height !== h || painted !== paint) {
      painted = paint;
      whole = image(w, h, (g) => history(g, machines, paint, w, h, d));
    }
    const g = (context ??= canvas.getContext("2d"));
    g.clearRect(0, 0, w, h);
    g.drawImage(whole, 0, 0);
    // What has not happened yet is paler.
    const now = Math.round(axis.x(stage.position) * (w - 2 * d));
    g.globalAlpha = 0.62;
    g.fillStyle = paint.surface;
    g.fillRect(now, 0, w - now, h);
    g.globalAlpha = 1;
    g.fillStyle = paint.accent;
    g.fillRect(Math.max(0, now - d), 0, Math.max(2, Math.round(3 * d)), h);
  }

  /** What happens in the whole run, as marks: drawn once, for going to and fro changes nothing about it. */
  function history(g, machines, paint, w, h, d) {
    machines.forEach(({ reel }, k) => strip(g, reel, k, paint, w, (h / machines.length) * k, h / machines.length));
    if (machines.length === 1) return;
    g.fillStyle = paint.control;
    g.fillRect(0, Math.round(h / 2), w, Math.max(1, Math.round(d)));
    g.fillStyle = paint.ink;
    g.font = `600 ${12 * d}px sans-serif`;
    machines.forEach(({ letter }, k) => g.fillText(letter, 5 * d, (h / 2) * k + 15 * d));
  }

  function strip(g, reel, k, paint, w, top, height) {
    const d = density();
    const X = (i) => Math.round(axis.xOfEvent(i, k) * (w - d));
    const [writes, flips, wrong] = LANES.map(([from, to]) => [Math.round(top + height * from), Math.round(top + height * to)]);
    g.fillStyle = paint.ink;
    let last = -1;
    for (const { i, result } of reel.leftovers) {
      const x = X(i);
      if (x === last && result === "landed") continue; // a mark is there
      last = x;
      const from = result === "landed" ? writes[0] : Math.round(writes[1] - (writes[1] - writes[0]) * 0.4);
      g.fillRect(x, from, Math.max(1, Math.round(d)), writes[1] - from);
    }
    g.fillStyle = paint.alarm;
    for (const { i, flip } of reel.pending) {
      if (!flip) continue;
      const half = (flips[1] - flips[0]) * 0.6;
      g.beginPath();
      g.moveTo(X(i), flips[0]);
      g.lineTo(X(i) + half, flips[1]);
      g.lineTo(X(i) - half, flips[1]);
      g.fill();
    }
    g.strokeStyle = paint.alarm;
    g.lineWidth = 1.5 * d;
    for (const { i } of reel.spoilt) {
      const half = (wrong[1] - wrong[0]) / 2;
      cross(g, Math.min(w - half, X(i)), (wrong[0] + wrong[1]) / 2, half);
    }
  }

  function playing(on) {
    const label = on ? "Pause" : "Play";
    play.setAttribute("aria-label", label);
    play.title = `${label} (P)`;
    play.replaceChildren(icon(on ? "pause" : "play"));
  }

  return { el, load, show, playing };
}

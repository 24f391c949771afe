// One machine at one moment, drawn from the event log of a run and from nothing else.
//
// The module has two hosts: JupyterLab, where a widget of the same protocol asks the kernel for a run, and
// a page, where page.js reads a precomputed one. It knows the log's schema (kexecdoc/log.py) and no more of
// the simulation. Time is a cursor: how many events of the log have happened. Every part of the picture is
// a function of (run, cursor); no part remembers what it drew before.

// --- The fold ---------------------------------------------------------------------------------------------

/** Lay assignments over a state, in place, and return it. A range of frames is laid frame by frame. */
export function lay(state, assignments) {
  for (const [path, value] of Object.entries(assignments)) {
    const range = path.match(/^frame\/(\d+)(?:-(\d+))?\/(.*)$/);
    if (!range) {
      state[path] = value;
      continue;
    }
    const [, first, last, what] = range;
    for (let frame = +first; frame <= +(last ?? first); frame++) state[`frame/${frame}/${what}`] = value;
  }
  return state;
}

/** The machine's state at a time, or at the end of the log if the time is null. */
export function fold(start, events, t_ns = null) {
  const state = lay({}, start);
  for (let i = 0; i < events.t_ns.length; i++) {
    if (t_ns !== null && events.t_ns[i] > t_ns) break;
    lay(state, events.set[i]);
  }
  return state;
}

// --- The reel: a log made ready for scrubbing ---------------------------------------------------------------

const CHECKPOINT = 256; // events between two machines that are kept: the most that a step back has to lay again

/** The machine at one cursor: `fold`, with the frames in arrays so that laying and copying them is cheap. */
class Machine {
  constructor(frames) {
    this.cursor = 0;
    this.state = {}; // every path but those of frames
    this.owner = new Uint8Array(frames); // index into the reel's owners
    this.kept = new Uint8Array(frames);
    this.found = new Uint8Array(frames); // index into FOUND
    this.wrong = new Uint8Array(frames); // found wrong at least once
    this.writer = new Int32Array(frames).fill(-1); // the event that last wrote it
    this.strayed = new Int32Array(frames).fill(-1); // the last leftover write into it since the jump
  }

  copy() {
    const twin = Object.assign(Object.create(Machine.prototype), this);
    twin.state = { ...this.state };
    for (const name of ["owner", "kept", "found", "wrong", "writer", "strayed"]) twin[name] = this[name].slice();
    return twin;
  }
}

const FOUND = ["not read yet", "intact", "wrong"];

export class Reel {
  constructor(log, legend) {
    const { id, t_ns, kind, cause, set } = log.events;
    Object.assign(this, { id, t_ns, kind, cause, length: id.length, scenario: log.scenario });
    this.memory = legend.memory;
    this.owners = Object.keys(legend.owners);
    this.index = new Map(id.map((name, i) => [name, i]));
    this.start = this.parse(log.start);
    this.sets = set.map((s) => this.parse(s));
    this.jump = set.findIndex((s) => s.running === "stub"); // -1: there was none
    this.steps = this.cut();
    this.lines = this.print(set);
    this.pending = []; // every change of a pending bit
    this.leftovers = []; // every leftover write since the jump
    this.spoilt = []; // every event in which an owner found a frame wrong
    this.seen = new Set(); // owners that ever own a frame in this run
    this.checkpoints = [this.play(new Machine(this.memory.frames), this.start, -1)];
    this.here = this.checkpoints[0].copy();
    for (let i = 0; i < this.length; i++) {
      this.note(i);
      this.at(i + 1);
      if (this.here.cursor % CHECKPOINT === 0) this.checkpoints.push(this.here.copy());
    }
  }

  /** Split a set of assignments once into frame ranges and plain paths, so that laying it is a loop. */
  parse(set) {
    const frames = [];
    const paths = [];
    for (const [path, value] of Object.entries(set)) {
      const range = path.match(/^frame\/(\d+)(?:-(\d+))?\/(.*)$/);
      if (range) frames.push({ first: +range[1], end: +(range[2] ?? range[1]) + 1, what: range[3], value });
      else paths.push([path, value]);
    }
    return { frames, paths };
  }

  play(machine, { frames, paths }, i) {
    for (const [path, value] of paths) machine.state[path] = value;
    for (const { first, end, what, value } of frames) {
      if (what === "owner") machine.owner.fill(this.ownerIndex(value), first, end);
      else if (what === "kept") machine.kept.fill(value ? 1 : 0, first, end);
      else if (what === "bytes") {
        machine.writer.fill(i, first, end);
        if (this.isLeftover(machine, i)) machine.strayed.fill(i, first, end);
      } else if (what === "found") {
        machine.found.fill(FOUND.indexOf(value), first, end);
        if (value === "wrong") machine.wrong.fill(1, first, end);
      }
    }
    machine.cursor = i + 1;
    return machine;
  }

  ownerIndex(name) {
    if (!this.owners.includes(name)) this.owners.push(name); // an owner that the legend does not know yet
    this.seen?.add(name);
    return this.owners.indexOf(name);
  }

  /** Whether event i is a write of a device that still follows the old kernel's descriptors, after the jump. */
  isLeftover(machine, i) {
    if (this.jump < 0 || i <= this.jump || !this.kind[i].startsWith("dma.")) return false;
    return machine.state[`device/${this.id[i].split("/")[0]}/programmed-by`] === "old";
  }

  /** The machine at a cursor. It is the reel's own: look, and do not keep it. */
  at(cursor) {
    if (cursor < this.here.cursor) this.here = this.checkpoints[Math.floor(cursor / CHECKPOINT)].copy();
    while (this.here.cursor < cursor) this.play(this.here, this.sets[this.here.cursor], this.here.cursor);
    return this.here;
  }

  /** Enter event i into the lists that the axis and the pending table are drawn from; `here` is just before it. */
  note(i) {
    const { here } = this;
    const { frames, paths } = this.sets[i];
    const wrote = frames.find((f) => f.what === "bytes")?.first;
    if (this.isLeftover(here, i)) this.leftovers.push({ i, result: this.kind[i].slice("dma.".length), frame: wrote });
    if (frames.some((f) => f.what === "found" && f.value === "wrong")) this.spoilt.push({ i });
    if (!this.kind[i].startsWith("lpi.")) return;
    const [path, value] = paths.find(([p]) => p.startsWith("lpi/"));
    const [, cpu, intid] = path.split("/").map(Number);
    const own = (what) => here.state[`redistributor/${cpu}/${what}`];
    const flip =
      this.jump >= 0 && i > this.jump && wrote !== undefined && !here.kept[wrote] && own("programmed-by") === "old";
    this.pending.push({ i, cpu, intid, value, base: own("pending"), flip });
  }

  /** The steps of the run, as [from, end) of the log. What the log has before its first step is not one. */
  cut() {
    const starts = [...this.sets.keys()].filter((i) => this.kind[i] === "step");
    return starts.map((from, k) => {
      const end = starts[k + 1] ?? this.length;
      const t1 = this.t_ns[Math.min(end, this.length - 1)];
      const name = this.sets[from].paths.find(([p]) => p === "step")[1];
      return { name, from, end, t0: this.t_ns[from], t1 };
    });
  }

  print(set) {
    const lines = [];
    set.forEach((s, i) => {
      for (const [path, line] of Object.entries(s)) if (path.startsWith("console/")) lines.push({ i, ...line });
    });
    return lines;
  }

  stepAt(cursor) {
    return Math.max(0, this.steps.findLastIndex((s) => s.from < cursor));
  }

  time(cursor) {
    return cursor ? this.t_ns[cursor - 1] : 0;
  }

  /** Who owned one frame, one after the other, up to a cursor. */
  history(frame, cursor) {
    const found = [];
    const look = ({ frames }, i) => {
      for (const f of frames)
        if (f.what === "owner" && f.first <= frame && frame < f.end && found.at(-1)?.owner !== f.value)
          found.push({ i, owner: f.value });
    };
    look(this.start, -1);
    // What `start` says in several lines was so at once: only its last word counts.
    found.splice(0, found.length - 1);
    for (let i = 0; i < cursor; i++) look(this.sets[i], i);
    return found;
  }
}

// --- The axis: every step has a scale of its own --------------------------------------------------------------

/**
 * Where a moment is on the axis, from 0 to 1, and back. Microseconds decide at the jump and seconds pass in the
 * boot, so no one scale shows both. Half of the axis is shared equally by the steps, the other half by how much
 * happens in them; within a step time runs evenly.
 */
class Axis {
  constructor(reel) {
    this.reel = reel;
    const busy = reel.steps.map((s) => Math.sqrt(s.end - s.from));
    const sum = busy.reduce((a, b) => a + b, 0);
    let x = 0;
    this.spans = reel.steps.map((step, k) => {
      const width = 0.5 / reel.steps.length + (0.5 * busy[k]) / sum;
      const span = { ...step, x0: x, width };
      x += width;
      return span;
    });
  }

  x(cursor) {
    if (!cursor || !this.spans.length) return 0;
    const span = this.spans[this.reel.stepAt(cursor)];
    const t = this.reel.time(cursor);
    return span.x0 + (span.t1 > span.t0 ? ((t - span.t0) / (span.t1 - span.t0)) * span.width : 0);
  }

  cursor(x) {
    const span = this.spans.findLast((s) => s.x0 <= x) ?? this.spans[0];
    if (!span) return 0;
    const t = span.t0 + ((x - span.x0) / span.width) * (span.t1 - span.t0);
    let cursor = span.from + 1;
    while (cursor < span.end && this.reel.t_ns[cursor] <= t) cursor++;
    return cursor;
  }
}

// --- Words --------------------------------------------------------------------------------------------------

const KINDS = {
  step: "a step begins",
  run: "something else runs from now on",
  arrival: "something arrives at the device",
  "dma.landed": "a write of the device landed in memory",
  "dma.missed": "a write of the device hit no RAM",
  "dma.faulted": "a write of the device was refused by the SMMU",
  "dma.stopped": "a write of the device was stopped by Bus Master",
  "msi.landed": "an interrupt message reached the ITS's doorbell",
  "msi.missed": "an interrupt message missed the doorbell",
  "msi.faulted": "an interrupt message was refused by the SMMU",
  "msi.stopped": "an interrupt message was stopped by Bus Master",
  "lpi.recorded": "a redistributor set a pending bit in memory",
  "lpi.acknowledged": "a CPU took the interrupt; its pending bit was cleared",
  register: "a register was written",
  cpu: "the state of a CPU changed",
  own: "memory changed hands",
  copy: "a piece of the image was copied to its destination",
  read: "an owner read its memory and compared",
  command: "a command was given to the disk",
  timeout: "a command timed out and was polled",
  print: "a line on the console",
};

const GROUPS = { old: "Old kernel", jump: "Jump", next: "Next kernel" };

const hex = (n) => `0x${n.toString(16)}`;
const many = (n, what) => `${n.toLocaleString("en-GB")} ${what}${n === 1 ? "" : "s"}`;
const wordy = (object) => Object.entries(object).map(([k, v]) => `${k}=${v}`).join(", ");

/** A duration, to the microsecond where microseconds matter. */
function duration(ns) {
  if (ns < 1e6) return `${+(ns / 1e3).toFixed(3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(3)} ms`;
  return `${(ns / 1e9).toFixed(4)} s`;
}

/** A duration for a label: three digits are enough. */
function brief(ns) {
  const [n, unit] = ns < 1e6 ? [ns / 1e3, "µs"] : ns < 1e9 ? [ns / 1e6, "ms"] : [ns / 1e9, "s"];
  return `${+n.toPrecision(3)} ${unit}`;
}

function since(reel, t) {
  if (reel.jump < 0) return `${duration(t)} after the call`;
  const d = t - reel.t_ns[reel.jump];
  if (d === 0) return "at the jump";
  return d < 0 ? `${duration(-d)} before the jump` : `${duration(d)} after the jump`;
}

// --- The document -------------------------------------------------------------------------------------------

/**
 * Make an element: properties that start with "on" are listeners, `class` and `text` are what they say. Lists are
 * lists by their role: the hosts' style sheets have much to say about ul and li.
 */
function make(tag, properties = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name === "text") el.textContent = value;
    else if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.filter((c) => c !== null && c !== undefined));
  return el;
}

const section = (name, title, ...children) =>
  make("section", { class: `kx-part kx-${name}` }, make("h3", { class: "kx-title", text: title }), ...children);

/** Set an element's text only if it differs: readers of the screen hear of changes, not of every frame. */
function say(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

/** Fit a canvas to its box in whole device pixels; true if that changed it. */
function fit(canvas, width, height) {
  if (canvas.width === width && canvas.height === height) return false;
  canvas.width = width;
  canvas.height = height;
  return true;
}

const density = () => Math.max(1, window.devicePixelRatio || 1);

// --- The switches -------------------------------------------------------------------------------------------

function switches(stage) {
  const box = make("div", { class: "kx-switch-row" });
  const changed = make("span", { class: "kx-note" });
  const reset = make("button", {
    type: "button",
    class: "kx-button",
    text: "Reset to the chapter’s settings",
    onclick: () => stage.choose(Object.fromEntries(controls().map((c) => [c.name, c.default]))),
  });
  const el = make("div", { class: "kx-part kx-switches" }, box, make("p", { class: "kx-foot" }, reset, changed));
  const controls = () => stage.model.get("controls") ?? [];

  function build() {
    box.replaceChildren(
      ...controls().map((control) => {
        const helpId = `${stage.uid}-${control.name}-help`;
        return make(
          "fieldset",
          { class: "kx-switch", "aria-describedby": helpId },
          make("legend", {}, make("code", { text: control.name })),
          make("p", { class: "kx-help", id: helpId, text: control.help + (control.unit ? ` (${control.unit})` : "") }),
          ...control.choices.map(({ value, meaning }) =>
            make(
              "label",
              { class: "kx-choice" },
              make("input", {
                type: "radio",
                name: `${stage.uid}-${control.name}`,
                value,
                onchange: () => stage.choose({ ...stage.model.get("scenario"), [control.name]: value }),
              }),
              make("span", {}, make("b", { text: value }), meaning && make("span", { class: "kx-meaning", text: ` ${meaning}` })),
            ),
          ),
        );
      }),
    );
    sync();
  }

  function sync() {
    const scenario = stage.model.get("scenario") ?? {};
    for (const input of box.querySelectorAll("input")) {
      const name = input.name.slice(stage.uid.length + 1);
      input.checked = String(scenario[name]) === input.value;
    }
    const differs = Object.fromEntries(
      controls().filter((c) => String(scenario[c.name]) !== String(c.default)).map((c) => [c.name, scenario[c.name]]),
    );
    // aria-disabled rather than disabled: a button that is pressed must not lose the focus by it.
    reset.setAttribute("aria-disabled", String(!Object.keys(differs).length));
    say(changed, Object.keys(differs).length ? `Changed: ${wordy(differs)}` : "As the chapter has them.");
  }

  return { el, build, sync };
}

// --- The verdict --------------------------------------------------------------------------------------------

function verdict(stage) {
  const word = make("strong", { class: "kx-outcome" });
  const sentence = make("p", { class: "kx-sentence" });
  const counts = make("div", { role: "list", class: "kx-counts" });
  const el = make("div", { class: "kx-part kx-verdict" }, make("p", { class: "kx-lead" }, "In the end: ", word), sentence, counts);

  function load(reel, run) {
    const { outcome, summary } = run.verdict;
    const look = stage.legend().outcomes[outcome] ?? { sign: "", meaning: "" };
    el.dataset.outcome = outcome;
    word.style.setProperty("--kx-outcome", `var(--kx-outcome-${outcome})`);
    word.replaceChildren(make("span", { "aria-hidden": "true", text: look.sign }), ` ${outcome}`);
    word.title = look.meaning;
    say(sentence, summary);
    const { dma, lpi } = run;
    counts.replaceChildren(
      ...[
        [dma.attempted, `leftover ${dma.attempted === 1 ? "write" : "writes"} attempted`],
        [dma.landed, "landed"],
        [dma.stopped_by_bus_master, "stopped by Bus Master"],
        [dma.faulted, "faulted"],
        [dma.missed, "hit no RAM"],
        [lpi.bits_flipped, `pending ${lpi.bits_flipped === 1 ? "bit" : "bits"} flipped`],
      ].map(([n, what]) =>
        make("div", { role: "listitem", class: n ? "" : "kx-zero" }, make("b", { text: n.toLocaleString("en-GB") }), ` ${what}`),
      ),
      make(
        "div",
        { role: "listitem", class: lpi.msi_usable === false ? "" : "kx-zero" },
        "MSIs ",
        make("b", { text: lpi.msi_usable === false ? "dead" : lpi.msi_usable ? "usable" : "not set up" }),
      ),
    );
  }

  return { el, load };
}

// --- Time ---------------------------------------------------------------------------------------------------

/** The signs on the transport's buttons, on a square of 16. Fonts do not agree on having them. */
const ICONS = {
  first: "M2 2h2v12H2zM14 2v12L5 8z",
  back: "M12 2v12L3 8z",
  play: "M3 1v14l11-7z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  forward: "M4 2v12l9-6z",
  last: "M2 2v12l9-6zM12 2h2v12h-2z",
};

function icon(shape) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = svg.appendChild(document.createElementNS(space, "path"));
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "kx-sign-icon");
  path.setAttribute("d", ICONS[shape]);
  return svg;
}

function time(stage) {
  const range = make("input", {
    type: "range",
    class: "kx-range",
    min: 0,
    step: 1,
    "aria-label": "Events of the run so far",
    oninput: () => stage.go(+range.value),
  });
  const canvas = make("canvas", { class: "kx-strip", "aria-hidden": "true" });
  const band = make("div", { class: "kx-band", "aria-hidden": "true" });
  const track = make("div", { class: "kx-track" }, band, canvas, range);
  const landmarks = make("div", { class: "kx-landmarks", "aria-hidden": "true" });
  const chips = make("div", { class: "kx-steps" });
  const button = (label, shape, action) =>
    make("button", { type: "button", class: "kx-button kx-icon", "aria-label": label, title: label, onclick: action }, icon(shape));
  const play = button("Play", "play", () => stage.toggle());
  const transport = make(
    "div",
    { class: "kx-transport" },
    button("To the start", "first", () => stage.go(0)),
    button("One event back", "back", () => stage.go(stage.cursor - 1)),
    play,
    button("One event forward", "forward", () => stage.go(stage.cursor + 1)),
    button("To the end", "last", () => stage.go(Infinity)),
  );
  const when = make("p", { class: "kx-when" });
  const what = make("p", { class: "kx-what" });
  const cause = make("button", { type: "button", class: "kx-link", onclick: () => stage.go(stage.reel.index.get(cause.textContent) + 1) });
  const key = make(
    "p",
    { class: "kx-note kx-key" },
    "Every step has a scale of its own; within a step time runs evenly. │ a leftover write landed · ╵ one was stopped, faulted or missed · ▲ a pending bit flipped · ✕ an owner found wrong bytes.",
  );
  const el = section("time", "Time", make("div", { class: "kx-now" }, transport, make("div", { class: "kx-event" }, when, what)), track, landmarks, key, chips);
  let axis = null;
  let buttons = [];

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
    stage.go(x >= 1 ? Infinity : axis.cursor(Math.max(0, x)));
  };
  track.addEventListener("pointerdown", drag);
  track.addEventListener("pointermove", drag);

  function load(reel) {
    axis = stage.axis = new Axis(reel);
    range.max = reel.length;
    band.replaceChildren(
      ...axis.spans.map((s) => {
        const part = make("span", { class: `kx-span kx-${s.name.split("/")[0]}` });
        part.style.left = `${s.x0 * 100}%`;
        part.style.width = `${s.width * 100}%`;
        return part;
      }),
    );
    buttons = [];
    const groups = Object.entries(Object.groupBy(axis.spans, (s) => s.name.split("/")[0]));
    chips.replaceChildren(
      ...groups.map(([group, spans]) =>
        make(
          "div",
          { class: "kx-group", role: "group", "aria-label": GROUPS[group] ?? group },
          make("span", { class: `kx-group-name kx-${group}`, text: GROUPS[group] ?? group }),
          ...spans.map((s) => {
            const chip = make(
              "button",
              { type: "button", class: "kx-chip", onclick: () => stage.go(s.from + 1) },
              s.name.split("/").slice(1).join("/"),
              make("small", { text: ` ${brief(s.t1 - s.t0)}` }),
            );
            buttons.push(chip);
            return chip;
          }),
        ),
      ),
    );
    marks(reel);
  }

  /** The moments that everything else is told by, under the axis. */
  function marks(reel) {
    const at = (i, name) => (i < 0 ? [] : [{ x: axis.x(i + 1), name }]);
    const running = (value) => reel.sets.findIndex((s) => s.paths.some(([p, v]) => p === "running" && v === value));
    const found = [
      { x: 0, name: "the call" },
      ...at(reel.jump, "jump"),
      ...at(running("next-kernel"), "entry"),
      ...at(running("crashed"), "crashed"),
      ...at(running("hung"), "hung"),
      ...at(running("userspace"), "userspace"),
    ];
    landmarks.replaceChildren(
      ...found.map(({ x, name }) => {
        const mark = make("span", { class: "kx-landmark", text: name });
        mark.style.left = `${x * 100}%`;
        if (x > 0.85) mark.classList.add("kx-from-right");
        return mark;
      }),
    );
  }

  function show(machine, reel) {
    const { cursor } = machine;
    const i = cursor - 1;
    const t = reel.time(cursor);
    const step = reel.stepAt(cursor);
    range.value = cursor;
    const moment = `${duration(t)} after the call, ${since(reel, t)}`;
    const place = `event ${cursor.toLocaleString("en-GB")} of ${reel.length.toLocaleString("en-GB")}`;
    range.setAttribute("aria-valuetext", `${moment}, step ${machine.state.step ?? "none"}, ${place}`);
    when.replaceChildren(make("b", { text: since(reel, t) }), ` · ${duration(t)} after the call · ${place}`);
    if (i < 0) what.replaceChildren("Before the first event: the old kernel runs, and the call is about to be made.");
    else {
      what.replaceChildren(make("code", { text: reel.id[i] }), ` ${KINDS[reel.kind[i]] ?? reel.kind[i]} (${reel.kind[i]})`);
      if (reel.cause[i]) {
        say(cause, reel.cause[i]);
        what.append(", caused by ", cause);
      }
    }
    buttons.forEach((chip, k) => chip.setAttribute("aria-current", k === step && cursor ? "step" : "false"));
    draw(reel, cursor);
  }

  function draw(reel, cursor) {
    const d = density();
    const w = Math.round(track.clientWidth * d);
    const h = Math.round(track.clientHeight * d);
    if (!w || !h) return;
    fit(canvas, w, h);
    const g = canvas.getContext("2d");
    const paint = stage.colours();
    g.clearRect(0, 0, w, h);
    const X = (i) => Math.round(axis.x(i + 1) * (w - d));
    const lane = (k) => [Math.round(h * [0.08, 0.56, 0.78][k]), Math.round(h * [0.5, 0.74, 0.96][k])];
    g.fillStyle = paint.ink;
    for (const { i, result } of reel.leftovers) {
      const [top, bottom] = lane(0);
      const from = result === "landed" ? top : Math.round(bottom - (bottom - top) * 0.4);
      g.fillRect(X(i), from, Math.max(1, Math.round(d)), bottom - from);
    }
    g.fillStyle = paint.alarm;
    for (const { i, flip } of reel.pending) {
      if (!flip) continue;
      const [top, bottom] = lane(1);
      const half = (bottom - top) * 0.6;
      g.beginPath();
      g.moveTo(X(i), top);
      g.lineTo(X(i) + half, bottom);
      g.lineTo(X(i) - half, bottom);
      g.fill();
    }
    g.strokeStyle = paint.alarm;
    g.lineWidth = 1.5 * d;
    for (const { i } of reel.spoilt) {
      const [top, bottom] = lane(2);
      const half = (bottom - top) / 2;
      cross(g, Math.min(w - half, X(i)), (top + bottom) / 2, half);
    }
    // What has not happened yet is paler.
    const now = Math.round(axis.x(cursor) * (w - 2 * d));
    g.globalAlpha = 0.62;
    g.fillStyle = paint.surface;
    g.fillRect(now, 0, w - now, h);
    g.globalAlpha = 1;
    g.fillStyle = paint.accent;
    g.fillRect(Math.max(0, now - d), 0, Math.max(2, Math.round(3 * d)), h);
  }

  function playing(on) {
    play.setAttribute("aria-label", on ? "Pause" : "Play");
    play.title = on ? "Pause" : "Play";
    play.replaceChildren(icon(on ? "pause" : "play"));
  }

  return { el, load, show, playing };
}

function cross(g, x, y, half) {
  g.beginPath();
  g.moveTo(x - half, y - half);
  g.lineTo(x + half, y + half);
  g.moveTo(x + half, y - half);
  g.lineTo(x - half, y + half);
  g.stroke();
}

// --- Memory -------------------------------------------------------------------------------------------------

/** One frame as a picture of `size` device pixels: the owner's colour and, in its ink, the owner's mark. */
function tile(size, colour, ink, mark) {
  const canvas = make("canvas");
  fit(canvas, size, size);
  const g = canvas.getContext("2d");
  g.fillStyle = colour;
  g.fillRect(0, 0, size, size);
  g.fillStyle = g.strokeStyle = ink;
  const line = Math.max(1, Math.round(size / 7));
  const middle = Math.floor((size - line) / 2);
  g.lineWidth = line;
  if (mark === "slash" || mark === "backslash") {
    const [a, b] = mark === "slash" ? [size, 0] : [0, size];
    g.beginPath();
    // Three strokes, so that the corners join with the neighbours' into one hatching.
    for (const shift of [-size, 0, size]) {
      g.moveTo(shift, a);
      g.lineTo(shift + size, b);
    }
    g.stroke();
  } else if (mark === "dot") g.fillRect(middle - (line >> 1), middle - (line >> 1), 2 * line, 2 * line);
  else if (mark === "bar") g.fillRect(middle, 0, line, size);
  else if (mark === "dash") g.fillRect(0, middle, size, line);
  else if (mark === "plus") {
    g.fillRect(middle, line, line, size - 2 * line);
    g.fillRect(line, middle, size - 2 * line, line);
  } else if (mark === "ring") g.strokeRect(size / 4, size / 4, size / 2, size / 2);
  return canvas;
}

/** What is drawn over a frame, whoever owns it. */
const OVERLAYS = {
  target: {
    words: "named by the device’s descriptors",
    draw(g, x, y, size, paint, line) {
      g.strokeStyle = paint.ink;
      g.lineWidth = line;
      g.strokeRect(x + line / 2, y + line / 2, size - line, size - line);
    },
  },
  strayed: {
    words: "written by leftover DMA since the jump",
    draw(g, x, y, size, paint) {
      const half = Math.max(1, Math.round(size * 0.22));
      const middle = Math.round(size / 2);
      g.fillStyle = paint.surface;
      g.fillRect(x + middle - half - 1, y + middle - half - 1, 2 * half + 2, 2 * half + 2);
      g.fillStyle = paint.ink;
      g.fillRect(x + middle - half, y + middle - half, 2 * half, 2 * half);
    },
  },
  wrong: {
    words: "found wrong by its owner",
    draw(g, x, y, size, paint, line) {
      g.fillStyle = paint.surface;
      g.fillRect(x, y, size, size);
      g.strokeStyle = paint.alarm;
      g.lineWidth = 1.3 * line;
      cross(g, x + size / 2, y + size / 2, size * (size > 6 * line ? 0.36 : 0.5));
    },
  },
};

function memory(stage) {
  const canvas = make("canvas", {
    class: "kx-map",
    tabindex: 0,
    role: "application",
    "aria-label": "Memory map, one cell a frame of 4 KiB. Arrow keys go from frame to frame.",
    "aria-describedby": `${stage.uid}-frame`,
  });
  const holder = make("div", { class: "kx-map-box" }, canvas);
  const detail = make("p", { class: "kx-detail", id: `${stage.uid}-frame` });
  const legend = make("div", { role: "list", class: "kx-legend" });
  const el = section("memory", "Memory", holder, detail, legend);
  let tiles = { size: 0, list: [] };
  let rows = [];
  let selected = null; // by keyboard or click; it stays
  let hovered = null;

  const columns = () => stage.reel.memory.columns;
  const pick = (frame) => {
    selected = Math.min(stage.reel.memory.frames - 1, Math.max(0, frame));
    hovered = null;
    stage.redraw();
  };
  const frameAt = (event) => {
    const box = canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns());
    const row = Math.floor(((event.clientY - box.top) / box.height) * (stage.reel.memory.frames / columns()));
    return row * columns() + column;
  };
  canvas.addEventListener("keydown", (event) => {
    if (!stage.reel || event.ctrlKey || event.metaKey || event.altKey) return;
    const from = selected ?? 0;
    const row = from - (from % columns());
    const to = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from - columns(),
      ArrowDown: from + columns(),
      Home: row,
      End: row + columns() - 1,
      PageUp: from - 8 * columns(),
      PageDown: from + 8 * columns(),
    }[event.key];
    if (event.key === "Escape") {
      selected = null;
      stage.redraw();
    } else if (to !== undefined) {
      event.preventDefault();
      if (to >= 0 && to < stage.reel.memory.frames) pick(to);
    }
  });
  canvas.addEventListener("focus", () => stage.reel && selected === null && pick(0));
  canvas.addEventListener("pointermove", (event) => {
    if (!stage.reel || event.pointerType === "touch") return;
    hovered = frameAt(event);
    stage.redraw();
  });
  canvas.addEventListener("pointerleave", () => {
    hovered = null;
    stage.redraw();
  });
  canvas.addEventListener("click", (event) => stage.reel && pick(frameAt(event)));

  const label = (name) => stage.legend().owners[name]?.label ?? name;

  function load(reel) {
    const names = reel.owners.filter((name) => reel.seen.has(name));
    const entry = (name, words) => {
      const swatch = make("canvas", { class: "kx-swatch", "aria-hidden": "true" });
      const count = make("b", { class: "kx-count" });
      return { name, swatch, count, el: make("div", { role: "listitem" }, swatch, make("span", { text: words }), count) };
    };
    rows = [
      ...names.map((name) => ({ ...entry(name, label(name)), owner: true })),
      ...Object.entries(OVERLAYS).map(([name, o]) => entry(name, o.words)),
    ];
    legend.replaceChildren(...rows.map((r) => r.el));
    tiles.size = 0;
  }

  /** Make the tiles, and the legend's swatches out of them, for the present size and colours. */
  function cut(reel, size, paint) {
    const look = (name) => stage.legend().owners[name] ?? { mark: "none" };
    tiles = {
      size,
      paint,
      list: reel.owners.map((name) => tile(size, paint.owner(name), paint.inkOf(name), look(name).mark)),
    };
    const d = density();
    for (const row of rows) {
      const cell = Math.max(size, Math.round(9 * d));
      fit(row.swatch, cell * 2, cell);
      row.swatch.style.width = `${(cell * 2) / d}px`;
      row.swatch.style.height = `${cell / d}px`;
      const g = row.swatch.getContext("2d");
      const of = (name) => tile(cell, paint.owner(name), paint.inkOf(name), look(name).mark);
      for (const x of [0, cell]) {
        g.drawImage(of(row.owner ? row.name : "old"), x, 0);
        if (!row.owner) OVERLAYS[row.name].draw(g, x, 0, cell, paint, Math.max(1, Math.round(d)));
      }
    }
  }

  function show(machine, reel) {
    const d = density();
    const side = columns();
    const down = reel.memory.frames / side;
    const size = Math.max(2, Math.floor((holder.clientWidth * d) / side));
    const paint = stage.colours();
    if (tiles.size !== size || tiles.paint !== paint) cut(reel, size, paint);
    if (fit(canvas, size * side, size * down)) {
      canvas.style.width = `${(size * side) / d}px`;
      canvas.style.height = `${(size * down) / d}px`;
    }
    const g = canvas.getContext("2d");
    const counts = new Map();
    const patterns = tiles.list.map((t) => g.createPattern(t, "repeat"));
    const { owner } = machine;
    for (let from = 0, to; from < owner.length; from = to) {
      // A run of equal frames within one row is one rectangle.
      const end = from - (from % side) + side;
      for (to = from + 1; to < end && owner[to] === owner[from]; to++);
      g.fillStyle = patterns[owner[from]];
      g.fillRect((from % side) * size, Math.floor(from / side) * size, (to - from) * size, size);
      counts.set(reel.owners[owner[from]], (counts.get(reel.owners[owner[from]]) ?? 0) + to - from);
    }
    overlay(g, machine, reel, size, paint, counts);
    for (const row of rows) {
      const n = counts.get(row.name) ?? 0;
      say(row.count, n.toLocaleString("en-GB"));
      row.el.classList.toggle("kx-zero", !n);
    }
    tell(machine, reel);
  }

  function overlay(g, machine, reel, size, paint, counts) {
    const side = columns();
    const line = Math.max(1, Math.round(density()));
    const at = (f) => [(f % side) * size, Math.floor(f / side) * size];
    const named = targets(machine.state);
    counts.set("target", named.size);
    const outline = (frames, colour, width) => {
      g.strokeStyle = colour;
      g.lineWidth = width;
      g.beginPath();
      for (const f of frames) {
        const [x, y] = at(f);
        const edge = (inside, x0, y0, x1, y1) => inside || (g.moveTo(x0, y0), g.lineTo(x1, y1));
        edge(f % side && frames.has(f - 1), x, y, x, y + size);
        edge((f + 1) % side && frames.has(f + 1), x + size, y, x + size, y + size);
        edge(frames.has(f - side), x, y, x + size, y);
        edge(frames.has(f + side), x, y + size, x + size, y + size);
      }
      g.stroke();
    };
    for (const [name, hit] of [["strayed", (f) => machine.strayed[f] >= 0], ["wrong", (f) => machine.wrong[f]]]) {
      let n = 0;
      for (let f = 0; f < machine.owner.length; f++)
        if (hit(f) && ++n) OVERLAYS[name].draw(g, ...at(f), size, paint, line);
      counts.set(name, n);
    }
    outline(new Set([...machine.wrong.keys()].filter((f) => machine.wrong[f])), paint.alarm, line);
    outline(named, paint.surface, 4 * line);
    outline(named, paint.ink, 2 * line);
    // What the event under the cursor writes, and what the reader asks about.
    const touched = new Set();
    if (machine.cursor)
      for (const f of reel.sets[machine.cursor - 1].frames)
        if (f.what === "bytes") for (let n = f.first; n < f.end; n++) touched.add(n);
    outline(touched, paint.surface, 5 * line);
    outline(touched, paint.accent, 3 * line);
    const asked = hovered ?? (selected !== null ? selected : null);
    if (asked === null) return;
    const [x, y] = at(asked);
    g.strokeStyle = paint.surface;
    g.lineWidth = 4 * line;
    g.strokeRect(x - 2 * line, y - 2 * line, size + 4 * line, size + 4 * line);
    g.strokeStyle = paint.accent;
    g.lineWidth = 2 * line;
    g.strokeRect(x - 2 * line, y - 2 * line, size + 4 * line, size + 4 * line);
  }

  function tell(machine, reel) {
    const frame = hovered ?? selected;
    if (frame === null) {
      say(detail, "Point at a frame, or go from frame to frame with the arrow keys, to learn whose it is and who wrote it.");
      return;
    }
    const { base, frame: bytes } = reel.memory;
    const writer = machine.writer[frame];
    const written =
      writer < 0 ? "not written since the call" : `last written by ${reel.id[writer]}, ${since(reel, reel.t_ns[writer])}`;
    const before = reel.history(frame, machine.cursor).slice(0, -1);
    const parts = [
      `Frame ${frame} at ${hex(base + frame * bytes)}: ${label(reel.owners[machine.owner[frame]])}`,
      before.length ? `before that ${before.map((h) => label(h.owner)).join(", then ")}` : null,
      written,
      `found ${FOUND[machine.found[frame]]}${machine.wrong[frame] && machine.found[frame] !== 2 ? ", wrong before" : ""}`.replace("found not read yet", "not read by its owner yet"),
      machine.kept[frame] ? "kept as an LPI table" : null,
    ];
    say(detail, `${parts.filter(Boolean).join("; ")}.`);
  }

  return { el, load, show };
}

/** The frames that devices with the old kernel's descriptors would write. */
function targets(state) {
  const frames = new Set();
  for (const [path, ranges] of Object.entries(state)) {
    const device = path.match(/^device\/(.*)\/targets$/)?.[1];
    if (!device || state[`device/${device}/programmed-by`] !== "old") continue;
    for (const [first, last] of ranges) for (let f = first; f <= last; f++) frames.add(f);
  }
  return frames;
}

// --- The gates ----------------------------------------------------------------------------------------------

const STUDY = "eth0"; // the device under study
const WHOSE = { old: "the old kernel’s", next: "the next kernel’s" };

const SMMU = {
  absent: [true, "none in the path"],
  translates: [true, "translates; refuses what is not mapped"],
  passes: [true, "passes addresses unchanged"],
  bypasses: [true, "off: lets everything through untranslated"],
  aborts: [false, "off: refuses everything, in silence"],
  refuses: [false, "refuses the device"],
};

/** Each gate of the two ways at t: its name, whether it lets through, and the state in words. */
function gatesOf(state, scenario) {
  const device = (what) => state[`device/${STUDY}/${what}`];
  const set = state[`gate/${STUDY}/bus-master`];
  const deaf = scenario["obeys-bus-master"] === "no";
  const busMaster = [set || deaf, set ? "set" : deaf ? "clear, and the device does not obey it" : "clear"];
  const smmu = SMMU[state[`gate/${STUDY}/smmu`] ?? state["gate/smmu"]] ?? [true, "unknown"];
  const free = device("free");
  const engine = device("engine") === "running";
  const enabled = state["redistributor/0/enable-lpis"];
  return {
    write: [
      ["DMA engine of the device", engine, engine ? `running on ${WHOSE[device("programmed-by")]} descriptors, ${many(free, "descriptor")} left` : "stopped"],
      ["Bus Master", ...busMaster],
      ["SMMU", ...smmu],
    ],
    interrupt: [
      ["MSI of the device", device("msi") === "enabled", device("msi") === "enabled" ? "enabled: a memory write, through both gates above" : "disabled"],
      ["ITS", state.its === "enabled", state.its === "enabled" ? `translates through ${WHOSE[state["its/programmed-by"]]} tables` : "quiet"],
      ["EnableLPIs of CPU 0", !!enabled, enabled ? `set: records in ${WHOSE[state["redistributor/0/programmed-by"]]} table` : "clear: records nothing"],
      ["Interrupts of CPU 0", state["cpu/0/interrupts"] === "on", state["cpu/0/interrupts"] === "on" ? "on: a recorded interrupt is taken" : "masked: a recorded interrupt stays pending"],
    ],
  };
}

function gates() {
  const ways = {
    write: make("div", { role: "list", class: "kx-way", "aria-label": "The way of a write, gate by gate" }),
    interrupt: make("div", { role: "list", class: "kx-way", "aria-label": "The way of an interrupt, gate by gate" }),
  };
  const el = section(
    "gates",
    "Gates",
    make("p", { class: "kx-way-name", text: "A write goes through" }),
    ways.write,
    make("p", { class: "kx-way-name", text: "An interrupt goes through" }),
    ways.interrupt,
  );

  function show(machine, reel) {
    for (const [way, found] of Object.entries(gatesOf(machine.state, reel.scenario))) {
      while (ways[way].children.length < found.length)
        ways[way].append(
          make("div", { role: "listitem", class: "kx-gate" }, make("span", { class: "kx-bar", "aria-hidden": "true" }), make("b"), make("em"), make("span", { class: "kx-words" })),
        );
      found.forEach(([name, open, words], k) => {
        const gate = ways[way].children[k];
        gate.dataset.open = open;
        say(gate.children[1], name);
        say(gate.children[2], open ? "open" : "shut");
        say(gate.children[3], words);
      });
    }
  }

  return { el, load() {}, show };
}

// --- The pending table --------------------------------------------------------------------------------------

const SHOWN_CPU = 0; // after the jump only this one's table changes: the others were taken down

function pending(stage) {
  const tables = make("div", { class: "kx-tables" });
  const sum = make("div", { class: "kx-sum" });
  const el = section("pending", `Pending table of CPU ${SHOWN_CPU}`, tables, sum);
  let bytes = []; // byte numbers that hold a live LPI at some time in the run
  let live = new Set();

  function load(reel) {
    live = new Set();
    const routed = ([path, value]) => path.startsWith("vector/") && value.cpu === SHOWN_CPU && live.add(value.intid);
    reel.start.paths.forEach(routed);
    reel.sets.forEach((s) => s.paths.forEach(routed));
    for (const p of reel.pending) if (p.cpu === SHOWN_CPU) live.add(p.intid);
    bytes = [...new Set([...live].map((n) => n >> 3))].sort((a, b) => a - b);
  }

  function show(machine, reel) {
    const past = reel.pending.filter((p) => p.cpu === SHOWN_CPU && p.i < machine.cursor);
    // A redistributor that was given a fresh table leaves the old one behind, with what it wrote there.
    const bases = [...new Set([...past.map((p) => p.base), machine.state[`redistributor/${SHOWN_CPU}/pending`]])];
    tables.replaceChildren(
      ...bases.filter((b) => b !== undefined).map((base, k, all) => table(base, all.length, machine, reel, past)),
    );
    sum.replaceChildren(...arithmetic(past, machine, reel));
  }

  const frameOf = (address, reel) => Math.floor((address - reel.memory.base) / reel.memory.frame);

  function whose(frame, machine, reel) {
    const name = reel.owners[machine.owner[frame]];
    const nobodys = name === "old" && reel.jump >= 0 && machine.cursor > reel.jump;
    const now = nobodys ? "nobody’s memory" : (stage.legend().owners[name]?.label ?? name);
    return machine.kept[frame] ? `${now}, kept for the next kernel` : now;
  }

  function table(base, tables, machine, reel, past) {
    const current = base === machine.state[`redistributor/${SHOWN_CPU}/pending`];
    const bits = new Map(past.filter((p) => p.base === base).map((p) => [p.intid, p.value]));
    const flips = new Set(past.filter((p) => p.base === base && p.flip).map((p) => p.intid));
    const frame = frameOf(base + bytes[0], reel);
    const role = tables > 1 ? (current ? "In use now: " : "Left behind: ") : "";
    return make(
      "div",
      { class: "kx-table" },
      make("p", { class: "kx-table-name" }, role, make("code", { text: hex(base) }), `, ${whose(frame, machine, reel)}`),
      ...bytes.map((byte) =>
        make(
          "div",
          { class: "kx-byte", role: "img", "aria-label": spoken(byte, bits, flips) },
          make("span", { class: "kx-byte-name", text: `byte ${hex(byte)}` }),
          ...[0, 1, 2, 3, 4, 5, 6, 7].map((bit) => {
            const intid = byte * 8 + bit;
            const classes = ["kx-bit", bits.get(intid) && "kx-set", flips.has(intid) && "kx-flip", !live.has(intid) && "kx-idle"];
            return make(
              "span",
              { class: classes.filter(Boolean).join(" "), title: `INTID ${intid}` },
              make("b", { text: live.has(intid) ? (bits.get(intid) ?? 0) : "·" }),
              make("small", { text: intid }),
            );
          }),
        ),
      ),
    );
  }

  function spoken(byte, bits, flips) {
    const set = [...bits].filter(([n, v]) => v && n >> 3 === byte).map(([n]) => `INTID ${n}${flips.has(n) ? ", flipped since the jump" : ""}`);
    return `Byte ${hex(byte)}, INTIDs ${byte * 8} to ${byte * 8 + 7}: ${set.length ? `set: ${set.join("; ")}` : "no bit set"}`;
  }

  /** The way from an INTID to a bit in memory, in the numbers of the bit that was set last. */
  function arithmetic(past, machine, reel) {
    const now = new Map(past.map((p) => [`${p.base}/${p.intid}`, p.value]));
    const set = past.filter((p) => p.value === 1);
    const last = set.findLast((p) => now.get(`${p.base}/${p.intid}`)) ?? set.at(-1); // one still set, if there is one
    const intid = last?.intid ?? Math.min(...live);
    const base = last?.base ?? machine.state[`redistributor/${SHOWN_CPU}/pending`];
    if (!Number.isFinite(intid) || base === undefined) return [];
    const byte = intid >> 3;
    const address = base + byte;
    const taken = last && !now.get(`${base}/${intid}`);
    const lead = last
      ? `Last set: INTID ${intid}, ${since(reel, reel.t_ns[last.i])}${last.flip ? ", in memory that nobody kept: a flip" : taken ? ", and acknowledged" : ""}.`
      : `No bit was set yet. INTID ${intid} would be:`;
    return [
      make("p", { class: last?.flip ? "kx-flipped" : "", text: lead }),
      make("p", { class: "kx-line", text: `byte ${intid} ÷ 8 = ${byte} = ${hex(byte)}, bit ${intid & 7}` }),
      make("p", { class: "kx-line", text: `table ${hex(base)} + ${hex(byte)} = byte at ${hex(address)}, frame ${frameOf(address, reel)}` }),
    ];
  }

  return { el, load, show };
}

// --- The console --------------------------------------------------------------------------------------------

function terminal(stage) {
  const list = make("div", { role: "list", class: "kx-lines", "aria-label": "Console of both kernels; arrow keys go from line to line" });
  const scroller = make("div", { class: "kx-scroll" }, list);
  const meaning = make("p", { class: "kx-detail kx-meaning-box" });
  const el = section("console", "Console", scroller, meaning);
  let lines = [];
  let shown = 0;
  let chosen = null;

  const table = () => stage.model.get("messages") ?? {};

  function choose(k, focus) {
    chosen = k;
    lines.forEach((line, n) => {
      line.button.tabIndex = n === (k ?? shown - 1) ? 0 : -1;
      line.button.setAttribute("aria-pressed", String(n === k));
    });
    if (focus && k !== null) lines[k].button.focus();
    explain(k);
  }

  function explain(k) {
    if (k === null || !lines[k] || k >= shown) {
      say(meaning, shown ? "Choose a line to read what it means. ◆ marks the lines that tell of a mechanism." : "Nothing was printed yet.");
      return;
    }
    const line = lines[k];
    const m = table()[line.message];
    meaning.replaceChildren(
      make("b", { text: m?.meaning ?? "An ordinary line." }),
      ` ${m?.mechanism ? `Mechanism: ${m.mechanism}. ` : ""}Printed ${since(stage.reel, stage.reel.t_ns[line.i])}${m ? " by " : "."}`,
      m ? make("code", { text: m.where }) : "",
    );
  }

  list.addEventListener("keydown", (event) => {
    const at = lines.findIndex((l) => l.button === event.target);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: shown - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    if (to >= 0 && to < shown) choose(to, true);
  });

  function load(reel) {
    chosen = null;
    shown = 0;
    lines = reel.lines.map((line, k) => {
      const mechanism = table()[line.message]?.mechanism;
      const button = make(
        "button",
        { type: "button", class: "kx-line-button", tabindex: -1, "aria-pressed": "false", onclick: () => choose(k), onpointerenter: () => explain(k), onpointerleave: () => explain(chosen) },
        make("span", { class: "kx-kernel", text: line.kernel }),
        make("span", { class: "kx-sign", text: mechanism ? "◆" : "" }),
        make("span", { class: "kx-text", text: line.text }),
      );
      const el = make("div", { role: "listitem", class: `kx-console-line kx-from-${line.kernel}${mechanism ? " kx-mechanism" : ""}`, hidden: true }, button);
      return { ...line, el, button };
    });
    list.replaceChildren(...lines.map((l) => l.el));
    explain(null);
  }

  function show(machine) {
    const count = lines.findIndex((l) => l.i >= machine.cursor);
    const now = count < 0 ? lines.length : count;
    if (now === shown) return;
    const held = list.contains(document.activeElement);
    for (let k = Math.min(now, shown); k < Math.max(now, shown); k++) lines[k].el.hidden = k >= now;
    shown = now;
    if (chosen !== null && chosen >= shown) chosen = null;
    if (!held) choose(chosen, false);
    scroller.scrollTop = scroller.scrollHeight;
  }

  return { el, load, show };
}

// --- The account in words -----------------------------------------------------------------------------------

const QUIET = 600; // milliseconds without a change before the account is read out

function account(stage) {
  const el = make("p", { class: "kx-account", role: "status", "aria-live": "polite" });
  let timer = 0;

  function words(machine, reel, run) {
    const { state, cursor } = machine;
    const so = (result) => reel.leftovers.filter((l) => l.i < cursor && (!result || l.result === result)).length;
    const flips = reel.pending.filter((p) => p.flip && p.i < cursor).length;
    const wrong = machine.wrong.reduce((a, b) => a + b, 0);
    const shut = Object.values(gatesOf(state, reel.scenario)).flat().filter(([, open]) => !open).map(([name]) => name);
    return [
      `${since(reel, reel.time(cursor))[0].toUpperCase()}${since(reel, reel.time(cursor)).slice(1)}, step ${state.step}, ${state.running} running.`,
      `Leftover writes so far: ${so()}, of which ${so("landed")} landed. Pending bits flipped: ${flips}. Frames found wrong: ${wrong}.`,
      shut.length ? `Shut: ${shut.join(", ")}.` : "Every gate is open.",
      `In the end: ${run.verdict.outcome}.`,
    ].join(" ");
  }

  function show(machine, reel, run) {
    clearTimeout(timer);
    if (!stage.isPlaying()) timer = setTimeout(() => say(el, words(reel.at(stage.cursor), reel, run)), QUIET);
  }

  return { el, show, close: () => clearTimeout(timer) };
}

// --- All of it ----------------------------------------------------------------------------------------------

const PLAYED = 20_000; // milliseconds from one end of the axis to the other
const HOP = 1_200; // milliseconds a step when the reader prefers reduced motion

let explorers = 0;

function render({ model, el }) {
  const stop = new AbortController();
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const stage = {
    model,
    uid: `kx${++explorers}`,
    reel: null,
    run: null,
    axis: null,
    cursor: 0,
    legend: () => model.get("legend"),
    choose(scenario) {
      model.set("scenario", scenario);
      model.save_changes();
    },
    go(cursor) {
      if (!stage.reel) return;
      halt();
      move(cursor);
    },
    toggle: () => (playback ? halt() : start()),
    isPlaying: () => playback !== 0,
    redraw,
    colours,
  };

  const parts = { switches: switches(stage), verdict: verdict(stage), time: time(stage), memory: memory(stage), gates: gates(), pending: pending(stage), console: terminal(stage) };
  const spoken = account(stage);
  const alarm = make("p", { class: "kx-error", role: "alert", hidden: true });
  const waiting = make("p", { class: "kx-waiting", text: "The machine is being run …" });
  const picture = make(
    "div",
    { class: "kx-picture", hidden: true },
    parts.verdict.el,
    parts.time.el,
    make("div", { class: "kx-columns" }, parts.memory.el, parts.gates.el, parts.pending.el, parts.console.el),
    make(
      "details",
      { class: "kx-keys" },
      make("summary", { text: "Keyboard" }),
      make("p", { text: "On the axis: ← and → one event, Page Up and Page Down a tenth of the run, Home and End its ends. In the memory map: arrows one frame, Home and End the ends of a row, Page Up and Page Down eight rows, Escape forgets the frame. On the console: ↑ and ↓ one line." }),
    ),
    spoken.el,
  );
  const root = make(
    "div",
    {
      class: "kx",
      role: "group",
      "aria-label": "Explorer of one crossing",
      // JupyterLab takes arrow keys for itself unless what has the focus says otherwise.
      onfocusin: (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"),
    },
    parts.switches.el,
    alarm,
    waiting,
    picture,
  );
  el.append(root);

  // --- drawing: at most once a frame of the display

  let asked = 0;
  function redraw() {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      if (!stage.reel) return;
      const began = performance.now();
      const machine = stage.reel.at(stage.cursor);
      for (const part of Object.values(parts)) part.show?.(machine, stage.reel, stage.run);
      spoken.show(machine, stage.reel, stage.run);
      root.dataset.cursor = stage.cursor;
      root.dataset.drawMs = (performance.now() - began).toFixed(1);
    });
  }

  function move(cursor) {
    stage.cursor = Math.min(stage.reel.length, Math.max(0, cursor));
    redraw();
  }

  let palette = null;
  function colours() {
    if (palette) return palette;
    const style = getComputedStyle(root);
    const value = (name) => style.getPropertyValue(name).trim();
    const known = (prefix, name) => value(`${prefix}${name}`) || value(`${prefix}old`);
    palette = { owner: (name) => known("--kx-owner-", name), inkOf: (name) => known("--kx-ink-", name) };
    for (const name of ["ink", "muted", "surface", "panel", "line", "accent", "alarm"]) palette[name] = value(`--kx-${name}`);
    return palette;
  }
  const recolour = () => {
    palette = null;
    redraw();
  };

  // --- playing: evenly along the axis, or step by step where motion is not wanted

  let playback = 0;
  function start() {
    if (!stage.reel) return;
    if (stage.cursor >= stage.reel.length) move(0);
    parts.time.playing(true);
    let x = stage.axis.x(stage.cursor);
    let then = performance.now();
    const tick = (now) => {
      if (still.matches) {
        if (now - then >= HOP) {
          then = now;
          const next = stage.reel.steps.find((s) => s.from >= stage.cursor);
          move(next ? next.from + 1 : stage.reel.length);
        }
      } else {
        x += (now - then) / PLAYED;
        then = now;
        // Events at one instant share a place on the axis: never fall back behind one already shown.
        move(x >= 1 ? stage.reel.length : Math.max(stage.cursor, stage.axis.cursor(x)));
      }
      if (stage.cursor >= stage.reel.length) halt();
      else playback = requestAnimationFrame(tick);
    };
    playback = requestAnimationFrame(tick);
  }
  function halt() {
    if (!playback) return;
    cancelAnimationFrame(playback);
    playback = 0;
    parts.time.playing(false);
    redraw(); // so that the account is read out
  }

  // --- the model

  /** The view, unless it answers an earlier question: of rapid flips the last one counts. */
  function answer() {
    const view = model.get("view");
    const scenario = model.get("scenario") ?? {};
    if (!view?.log) return null;
    return Object.entries(scenario).every(([k, v]) => String(view.log.scenario[k]) === String(v)) ? view : null;
  }

  function onView() {
    const view = answer();
    if (!view) return;
    halt();
    const before = stage.reel && { reel: stage.reel, cursor: stage.cursor };
    stage.reel = new Reel(view.log, stage.legend());
    stage.run = view.run;
    stage.cursor = before ? sameMoment(before, stage.reel) : stage.reel.length;
    picture.hidden = false;
    for (const part of Object.values(parts)) part.load?.(stage.reel, stage.run);
    onBusy();
    redraw();
  }

  /** The reader stays where he was: at the end, at the event of the same name, or at the step of the same name. */
  function sameMoment({ reel, cursor }, next) {
    if (cursor >= reel.length) return next.length;
    if (cursor === 0) return 0;
    const same = next.index.get(reel.id[cursor - 1]);
    if (same !== undefined) return same + 1;
    const step = next.steps.find((s) => s.name === reel.steps[reel.stepAt(cursor)]?.name);
    return step ? step.from + 1 : 0;
  }

  function onBusy() {
    const busy = !!model.get("busy") || (!answer() && !model.get("error"));
    root.setAttribute("aria-busy", String(busy));
    waiting.hidden = !(busy && !stage.reel);
    picture.classList.toggle("kx-stale", busy && !!stage.reel);
  }

  function onError() {
    const text = model.get("error") ?? "";
    alarm.hidden = !text;
    say(alarm, text);
    onBusy();
  }

  const listeners = {
    "change:controls": parts.switches.build,
    "change:scenario": () => {
      parts.switches.sync();
      onBusy();
    },
    "change:view": onView,
    "change:messages": onView,
    "change:busy": onBusy,
    "change:error": onError,
  };
  for (const [name, listener] of Object.entries(listeners)) model.on(name, listener);

  // --- the surroundings

  const sizes = new ResizeObserver(redraw);
  sizes.observe(root);
  const modes = new MutationObserver(recolour);
  for (const node of [document.documentElement, document.body])
    modes.observe(node, { attributes: true, attributeFilter: ["data-md-color-scheme", "data-jp-theme-light"] });
  for (const query of ["(prefers-color-scheme: dark)", `(resolution: ${density()}dppx)`])
    matchMedia(query).addEventListener("change", recolour, { signal: stop.signal });

  parts.switches.build();
  onError();
  onView();

  return () => {
    halt();
    stop.abort();
    spoken.close();
    cancelAnimationFrame(asked);
    sizes.disconnect();
    modes.disconnect();
    for (const [name, listener] of Object.entries(listeners)) model.off(name, listener);
    root.remove();
  };
}

export default { render };

// @ts-nocheck
// One machine at one moment, or two on one clock, drawn from the event log of a run and from nothing else.
//
// The module has three hosts: JupyterLab, where a widget of the same protocol asks the kernel for a run; a page,
// where page.js reads a precomputed one; and the machine's page, where machine.js has it made in a worker. It knows
// the log's schema (kexecdoc/model/log.py) and no more of
// the simulation. What a host and the module share is the model:
//
//   name, place, page     which explorer this is; its name in an address; the address of the page, if it has one
//   machine_page          the address of the page with every switch, if there is one
//   controls, messages, legend, base, defaults, by_kernel    what there is to know beforehand; base is what the chapter
//                         sets, by_kernel which defaults were others in which kernel versions
//   scenario, other       the switches in hand: of the machine, and of the one that it is compared with, if not empty
//   view, other_view      their runs
//   at, frame, clock      the moment, as the id of the event that made it (or `start`, `end`; `b:` before an id of
//                         the second machine; empty: the one that matters); the frame that is asked, or -1; what
//                         starts the clock
//   error, notice         what the reader has to be told
//
// A host that can fetch runs before they are asked for has `nearby()`: a function for each run that one flip of a switch
// leads to, which promises its view. One that sees to its own silence has `patient`. A host can bring a panel of switches of its own, and more below the
// picture; both are made as the parts here are. The panel of every switch (panel.js) reads from the model also
//
//   presets, chapters     where to start, and what the chapters are called
//   reference             the address of the table of switches, each with its name as an anchor, if there is one
//   idle                  which switches were found to have no effect: `{ key, idle }`, the key that of a scenario
//
// and what stands in it of a Python in the page (loading.js), and the study (study.js):
//
//   engine, files         what its worker does, as engine.js tells it; what would be loaded
//   took, missed          milliseconds of the last run; what was asked for and did not come: `{ wanted, problem }`
//   seeds                 how many a study can have, as a control

import { compare } from "./compare.js";
import { terminal } from "./console.js";
import { make, say } from "./dom.js";
import { density } from "./drawing.js";
import { gates } from "./gates.js";
import { memory } from "./memory.js";
import { pendingTable } from "./pending-table.js";
import { equal, quoted } from "./registry.js";
import { RunReplay } from "./replay.js";
import { screenReaderSummary } from "./screen-reader-summary.js";
import { sharePanel } from "./share.js";
import { switches } from "./switches.js";
import { time } from "./time.js";
import { Timeline } from "./timeline.js";
import { verdict } from "./verdict.js";

export { encode, encodeMachine, leftOut, split, understand } from "./address.js";
export { parting } from "./compare.js";
export { make, say } from "./dom.js";
export { fold } from "./fold.js";
export { describeEntry, fateOf, frameHistory } from "./frame-history.js";
export { gatesOf } from "./gates.js";
export {
  changed,
  equal,
  flipped,
  inactiveReason,
  keyOf,
  parseValue,
  quoted,
  toStrings,
  withDefaults,
  withOverrides,
} from "./registry.js";
export { parse, RunReplay } from "./replay.js";
export { Timeline } from "./timeline.js";
export { brief, number } from "./words.js";

const PLAYED = 20_000; // milliseconds from one end of the axis to the other
const HOP = 1_200; // milliseconds a step when the reader prefers reduced motion
const KEPT = 250; // milliseconds after which the moment is handed to the host
const REPLAYS = 24; // runs that are kept ready
const EVENTS = 150_000; // in all of them together: half a gigabyte is too much for a page
const TIMELINES = 64; // the same of pairs: with twelve runs there are as many as 144
const PATIENCE = 5_000; // milliseconds that a host has to answer
const SILENT = "The kernel does not answer: run this cell again.";

const KEYS =
  "Anywhere in the explorer but where you type or choose from a list of values: , and . one event back and forward, [ and ] to where a step begins, 0 and 9 the ends of the run, P plays and pauses. On the axis: ← and → one event, Page Up and Page Down a tenth of the run. In the memory map: arrows one frame, Home and End the ends of a row, Page Up and Page Down eight rows, Escape forgets the frame. On the console: ↑ and ↓ one line.";

const TYPED = "textarea, input:is([type=text], [type=search]), .kx-panel select, .kx-study select"; // keys are letters there
const FOCUSABLE = "button, input, select, textarea, summary, label, [tabindex]";

/** Two explorers of one name on a page are told apart. */
const ordinal = (place) => (/\.\d+$/.test(place ?? "") ? `, number ${place.split(".").at(-1)} on this page` : "");

// Not every browser tells when it is idle.
const whenIdle = window.requestIdleCallback ?? ((act) => setTimeout(act, 100));
const cancelIdle = window.cancelIdleCallback ?? clearTimeout;

let explorers = 0;

export function render({ model, el, panel = switches, more = null }) {
  const stop = new AbortController();
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  let machines = []; // of each: letter, replay, run and, while drawing, now
  let instant = null; // the time shown, where it lies between two events; else that of the last one
  let opening = true; // the reader has not gone anywhere yet
  const stage = {
    model,
    uid: `kx${++explorers}`,
    timeline: null,
    position: 0,
    frame: null,
    legend: () => model.get("legend"),
    label: (name) => stage.legend().owners[name]?.label ?? name,
    other: () => (Object.keys(model.get("other") ?? {}).length ? model.get("other") : null),
    clock: () => model.get("clock") || "call",
    scenarios: () => machines.map((m) => m.replay.scenario),
    isPlaying: () => playback !== 0,
    still: () => motion.matches,
    time: () => instant ?? stage.timeline.time(stage.position),
    begins: () => opening || stage.position === 0 || stage.position >= stage.timeline.length, // Play starts at the start
    set: (settings) => tell({ ...settings, notice: "" }),
    registry: () => ({ defaults: model.get("defaults"), by_kernel: model.get("by_kernel") }),
    left: null, // the state before the reader leapt to other settings
    leap(settings) {
      stage.left = stage.state();
      stage.set(settings);
    },
    choose: (side, scenario) => stage.set({ [side]: scenario }),
    setOther: (scenario) => stage.set({ other: scenario ?? {} }),
    setClock: (clock) => tell({ clock }),
    goToFirst: (cursor, those) => stage.go(Math.min(...those.map((k) => stage.timeline.positionOf(cursor, k)))),
    goTo: (cursor, k) => stage.timeline && stage.go(stage.timeline.positionOf(cursor, k)),
    goToTime: (t) => stage.timeline && stage.go(stage.timeline.positionAt(t), t),
    ask(frame) {
      stage.frame = frame;
      keep();
      redraw();
    },
    go(position, t = null) {
      if (!stage.timeline) return;
      halt();
      move(position, t);
      keep();
    },
    toggle: () => (playback ? halt() : start()),
    state: () => ({
      scenario: model.get("scenario"),
      other: stage.other(),
      at: moment(),
      frame: stage.frame ?? -1,
      clock: stage.clock(),
    }),
    machinesNow: () => present(),
    width,
    redraw,
    colours,
  };

  const parts = {
    switches: panel(stage),
    share: sharePanel(stage),
    compare: compare(stage),
    verdict: verdict(stage),
    time: time(stage),
    memory: memory(stage),
    gates: gates(),
    pending: pendingTable(stage),
    console: terminal(stage),
    ...(more && { more: more(stage) }),
  };
  const spoken = screenReaderSummary(stage);
  const alarm = make("p", { class: "kx-error", role: "alert", hidden: true });
  const waiting = make("p", { class: "kx-waiting", text: "The machine is being run …" });
  const picture = make(
    "div",
    { class: "kx-picture", hidden: true },
    parts.compare.el,
    parts.time.el,
    parts.time.key,
    make(
      "div",
      { class: "kx-columns" },
      parts.verdict.el,
      parts.memory.el,
      parts.gates.el,
      parts.pending.el,
      parts.console.el,
    ),
    parts.share.along,
    parts.more?.el,
    make("details", { class: "kx-keys" }, make("summary", { text: "Keyboard" }), make("p", { text: KEYS })),
    spoken.el,
  );
  const root = make(
    "div",
    {
      class: "kx",
      role: "group",
      "aria-label": `Explorer of one crossing${ordinal(model.get("place"))}`,
      tabindex: -1, // a click anywhere in it gives it the keys
      // JupyterLab takes keys for itself unless what has the focus says otherwise.
      onfocusin: (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"),
      onkeydown: press,
      onpointerdown: ({ target }) => target.closest(FOCUSABLE) === root && root.focus({ preventScroll: true }),
    },
    parts.share.notice,
    parts.switches.el,
    parts.share.el,
    alarm,
    waiting,
    picture,
  );
  el.append(root);

  /** Keys that mean the same wherever in the explorer the focus is. */
  function press(event) {
    if (!stage.timeline || event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPED)) return;
    const { stops } = stage.timeline;
    const acts = {
      ",": () => stage.go(stage.position - 1),
      ".": () => stage.go(stage.position + 1),
      "[": () => stage.go(stops.findLast((p) => p < stage.position) ?? 0),
      "]": () => stage.go(stops.find((p) => p > stage.position) ?? Infinity),
      0: () => stage.go(0),
      9: () => stage.go(Infinity),
      p: () => stage.toggle(),
      P: () => stage.toggle(),
      n: () => {}, // the theme's key for the next page: here it would be hit by mistake
    };
    if (!(event.key in acts)) return;
    event.preventDefault();
    event.stopPropagation(); // the page around may have uses of its own for these keys
    acts[event.key]();
  }

  /** Change the picture. If what has the focus goes with it, the focus stays in the explorer, and so do its keys. */
  function holding(change) {
    const held = root.contains(document.activeElement);
    change();
    const now = document.activeElement;
    if (held && (!root.contains(now) || now.closest("[hidden]"))) root.focus({ preventScroll: true });
  }

  // --- drawing: at most once a frame of the display

  let asked = 0;
  function redraw() {
    asked ||= requestAnimationFrame(draw);
  }

  const present = () =>
    machines.map((m, k) => Object.assign(m, { now: m.replay.at(stage.timeline.cursor(stage.position, k)) }));

  function draw() {
    cancelAnimationFrame(asked);
    asked = 0;
    if (!stage.timeline || !root.isConnected) return; // it is drawn when it has a size
    const began = performance.now();
    holding(() => {
      present();
      for (const part of Object.values(parts)) part.show?.(machines);
      spoken.show();
    });
    root.dataset.cursor = stage.position;
    root.dataset.shown = (model.get("controls") ?? []).map((c) => machines[0].replay.scenario[c.name]).join(" ");
    root.dataset.drawMs = (performance.now() - began).toFixed(2);
  }

  function move(position, t = null) {
    stage.position = Math.min(stage.timeline.length, Math.max(0, position));
    instant = t;
    opening = false;
    redraw();
  }

  let palette = null;
  function colours() {
    if (palette?.surface) return palette; // a host may draw before the explorer is in the page, where it has no colours
    const style = getComputedStyle(root);
    const value = (name) => style.getPropertyValue(name).trim();
    // Read once: to ask for a style makes the browser work out all that has changed since.
    const table = (prefix) => {
      const colours = Object.fromEntries(
        Object.keys(stage.legend().owners).map((name) => [name, value(prefix + name)]),
      );
      return (name) => colours[name] ?? colours.old;
    };
    const phase = Object.fromEntries(stage.legend().phases.map((name) => [name, value(`--kx-phase-${name}`)]));
    palette = { owner: table("--kx-owner-"), inkOf: table("--kx-ink-"), phase };
    for (const name of ["ink", "muted", "surface", "panel", "line", "control", "accent", "alarm"])
      palette[name] = value(`--kx-${name}`);
    return palette;
  }
  const recolour = () => {
    palette = null;
    redraw();
  };

  // How wide things are, as the browser tells it; to ask would make it lay out the page in the middle of a change.
  const widths = new Map();
  function width(el) {
    if (!widths.get(el)) {
      widths.set(el, el.clientWidth);
      sizes.observe(el);
    }
    return widths.get(el);
  }

  // --- playing: evenly along the axis, or step by step where motion is not wanted

  let playback = 0;
  function start() {
    if (!stage.timeline) return;
    const { timeline } = stage;
    if (stage.begins()) move(0);
    parts.time.playing(true);
    let x = timeline.axis.xOf(stage.time());
    let then = performance.now();
    const tick = (now) => {
      if (motion.matches) {
        if (now - then >= HOP) {
          then = now;
          move(timeline.stops.find((p) => p > stage.position) ?? timeline.length);
        }
      } else {
        x += (now - then) / PLAYED;
        then = now;
        const t = timeline.axis.time(x);
        // Events at one instant share a place on the axis: never fall back behind one already shown.
        if (x >= 1) move(timeline.length);
        else move(Math.max(stage.position, timeline.positionAt(t)), t);
      }
      if (stage.position >= timeline.length) halt();
      else playback = requestAnimationFrame(tick);
    };
    playback = requestAnimationFrame(tick);
  }
  function halt() {
    if (!playback) return;
    cancelAnimationFrame(playback);
    playback = 0;
    parts.time.playing(false);
    keep();
    redraw(); // so that the account is read out
  }

  // --- the model: what the reader chose goes out, what the host answered comes in

  function tell(changes) {
    if (unanswered && ("scenario" in changes || "other" in changes)) {
      unanswered = null;
      onError();
    }
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  }

  /** The moment as the name of the event that made it, which another run may have as well. */
  function moment() {
    const { timeline, position } = stage;
    if (!timeline) return model.get("at") ?? "";
    if (opening) return "";
    if (position === 0) return "start";
    if (position >= timeline.length) return "end";
    const k = timeline.mover(position);
    return `${k ? "b:" : ""}${machines[k].replay.id[timeline.cursor(position, k) - 1]}`;
  }

  /** Hand the moment to the host, when the reader has come to rest. */
  let keeping = 0;
  let known = null; // what the host was told, or said, last
  function keep() {
    clearTimeout(keeping);
    keeping = setTimeout(() => {
      const { at, frame } = stage.state();
      if (known === `${at} ${frame}` || !stage.timeline) return;
      known = `${at} ${frame}`;
      tell({ at, frame });
    }, KEPT);
  }

  /** Go to the moment and the frame that the host names. */
  function restore() {
    const at = model.get("at") ?? "";
    const frame = model.get("frame") ?? -1;
    if (known === `${at} ${frame}` || !stage.timeline || waits()) return;
    known = `${at} ${frame}`;
    stage.frame = frame >= 0 && frame < stage.legend().memory.frames ? frame : null;
    halt();
    const found = positionOf(at);
    move(found ?? matters());
    opening = !at;
    if (found !== null) return;
    const why =
      at.startsWith("b:") && machines.length < 2
        ? "is one of a second machine, and there is none"
        : "does not happen here";
    model.set(
      "notice",
      `${model.get("notice") ?? ""} The moment ${quoted(at)} ${why}; this is the one that matters.`.trim(),
    );
    opening = true;
    keep();
  }

  /** The position of a moment, or null if this timeline does not have it. */
  function positionOf(at) {
    if (!at) return matters();
    if (at === "start") return 0;
    if (at === "end") return stage.timeline.length;
    const k = at.startsWith("b:") ? 1 : 0;
    const i = machines[k]?.replay.find(at.replace(/^b:/, "")) ?? -1;
    return i < 0 ? null : stage.timeline.positionOf(i + 1, k);
  }

  /** Where the explorer opens: at a write that is found wrong later, else at a jump. */
  function matters() {
    const harmed = machines.filter((m) => m.replay.harm.size);
    const chosen = harmed.length ? harmed : machines.slice(0, 1);
    return Math.min(...chosen.map((m) => stage.timeline.positionOf(m.replay.matters, machines.indexOf(m))));
  }

  /** A host's view of a side, unless it answers an earlier question: of rapid flips the last one counts. */
  function answer(side, view) {
    const scenario = model.get(side) ?? {};
    const found = model.get(view);
    if (!found?.log) return null;
    return Object.entries(scenario).every(([k, v]) => equal(found.log.scenario[k], v)) ? found : null;
  }

  const replays = new Map(); // what the host gave -> the replay made of it
  function replayOf(view) {
    if (!replays.has(view.log)) {
      const kept = [...replays.values()].reduce((events, replay) => events + replay.length, view.log.events.id.length);
      if (kept > EVENTS) for (const known of [replays, timelines]) known.clear();
      replays.set(view.log, new RunReplay(view, stage.legend()));
    }
    if (replays.size > REPLAYS) replays.delete(replays.keys().next().value);
    return replays.get(view.log);
  }

  const timelines = new Map(); // the timeline of each replay, or pair of replays, and clock
  function timelineOf(replays) {
    const key = [
      ...replays.map((r) => (numbers.has(r) ? numbers.get(r) : numbers.set(r, ++numbered).get(r))),
      stage.clock(),
    ].join();
    if (!timelines.has(key)) timelines.set(key, new Timeline(replays, stage.clock()));
    if (timelines.size > TIMELINES) timelines.delete(timelines.keys().next().value);
    return timelines.get(key);
  }
  const numbers = new WeakMap();
  let numbered = 0;

  function onView() {
    const views = [answer("scenario", "view"), ...(stage.other() ? [answer("other", "other_view")] : [])];
    if (!views.every(Boolean)) return;
    halt();
    const before = stage.timeline && whereabouts();
    machines = views.map((view, k) => ({ letter: views.length > 1 ? "AB"[k] : "", replay: replayOf(view), ...view }));
    stage.timeline = timelineOf(machines.map((m) => m.replay));
    picture.hidden = false;
    root.classList.toggle("kx-compared", machines.length > 1);
    holding(() => {
      for (const part of Object.values(parts)) part.load?.(machines);
    });
    const led = known !== `${model.get("at") ?? ""} ${model.get("frame") ?? -1}`; // the host names another moment
    instant = null;
    stage.position = opening ? matters() : led ? stage.timeline.length : sameMoment(before);
    onBusy();
    if (led) restore();
    else keep();
    draw();
    stopPreparing();
    prepare();
  }

  /** While nothing is asked, fetch and make ready what one flip leads to: one run at a time. */
  let preparing = 0;
  function prepare([next, ...rest] = model.nearby?.() ?? []) {
    if (!next) return;
    const mine = (preparing = whenIdle(async () => {
      const view = await next().catch(() => null); // whoever asks for it later is told why it is missing
      if (preparing !== mine) return;
      if (view?.log && !replays.has(view.log)) {
        const replay = replayOf(view);
        timelineOf([replay]);
        for (const part of Object.values(parts)) part.prepare?.({ replay }, 0);
      }
      prepare(rest);
    }));
  }

  function stopPreparing() {
    cancelIdle(preparing);
    preparing = 0;
  }

  /** Where the reader is: the event, the step, and how long that has been going on. */
  function whereabouts() {
    const { replay, now } = machines[0];
    const t = stage.timeline.local(stage.time(), 0);
    const step = now?.cursor ? replay.steps[replay.stepAt(now.cursor)] : null;
    return { id: moment(), step: step?.name, since: step ? t - step.t0 : 0 };
  }

  /** The reader stays where he was: at an end, at the event of the same name, or as long after the same step began. */
  function sameMoment({ id, step, since }) {
    const same = positionOf(id);
    if (same !== null) return same;
    const found = machines[0].replay.steps.find((s) => s.name === step);
    if (!found) return stage.timeline.length;
    return stage.timeline.positionAt(Math.min(found.t0 + since, found.t1) + stage.timeline.offsets[0]);
  }

  const waits = () => !answer("scenario", "view") || (stage.other() && !answer("other", "other_view"));

  let patience = 0;
  let unanswered = null; // what was asked of a host that was silent
  function onBusy() {
    const busy = waits() && !model.get("error") && !unanswered;
    root.setAttribute("aria-busy", String(!!busy));
    waiting.hidden = !(busy && !stage.timeline);
    picture.classList.toggle("kx-stale", !!(busy && stage.timeline));
    if (busy && !model.patient) patience ||= setTimeout(giveUp, PATIENCE);
    else patience = void clearTimeout(patience);
  }

  /** A kernel that was shut down says nothing: the switches go back to what is shown. */
  function giveUp() {
    patience = 0;
    unanswered = { scenario: model.get("scenario"), other: model.get("other") };
    const shown = ({ replay }) =>
      Object.fromEntries(Object.keys(unanswered.scenario).map((name) => [name, replay.scenario[name]]));
    if (machines.length) {
      model.set("scenario", shown(machines[0]));
      model.set("other", machines[1] ? shown(machines[1]) : {});
    }
    onError();
  }

  /** It was only slow: what it was asked holds. */
  function onAnswer() {
    if (unanswered) {
      const asked = unanswered;
      unanswered = null;
      for (const [name, value] of Object.entries(asked)) model.set(name, value);
      onError();
    }
    onView();
  }

  function onError() {
    const text = model.get("error") || (unanswered ? SILENT : "");
    alarm.hidden = !text;
    say(alarm, text);
    onBusy();
  }

  function onChoice() {
    parts.switches.sync();
    parts.share.sync();
    onBusy();
    onView();
  }

  const listeners = {
    "change:controls": parts.switches.build,
    "change:scenario": onChoice,
    "change:other": onChoice,
    "change:clock": onView,
    "change:view": onAnswer,
    "change:other_view": onAnswer,
    "change:messages": onView,
    "change:at": restore,
    "change:frame": restore,
    "change:notice": parts.share.sync,
    "change:error": onError,
  };
  for (const [name, listener] of Object.entries(listeners)) model.on(name, listener);

  // --- the surroundings

  const sizes = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) widths.set(target, contentRect.width);
    redraw();
  });
  sizes.observe(root);
  const modes = new MutationObserver(recolour);
  for (const node of [document.documentElement, document.body])
    modes.observe(node, { attributes: true, attributeFilter: ["data-md-color-scheme", "data-jp-theme-light"] });
  for (const query of ["(prefers-color-scheme: dark)", `(resolution: ${density()}dppx)`])
    matchMedia(query).addEventListener("change", recolour, { signal: stop.signal });

  parts.switches.build();
  parts.share.sync();
  onError();
  onView();

  return () => {
    halt();
    stop.abort();
    spoken.close();
    for (const part of Object.values(parts)) part.close?.();
    clearTimeout(keeping);
    clearTimeout(patience);
    stopPreparing();
    cancelAnimationFrame(asked);
    sizes.disconnect();
    modes.disconnect();
    for (const [name, listener] of Object.entries(listeners)) model.off(name, listener);
    root.remove();
  };
}

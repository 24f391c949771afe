// The strip of one machine on the axis: what ran, what happened, and the moments that everything else is told by.

import { make, present } from "./dom.js";
import { density, fit, image } from "./drawing.js";
import { PHASES, phasesOf, StripPicture } from "./strip-picture.js";
import { brief } from "./words.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./theme.js").Theme} Theme */
/** @typedef {import("./theme.js").Paint} Paint */
/** @typedef {import("./timeline.js").Timeline} Timeline */
/** @typedef {{ t: number, name?: string }} Mark  a moment; one with a name is a landmark */

const HEIGHT = 32; // pixels of the canvas
const LETTER = 7.4; // pixels of a letter of a label
const PADDING = 12; // pixels beside a label
const GUTTER = 20; // pixels that the letter of one of two machines takes
const BORDER = 2;

/** Which landmarks get room before others. */
const PRIORITY = ["jump", "crashed", "hung", "userspace", "storm", "entry", "IOMMU off", "end", "the call"];

export class Strip {
  /** @type {RunReplay | null} */
  #replay = null;
  /** @type {Timeline | null} */
  #timeline = null;
  #offset = 0; // what is added to the machine's time to make the timeline's
  #labelledWidth = 0; // the width that the labels were chosen for
  /** @type {WeakMap<Timeline, { picture: ImageBitmap, paint: Paint }>} the lanes as they are without a cursor */
  #pictures = new WeakMap();
  #ribbon = make("div", { class: "kx-ribbon" });
  #canvas = make("canvas", { class: "kx-lanes", "aria-hidden": "true" });
  #context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
  #labels = make("div", { class: "kx-labels", "aria-hidden": "true" });
  lane = make("div", { class: "kx-lane" }, this.#ribbon, this.#canvas);

  /**
   * @param {Theme} theme
   * @param {string} letter
   * @param {() => number} width how wide the place of the strips is: to measure a new element costs a layout
   */
  constructor(theme, letter, width) {
    this.theme = theme;
    this.letter = letter;
    this.width = width;
    const name = letter && make("b", { class: "kx-strip-letter", text: letter });
    this.el = make("div", { class: "kx-strip" }, name, this.lane, this.#labels);
  }

  /**
   * @param {RunReplay} replay
   * @param {Timeline} timeline
   * @param {number} k which of the timeline's machines it is
   */
  load(replay, timeline, k) {
    this.#replay = replay;
    this.#timeline = timeline;
    this.#offset = timeline.offsets[k];
    this.#labelledWidth = 0;
    this.#ribbon.replaceChildren(...phasesOf(replay).map((phase) => this.#phaseElement(phase)));
  }

  /**
   * The place of a time of this machine, from 0 to 1.
   * @param {number} t
   */
  #xOf(t) {
    return this.#timeline?.axis.xOf(t + this.#offset) ?? 0;
  }

  /** @param {RunReplay["phases"][number]} phase */
  #phaseElement({ name, t0, t1 }) {
    const { colour, words } = PHASES[name];
    const [left, right] = [this.#xOf(t0), this.#xOf(t1)];
    const style = `left:${left * 100}%;width:${(right - left) * 100}%`;
    return make("span", { class: `kx-phase kx-phase-${colour}`, text: words, title: words, style });
  }

  /**
   * Show a moment.
   * @param {number} t
   */
  show(t) {
    const wide = this.width() - BORDER - (this.letter ? GUTTER : 0);
    const d = density();
    const size = { width: Math.round(wide * d), height: Math.round(HEIGHT * d), density: d };
    if (!this.#timeline || !this.#replay || size.width <= 0) return;
    this.#label(this.#replay, wide);
    fit(this.#canvas, size.width, size.height);
    const paint = this.theme.colours();
    this.#context.drawImage(this.#pictureOf(this.#timeline, this.#replay, paint, size), 0, 0);
    this.#drawCursor(Math.round(this.#timeline.axis.xOf(t) * (size.width - 2 * d)), paint, size);
  }

  /**
   * @param {Timeline} timeline
   * @param {RunReplay} replay
   * @param {Paint} paint
   * @param {{ width: number, height: number, density: number }} size
   */
  #pictureOf(timeline, replay, paint, size) {
    const { width, height } = size;
    const known = this.#pictures.get(timeline);
    if (known?.picture.width === width && known.picture.height === height && known.paint === paint)
      return known.picture;
    const lanes = new StripPicture(replay, (t) => this.#xOf(t), paint, size);
    const picture = image(width, height, (g) => lanes.draw(g));
    this.#pictures.set(timeline, { picture, paint });
    return picture;
  }

  /**
   * The moment shown as a line. What has not happened yet is paler.
   * @param {number} x
   * @param {Paint} paint
   * @param {{ width: number, height: number, density: number }} size
   */
  #drawCursor(x, paint, { width, height, density: d }) {
    const g = this.#context;
    g.globalAlpha = 0.6;
    g.fillStyle = paint.surface;
    g.fillRect(x, 0, width - x, height);
    g.globalAlpha = 1;
    g.fillStyle = paint.accent;
    g.fillRect(Math.max(0, x - d), 0, Math.max(2, Math.round(3 * d)), height);
  }

  /**
   * Label as many moments as there is room for.
   * @param {RunReplay} replay
   * @param {number} width
   */
  #label(replay, width) {
    if (width === this.#labelledWidth) return;
    this.#labelledWidth = width;
    const reserve = roomReserver(width);
    const marks = marksOf(replay).map((mark) => this.#markElement(replay, mark, width, reserve));
    this.#labels.replaceChildren(...present(marks));
  }

  /**
   * A mark with as many words as there is room for; a stroke if there is none, and for a step nothing.
   * @param {RunReplay} replay
   * @param {Mark} mark
   * @param {number} width
   * @param {ReturnType<typeof roomReserver>} reserve
   */
  #markElement(replay, { t, name }, width, reserve) {
    const x = this.#xOf(t);
    const word = name === "the call" ? replay.call : name;
    const full = [word, word !== "jump" && signed(replay, t)].filter(Boolean).join(" ");
    const text = [full, word].find((words) => words && reserve(x, words)) ?? "";
    if (!text && !name) return null;
    const classes = ["kx-mark", name && "kx-landmark", x + shareOf(text, width) > 1 && "kx-right-aligned"];
    return make("span", { class: classes.filter(Boolean).join(" "), text, title: full, style: `left:${x * 100}%` });
  }
}

/**
 * The landmarks of a run, the one first that gets room first, then the times at which the scale changes.
 * @param {RunReplay} replay
 * @returns {Mark[]}
 */
export function marksOf(replay) {
  const landmarks = [
    ...phasesOf(replay).map(({ name, t0 }) => ({ t: t0, name: PHASES[name].beginning })),
    ...replay.windows.map(({ t0 }) => ({ t: t0, name: "IOMMU off" })),
    ...replay.storms.map(({ t0 }) => ({ t: t0, name: "storm" })),
    { t: replay.time(replay.length), name: "end" },
  ];
  /** @param {{ name: string }} landmark */
  const rank = ({ name }) => PRIORITY.indexOf(name);
  return [...landmarks.toSorted((a, b) => rank(a) - rank(b)), ...replay.steps.map(({ t0 }) => ({ t: t0 }))];
}

/**
 * A time by the jump, with its sign; from the call where there is no jump.
 * @param {RunReplay} replay
 * @param {number} t
 */
export function signed(replay, t) {
  const zero = replay.jump < 0 ? 0 : replay.t_ns[replay.jump];
  if (t === zero) return "0";
  return `${t < zero ? "−" : "+"}${brief(Math.abs(t - zero))}`;
}

/**
 * The share of the strip that a label takes.
 * @param {string} text
 * @param {number} width
 */
const shareOf = (text, width) => (LETTER * text.length + PADDING) / width;

/**
 * A function that reserves the room of a label if it is free, and says whether it was.
 * @param {number} width
 * @returns {(x: number, text: string) => boolean}
 */
export function roomReserver(width) {
  /** @type {[number, number][]} */
  const reserved = [];
  return (x, text) => {
    const share = shareOf(text, width);
    const [from, to] = x + share > 1 ? [x - share, x] : [x, x + share];
    if (from < 0 || reserved.some(([a, b]) => from < b && a < to)) return false;
    reserved.push([from, to]);
    return true;
  };
}

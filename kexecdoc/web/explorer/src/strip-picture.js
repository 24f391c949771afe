// What happens in a whole run, as marks on a strip. It is drawn once, since it is the same at every moment.

import { cross, hatching } from "./drawing.js";

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {import("./theme.js").Paint} Paint */
/** @typedef {[top: number, bottom: number]} Lane */

/** The lanes of writes, of interrupts and of wrong bytes, as shares of the strip's height. */
const LANES = [
  [0.06, 0.5],
  [0.56, 0.76],
  [0.78, 0.98],
];

/** What runs: the class of its colour, its name on the ribbon, and the name of its beginning. */
/** @type {Record<string, { colour: string, words: string, beginning: string }>} */
export const PHASES = {
  "old-kernel": { colour: "old", words: "old kernel", beginning: "the call" },
  firmware: { colour: "jump", words: "firmware", beginning: "jump" },
  stub: { colour: "jump", words: "image copied", beginning: "jump" },
  purgatory: { colour: "jump", words: "purgatory", beginning: "purgatory" },
  "next-kernel": { colour: "next", words: "next kernel boots", beginning: "entry" },
  userspace: { colour: "up", words: "userspace", beginning: "userspace" },
  crashed: { colour: "dead", words: "crashed", beginning: "crashed" },
  hung: { colour: "dead", words: "hung", beginning: "hung" },
};

/** The phases of a run that have a place on the strip. */
/** @param {RunReplay} replay */
export const phasesOf = (replay) => replay.phases.filter(({ name }) => PHASES[name]);

export class StripPicture {
  /**
   * @param {RunReplay} replay
   * @param {(t: number) => number} xOf the place of a time, from 0 to 1
   * @param {Paint} paint
   * @param {{ width: number, height: number, density: number }} size in pixels of the display
   */
  constructor(replay, xOf, paint, { width, height, density }) {
    this.replay = replay;
    this.paint = paint;
    this.width = width;
    this.height = height;
    this.density = density;
    this.line = Math.max(1, Math.round(density));
    /** @param {number} t */
    this.at = (t) => Math.round(xOf(t) * (width - density));
    /** @type {Lane[]} */
    this.lanes = LANES.map(([from, to]) => [Math.round(height * from), Math.round(height * to)]);
  }

  /** @param {OffscreenCanvasRenderingContext2D} g */
  draw(g) {
    const [writes, interrupts, wrongBytes] = this.lanes;
    this.#drawPhases(g);
    this.#drawStorms(g, interrupts);
    this.#drawWrites(g, writes);
    this.#drawInterrupts(g, interrupts);
    this.#drawWrongBytes(g, wrongBytes);
  }

  /**
   * The phases, a line where a step begins, and hatched the times at which the IOMMU is off.
   * @param {OffscreenCanvasRenderingContext2D} g
   */
  #drawPhases(g) {
    const { replay, paint, width, height, line, at } = this;
    g.fillStyle = paint.panel;
    g.fillRect(0, 0, width, height);
    for (const { name, t0, t1 } of phasesOf(replay)) {
      g.fillStyle = paint.phase[PHASES[name].colour];
      g.fillRect(at(t0), 0, at(t1) - at(t0), height);
    }
    g.fillStyle = paint.line;
    for (const { t0 } of replay.steps) g.fillRect(at(t0), 0, line, height);
    for (const { t0, t1 } of replay.windows) hatching(g, at(t0), 0, at(t1) - at(t0), height, paint.control, line);
  }

  /**
   * @param {OffscreenCanvasRenderingContext2D} g
   * @param {Lane} lane
   */
  #drawStorms(g, [top, bottom]) {
    const { replay, paint, line, at } = this;
    g.fillStyle = paint.alarm;
    for (const { t0, t1 } of replay.storms) g.fillRect(at(t0), top, Math.max(2 * line, at(t1) - at(t0)), bottom - top);
  }

  /**
   * A stroke for each write: a whole one if it landed, else half of one.
   * @param {OffscreenCanvasRenderingContext2D} g
   * @param {Lane} lane
   */
  #drawWrites(g, [top, bottom]) {
    const { replay, paint, line, at } = this;
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

  /**
   * A triangle for each flipped bit, and an empty one for each interrupt that nobody had handed out.
   * @param {OffscreenCanvasRenderingContext2D} g
   * @param {Lane} lane
   */
  #drawInterrupts(g, lane) {
    const { replay, paint } = this;
    g.fillStyle = g.strokeStyle = paint.alarm;
    g.lineWidth = this.density;
    for (const { i, flip } of replay.pending) {
      if (!flip) continue;
      this.#triangle(g, i, lane);
      g.fill();
    }
    for (const { i } of replay.strays) {
      this.#triangle(g, i, lane);
      g.stroke();
    }
  }

  /**
   * @param {OffscreenCanvasRenderingContext2D} g
   * @param {number} i
   * @param {Lane} lane
   */
  #triangle(g, i, [top, bottom]) {
    const x = this.at(this.replay.t_ns[i]);
    const half = (bottom - top) * 0.6;
    g.beginPath();
    g.moveTo(x, top);
    g.lineTo(x + half, bottom);
    g.lineTo(x - half, bottom);
    g.closePath();
  }

  /**
   * @param {OffscreenCanvasRenderingContext2D} g
   * @param {Lane} lane
   */
  #drawWrongBytes(g, [top, bottom]) {
    const { replay, width, at } = this;
    const half = (bottom - top) / 2;
    g.lineWidth = 1.5 * this.density;
    for (const { i } of replay.spoilt) cross(g, Math.min(width - half, at(replay.t_ns[i])), top + half, half);
  }
}

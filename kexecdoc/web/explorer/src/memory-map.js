// The map of one machine's memory: a cell a frame, in its owner's colour and mark, and over it what happened to it.

import { make } from "./dom.js";
import { density, fit, image, OVERLAYS, outline, tile } from "./drawing.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").Machine} Machine */
/** @typedef {import("./player.js").Player} Player */
/** @typedef {import("./theme.js").Paint} Paint */
/** @typedef {import("./replay.js").State} State */

/**
 * What parts draw on.
 * @typedef {object} Surface
 * @property {import("./theme.js").Theme} theme
 * @property {import("./layout.js").Layout} layout
 * @property {() => void} redraw
 */

/** What drawing needs: a canvas, the pixels of a cell and of a line, the colours. */
/** @typedef {{ g: CanvasRenderingContext2D, size: number, line: number, paint: Paint }} Brush */

const FLASH = 600; // milliseconds that a write of a device or a redistributor is seen
const MANY = 64; // an event that touches more frames than this is not outlined

/** Where a key leads from a frame; `side` is how many frames a row has. */
/** @type {Record<string, (frame: number, side: number) => number>} */
const KEYS = {
  ArrowLeft: (frame) => frame - 1,
  ArrowRight: (frame) => frame + 1,
  ArrowUp: (frame, side) => frame - side,
  ArrowDown: (frame, side) => frame + side,
  Home: (frame, side) => frame - (frame % side),
  End: (frame, side) => frame - (frame % side) + side - 1,
  PageUp: (frame, side) => frame - 8 * side,
  PageDown: (frame, side) => frame + 8 * side,
};

export class MemoryMap {
  /** @type {Map<number, number>} frame -> when it was written, on the display's clock */
  #flashes = new Map();
  /** @type {{ size: number, paint: Paint | null, list: Map<string, ImageBitmap> }} of each owner a whole row */
  #rows = { size: 0, paint: null, list: new Map() };
  /** @type {number | null} the cursor that was drawn last */
  #before = null;
  /** @type {Machine["replay"] | null} */
  #replay = null;
  #drawn = ""; // what the picture was drawn for
  /** @type {Map<string, number>} what was counted in it */
  #counts = new Map();

  /**
   * @param {Store} store
   * @param {Player} player
   * @param {Surface} surface
   * @param {Machine} machine
   * @param {string} description the id of what tells of the frame in question
   */
  constructor(store, player, surface, { letter, replay: { memory } }, description) {
    this.store = store;
    this.player = player;
    this.surface = surface;
    this.side = memory.columns;
    this.frames = memory.frames;
    const whose = letter ? ` of machine ${letter}` : "";
    this.canvas = /** @type {HTMLCanvasElement} */ (
      make("canvas", {
        class: "kx-map",
        tabindex: 0,
        role: "application",
        "aria-label": `Memory map${whose}, one cell a frame of 4 KiB. Arrow keys go from frame to frame.`,
        "aria-describedby": description,
      })
    );
    this.el = make("div", { class: "kx-map-box" }, this.canvas);
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.#listen();
  }

  #listen() {
    const { canvas, surface } = this;
    canvas.addEventListener("keydown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch") return;
      this.store.hovered = this.#frameAt(event);
      surface.redraw();
    });
    canvas.addEventListener("pointerleave", () => {
      this.store.hovered = null;
      surface.redraw();
    });
    canvas.addEventListener("click", (event) => this.#choose(this.#frameAt(event)));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { frame } = this.store;
    if (event.key === "Escape") this.player.ask(null);
    else if (event.key in KEYS) {
      const to = frame === null ? 0 : KEYS[event.key](frame, this.side); // the first key asks the first frame
      if (to >= 0 && to < this.frames) this.#choose(to);
    } else return;
    event.preventDefault();
    event.stopPropagation(); // these keys mean something else to the explorer as a whole
  }

  /** @param {number} frame */
  #choose(frame) {
    this.store.hovered = null;
    this.player.ask(frame);
  }

  /** @param {MouseEvent} event */
  #frameAt(event) {
    const edge = this.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - edge.left) / edge.width) * this.side);
    const row = Math.floor(((event.clientY - edge.top) / edge.height) * (this.frames / this.side));
    return Math.min(this.frames - 1, Math.max(0, row * this.side + column));
  }

  /**
   * Draw the map; return how many frames each owner has, and how many each overlay marks.
   * @param {Machine} machine
   */
  show({ now, replay }) {
    const size = Math.max(2, Math.floor((this.surface.layout.width(this.el) * density()) / this.side));
    const paint = this.surface.theme.colours();
    if (this.#replay !== replay) {
      this.#replay = replay;
      this.#before = null;
      this.#drawn = "";
    }
    this.#fit(size, paint);
    // Of two machines one is often just as it was.
    const wanted = `${now.cursor} ${this.store.hovered ?? this.store.frame}`;
    if (wanted === this.#drawn && !this.#flashes.size) return this.#counts;
    this.#drawn = wanted;
    const brush = { g: this.context, size, line: Math.max(1, Math.round(density())), paint };
    this.#counts = this.#drawOwners(brush, now, replay.owners);
    this.#drawOverlays(brush, now);
    this.#flash(brush, now, replay);
    this.#drawAsked(brush);
    return this.#counts;
  }

  /**
   * @param {number} size
   * @param {Paint} paint
   */
  #fit(size, paint) {
    const { canvas, side, frames } = this;
    const changed = fit(canvas, size * side, (size * frames) / side);
    if (!changed && this.#rows.paint === paint && this.#rows.size === size) return;
    canvas.style.width = `${(size * side) / density()}px`;
    canvas.style.height = `${(size * frames) / side / density()}px`;
    this.#rows = { size, paint, list: new Map() };
    this.#drawn = "";
  }

  /** @param {number} frame */
  #place(frame) {
    const { size } = this.#rows;
    return /** @type {const} */ ([(frame % this.side) * size, Math.floor(frame / this.side) * size]);
  }

  /**
   * @param {Brush} brush
   * @param {State} now
   * @param {string[]} owners
   */
  #drawOwners({ g, size, paint }, { owner }, owners) {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (let from = 0, to; from < owner.length; from = to) {
      to = this.#endOfRange(owner, from);
      const name = owners[owner[from]];
      const [x, y] = this.#place(from);
      const width = (to - from) * size;
      g.drawImage(this.#row(name, size, paint), x, 0, width, size, x, y, width, size);
      counts.set(name, (counts.get(name) ?? 0) + to - from);
    }
    return counts;
  }

  /**
   * The end of the frames of one owner that begin with a frame, within its row: they are one rectangle.
   * @param {Uint8Array} owner
   * @param {number} from
   */
  #endOfRange(owner, from) {
    const end = from - (from % this.side) + this.side;
    let to = from + 1;
    while (to < end && owner[to] === owner[from]) to++;
    return to;
  }

  /**
   * A row of one owner's frames, to be copied from.
   * @param {string} name
   * @param {number} size
   * @param {Paint} paint
   */
  #row(name, size, paint) {
    const known = this.#rows.list.get(name);
    if (known) return known;
    const mark = this.store.legend().owners[name]?.mark ?? "none";
    const frame = tile(size, paint.owner(name), paint.inkOf(name), mark);
    const row = image(size * this.side, size, (g) => {
      g.fillStyle = g.createPattern(frame, "repeat") ?? "";
      g.fillRect(0, 0, size * this.side, size);
    });
    this.#rows.list.set(name, row);
    return row;
  }

  /**
   * @param {Brush} brush
   * @param {State} now
   */
  #drawOverlays({ g, size, line, paint }, now) {
    const { side } = this;
    const target = targets(now.state);
    const strayed = framesWhere(now.strayed, (event) => event >= 0);
    const wrong = framesWhere(now.wrong, (flag) => flag > 0);
    for (const frame of strayed) OVERLAYS.strayed.draw(g, ...this.#place(frame), size, paint, line);
    for (const frame of wrong) OVERLAYS.wrong.draw(g, ...this.#place(frame), size, paint, line);
    for (const [name, frames] of Object.entries({ target, strayed, wrong })) this.#counts.set(name, frames.size);
    outline(g, wrong, side, size, paint.alarm, line);
    outline(g, target, side, size, paint.surface, 4 * line);
    outline(g, target, side, size, paint.ink, 2 * line);
  }

  /**
   * Outline what the event under the cursor writes, and flash what was written on the way here.
   * @param {Brush} brush
   * @param {State} now
   * @param {Machine["replay"]} replay
   */
  #flash(brush, { cursor }, replay) {
    const { g, size, line, paint } = brush;
    const touched = new Set(cursor ? written(replay, cursor - 1) : []);
    outline(g, touched, this.side, size, paint.surface, 5 * line);
    outline(g, touched, this.side, size, paint.accent, 3 * line);
    const plays = this.player.isPlaying() && !this.player.still();
    if (plays && this.#before !== null)
      for (const frame of writtenByDevices(replay, this.#before, cursor)) this.#flashes.set(frame, performance.now());
    this.#before = cursor;
    this.#drawFlashes(brush);
  }

  /** @param {Brush} brush */
  #drawFlashes({ g, size, line, paint }) {
    for (const [frame, when] of this.#flashes) {
      const left = 1 - (performance.now() - when) / FLASH;
      if (left <= 0) {
        this.#flashes.delete(frame);
        continue;
      }
      const [x, y] = this.#place(frame);
      g.globalAlpha = left;
      g.fillStyle = paint.accent;
      g.fillRect(x - line, y - line, size + 2 * line, size + 2 * line);
      g.globalAlpha = 1;
    }
    if (this.#flashes.size) this.surface.redraw();
  }

  /** @param {Brush} brush */
  #drawAsked({ g, size, line, paint }) {
    const asked = this.store.hovered ?? this.store.frame;
    if (asked === null) return;
    const [x, y] = this.#place(asked);
    for (const [colour, width] of /** @type {const} */ ([
      [paint.surface, 4 * line],
      [paint.accent, 2 * line],
    ])) {
      g.strokeStyle = colour;
      g.lineWidth = width;
      g.strokeRect(x - 2 * line, y - 2 * line, size + 4 * line, size + 4 * line);
    }
  }
}

/**
 * @param {Uint8Array | Int32Array} values one for each frame
 * @param {(value: number) => boolean} test
 */
function framesWhere(values, test) {
  /** @type {Set<number>} */
  const frames = new Set();
  for (let frame = 0; frame < values.length; frame++) if (test(values[frame])) frames.add(frame);
  return frames;
}

/**
 * The frames that an event writes, if they are not too many to be outlined.
 * @param {Machine["replay"]} replay
 * @param {number} i
 */
function written(replay, i) {
  const ranges = replay.sets[i].frames.filter(({ what, first, end }) => what === "bytes" && end - first <= MANY);
  return ranges.flatMap(({ first, end }) => Array.from({ length: end - first }, (_, n) => first + n));
}

/**
 * The frames that devices and redistributors write, rather than a CPU, in the events from one cursor to another.
 * @param {Machine["replay"]} replay
 * @param {number} from
 * @param {number} to
 */
function writtenByDevices(replay, from, to) {
  const frames = [];
  for (let i = from; i < to; i++) if (/^(dma|lpi)\./.test(replay.kind[i])) frames.push(...written(replay, i));
  return frames;
}

/**
 * The frames that devices with the old kernel's descriptors would write.
 * @param {State["state"]} state
 */
function targets(state) {
  /** @type {Set<number>} */
  const frames = new Set();
  for (const path in state) {
    if (!path.endsWith("/targets") || state[path.replace("/targets", "/programmed-by")] !== "old") continue;
    for (const [first, last] of state[path]) for (let frame = first; frame <= last; frame++) frames.add(frame);
  }
  return frames;
}

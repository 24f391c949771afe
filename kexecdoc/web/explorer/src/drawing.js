// What is drawn on a canvas: one frame of an owner, and what lies over it whoever owns it.

/** @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context */
/** @typedef {import("./theme.js").Paint} Paint */

/** How many pixels of the display a pixel of the page has. */
export const density = () => Math.max(1, window.devicePixelRatio || 1);

/**
 * Fit a canvas to its box in whole device pixels; true if that changed it.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function fit(canvas, width, height) {
  if (canvas.width === width && canvas.height === height) return false;
  canvas.width = width;
  canvas.height = height;
  return true;
}

/**
 * @param {Context} g
 * @param {number} x
 * @param {number} y
 * @param {number} half
 */
export function cross(g, x, y, half) {
  g.beginPath();
  g.moveTo(x - half, y - half);
  g.lineTo(x + half, y + half);
  g.moveTo(x + half, y - half);
  g.lineTo(x - half, y + half);
  g.stroke();
}

/**
 * Hatch a rectangle.
 * @param {Context} g
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {string} colour
 * @param {number} line
 */
export function hatching(g, x, y, width, height, colour, line) {
  g.save();
  g.beginPath();
  g.rect(x, y, width, height);
  g.clip();
  g.strokeStyle = colour;
  g.lineWidth = line;
  g.beginPath();
  for (let at = x - height; at < x + width; at += 6 * line) {
    g.moveTo(at, y + height);
    g.lineTo(at + height, y);
  }
  g.stroke();
  g.restore();
}

/**
 * Draw a picture once, to be copied from: an image that nobody can draw on any more is copied fastest.
 * @param {number} width
 * @param {number} height
 * @param {(g: OffscreenCanvasRenderingContext2D) => void} draw
 */
export function image(width, height, draw) {
  const canvas = new OffscreenCanvas(width, height);
  draw(/** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d")));
  return canvas.transferToImageBitmap();
}

/**
 * One frame as a picture of `size` device pixels: the owner's colour and, in its ink, the owner's mark.
 * @param {number} size
 * @param {string} colour
 * @param {string} ink
 * @param {string} mark
 */
export const tile = (size, colour, ink, mark) => image(size, size, (g) => drawTile(g, size, colour, ink, mark));

/**
 * @param {Context} g
 * @param {number} size
 * @param {string} colour
 * @param {string} ink
 * @param {string} mark
 */
function drawTile(g, size, colour, ink, mark) {
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
}

/**
 * What is drawn over a frame, whoever owns it: at x and y, so many pixels wide and high, with lines of a width.
 * @typedef {(g: Context, x: number, y: number, size: number, paint: Paint, line: number) => void} Draw
 */

/** @type {Record<"target" | "strayed" | "wrong", { words: string, draw: Draw }>} */
export const OVERLAYS = {
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

/**
 * Outline a set of frames: the edge of each that has no neighbour in the set.
 * @param {Context} g
 * @param {Set<number>} frames
 * @param {number} columns
 * @param {number} size
 * @param {string} colour
 * @param {number} width
 */
export function outline(g, frames, columns, size, colour, width) {
  if (!frames.size) return;
  g.strokeStyle = colour;
  g.lineWidth = width;
  g.beginPath();
  for (const f of frames) {
    const x = (f % columns) * size;
    const y = Math.floor(f / columns) * size;
    /** @type {(inside: unknown, x0: number, y0: number, x1: number, y1: number) => void} */
    const edge = (inside, x0, y0, x1, y1) => {
      if (inside) return;
      g.moveTo(x0, y0);
      g.lineTo(x1, y1);
    };
    edge(f % columns && frames.has(f - 1), x, y, x, y + size);
    edge((f + 1) % columns && frames.has(f + 1), x + size, y, x + size, y + size);
    edge(frames.has(f - columns), x, y, x + size, y);
    edge(frames.has(f + columns), x, y + size, x + size, y + size);
  }
  g.stroke();
}

// The axis of a timeline: at which place a moment is drawn, and back.

/** @typedef {import("./timeline.js").Timeline} Timeline */
/** @typedef {{ t0: number, t1: number, x0: number, width: number }} Span */

/** So many ns on either side of a jump have a scale of their own. */
const CLOSE = 10_000;

/**
 * Where a moment is on the axis, from 0 to 1, and back. Microseconds decide at the jump and seconds pass in the
 * boot, so no one scale shows both. The axis is cut wherever a step of a machine begins or something else runs, and
 * close to a jump on either side. Half of it is shared equally by these spans, the other half by how much happens in
 * them; within a span time runs evenly.
 */
export class Axis {
  /** @param {Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
    const times = [...new Set(cuts(timeline))].sort((a, b) => a - b);
    const spans = times.slice(1).map((t1, n) => ({ t0: times[n], t1 }));
    const weights = spans.map(({ t0, t1 }) => Math.sqrt(eventsBy(timeline, t1) - eventsBy(timeline, t0)));
    const sum = weights.reduce((total, weight) => total + weight, 0) || 1;
    let x0 = 0;
    /** @type {Span[]} */
    this.spans = spans.map((span, n) => {
      const width = 0.5 / spans.length + (0.5 * weights[n]) / sum;
      const placed = { ...span, x0, width };
      x0 += width;
      return placed;
    });
  }

  /**
   * The place of a time on the clock.
   * @param {number} t
   */
  xOf(t) {
    const span = this.spans.findLast((s) => s.t0 <= t) ?? this.spans[0];
    if (!span) return 0;
    return span.x0 + Math.min(1, Math.max(0, (t - span.t0) / (span.t1 - span.t0))) * span.width;
  }

  /**
   * The place of a position.
   * @param {number} position
   */
  x(position) {
    return position ? this.xOf(this.timeline.time(position)) : 0;
  }

  /**
   * The time at a place.
   * @param {number} x
   */
  time(x) {
    const span = this.spans.findLast((s) => s.x0 <= x) ?? this.spans[0];
    return span ? span.t0 + ((x - span.x0) / span.width) * (span.t1 - span.t0) : 0;
  }
}

/**
 * The times at which the scale changes.
 * @param {Timeline} timeline
 */
function cuts({ replays, offsets }) {
  return replays.flatMap((replay, k) => {
    const end = replay.time(replay.length);
    const own = [0, end, ...replay.steps.map((s) => s.t0), ...replay.phases.map((p) => p.t0)];
    if (replay.jump >= 0) own.push(replay.t_ns[replay.jump] - CLOSE, replay.t_ns[replay.jump] + CLOSE);
    return own.filter((t) => t >= 0 && t <= end).map((t) => t + offsets[k]);
  });
}

/**
 * How many events of all machines have happened by a time.
 * @param {Timeline} timeline
 * @param {number} t
 */
function eventsBy(timeline, t) {
  return timeline.replays.reduce((sum, replay, k) => sum + replay.cursorAt(timeline.local(t, k)), 0);
}

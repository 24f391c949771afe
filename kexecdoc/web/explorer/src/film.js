// @ts-nocheck
// The film: one machine's reel, or two machines' on one clock, as a row of positions to go to and fro in.
//
// With one machine a position is a cursor. With two it is a pair of cursors, and from one position to the next
// happens whatever comes next in either; an event that happens in both at the same time happens in both at once.

/** What makes the clock start: the call that begins the crossing, or each machine's own jump. */
export const CLOCKS = ["call", "jump"];

export class Film {
  constructor(reels, clock = "call") {
    this.reels = reels;
    const jumps = reels.map((r) => (r.jump < 0 ? null : r.t_ns[r.jump]));
    const onJump = clock === "jump" && !jumps.includes(null);
    this.offsets = reels.map((_, k) => (onJump ? jumps[0] - jumps[k] : 0));
    this.positions = reels.length > 1 ? this.merge() : null;
    this.length = this.positions ? this.positions[0].length - 1 : reels[0].length;
    this.axis = new Axis(this);
    const starts = reels.flatMap((r, k) => r.steps.map((s) => this.positionOf(s.from + 1, k)));
    this.stops = [...new Set(starts)].sort((a, b) => a - b); // where a step of either machine begins
  }

  /** The clock's time as machine k counts it, from its own call on: negative if that has not come yet. */
  local(t, k) {
    return t - this.offsets[k];
  }

  /** The cursors of both machines at each position. */
  merge() {
    const [A, B] = this.reels;
    const [a, b] = [[0], [0]];
    const time = (k, i) => this.reels[k].t_ns[i] + this.offsets[k];
    for (let i = 0, j = 0; i < A.length || j < B.length; ) {
      const later = i >= A.length ? 1 : j >= B.length ? -1 : time(0, i) - time(1, j);
      if (later === 0) {
        const [both, first] = [A.id[i] === B.id[j], B.find(A.id[i]) > j];
        if (both || !first) i++;
        if (both || first) j++;
      } else if (later < 0) i++;
      else j++;
      a.push(i);
      b.push(j);
    }
    return [Int32Array.from(a), Int32Array.from(b)];
  }

  /** The cursor of machine k at a position. */
  cursor(position, k = 0) {
    return this.positions ? this.positions[k][position] : position;
  }

  /** The first position at which machine k has come to a cursor. */
  positionOf(cursor, k = 0) {
    if (!this.positions) return cursor;
    const cursors = this.positions[k];
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cursors[middle] < cursor) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Which machine moved to make this position: 0, 1, or 0 if both did. */
  mover(position) {
    if (!this.positions || !position) return 0;
    return this.positions[0][position] === this.positions[0][position - 1] ? 1 : 0;
  }

  /** The time of a position on the clock, in ns since the first machine's call. */
  time(position) {
    if (!position) return Math.min(...this.offsets);
    const k = this.mover(position);
    return this.reels[k].time(this.cursor(position, k)) + this.offsets[k];
  }

  /** The last position that is not later than a time. */
  positionAt(t) {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.time(middle) <= t) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

const CLOSE = 10_000; // ns on either side of a jump that have a scale of their own

/**
 * Where a moment is on the axis, from 0 to 1, and back. Microseconds decide at the jump and seconds pass in the
 * boot, so no one scale shows both. The axis is cut wherever a step of a machine begins or something else runs, and
 * close to a jump on either side. Half of it is shared equally by these spans, the other half by how much happens in
 * them; within a span time runs evenly.
 */
class Axis {
  constructor(film) {
    this.film = film;
    const cuts = film.reels.flatMap((r, k) => {
      const own = [0, r.time(r.length), ...r.steps.map((s) => s.t0), ...r.phases.map((p) => p.t0)];
      if (r.jump >= 0) own.push(r.t_ns[r.jump] - CLOSE, r.t_ns[r.jump] + CLOSE);
      return own.filter((t) => t >= 0 && t <= r.time(r.length)).map((t) => t + film.offsets[k]);
    });
    const times = [...new Set(cuts)].sort((a, b) => a - b);
    const until = (t) => film.reels.reduce((sum, r, k) => sum + r.cursorAt(film.local(t, k)), 0);
    const spans = times.slice(1).map((t1, n) => ({ t0: times[n], t1, busy: until(t1) - until(times[n]) }));
    const sum = spans.reduce((total, s) => total + Math.sqrt(s.busy), 0) || 1;
    let x = 0;
    this.spans = spans.map((s) => {
      const width = 0.5 / spans.length + (0.5 * Math.sqrt(s.busy)) / sum;
      const span = { ...s, x0: x, width };
      x += width;
      return span;
    });
  }

  /** The place of a time on the clock. */
  xOf(t) {
    const span = this.spans.findLast((s) => s.t0 <= t) ?? this.spans[0];
    if (!span) return 0;
    return span.x0 + Math.min(1, Math.max(0, (t - span.t0) / (span.t1 - span.t0))) * span.width;
  }

  x(position) {
    return position ? this.xOf(this.film.time(position)) : 0;
  }

  /** The place of event i of machine k. */
  xOfEvent(i, k = 0) {
    return this.xOf(this.film.reels[k].t_ns[i] + this.film.offsets[k]);
  }

  /** The time at a place. */
  time(x) {
    const span = this.spans.findLast((s) => s.x0 <= x) ?? this.spans[0];
    return span ? span.t0 + ((x - span.x0) / span.width) * (span.t1 - span.t0) : 0;
  }
}

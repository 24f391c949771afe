// The fold of a log: the same twenty lines as in kexecdoc/model/log.py, held to them by tests/fold_vectors.json.

/** @typedef {import("./types.js").Assignments} Assignments */

/** A frame path names one frame or a closed range: `frame/12/owner`, `frame/12-15/bytes`. */
export const FRAME_PATH = /^frame\/(\d+)(?:-(\d+))?\/(.*)$/;

/**
 * Lay assignments over a state, in place, and return it. A range of frames is laid frame by frame.
 * @param {Assignments} state
 * @param {Assignments} assignments
 */
export function lay(state, assignments) {
  for (const [path, value] of Object.entries(assignments)) {
    const range = path.match(FRAME_PATH);
    if (!range) {
      state[path] = value;
      continue;
    }
    const [, first, last, what] = range;
    for (let frame = +first; frame <= +(last ?? first); frame++) state[`frame/${frame}/${what}`] = value;
  }
  return state;
}

/**
 * The machine's state at a time, or at the end of the log if the time is null.
 * @param {Assignments} start
 * @param {Pick<import("./types.js").Columns, "t_ns" | "set">} events
 * @param {number | null} t_ns
 */
export function fold(start, events, t_ns = null) {
  const state = lay({}, start);
  for (let i = 0; i < events.t_ns.length; i++) {
    if (t_ns !== null && events.t_ns[i] > t_ns) break;
    lay(state, events.set[i]);
  }
  return state;
}

// What a worker is asked, one answer at a time. Between two answers it listens: a run that is asked for in the middle
// of a study is made at once, and a study that is called off has ended.

/** @typedef {import("./types.js").Kind} Kind */
/** @typedef {import("./types.js").FromStart} FromStart */
/** @typedef {import("./types.js").FromRequest} FromRequest */

/**
 * The texts of a request's answers. One of Python's has to be destroyed.
 *
 * @typedef {Iterator<string> & { destroy?: () => void }} Texts
 */

/** @typedef {{ id: number, rank: number, texts: Texts, ms: number }} Job */

/** @type {Record<Kind, number>} */
const RANK = { run: 0, study: 1, idle: 2 }; // the lowest goes first

/**
 * What went wrong, in a line. The last line of a Python traceback is the error.
 *
 * @param {unknown} problem
 */
export const lineOf = (problem) =>
  String(/** @type {Error} */ (problem).message)
    .trim()
    .split("\n")
    .at(-1) ?? "";

export class Jobs {
  /** @type {Job[]} */
  waiting = [];
  working = false;

  /**
   * @param {(kind: Kind, request: string) => Texts} answers
   * @param {(said: FromRequest | FromStart) => void} say
   * @param {{ turn: () => Promise<void>, now: () => number, heap: () => number | null }} worker `turn` lets what the
   *   page says come in
   */
  constructor(answers, say, { turn, now, heap }) {
    this.answers = answers;
    this.say = say;
    this.turn = turn;
    this.now = now;
    this.heap = heap;
  }

  /**
   * @param {number} id
   * @param {Kind} kind
   * @param {unknown} request
   */
  add(id, kind, request) {
    this.waiting.push({ id, rank: RANK[kind], texts: this.answers(kind, JSON.stringify(request)), ms: 0 });
    return this.work();
  }

  /** @param {number} id */
  callOff(id) {
    const job = this.waiting.find((waiting) => waiting.id === id);
    if (job) this.end(job);
  }

  async work() {
    if (this.working) return;
    this.working = true;
    while (this.waiting.length) {
      this.step(this.waiting.reduce((first, job) => (job.rank < first.rank ? job : first)));
      await this.turn();
    }
    this.working = false;
  }

  /**
   * One answer of a job, or its end.
   *
   * @param {Job} job
   */
  step(job) {
    const began = this.now();
    try {
      const { done, value } = job.texts.next();
      job.ms += this.now() - began;
      if (!done) return this.say({ id: job.id, text: value });
      this.end(job);
      this.say({ id: job.id, done: true, ms: job.ms, heap: this.heap() });
    } catch (problem) {
      if (/** @type {Error} */ (problem).name === "PythonError") {
        this.end(job);
        this.say({ id: job.id, failed: lineOf(problem) });
      } else {
        this.waiting = []; // the error is not the package's: Python itself is lost
        this.say({ failed: lineOf(problem) });
      }
    }
  }

  /** @param {Job} job */
  end(job) {
    this.waiting.splice(this.waiting.indexOf(job), 1);
    job.texts.destroy?.();
  }
}

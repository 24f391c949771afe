// The page's end of the worker that runs Python: starts it when it is first asked, tells how far it is, and ends it.
//
// A worker that is blocked, slow, or was killed for want of memory often says nothing. So silence has a limit.

/** @typedef {import("./types.js").EngineState} EngineState */
/** @typedef {import("./types.js").FromStart} FromStart */
/** @typedef {import("./types.js").FromRequest} FromRequest */
/** @typedef {{ hear: (text: string) => void, done: (ms: number) => void, failed: (problem: Ended) => void }} Asked */

const STALL = 45_000; // milliseconds without a byte or a word while it starts
const SILENCE = 60_000; // milliseconds that one answer may take

/** @param {number} ms */
const seconds = (ms) => `${ms / 1000} seconds`;

const STALLED = `nothing came for ${seconds(STALL)}`;
const SILENT = `it did not answer for ${seconds(SILENCE)}`;
const BLOCKED = "the browser did not run its worker: something blocks it, or the file is missing";

/**
 * What a worker is told to load.
 *
 * @param {import("./types.js").EngineFiles} files
 * @param {(path: string) => string} at the address of a file beside machine.json
 * @returns {import("./types.js").Loads}
 */
export function loads({ index, info, modules, stdlib, wheels }, at) {
  return {
    index: at(index),
    info,
    modules: modules.map((file) => ({ ...file, url: at(file.url) })),
    stdlib: at(stdlib),
    wheels: wheels.map((file) => ({ ...file, url: at(file.url) })),
  };
}

/** Why an answer never came. */
export class Ended extends Error {
  /**
   * @param {string} message
   * @param {boolean} called whether somebody called it off
   */
  constructor(message, called = false) {
    super(message);
    this.called = called;
  }
}

/** A worker, from its start to its end. */
class Running {
  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    /** @type {() => void} */
    this.begun = () => {};
    /** @type {(problem: Ended) => void} */
    this.failed = () => {};
    /** @type {Promise<void>} */
    this.ready = new Promise((begun, failed) => {
      this.begun = begun;
      this.failed = failed;
    });
  }
}

export class Engine {
  /** @type {Running | null} */
  running = null;
  /** @type {Map<number, Asked>} */
  asked = new Map();
  last = 0; // the id of the latest request
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  clock = undefined;
  /** @type {EngineState} */
  state;

  /**
   * @param {() => Worker} create
   * @param {import("./types.js").Loads} loads
   * @param {number} total how many bytes that is
   * @param {(state: EngineState) => void} tell hears every change of `state`
   */
  constructor(create, loads, total, tell) {
    this.create = create;
    this.loads = loads;
    this.total = total;
    this.tell = tell;
    this.state = { phase: "off", loaded: 0, total };
    tell(this.state);
  }

  /**
   * @param {EngineState["phase"]} phase
   * @param {Partial<EngineState>} more
   */
  change(phase, more = {}) {
    this.state = { phase, loaded: 0, total: this.total, ...more };
    this.tell(this.state);
  }

  /**
   * Start a worker unless there is one. Resolves when it has a Python; rejects with Ended.
   *
   * @returns {Promise<void>}
   */
  start() {
    if (this.running) return this.running.ready;
    this.change("starting");
    this.watch(STALL, STALLED);
    try {
      this.running = new Running(this.create());
    } catch (problem) {
      const why = `the browser refused a worker (${/** @type {Error} */ (problem).message})`;
      this.end(why);
      return Promise.reject(new Ended(why));
    }
    const { running } = this;
    const { worker } = running;
    worker.onmessage = ({ data }) => running === this.running && this.hear(running, data);
    worker.onerror = (event) => {
      if (running !== this.running) return; // it ended, and its last words came late
      event.preventDefault();
      this.end(event.message || BLOCKED);
    };
    worker.postMessage({ start: this.loads });
    return running.ready;
  }

  /**
   * End the worker unless something comes in time.
   *
   * @param {number} time milliseconds; 0: silence has no limit
   * @param {string} complaint
   */
  watch(time, complaint = "") {
    clearTimeout(this.clock);
    this.clock = time ? setTimeout(() => this.end(complaint), time) : undefined;
  }

  /** While something is asked, silence has a limit. */
  wait() {
    this.watch(this.asked.size ? SILENCE : 0, SILENT);
  }

  /**
   * @param {Running} running
   * @param {FromStart | FromRequest} said
   */
  hear(running, said) {
    if (said.id !== undefined) return this.hearAnswer(said);
    const { loaded = 0, ready, failed } = said;
    if (failed) return this.end(failed);
    if (ready) {
      this.watch(0);
      this.change("ready");
      running.begun();
    } else {
      this.watch(STALL, STALLED);
      this.change("starting", { loaded: Math.min(loaded, this.total) });
    }
  }

  /** @param {FromRequest} said */
  hearAnswer({ id, text, ms = 0, failed }) {
    const request = this.asked.get(id);
    if (!request) return; // called off meanwhile
    if (text === undefined) this.asked.delete(id);
    this.wait();
    if (text !== undefined) request.hear(text);
    else if (failed) request.failed(new Ended(failed));
    else request.done(ms);
  }

  /**
   * Ask, and hear every answer.
   *
   * @param {import("./types.js").Kind} kind
   * @param {unknown} request
   * @param {(text: string) => void} hear
   * @returns {import("./types.js").Request}
   */
  ask(kind, request, hear) {
    const id = ++this.last;
    /** @type {Promise<number>} */
    const answered = new Promise((done, failed) => {
      this.asked.set(id, { hear, done, failed });
    });
    answered.catch(() => {}); // whoever wants to know awaits `over`
    const over = this.start().then(() => {
      if (this.running && this.asked.has(id)) {
        this.running.worker.postMessage({ id, kind, request });
        this.wait();
      }
      return answered;
    });
    return { over, stop: () => this.callOff(id) };
  }

  /** @param {number} id */
  callOff(id) {
    const request = this.asked.get(id);
    if (!request) return;
    this.asked.delete(id);
    if (this.state.phase === "ready") {
      this.running?.worker.postMessage({ stop: id });
      this.wait();
    }
    request.failed(new Ended("it was called off", true));
  }

  /**
   * End the worker, and everything that was asked of it.
   *
   * @param {string} reason
   * @param {boolean} called whether the reader wants it so
   */
  end(reason, called = false) {
    this.watch(0);
    const { running, asked } = this;
    running?.worker.terminate();
    this.running = null;
    this.asked = new Map();
    this.change(called ? "off" : "failed", { reason });
    const problem = new Ended(reason, called);
    running?.failed(problem);
    for (const request of asked.values()) request.failed(problem);
  }
}

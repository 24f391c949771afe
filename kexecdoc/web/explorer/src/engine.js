// @ts-nocheck
// The page's end of the worker that runs Python: starts it when it is first asked, says how far it is, and gives it up.
//
// What a worker does not say is noticed by the clock. One that is blocked, slow, or was killed for want of memory often
// says nothing at all.

const STALL = 45_000; // milliseconds without a byte or a word while it starts
const SILENCE = 60_000; // milliseconds that one answer may take

const SECONDS = (ms) => `${ms / 1000} seconds`;

/** Why an answer never came. `called` off says that somebody wanted it so. */
class Ended extends Error {
  constructor(message, called = false) {
    super(message);
    this.called = called;
  }
}

export class Engine {
  /** `source` is the worker's address, `loads` what it loads, of `total` bytes; `tell` hears every change of `state`. */
  constructor(source, loads, total, tell) {
    Object.assign(this, { source, loads, total, tell, worker: null, ready: null, clock: 0, last: 0 });
    this.asked = new Map(); // id -> { hear, done, failed }
    this.change("off");
  }

  change(phase, more = {}) {
    this.state = { phase, loaded: 0, total: this.total, ...more };
    this.tell(this.state);
  }

  /** Resolves when there is a Python; rejects with Ended. */
  start() {
    if (this.ready) return this.ready;
    const ready = (this.ready = new Promise((begun, failed) => Object.assign(this, { begun, failed })));
    this.change("starting");
    this.watch(STALL, `nothing came for ${SECONDS(STALL)}`);
    try {
      const worker = (this.worker = new Worker(this.source, { type: "module" }));
      const itsOwn = (act) => (event) => worker === this.worker && act(event); // what it said before its end can be late
      worker.onmessage = itsOwn(({ data }) => this.hear(data));
      worker.onerror = itsOwn((event) => {
        event.preventDefault();
        this.end(event.message || "the browser did not run its worker: something blocks it, or the file is missing");
      });
      worker.postMessage({ start: this.loads });
    } catch (problem) {
      this.end(`the browser refused a worker (${problem.message})`);
    }
    return ready;
  }

  watch(time, complaint) {
    clearTimeout(this.clock);
    this.clock = time ? setTimeout(() => this.end(complaint), time) : 0;
  }

  hear({ loaded, ready, failed, id, ...answer }) {
    if (id !== undefined) return this.take(id, { failed, ...answer });
    if (failed) return this.end(failed);
    if (ready) {
      this.watch(0);
      this.change("ready");
      this.begun();
    } else {
      this.watch(STALL, `nothing came for ${SECONDS(STALL)}`);
      this.change("starting", { loaded: Math.min(loaded, this.total) });
    }
  }

  take(id, { text, ms, failed }) {
    const request = this.asked.get(id);
    if (!request) return; // called off meanwhile
    if (text === undefined) this.asked.delete(id);
    this.wait();
    if (text !== undefined) return request.hear(text);
    if (failed) return request.failed(new Ended(failed));
    request.done(ms);
  }

  /** While something is asked, silence has a limit. */
  wait() {
    this.watch(this.asked.size ? SILENCE : 0, `it did not answer for ${SECONDS(SILENCE)}`);
  }

  /** Ask, and hear every answer: `{ over, stop }`, the promise of the milliseconds that it took, and how to end it. */
  ask(kind, request, hear) {
    const id = ++this.last;
    let stopped = false;
    const answered = new Promise((done, failed) => {
      this.asked.set(id, { hear, done, failed });
    });
    const over = this.start().then(() => {
      if (stopped || !this.worker) return answered;
      this.worker.postMessage({ id, kind, request });
      this.wait();
      return answered;
    });
    const stop = () => {
      const { failed } = this.asked.get(id) ?? {};
      stopped = true;
      if (!failed) return;
      this.asked.delete(id);
      if (this.state.phase === "ready") {
        this.worker.postMessage({ stop: id });
        this.wait();
      }
      failed(new Ended("it was called off", true));
    };
    answered.catch(() => {}); // whoever wants to know asks `over`
    return { over, stop };
  }

  /** End the worker: because of something, or because the reader wants it so. What was asked of it ends, too. */
  end(reason, called = false) {
    this.watch(0);
    this.worker?.terminate();
    const problem = new Ended(reason, called);
    const { failed, asked } = this;
    Object.assign(this, { worker: null, ready: null, asked: new Map() });
    this.change(called ? "off" : "failed", { reason });
    failed?.(problem);
    for (const request of asked.values()) request.failed(problem);
  }
}

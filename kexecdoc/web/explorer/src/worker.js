// Python in a worker of the page: Pyodide, SimPy and the package itself, all from this site.
//
// The page says once what to load, and then asks. A request is of a kind that kexecdoc/web/answers.py knows; its
// answers are texts, which the worker hands on as they come.

import { Jobs, lineOf } from "./jobs.js";

/** @typedef {import("./types.js").EngineFile} EngineFile */

const TOLD = 100; // milliseconds between two messages on how much is loaded

/** @param {import("./types.js").FromStart | import("./types.js").FromRequest} said */
const say = (said) => postMessage(said);

/** @param {unknown} problem */
const fail = (problem) => say({ failed: lineOf(problem) });

/** @param {string | URL} url */
const nameOf = (url) => new URL(url, self.location.href).pathname.split("/").at(-1) ?? "";

/** How many bytes have come, as the page is told from time to time. */
class Counter {
  loaded = 0;
  told = 0;

  /**
   * @param {number} bytes
   * @param {boolean} atOnce
   */
  add(bytes, atOnce = false) {
    this.loaded += bytes;
    const now = performance.now();
    if (now - this.told < TOLD && !atOnce) return;
    this.told = now;
    say({ loaded: this.loaded });
  }
}

const counter = new Counter();

/**
 * Fetch, count what comes, and complain at once if it does not: Pyodide, which fetches for itself, would wait for ever.
 *
 * @param {typeof fetch} fetchAsEver
 * @returns {typeof fetch}
 */
const counted = (fetchAsEver) => async (source, options) => {
  try {
    const answer = await fetchAsEver(source, options);
    if (!answer.ok || !answer.body) throw new Error(`the server says ${answer.status}`);
    /** @type {TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>} */
    const counting = new TransformStream({
      transform(chunk, stream) {
        counter.add(chunk.byteLength);
        stream.enqueue(chunk);
      },
      flush: () => counter.add(0, true),
    });
    return new Response(answer.body.pipeThrough(counting), { status: answer.status, headers: answer.headers });
  } catch (problem) {
    const url = source instanceof Request ? source.url : source;
    const complaint = new Error(`${nameOf(url)} could not be fetched: ${/** @type {Error} */ (problem).message}`);
    fail(complaint);
    throw complaint;
  }
};

self.fetch = counted(self.fetch);

/**
 * Import a module. The browser fetches it by itself, so it is counted when it is there.
 *
 * @param {EngineFile} file
 */
async function imported({ url, bytes }) {
  try {
    const module = await import(url);
    counter.add(bytes, true);
    return module;
  } catch (problem) {
    throw new Error(`${nameOf(url)} could not be loaded: ${/** @type {Error} */ (problem).message}`);
  }
}

/**
 * @param {import("./types.js").Loads} loads
 * @returns {Promise<Jobs>}
 */
async function start({ index, info, modules, stdlib, wheels }) {
  const fetched = wheels.map(({ url }) => fetch(url).then((answer) => answer.arrayBuffer()));
  for (const wheel of fetched) wheel.catch(() => {}); // `fetch` has complained already
  const [{ loadPyodide }] = await Promise.all(modules.map(imported));
  // Without packages of its own in the lock file it looks for none.
  const python = await loadPyodide({
    indexURL: index,
    stdLibURL: stdlib,
    packageBaseUrl: index,
    lockFileContents: { info, packages: {} },
  });
  for (const [k, wheel] of (await Promise.all(fetched)).entries()) {
    try {
      python.unpackArchive(wheel, "wheel");
    } catch (problem) {
      throw new Error(`${nameOf(wheels[k].url)} could not be unpacked: ${lineOf(problem)}`);
    }
  }
  const jobs = new Jobs(python.pyimport("kexecdoc.web.answers").answers, say, {
    turn: () => new Promise((done) => setTimeout(done)),
    now: () => performance.now(),
    heap: () => python._module?.HEAP8?.length ?? null,
  });
  say({ ready: true });
  return jobs;
}

/** @type {Promise<Jobs | void>} */
let started = Promise.resolve();

/** @param {MessageEvent<import("./types.js").ToWorker>} event */
self.onmessage = async ({ data }) => {
  if (data.start) {
    started = start(data.start).catch(fail);
    return;
  }
  const jobs = await started;
  if (data.stop !== undefined) jobs?.callOff(data.stop);
  else jobs?.add(data.id, data.kind, data.request);
};

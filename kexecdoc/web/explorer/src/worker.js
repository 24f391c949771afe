// @ts-nocheck
// Python in a worker of the page: Pyodide, SimPy and the package itself, from this site and from nowhere else.
//
// The page says once what to load, and then asks. A request is of a kind that kexecdoc/web/answers.py knows; its
// answers are texts, and are handed on as they come. Between two of them the worker listens: a run that is asked for in
// the middle of a study is made at once, and a study that is called off has ended.

const RANK = { run: 0, study: 1, idle: 2 }; // what goes before what
const TOLD = 100; // milliseconds between two words on how far it is

let answers = null; // kexecdoc.web.answers.answers, once there is a Python
let heap = () => null; // bytes of memory that Python has
const jobs = []; // { id, rank, texts, ms }
let working = false;

/** What went wrong, in a line: of Python's account the last one says it. */
const inLine = ({ message }) => message.trim().split("\n").at(-1);
const fail = (problem) => postMessage({ failed: inLine(problem) });
const nameOf = (url) => new URL(url).pathname.split("/").at(-1);

let loaded = 0;
let told = 0;
function count(bytes, all = false) {
  loaded += bytes;
  const now = performance.now();
  if (now - told < TOLD && !all) return;
  told = now;
  postMessage({ loaded });
}

/** Pyodide fetches for itself, and waits for ever for what does not come: so fetching counts here, and complains. */
const fetchAsEver = self.fetch;
self.fetch = async (url, options) => {
  let answer;
  try {
    answer = await fetchAsEver(url, options);
    if (!answer.ok) throw new Error(`the server says ${answer.status}`);
  } catch (problem) {
    const told = new Error(`${nameOf(new URL(url, self.location))} could not be fetched: ${problem.message}`);
    fail(told);
    throw told;
  }
  const counting = new TransformStream({
    transform(chunk, stream) {
      count(chunk.byteLength);
      stream.enqueue(chunk);
    },
    flush: () => count(0, true),
  });
  return new Response(answer.body.pipeThrough(counting), { status: answer.status, headers: answer.headers });
};

/** A module that is fetched by the browser itself is counted when it is there. */
async function imported({ url, bytes }) {
  try {
    const module = await import(url);
    count(bytes, true);
    return module;
  } catch (problem) {
    throw new Error(`${nameOf(url)} could not be loaded: ${problem.message}`);
  }
}

async function start({ index, info, modules, stdlib, wheels }) {
  const fetched = wheels.map(({ url }) => fetch(url).then((answer) => answer.arrayBuffer()));
  for (const wheel of fetched) wheel.catch(() => {}); // it was complained of already
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
      throw new Error(`${nameOf(wheels[k].url)} could not be unpacked: ${inLine(problem)}`);
    }
  }
  answers = python.pyimport("kexecdoc.web.answers").answers;
  heap = () => python._module?.HEAP8?.length ?? null;
  postMessage({ ready: true });
}

const turn = () => new Promise((done) => setTimeout(done)); // lets the page's words in

async function work() {
  if (working) return;
  working = true;
  while (jobs.length) {
    step(jobs.reduce((first, job) => (job.rank < first.rank ? job : first)));
    await turn();
  }
  working = false;
}

/** One answer of a job, or its end. */
function step(job) {
  const began = performance.now();
  try {
    const { done, value } = job.texts.next();
    job.ms += performance.now() - began;
    if (!done) postMessage({ id: job.id, text: value });
    else end(job, { done: true, ms: job.ms, heap: heap() });
  } catch (problem) {
    if (problem.name !== "PythonError") return fail(problem); // not our package's: this Python is lost
    end(job, { failed: inLine(problem) });
  }
}

function end(job, last = null) {
  jobs.splice(jobs.indexOf(job), 1);
  job.texts.destroy?.();
  if (last) postMessage({ id: job.id, ...last });
}

self.onmessage = ({ data }) => {
  if (data.start) return start(data.start).catch(fail);
  if (data.stop) {
    const job = jobs.find(({ id }) => id === data.stop);
    return job && end(job);
  }
  const { id, kind, request } = data;
  jobs.push({ id, rank: RANK[kind], texts: answers(kind, JSON.stringify(request)), ms: 0 });
  work();
};

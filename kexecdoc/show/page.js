// The explorer on a published page, where there is no kernel to ask: every run that its switches can make lies
// in a file beside this one (kexecdoc/show/grid.py writes them). Until the explorer stands, and if it cannot,
// the page has its still picture.

async function load(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} for ${url.pathname.split("/").slice(-2).join("/")}`);
  return answer.json();
}

/** What explorer.js needs of a model; save_changes reads the run of the chosen switches, and the last one wins. */
class Model {
  constructor(state, read) {
    Object.assign(this, { state, read, listeners: new Map(), asked: 0 });
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    this.state[name] = value;
    for (const listener of this.listeners.get(`change:${name}`) ?? []) listener();
  }

  on(event, listener) {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }

  off(event, listener) {
    this.listeners.get(event)?.delete(listener);
  }

  async save_changes() {
    const question = ++this.asked;
    this.set("busy", true);
    let view = null;
    let error = "";
    try {
      view = await this.read(this.state.scenario);
    } catch (problem) {
      error = `This run could not be read: ${problem.message}`;
    }
    if (question !== this.asked) return;
    this.set("error", error);
    if (view) this.set("view", view);
    this.set("busy", false);
  }
}

/** The reader of an explorer's runs: each is fetched once; a failure is not kept, so that one can try again. */
function reader(folder, index) {
  const runs = new Map();
  return (scenario) => {
    const key = index.controls.map((c) => scenario[c.name]).join("--");
    if (!runs.has(key)) {
      const run = load(new URL(index.runs[key], folder));
      run.catch(() => runs.delete(key));
      runs.set(key, run);
    }
    return runs.get(key);
  };
}

/** The style sheet stands in the explorer itself: instant navigation does not carry the page's head along. */
function style(place) {
  return new Promise((done, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL("explorer.css", import.meta.url);
    link.onload = () => done(link);
    link.onerror = () => failed(new Error("explorer.css could not be read"));
    place.append(link);
  });
}

const mounted = new Map(); // place on the page -> how to take the explorer away again

async function mount(place) {
  if (mounted.has(place)) return;
  mounted.set(place, () => {});
  const still = place.querySelector(".kx-still");
  const host = document.createElement("div");
  host.hidden = true;
  place.append(host);
  let away = null;
  try {
    const folder = new URL(`explorers/${encodeURIComponent(place.dataset.explorer)}/`, import.meta.url);
    const [index, { default: explorer }] = await Promise.all([
      load(new URL("index.json", folder)),
      import("./explorer.js"), // only pages with an explorer pay for it
      style(host),
    ]);
    const read = reader(folder, index);
    const view = await read(index.scenario);
    const { controls, messages, legend, scenario } = index;
    const model = new Model({ controls, messages, legend, scenario, view, busy: false, error: "" }, read);
    if (!place.isConnected) return;
    host.hidden = false;
    away = explorer.render({ model, el: host });
    mounted.set(place, away);
    if (still) still.hidden = true;
  } catch (problem) {
    away?.();
    host.remove();
    if (still) still.hidden = false;
    const line = document.createElement("p");
    line.className = "kx-failed";
    line.textContent = `The explorer could not be started, so this is a still picture. (${problem.message})`;
    place.append(line);
  }
}

function scan() {
  for (const [place, away] of mounted) {
    if (place.isConnected) continue;
    away();
    mounted.delete(place);
  }
  for (const place of document.querySelectorAll(".kx-explorer[data-explorer]")) mount(place);
}

// Material announces every page that it shows without a reload; elsewhere a page is shown once.
if (window.document$) window.document$.subscribe(scan);
else scan();

// @ts-nocheck
// The explorer on a published page, where there is no kernel to ask: every run that its switches can make lies in a file
// beside this one (kexecdoc/web/precomputed.py writes them). The one that has every switch, `machine`, has a host
// of its own (machine.js). Until the explorer stands, and if it cannot, the page has its still picture. The state of
// every explorer is in the page's address.

const at = (path) => new URL(path, import.meta.url).href;
const files = new Map(); // address -> the promise of what lies there: instant navigation mounts a page again and again
const fetched = new Map(); // address -> what lies there, once it has come

function load(path) {
  const fetching = async () => {
    const answer = await fetch(at(path));
    if (!answer.ok) throw new Error(`${answer.status} for ${path}`);
    const content = await answer.json();
    fetched.set(path, content);
    return content;
  };
  if (!files.has(path)) {
    files.set(path, fetching());
    files.get(path).catch(() => files.delete(path)); // the next time it may be there
  }
  return files.get(path);
}

/** What a combination of switches is called, as kexecdoc/web/precomputed.py has it. */
const combination = (names, scenario) => names.map((name) => scenario[name]).join("--");

/** Where the run of a scenario lies that an explorer of the site has. */
const runFile = (explorer, names, scenario) =>
  `explorers/${encodeURIComponent(explorer)}/${encodeURIComponent(combination(names, scenario))}.json`;

/** What explorer.js needs of a model. `save_changes` answers what is asked, and tells the page of the rest. */
class Model {
  constructor(state, { answer, nearby, patient, lost }, changed) {
    Object.assign(this, { state, answer, patient, lost, changed, listeners: new Map(), closed: false });
    this.nearby = () => nearby(state);
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    for (const listener of this.listeners.get(`change:${name}`) ?? []) listener();
  }

  on(event, listener) {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }

  off(event, listener) {
    this.listeners.get(event)?.delete(listener);
  }

  ask() {
    this.set("error", "");
    for (const side of ["scenario", "other"]) this.askFor(side);
  }

  askFor(side) {
    const asked = this.state[side];
    const found = Object.keys(asked).length ? this.answer(asked) : null;
    const still = () => !this.closed && this.state[side] === asked;
    if (!found?.then) this.take(side, found);
    else
      found.then(
        (late) => still() && this.take(side, late),
        (problem) => still() && this.miss(side, problem),
      );
  }

  take(side, found) {
    if (found?.error) this.set("error", found.error);
    else if (found) this.set(side === "other" ? "other_view" : "view", found);
  }

  /** No answer came: the switch goes back to what is shown, and the reader is told what he did not get. */
  miss(side, problem) {
    const { missed, view, other_view, defaults, [side]: wanted } = this.state;
    const shown = side === "other" ? (other_view?.log.scenario ?? {}) : (view?.log.scenario ?? defaults);
    this.set(side, shown);
    this.set("missed", { wanted: { ...missed?.wanted, [side]: wanted }, problem });
    this.lost?.(this, problem);
    if (side === "scenario" && !view) {
      if (wanted !== defaults)
        this.askFor(side); // something has to be shown
      else this.set("error", "Nothing can be shown: this is neither on the site, nor could it be run.");
    }
    if (view) this.changed(); // who followed a link keeps its address, and can load the page again
  }

  /** Nobody looks at it any more: what comes late is nobody's. */
  close() {
    this.closed = true;
    this.listeners.clear();
  }

  save_changes() {
    this.ask();
    this.changed();
  }
}

/** The style sheet stands in the explorer itself: instant navigation does not carry the page's head along. */
function style(place, sheet) {
  return new Promise((done, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = at(sheet);
    link.onload = () => done(link);
    link.onerror = () => failed(new Error(`${sheet} could not be read`));
    place.append(link);
  });
}

// --- Where a state is kept: in the address, and for as long as the document lives in memory ------------------

const WRITTEN = 300; // milliseconds: browsers refuse to have their address changed all the time
const STATE = ["scenario", "other", "at", "frame", "clock"];
const mounted = new Map(); // place on the page -> { name, key, module, host, model, touched, away } of the explorer there
const kept = new Map(); // page and name of an explorer -> the state in which the reader left it
let writing = 0;

// How the reader came to where he is. Who goes back or loads the page again wants to read on where he was; only who
// followed a link wants to be taken to what it names.
let came = performance.getEntriesByType("navigation")[0]?.type ?? "navigate";
window.navigation?.addEventListener("navigate", ({ navigationType }) => {
  if (navigationType !== "replace") came = navigationType; // the theme and this module replace entries on their own account
});
const followed = () => came === "navigate" || came === "push";

const stateOf = ({ model }) => Object.fromEntries(STATE.map((name) => [name, model.get(name)]));

/** Write the states of all explorers that the reader has touched into the address, in place of the entry's own. */
function write() {
  clearTimeout(writing);
  const { pathname } = location;
  writing = setTimeout(() => {
    if (location.pathname !== pathname) return;
    const states = [...mounted.values()]
      .filter((e) => e.model && e.touched)
      .map((e) => e.host.encode(stateOf(e), e.name));
    const wanted = states.length ? `#${states.join("&")}` : "";
    if (wanted && wanted !== location.hash)
      history.replaceState(history.state, "", pathname + location.search + wanted);
  }, WRITTEN);
}

/** The state that the address has for an explorer and what of it could not be taken; null if it has none. */
function addressed({ name, module, model, host }) {
  const found = module.split(location.hash);
  const names = [...mounted.values()].map((e) => e.name);
  const strays = name === names[0] ? Object.keys(found).filter((n) => !names.includes(n)) : [];
  if (!found[name] && !strays.length) return null;
  const { state, complaints } = module.understand(
    found[name] ?? [],
    model.get("controls"),
    model.get("legend").memory.frames,
  );
  complaints.unshift(...strays.map((stray) => `this page has no explorer ${module.quoted(stray)}`));
  const scenario = host.withDefaults(state.scenario);
  const other = Object.keys(state.other).length ? host.withDefaults(state.other, scenario) : {};
  return { state: { ...state, scenario, other }, notice: module.leftOut(complaints), touched: !!found[name] };
}

/** Put an explorer into a state. */
function put(entry, { state, notice = "", touched }) {
  entry.touched = touched;
  for (const [name, value] of Object.entries({ ...state, notice })) entry.model.set(name, value);
  entry.model.ask();
  kept.set(entry.key, stateOf(entry));
}

// --- Coming and going ---------------------------------------------------------------------------------------

/** What a chapter's explorer is given: all that its index says, and a file for each run. */
async function chapter(kind, explorer) {
  const [index, module] = await Promise.all([load(`explorers/${encodeURIComponent(kind)}.json`), explorer]);
  const { controls, messages, legend, base, defaults, by_kernel, own, scenario, refused } = index;
  const names = controls.map(({ name }) => name);
  /** The run of a scenario, or why there is none: at once if it is here, else its promise. */
  const answer = (scenario) => {
    const error = refused[combination(names, scenario)];
    const path = runFile(kind, names, scenario);
    return error ? { error } : (fetched.get(path) ?? load(path));
  };
  const flips = (scenario) =>
    controls.flatMap(({ name, choices }) =>
      choices.filter(({ value }) => value !== scenario[name]).map(({ value }) => ({ ...scenario, [name]: value })),
    );
  return {
    shared: { controls, messages, legend, base, defaults, by_kernel, own },
    scenario,
    answer,
    filled: (words, from = scenario) => ({ ...from, ...words }),
    encode: (state, name) => module.encode(name, state),
    nearby: ({ scenario }) =>
      navigator.connection?.saveData ? [] : flips(scenario).map((flipped) => async () => answer(flipped)),
    patient: true,
    ready: (sides) => Promise.all(sides.map(answer)),
    lost: (model, { message }) => model.set("error", `The run of these settings could not be fetched (${message}).`),
    render: module.render,
  };
}

/** What the explorer that has every switch is given. */
async function whole(el) {
  const [{ open }] = await Promise.all([import("./machine.js"), style(el, "machine.css")]);
  return open({ load, at, runFile });
}

async function mount(place, name) {
  if (mounted.has(place)) return;
  const entry = { name, key: `${location.pathname} ${name}`, model: null, touched: false, away: () => {} };
  mounted.set(place, entry);
  const still = place.querySelector(".kx-still");
  const el = document.createElement("div");
  el.hidden = true;
  place.append(el);
  try {
    const kind = place.dataset.explorer;
    const explorer = import("./explorer.js"); // only pages with an explorer pay for it
    const look = style(el, "explorer.css"); // before any that goes beyond it
    const [module, host] = await Promise.all([
      explorer,
      kind === "machine" ? whole(el) : chapter(kind, explorer),
      look,
    ]);
    const { machine = "" } = place.dataset;
    const shared = {
      ...host.shared,
      name: kind,
      place: name,
      page: location.href.split("#")[0],
      machine_page: machine && new URL(machine, location.href).href,
    };
    const state = {
      ...shared,
      scenario: host.scenario,
      other: {},
      view: null,
      other_view: null,
      at: "",
      frame: -1,
      clock: "call",
      error: "",
      notice: "",
    };
    Object.assign(entry, { module, host });
    entry.model = new Model(state, host, () => {
      entry.touched = true;
      kept.set(entry.key, stateOf(entry));
      write();
    });
    const led = addressed(entry);
    const opening = led ?? (kept.has(entry.key) ? { state: kept.get(entry.key), touched: true } : null);
    const { scenario, other } = opening?.state ?? state;
    await host.ready?.([scenario, other].filter((side) => Object.keys(side ?? {}).length));
    if (!place.isConnected) return;
    host.adopt?.(entry.model);
    if (opening) put(entry, opening);
    else entry.model.ask();
    el.hidden = false;
    const away = host.render({ model: entry.model, el });
    entry.away = () => {
      away();
      entry.model.close();
    };
    if (still) still.hidden = true;
    if (led && followed()) place.scrollIntoView();
  } catch (problem) {
    entry.away();
    el.remove();
    if (still) still.hidden = false;
    const line = document.createElement("p");
    line.className = "kx-failed";
    line.textContent = `The explorer could not be started, so this is a still picture. (${problem.message})`;
    place.append(line);
  }
}

function scan() {
  for (const [place, { away }] of mounted) {
    if (place.isConnected) continue;
    away();
    mounted.delete(place);
  }
  const count = {};
  for (const place of document.querySelectorAll(".kx-explorer[data-explorer]")) {
    const kind = place.dataset.explorer;
    count[kind] = (count[kind] ?? 0) + 1;
    mount(place, count[kind] > 1 ? `${kind}.${count[kind]}` : kind);
  }
}

// A heading's anchor leaves the machines alone. The bare address is the chapter as it was opened.
addEventListener("hashchange", ({ oldURL }) => {
  for (const [place, entry] of mounted) {
    if (!entry.model) continue;
    const led = addressed(entry);
    if (led) {
      put(entry, led);
      if (followed()) place.scrollIntoView();
    } else if (!location.hash && entry.module.split(new URL(oldURL).hash)[entry.name])
      put(entry, {
        state: { scenario: entry.host.scenario, other: {}, at: "", frame: -1, clock: "call" },
        touched: false,
      });
  }
});

// Material announces every page that it shows without a reload; elsewhere a page is shown once.
if (window.document$) window.document$.subscribe(scan);
else scan();

// The explorer on a published page, where there is no kernel to ask: every run that its switches can make lies
// in one file beside this one (kexecdoc/web/grid.py writes it). The one that has every switch, `machine`, has a host
// of its own (machine.js). Until the explorer stands, and if it cannot, the page has its still picture. The state of
// every explorer is in the page's address.

const at = (path) => new URL(path, import.meta.url).href;
const files = new Map(); // address -> the promise of what lies there: instant navigation mounts a page again and again

function load(path) {
  const fetched = async () => {
    const answer = await fetch(at(path));
    if (!answer.ok) throw new Error(`${answer.status} for ${path}`);
    return answer.json();
  };
  if (!files.has(path)) {
    files.set(path, fetched());
    files.get(path).catch(() => files.delete(path)); // the next time it may be there
  }
  return files.get(path);
}

/** What explorer.js needs of a model. `save_changes` answers what is asked, and tells the page of the rest. */
class Model {
  constructor(state, { answer, nearby, patient }, changed) {
    Object.assign(this, { state, answer, patient, changed, listeners: new Map(), closed: false });
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
    if (side === "scenario" && !view) {
      if (wanted !== defaults) this.askFor(side); // something has to be shown
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

const OWN_ID = "@"; // as kexecdoc/web/grid.py has it

/**
 * The reader of a grid: each distinct event stands in it once, and a run is which of them happened. Laid out by
 * kexecdoc/web/grid.py, which says more.
 */
function reader(grid, parse) {
  if (!readers.has(grid)) readers.set(grid, read(grid, parse));
  return readers.get(grid);
}
const readers = new WeakMap();

/** What an event sets, with its own id where the grid has the sign for it. */
const owned = (set, id) => Object.fromEntries(Object.entries(set).map(([path, value]) => [path, value === OWN_ID ? id : value]));

function read(grid, parse) {
  const { name, nth, dt, kind, cause, of, set } = grid.events;
  const last = [];
  const ordinal = name.map((n, i) => (last[n] = (last[n] ?? -1) + 1 + nth[i]));
  const id = name.map((n, i) => `${grid.names[n]}:${ordinal[i]}`);
  const t_ns = [];
  dt.forEach((d, i) => t_ns.push((t_ns[i - 1] ?? 0) + d));
  const causes = cause.map((n, i) => (n === null ? null : `${grid.names[n]}:${ordinal[i] + of[i]}`));
  let fresh = 0;
  const parsed = set.map((back, i) => parse(back === null ? {} : owned(grid.sets[back ? fresh - back : fresh++], id[i])));
  const runs = new Map();
  return (scenario) => {
    const key = grid.controls.map((c) => scenario[c.name]).join("--");
    const stored = grid.runs[key];
    if (!stored?.rows) return stored;
    if (!runs.has(key)) {
      const rows = [];
      let at = 0;
      for (let k = 0; k < stored.rows.length; k += 2) {
        at += stored.rows[k];
        for (let n = 0; n < stored.rows[k + 1]; n++) rows.push(at++);
      }
      const column = (values) => rows.map((i) => values[i]);
      const events = { id: column(id), t_ns: column(t_ns), kind: column(kind).map((k) => grid.kinds[k]), cause: column(causes) };
      const log = { scenario: { ...grid.defaults, ...stored.scenario }, start: { ...grid.start, ...stored.start }, events, parsed: column(parsed) };
      runs.set(key, { log, run: stored.run, what_if: stored.what_if });
    }
    return runs.get(key);
  };
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
    const states = [...mounted.values()].filter((e) => e.model && e.touched).map((e) => e.host.encode(stateOf(e), e.name));
    const wanted = states.length ? `#${states.join("&")}` : "";
    if (wanted && wanted !== location.hash) history.replaceState(history.state, "", pathname + location.search + wanted);
  }, WRITTEN);
}

/** The state that the address has for an explorer and what of it could not be taken; null if it has none. */
function addressed({ name, module, model, host }) {
  const found = module.split(location.hash);
  const names = [...mounted.values()].map((e) => e.name);
  const strays = name === names[0] ? Object.keys(found).filter((n) => !names.includes(n)) : [];
  if (!found[name] && !strays.length) return null;
  const { state, complaints } = module.understand(found[name] ?? [], model.get("controls"), model.get("legend").memory.frames);
  complaints.unshift(...strays.map((stray) => `this page has no explorer ${module.quoted(stray)}`));
  const scenario = host.filled(state.scenario);
  const other = Object.keys(state.other).length ? host.filled(state.other, scenario) : {};
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

/** What a chapter's explorer is given: all that its file says, and the runs in it. */
async function chapter(kind, explorer) {
  const [grid, module] = await Promise.all([load(`explorers/${encodeURIComponent(kind)}.json`), explorer]);
  const { controls, messages, legend, base, defaults, by_kernel, own, scenario } = grid;
  const answer = reader(grid, module.parse);
  return {
    shared: { controls, messages, legend, base, defaults, by_kernel, own },
    scenario,
    answer,
    filled: (words, from = scenario) => ({ ...from, ...words }),
    encode: (state, name) => module.encode(name, state),
    nearby: ({ scenario }) => controls.flatMap(({ name, choices }) => choices.map(({ value }) => answer({ ...scenario, [name]: value }))).filter((found) => found?.log),
    render: module.render,
  };
}

/** What the explorer that has every switch is given. */
async function whole(el) {
  const [{ open }] = await Promise.all([import("./machine.js"), style(el, "machine.css")]);
  return open({ load, reader, at });
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
    const [module, host] = await Promise.all([explorer, kind === "machine" ? whole(el) : chapter(kind, explorer), look]);
    const { machine = "" } = place.dataset;
    const shared = { ...host.shared, name: kind, place: name, page: location.href.split("#")[0], machine_page: machine && new URL(machine, location.href).href };
    const state = { ...shared, scenario: host.scenario, other: {}, view: null, other_view: null, at: "", frame: -1, clock: "call", error: "", notice: "" };
    Object.assign(entry, { module, host });
    entry.model = new Model(state, host, () => {
      entry.touched = true;
      kept.set(entry.key, stateOf(entry));
      write();
    });
    if (!place.isConnected) return;
    host.adopt?.(entry.model);
    const led = addressed(entry);
    if (led) put(entry, led);
    else if (kept.has(entry.key)) put(entry, { state: kept.get(entry.key), touched: true });
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
      put(entry, { state: { scenario: entry.host.scenario, other: {}, at: "", frame: -1, clock: "call" }, touched: false });
  }
});

// Material announces every page that it shows without a reload; elsewhere a page is shown once.
if (window.document$) window.document$.subscribe(scan);
else scan();

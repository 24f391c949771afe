// The explorer on a published page, where there is no kernel to ask: every run that its switches can make lies
// in one file beside this one (kexecdoc/show/grid.py writes it). Until the explorer stands, and if it cannot,
// the page has its still picture. The state of every explorer is in the page's address.

async function load(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} for ${url.pathname.split("/").slice(-2).join("/")}`);
  return answer.json();
}

/** What explorer.js needs of a model. `save_changes` answers what is asked, and tells the page of the rest. */
class Model {
  constructor(state, answer, changed) {
    Object.assign(this, { state, answer, changed, listeners: new Map() });
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

  save_changes() {
    for (const [side, view] of [["scenario", "view"], ["other", "other_view"]]) {
      const found = Object.keys(this.state[side]).length ? this.answer(this.state[side]) : null;
      if (found) this.set(view, found);
    }
    this.changed();
  }
}

/**
 * The reader of a grid: each distinct event stands in it once, and a run is which of them happened. Laid out by
 * kexecdoc/show/grid.py, which says more.
 */
function reader(grid, parse) {
  const { id, dt, kind, cause, set } = grid.events;
  const t_ns = [];
  dt.forEach((d, i) => t_ns.push((t_ns[i - 1] ?? 0) + d));
  const causes = cause.map((back, i) => (back === null ? null : id[i - back]));
  const parsed = set.map((s) => parse(s === null ? {} : grid.sets[s]));
  const runs = new Map();
  return (scenario) => {
    const key = grid.controls.map((c) => scenario[c.name]).join("--");
    const stored = grid.runs[key];
    if (!stored) return null;
    if (!runs.has(key)) {
      const rows = [];
      let at = 0;
      for (let k = 0; k < stored.rows.length; k += 2) {
        at += stored.rows[k];
        for (let n = 0; n < stored.rows[k + 1]; n++) rows.push(at++);
      }
      const column = (values) => rows.map((i) => values[i]);
      const events = { id: column(id), t_ns: column(t_ns), kind: column(kind).map((k) => grid.kinds[k]), cause: column(causes) };
      const log = { scenario: { ...grid.base, ...stored.scenario }, start: { ...grid.start, ...stored.start }, events, parsed: column(parsed) };
      runs.set(key, { log, run: stored.run });
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

// --- The address --------------------------------------------------------------------------------------------

const WRITTEN = 300; // milliseconds: browsers refuse to have their address changed all the time
const mounted = new Map(); // place on the page -> { name, model, away } of the explorer that stands there
let writing = 0;

/** Write the states of all explorers that the reader has touched into the address, in place of the entry's own. */
function write(encode) {
  clearTimeout(writing);
  writing = setTimeout(() => {
    const states = [...mounted.values()].filter((e) => e.model && e.touched).map(({ name, model: { state } }) => encode(name, state));
    const { pathname, search, hash } = location;
    const wanted = states.length ? `#${states.join("&")}` : "";
    if (wanted && wanted !== hash) history.replaceState(history.state, "", pathname + search + wanted);
  }, WRITTEN);
}

/** Give an explorer the state that the address has for it, and tell the reader what of it could not be taken. */
function restore(entry, { split, understand }) {
  const words = split(location.hash)[entry.name];
  if (!words) return false;
  const { model } = entry;
  const { state, complaints } = understand(words, model.get("controls"), model.get("legend").memory.frames);
  const other = Object.keys(state.other).length ? { ...model.get("scenario"), ...state.other } : {};
  entry.touched = true;
  const sides = { scenario: { ...model.get("scenario"), ...state.scenario }, other };
  for (const [name, value] of Object.entries({ ...state, ...sides })) model.set(name, value);
  model.set("notice", complaints.length ? `Of the link that led here, this was left out: ${complaints.join("; ")}.` : "");
  model.save_changes();
  return true;
}

// --- Coming and going ---------------------------------------------------------------------------------------

async function mount(place, name) {
  if (mounted.has(place)) return;
  const entry = { name, model: null, touched: false, away: () => {} };
  mounted.set(place, entry);
  const still = place.querySelector(".kx-still");
  const host = document.createElement("div");
  host.hidden = true;
  place.append(host);
  try {
    const kind = place.dataset.explorer;
    const [grid, module] = await Promise.all([
      load(new URL(`explorers/${encodeURIComponent(kind)}.json`, import.meta.url)),
      import("./explorer.js"), // only pages with an explorer pay for it
      style(host),
    ]);
    const { controls, messages, legend, base, defaults, scenario } = grid;
    const shared = { name: kind, place: name, page: location.href.split("#")[0], controls, messages, legend, base, defaults };
    const state = { ...shared, scenario, other: {}, view: null, other_view: null, at: "end", frame: -1, clock: "call", error: "", notice: "" };
    const answer = reader(grid, module.parse);
    entry.module = module;
    entry.model = new Model(state, answer, () => {
      entry.touched = true;
      write(module.encode);
    });
    state.view = answer(scenario);
    if (!place.isConnected) return;
    const led = restore(entry, module);
    host.hidden = false;
    entry.away = module.default.render({ model: entry.model, el: host });
    if (still) still.hidden = true;
    if (led) place.scrollIntoView();
  } catch (problem) {
    entry.away();
    host.remove();
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

addEventListener("hashchange", () => {
  for (const [place, entry] of mounted) if (entry.model && restore(entry, entry.module)) place.scrollIntoView();
});

// Material announces every page that it shows without a reload; elsewhere a page is shown once.
if (window.document$) window.document$.subscribe(scan);
else scan();

// The explorers of a published page, where there is no kernel to ask: runs are fetched. Until an explorer stands, and
// if it cannot, the page has its still picture. The state of every explorer is in the page's address.

import { PageModel } from "./page-model.js";
import { ChapterRuns, runFile, SiteFiles } from "./site-files.js";

/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").ReaderState} ReaderState */
/** @typedef {import("./types.js").ModelState} ModelState */
/** @typedef {Awaited<ReturnType<typeof importExplorer>>} Module */
/** @typedef {import("./page-model.js").Source} Source */

/**
 * What a host needs of the site.
 *
 * @typedef {object} Site
 * @property {(path: string) => string} at the address of a file beside this one
 * @property {(path: string) => Promise<any>} load
 * @property {typeof runFile} runFile
 */

/**
 * What an explorer is given: what its model begins with, where its answers come from, and how it is drawn.
 *
 * @typedef {Source & {
 *   shared: Partial<ModelState>,
 *   scenario: Scenario,
 *   whole: (some: Scenario, base?: Scenario) => Scenario,
 *   encode: (state: ReaderState, name: string) => string,
 *   ready?: (scenarios: Scenario[]) => Promise<unknown>,
 *   adopt?: (model: PageModel) => void,
 *   render: (place: { model: PageModel, el: HTMLElement }) => () => void,
 * }} Host
 */

/** What stands in an explorer's place once it is loaded. */
/** @typedef {{ module: Module, host: Host, model: PageModel }} Loaded */

/**
 * An explorer's place on the page. `key` is the page and the explorer's name.
 *
 * @typedef {{ name: string, key: string, loaded: Loaded | null, touched: boolean, close: () => void }} Place
 */

/** @typedef {{ state: ReaderState, notice?: string, touched: boolean }} Opening */

const WRITTEN = 300; // milliseconds: browsers refuse to have their address changed all the time
const FAILED = "The explorer could not be started, so this is a still picture.";
/** @type {(keyof ReaderState)[]} */
const STATE = ["scenario", "other", "at", "frame", "clock"];
const FIRST = /** @type {const} */ ({ other: {}, at: "", frame: -1, clock: "call" });

/** @param {string} path */
const at = (path) => new URL(path, import.meta.url).href;

/** @param {string} path */
async function fetchJson(path) {
  const answer = await fetch(at(path));
  if (!answer.ok) throw new Error(`${answer.status} for ${path}`);
  return answer.json();
}

/** What lasts as long as the document: instant navigation shows one page after the other in it. */
const page = {
  files: new SiteFiles(fetchJson),
  /** @type {Map<HTMLElement, Place>} */
  places: new Map(),
  /** The state in which the reader left an explorer, by its key. @type {Map<string, ReaderState>} */
  left: new Map(),
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  writing: undefined,
  /** How the reader came here: by a link, by going back, by loading the page again. */
  arrival: arrivalOfDocument(),
};

function arrivalOfDocument() {
  const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  return /** @type {string} */ (entry?.type ?? "navigate");
}

window.navigation?.addEventListener("navigate", ({ navigationType }) => {
  if (navigationType !== "replace") page.arrival = navigationType; // the theme and this module replace entries
});

/** Scroll to the explorer only if the reader followed a link. On back or reload the browser restores the position. */
const followedLink = () => page.arrival === "navigate" || page.arrival === "push";

/**
 * The style sheet stands in the explorer itself: instant navigation does not carry the page's head along.
 *
 * @param {HTMLElement} el
 * @param {string} sheet
 * @returns {Promise<void>}
 */
function addStyle(el, sheet) {
  return new Promise((done, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = at(sheet);
    link.onload = () => done();
    link.onerror = () => failed(new Error(`${sheet} could not be read`));
    el.append(link);
  });
}

// --- where a state is kept: in the address, and for as long as the document lives in memory -------------------

/**
 * @param {PageModel} model
 * @returns {ReaderState}
 */
const stateOf = (model) => /** @type {any} */ (Object.fromEntries(STATE.map((name) => [name, model.get(name)])));

/** Write the states of all explorers that the reader has touched into the address, without a new history entry. */
function writeAddress() {
  clearTimeout(page.writing);
  const { pathname, hash } = location;
  page.writing = setTimeout(() => {
    // The reader has followed a link meanwhile, and what it says may not have been read yet.
    if (location.pathname !== pathname || location.hash !== hash) return;
    const states = [...page.places.values()].flatMap(({ name, loaded, touched }) =>
      loaded && touched ? [loaded.host.encode(stateOf(loaded.model), name)] : [],
    );
    const wanted = states.length ? `#${states.join("&")}` : "";
    if (wanted && wanted !== location.hash)
      history.replaceState(history.state, "", pathname + location.search + wanted);
  }, WRITTEN);
}

/**
 * The state that the address has for an explorer, and what of it was not understood; null if it has none.
 *
 * @param {string} name
 * @param {Loaded} loaded
 * @returns {Opening | null}
 */
function readAddress(name, { module, model, host }) {
  const found = module.split(location.hash);
  const names = [...page.places.values()].map((place) => place.name);
  // The first explorer of the page tells of those that the page does not have.
  const strays = name === names[0] ? Object.keys(found).filter((other) => !names.includes(other)) : [];
  if (!found[name] && !strays.length) return null;
  const { frames } = model.get("legend").memory;
  const { state, complaints } = module.understand(found[name] ?? [], model.get("controls"), frames);
  const scenario = host.whole(state.scenario);
  const other = Object.keys(state.other).length ? host.whole(state.other, scenario) : {};
  const notice = module.leftOut([...strays.map(module.noSuchExplorer), ...complaints]);
  return { state: { ...state, scenario, other }, notice, touched: Boolean(found[name]) };
}

/**
 * Put an explorer into a state.
 *
 * @param {Place} place
 * @param {PageModel} model
 * @param {Opening} opening
 */
function put(place, model, { state, notice = "", touched }) {
  place.touched = touched;
  for (const name of STATE) model.set(name, state[name]);
  model.set("notice", notice);
  model.ask();
  page.left.set(place.key, stateOf(model));
}

// --- coming and going ---------------------------------------------------------------------------------------

/**
 * The host of a chapter's explorer: its index says all but the runs, which are a file each.
 *
 * @param {string} kind
 * @param {Promise<Module>} explorer
 * @returns {Promise<Host>}
 */
async function openChapter(kind, explorer) {
  const [index, module] = await Promise.all([page.files.load(`explorers/${encodeURIComponent(kind)}.json`), explorer]);
  const { controls, messages, legend, base, defaults, by_kernel, own, scenario: first } = index;
  const runs = new ChapterRuns(kind, index, page.files);
  return {
    shared: { controls, messages, legend, base, defaults, by_kernel, own },
    scenario: first,
    answer: (scenario) => runs.answer(scenario),
    nearby: ({ scenario }) => (savesData() ? [] : runs.prefetches(scenario)),
    whole: (some, from = first) => ({ ...from, ...some }),
    encode: (state, name) => module.encode(name, state),
    ready: (scenarios) => Promise.all(scenarios.map((scenario) => runs.answer(scenario))),
    lost: (model, { message }) => model.set("error", `The run of these settings could not be fetched (${message}).`),
    render: module.render,
  };
}

/** Whether the reader has asked that little be fetched. Not every browser tells. */
const savesData = () => /** @type {any} */ (navigator).connection?.saveData ?? false;

/**
 * The host of the explorer that has every switch, and its style sheet.
 *
 * @param {HTMLElement} el
 * @returns {Promise<Host>}
 */
async function openFullExplorer(el) {
  const [{ open }] = await Promise.all([import("./full-explorer.js"), addStyle(el, "full-explorer.css")]);
  return open({ at, runFile, load: (path) => page.files.load(path) });
}

/** What draws an explorer, and what reads its address. Only pages with an explorer pay for it. */
async function importExplorer() {
  const [{ render }, address] = await Promise.all([import("./explorer.js"), import("./address.js")]);
  return { ...address, render };
}

/**
 * @param {HTMLElement} el
 * @param {string} kind
 * @returns {Promise<{ module: Module, host: Host }>}
 */
async function load(el, kind) {
  const explorer = importExplorer();
  const style = addStyle(el, "explorer.css"); // before any that goes beyond it
  const opened = kind === "machine" ? openFullExplorer(el) : openChapter(kind, explorer);
  const [module, host] = await Promise.all([explorer, opened, style]);
  return { module, host };
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {Host} host
 */
function firstState(element, name, host) {
  const { explorer = "", machine = "" } = element.dataset;
  return /** @type {ModelState} */ ({
    ...host.shared,
    name: explorer,
    place: name,
    page: location.href.split("#")[0],
    machine_page: machine && new URL(machine, location.href).href,
    ...FIRST,
    scenario: host.scenario,
    view: null,
    other_view: null,
    error: "",
    notice: "",
  });
}

/**
 * Load an explorer, open it in the state that the address or the reader's last visit names, and draw it.
 *
 * @param {HTMLElement} element
 * @param {HTMLElement} el what it is drawn into
 * @param {Place} place
 */
async function start(element, el, place) {
  const { module, host } = await load(el, element.dataset.explorer ?? "");
  const model = new PageModel(firstState(element, place.name, host), host, () => {
    place.touched = true;
    page.left.set(place.key, stateOf(model));
    writeAddress();
  });
  const loaded = { module, host, model };
  place.loaded = loaded;
  const linked = readAddress(place.name, loaded);
  const left = page.left.get(place.key);
  const opening = linked ?? (left ? { state: left, touched: true } : null);
  const { scenario, other } = opening?.state ?? stateOf(model);
  await host.ready?.([scenario, other].filter((side) => Object.keys(side).length));
  if (!element.isConnected) return;
  host.adopt?.(model);
  if (opening) put(place, model, opening);
  else model.ask();
  el.hidden = false;
  const close = host.render({ model, el });
  place.close = () => {
    close();
    model.close();
  };
  if (linked && followedLink()) element.scrollIntoView();
}

/**
 * Put an explorer in place of its still picture. If that fails, the picture stays and the reader is told.
 *
 * @param {HTMLElement} element
 * @param {string} name
 */
async function mount(element, name) {
  if (page.places.has(element)) return;
  /** @type {Place} */
  const place = { name, key: `${location.pathname} ${name}`, loaded: null, touched: false, close: () => {} };
  page.places.set(element, place);
  const still = /** @type {HTMLElement | null} */ (element.querySelector(".kx-still"));
  const el = document.createElement("div");
  el.hidden = true;
  element.append(el);
  try {
    await start(element, el, place);
    if (still) still.hidden = true;
  } catch (problem) {
    place.close();
    el.remove();
    if (still) still.hidden = false;
    const line = document.createElement("p");
    line.className = "kx-failed";
    line.textContent = `${FAILED} (${/** @type {Error} */ (problem).message})`;
    element.append(line);
  }
}

function scan() {
  for (const [element, { close }] of page.places) {
    if (element.isConnected) continue;
    close();
    page.places.delete(element);
  }
  /** @type {Record<string, number>} */
  const count = {};
  const found = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".kx-explorer[data-explorer]"));
  for (const element of found) {
    const kind = element.dataset.explorer ?? "";
    count[kind] = (count[kind] ?? 0) + 1;
    mount(element, count[kind] > 1 ? `${kind}.${count[kind]}` : kind);
  }
}

// A heading's anchor leaves the explorers alone. The bare address is the chapter as it was opened.
addEventListener("hashchange", ({ oldURL }) => {
  for (const [element, place] of page.places) {
    if (!place.loaded) continue;
    const { module, host, model } = place.loaded;
    const linked = readAddress(place.name, place.loaded);
    if (linked) {
      put(place, model, linked);
      if (followedLink()) element.scrollIntoView();
    } else if (!location.hash && module.split(new URL(oldURL).hash)[place.name]) {
      put(place, model, { state: { ...FIRST, scenario: host.scenario }, touched: false });
    }
  }
});

// Material announces every page that it shows without a reload; elsewhere a page is shown once.
if (window.document$) window.document$.subscribe(scan);
else scan();

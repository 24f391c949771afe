// The files that lie beside a page's scripts: an explorer's index, and a file for each run that its switches can make
// (kexecdoc/web/precomputed.py writes them).

/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Control} Control */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Answer} Answer */

/**
 * The index of a chapter's explorer. `refused` says of a combination that makes no run what is wrong with it.
 *
 * @typedef {Pick<import("./types.js").ExplorerState,
 *     "controls" | "messages" | "legend" | "base" | "defaults" | "by_kernel" | "own" | "scenario">
 *   & { refused: Record<string, string> }} Index
 */

/** Files by their path, each fetched once. Instant navigation mounts a page again and again. */
export class SiteFiles {
  /** @type {Map<string, Promise<any>>} */
  asked = new Map();
  /** @type {Map<string, any>} */
  here = new Map();

  /** @param {(path: string) => Promise<any>} fetchJson */
  constructor(fetchJson) {
    this.fetchJson = fetchJson;
  }

  /**
   * What a file has. If it does not come, the next call tries again.
   *
   * @param {string} path
   */
  load(path) {
    const known = this.asked.get(path);
    if (known) return known;
    const coming = this.fetchJson(path);
    this.asked.set(path, coming);
    coming.then(
      (content) => this.here.set(path, content),
      () => this.asked.delete(path),
    );
    return coming;
  }

  /**
   * What a file has: at once if it is here, else its promise.
   *
   * @param {string} path
   */
  get(path) {
    return this.here.get(path) ?? this.load(path);
  }
}

/**
 * The name of a combination of switches, as kexecdoc/web/precomputed.py has it.
 *
 * @param {string[]} names
 * @param {Scenario} scenario
 */
export const combination = (names, scenario) => names.map((name) => scenario[name]).join("--");

/**
 * The file of a run.
 *
 * @param {string} explorer
 * @param {string[]} names the explorer's switches
 * @param {Scenario} scenario
 */
export const runFile = (explorer, names, scenario) =>
  `explorers/${encodeURIComponent(explorer)}/${encodeURIComponent(combination(names, scenario))}.json`;

/**
 * The scenarios that one flip of a switch leads to.
 *
 * @param {Control[]} controls
 * @param {Scenario} scenario
 */
export const neighbours = (controls, scenario) =>
  controls.flatMap(({ name, choices }) =>
    choices.filter(({ value }) => value !== scenario[name]).map(({ value }) => ({ ...scenario, [name]: value })),
  );

/** The runs of a chapter's explorer. */
export class ChapterRuns {
  /**
   * @param {string} name
   * @param {Index} index
   * @param {SiteFiles} files
   */
  constructor(name, index, files) {
    this.name = name;
    this.index = index;
    this.files = files;
    this.names = index.controls.map((control) => control.name);
  }

  /**
   * The run of a scenario, or why there is none: at once if it is here, else its promise.
   *
   * @param {Scenario} scenario
   * @returns {Answer | Promise<Answer>}
   */
  answer(scenario) {
    const error = this.index.refused[combination(this.names, scenario)];
    return error ? { error } : this.files.get(runFile(this.name, this.names, scenario));
  }

  /**
   * What to fetch before the reader asks for it: a function for each run that one flip leads to.
   *
   * @param {Scenario} scenario
   * @returns {(() => Promise<Answer>)[]}
   */
  prefetches(scenario) {
    return neighbours(this.index.controls, scenario).map((flipped) => async () => this.answer(flipped));
  }
}

// Finds the known lines of a console log. It has the same patterns as kexecdoc/reading/doctor.py, and does the same
// with them.

/**
 * @typedef {object} KnownMessage what messages.json has of a message
 * @property {string} harm
 * @property {string} meaning
 * @property {number} chapter
 * @property {string} [advice]
 * @property {string} [marks] the path that the message is a sign of
 */

/**
 * @typedef {object} Patterns what messages.json has
 * @property {string} prefix what can stand before what the kernel said
 * @property {string} noise
 * @property {string} release
 * @property {number} longest
 * @property {[pattern: string, id: string, since: string, before: string][]} patterns the most specific first
 * @property {Record<string, { sign: string, word: string }>} harms from the least to the worst
 * @property {Record<string, KnownMessage>} messages
 * @property {Record<string, string>} [chapters] where they are
 * @property {string} [example]
 */

/** @typedef {{ pattern: RegExp, id: string, since: string, before: string }} Wording */

/**
 * @typedef {Omit<Patterns, "prefix" | "noise" | "release" | "patterns">
 *   & { prefix: RegExp, noise: RegExp, release: RegExp, patterns: Wording[] }} Known
 */

/** @typedef {{ number: number, text: string, id: string, since: string, before: string }} Finding */

/**
 * @typedef {object} Reading
 * @property {Finding[]} findings
 * @property {number} lines how many there are
 * @property {string[]} releases what the banners name
 */

const WIDTH = 10; // milliseconds of work between two pauses

/**
 * @param {Patterns} data
 * @returns {Known}
 */
export function compile(data) {
  return {
    ...data,
    prefix: new RegExp(data.prefix),
    noise: new RegExp(data.noise, "g"),
    release: new RegExp(data.release),
    patterns: data.patterns.map(([pattern, id, since, before]) => ({
      pattern: new RegExp(`^${pattern}`),
      id,
      since,
      before,
    })),
  };
}

/**
 * What the kernel said in a line of a log, without what stands before it.
 *
 * @param {string} line
 * @param {Known} known
 */
export function spoken(line, known) {
  const said = line.replace(known.noise, "");
  const prefix = said.match(known.prefix)?.[0] ?? "";
  return said.slice(prefix.length).slice(0, known.longest).trimEnd();
}

/**
 * The wording that a line has; undefined if it is unknown.
 *
 * @param {string} said
 * @param {Known} known
 */
const identify = (said, known) => known.patterns.find(({ pattern }) => pattern.test(said));

/**
 * Read a log. It yields after each line, so that its caller can pause, and returns the reading.
 *
 * @param {string} text
 * @param {Known} known
 * @returns {Generator<number, Reading, void>}
 */
export function* read(text, known) {
  const lines = text ? text.replace(/\n$/, "").split("\n") : [];
  /** @type {Finding[]} */
  const findings = [];
  /** @type {string[]} */
  const releases = [];
  for (const [n, line] of lines.entries()) {
    const said = spoken(line, known);
    const found = said && identify(said, known);
    if (found) {
      const { id, since, before } = found;
      findings.push({ number: n + 1, text: said, id, since, before });
      const release = said.match(known.release);
      if (release?.index === 0) releases.push(release[1]);
    }
    yield n;
  }
  return { findings, lines: lines.length, releases };
}

/**
 * Read a log in one go.
 *
 * @param {string} text
 * @param {Known} known
 */
export function readAll(text, known) {
  const reading = read(text, known);
  for (;;) {
    const step = reading.next();
    if (step.done) return step.value;
  }
}

/**
 * Run a reading a few milliseconds at a time, so that the page stays alive. null if it is not wanted any more.
 *
 * @template Result
 * @param {Generator<unknown, Result, void>} reading
 * @param {{ now: () => number, pause: () => Promise<void>, wanted: () => boolean }} page
 */
export async function inSlices(reading, { now, pause, wanted }) {
  let until = now() + WIDTH;
  for (;;) {
    const step = reading.next();
    if (step.done) return step.value;
    if (now() < until) continue;
    await pause();
    if (!wanted()) return null;
    until = now() + WIDTH;
  }
}

/**
 * What happened, in a few words: the path, the kernels, and how many lines there are of each harm.
 *
 * @param {Reading} reading
 * @param {Known} known
 */
export function summary({ findings, lines, releases }, known) {
  const count = `${lines.toLocaleString("en")} line${lines === 1 ? "" : "s"}`;
  if (!findings.length) return `Nothing of this is known here (${count}).`;
  const said = [...new Set(findings.map(({ id }) => known.messages[id].marks).filter(Boolean))];
  const path = said.join(", then ") || "which path was taken, no line says";
  const kernels = releases.length ? byBanner(releases) : byWords(findings);
  const harms = Object.entries(known.harms)
    .map(/** @returns {[number, string]} */ ([name, { word }]) => [countOf(findings, known, name), word])
    .filter(([n]) => n)
    .map(([n, word]) => `${n.toLocaleString("en")} ${word}`);
  const counted = `Known: ${findings.length.toLocaleString("en")} of ${count} (${harms.join(", ")}).`;
  return [`${path[0].toUpperCase()}${path.slice(1)}.`, kernels && `${kernels}.`, counted].filter(Boolean).join(" ");
}

/**
 * @param {Finding[]} findings
 * @param {Known} known
 * @param {string} harm
 */
const countOf = (findings, known, harm) => findings.filter(({ id }) => known.messages[id].harm === harm).length;

/** @param {string[]} releases */
function byBanner(releases) {
  /** @type {{ release: string, times: number }[]} */
  const kernels = [];
  for (const release of releases) {
    const last = kernels.at(-1);
    if (last?.release === release) last.times++;
    else kernels.push({ release, times: 1 });
  }
  const often = ["", "", ", twice"];
  return `Linux ${kernels.map(({ release, times }) => release + (often[times] ?? `, ${times} times`)).join(", then ")}`;
}

/** @param {Finding[]} findings */
function byWords(findings) {
  /** @param {"since" | "before"} name */
  const bounds = (name) =>
    findings
      .map((finding) => finding[name])
      .filter(Boolean)
      .sort(compareVersions);
  const [since, before] = [bounds("since").at(-1), bounds("before")[0]];
  if (since && before && compareVersions(since, before) >= 0)
    return "Two kernels spoke, and there is no banner to tell them apart";
  const known = [since && `v${since} or later`, before && `before v${before}`].filter(Boolean).join(", and ");
  return known && `There is no banner; by its words it is Linux ${known}, or about that`;
}

/**
 * @param {string} a
 * @param {string} b
 */
function compareVersions(a, b) {
  const [[x, y], [u, v]] = [a, b].map((version) => version.split(".").map(Number));
  return x - u || y - v;
}

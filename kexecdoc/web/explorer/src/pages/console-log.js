// The page "Reading your console log": finds the known lines of a log that a reader pastes. The log stays in this page.

import { compile, inSlices, read, summary } from "../console-log-reader.js";
import { make, prose } from "../dom.js";

/** @typedef {import("../console-log-reader.js").Known} Known */
/** @typedef {import("../console-log-reader.js").Reading} Reading */
/** @typedef {import("../console-log-reader.js").Finding} Finding */

const SHOWN = 100_000; // letters: a box with a million takes a browser most of a second to lay out
const QUIET = 200; // milliseconds without a keystroke after which the log is read

/** The theme makes the page again on the way to a heading of its own. The reader's log survives that. */
const reader = { log: "" };

/**
 * Go to a place in this page. The theme would fetch the page again, and so remove the list that led there.
 *
 * @param {MouseEvent} event
 */
function follow(event) {
  const link = /** @type {HTMLAnchorElement | null} */ (
    event.target instanceof Element ? event.target.closest('a[href^="#"]') : null
  );
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  event.stopPropagation();
  const row = /** @type {HTMLElement} */ (target.closest("li,tr"));
  for (const other of document.querySelectorAll(".kx-here")) other.classList.remove("kx-here");
  row.classList.add("kx-here");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  if (link.hash.startsWith("#msg-")) history.pushState(null, "", link.hash);
  target.scrollIntoView();
}

/**
 * What is known of one message: how bad it is, its first line, what it means, what to do, and where to read on.
 *
 * @param {Finding[]} findings all of this message
 * @param {Known} known
 * @param {Map<string, number>} advised advice that was given before, and at which line
 * @param {string} base the address of this module
 */
function entry([first, ...more], known, advised, base) {
  const { harm, meaning, advice, chapter } = known.messages[first.id];
  const { sign, word } = known.harms[harm];
  const el = make(
    "li",
    { class: `kx-log-${harm}`, id: `found-${first.number}`, "data-message": first.id },
    make(
      "p",
      { class: "kx-log-head" },
      make(
        "span",
        { class: `kx-harm kx-harm-${harm}` },
        make("span", { "aria-hidden": "true", text: sign }),
        ` ${word}`,
      ),
      ` line ${inEnglish(first.number)}`,
      more.length ? `, and ${inEnglish(more.length)} more` : "",
    ),
    make("code", { class: "kx-log-line", text: first.text }),
    make("p", {}, ...prose(meaning)),
  );
  if (advice) {
    const before = advised.get(advice);
    if (before === undefined) advised.set(advice, first.number);
    const what =
      before === undefined
        ? prose(advice)
        : ["what is said at ", make("a", { href: `#found-${before}`, text: `line ${inEnglish(before)}` }), "."];
    el.append(make("p", {}, make("b", { text: "Do: " }), ...what));
  }
  if (harm === "routine") return el;
  const url = known.chapters?.[chapter];
  el.append(
    make(
      "p",
      { class: "kx-log-links" },
      make("a", { href: `#msg-${first.id}`, text: "In the tables" }),
      url && " · ",
      url && make("a", { href: new URL(`../../${url}`, base).href, text: `Chapter ${chapter}` }),
    ),
  );
  return el;
}

/** @param {number} count */
const inEnglish = (count) => count.toLocaleString("en");

/** @param {Finding[]} findings */
function byMessage(findings) {
  /** @type {Map<string, Finding[]>} */
  const groups = new Map();
  for (const finding of findings) {
    const group = groups.get(finding.id);
    if (group) group.push(finding);
    else groups.set(finding.id, [finding]);
  }
  return [...groups.values()];
}

/**
 * The line to begin with: the first of the worst. Nothing if none is worth it.
 *
 * @param {Finding[][]} groups
 * @param {Known} known
 */
function worstOf(groups, known) {
  const order = Object.keys(known.harms);
  /** @param {Finding[]} group */
  const rank = ([first]) => order.indexOf(known.messages[first.id].harm);
  const worst = groups.reduce((a, b) => (rank(b) > rank(a) ? b : a));
  if (rank(worst) < 2) return [];
  const [{ number, id }] = worst;
  const { sign, word } = known.harms[known.messages[id].harm];
  return [
    "Begin with ",
    make("a", { href: `#found-${number}`, text: `line ${inEnglish(number)}` }),
    `, the first that is marked ${sign} ${word}.`,
  ];
}

/**
 * @param {HTMLElement} place
 * @param {string} base the address of this module
 */
function mount(place, base) {
  const note = make("p", {
    class: "kx-log-note",
    id: "kx-log-note",
    text: "It is read in this page, as you paste it. Nothing of it is sent anywhere.",
  });
  const text = make("textarea", {
    id: "kx-log-text",
    rows: 7,
    spellcheck: "false",
    autocomplete: "off",
    wrap: "off",
    "aria-describedby": "kx-log-note",
  });
  const status = make("p", { class: "kx-log-summary", role: "status" });
  const worst = make("p", { class: "kx-log-worst", hidden: true });
  const list = make("ol", { class: "kx-log-found", "aria-label": "The known lines, in the order of your log" });
  const file = make("input", { type: "file", id: "kx-log-file", class: "kx-log-file" });
  const example = make("button", { type: "button", class: "md-button", text: "Show me an example" });
  const clear = make("button", { type: "button", class: "md-button", text: "Clear", hidden: true });
  const pick = make("label", { for: "kx-log-file", class: "md-button kx-log-pick", text: "Open a file" });
  place.replaceChildren(
    make("label", {
      for: "kx-log-text",
      class: "kx-log-label",
      text: "Paste your console log, or the part around the jump",
    }),
    text,
    make("div", { class: "kx-log-row" }, file, pick, example, clear),
    note,
    status,
    worst,
    list,
  );

  /** @type {Promise<Known | null> | null} */
  let asked = null; // the patterns, once somebody has a log to read
  const patterns = () => {
    asked ??= fetch(new URL("messages.json", base))
      .then((answer) => answer.json())
      .then(compile)
      .catch(() => {
        asked = null; // the next attempt may succeed
        return null;
      });
    return asked;
  };
  let turn = 0; // the number of the latest reading: an older one gives up
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function look() {
    const mine = ++turn;
    clear.hidden = !reader.log;
    if (!reader.log.trim()) return show(null, null);
    const known = await patterns();
    if (mine !== turn) return;
    if (!known) {
      show(null, null);
      status.textContent = "The patterns could not be loaded. The tables below have every line.";
      return;
    }
    const found = await inSlices(read(reader.log, known), {
      now: () => performance.now(),
      pause: () => new Promise((go) => setTimeout(go)),
      wanted: () => mine === turn,
    });
    if (found) show(found, known);
  }

  /**
   * @param {Reading | null} found
   * @param {Known | null} known
   */
  function show(found, known) {
    worst.hidden = true;
    list.replaceChildren();
    status.textContent = found && known ? summary(found, known) : "";
    if (!found?.findings.length || !known) return;
    const groups = byMessage(found.findings);
    const advised = new Map();
    list.append(...groups.map((group) => entry(group, known, advised, base)));
    const first = worstOf(groups, known);
    worst.hidden = !first.length;
    worst.replaceChildren(...first);
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(look, QUIET);
  }

  /**
   * Take a log as the reader's own. A very long one is read whole, and shown in part.
   *
   * @param {string} value
   */
  function put(value) {
    reader.log = value;
    const rest = value.length - SHOWN;
    text.readOnly = rest > 0;
    text.value =
      rest > 0
        ? `${value.slice(0, SHOWN)}\n[${rest.toLocaleString("en")} more letters are read, and not shown here]`
        : value;
    text.scrollTop = 0;
    soon();
  }

  place.addEventListener("click", follow);
  text.addEventListener("input", () => {
    reader.log = text.value;
    soon();
  });
  text.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    if (pasted.length <= SHOWN && !text.readOnly) return; // the browser does it better
    event.preventDefault();
    const [from, to] = text.readOnly ? [0, reader.log.length] : [text.selectionStart, text.selectionEnd];
    put(reader.log.slice(0, from) + pasted + reader.log.slice(to));
  });
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (chosen) put(await chosen.text());
    file.value = "";
  });
  example.addEventListener("click", async () => {
    const known = await patterns();
    if (known?.example) put(known.example);
    else status.textContent = "The example could not be loaded.";
  });
  clear.addEventListener("click", () => {
    put("");
    text.focus();
  });
  if (reader.log) put(reader.log);
}

function begin() {
  const place = /** @type {HTMLElement | null} */ (document.querySelector(".kx-log"));
  if (place && !place.querySelector("textarea")) mount(place, import.meta.url);
}

if (window.document$) window.document$.subscribe(begin);

// @ts-nocheck
// The page "Reading your console log": finds the known lines of a log that a reader pastes. It has the same patterns as
// kexecdoc/reading/doctor.py, and does the same with them. What is pasted stays in this page.

const WIDTH = 10; // ms of work between two looks at the reader
const SHOWN = 100_000; // letters: a box with a million takes a browser most of a second to lay out

/** Compile what messages.json has. */
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

/** What the kernel said in a line of a log, without what stands before it. */
export function spoken(line, known) {
  const said = line.replace(known.noise, "");
  return said.slice(said.match(known.prefix)[0].length).slice(0, known.longest).trimEnd();
}

/** The wording that a line has: the message's id and the versions that have these words; undefined if it is unknown. */
export function identify(said, known) {
  return known.patterns.find(({ pattern }) => pattern.test(said));
}

/**
 * Read a log. A generator, which yields after each line so that whoever runs it can do something else for a while, and
 * returns the findings, the number of lines, and the releases that the banners name.
 */
export function* read(text, known) {
  const lines = text ? text.replace(/\n$/, "").split("\n") : [];
  const findings = [];
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

/** What happened, in a few words: the path, the kernels, and how many lines there are of each harm. */
export function summary({ findings, lines, releases }, known) {
  const count = `${lines.toLocaleString("en")} line${lines === 1 ? "" : "s"}`;
  if (!findings.length) return `Nothing of this is known here (${count}).`;
  const said = [...new Set(findings.map(({ id }) => known.messages[id].marks).filter(Boolean))];
  const path = said.join(", then ") || "which path was taken, no line says";
  const who = releases.length ? byBanner(releases) : byWords(findings);
  const harms = Object.entries(known.harms)
    .map(([name, { word }]) => [findings.filter(({ id }) => known.messages[id].harm === name).length, word])
    .filter(([n]) => n)
    .map(([n, word]) => `${n.toLocaleString("en")} ${word}`);
  return `${path[0].toUpperCase()}${path.slice(1)}.${who && ` ${who}.`} Known: ${findings.length.toLocaleString("en")} of ${count} (${harms.join(", ")}).`;
}

function byBanner(releases) {
  const kernels = [];
  for (const release of releases) {
    const last = kernels.at(-1);
    if (last?.release === release) last.times++;
    else kernels.push({ release, times: 1 });
  }
  const often = ({ release, times }) => release + ({ 1: "", 2: ", twice" }[times] ?? `, ${times} times`);
  return `Linux ${kernels.map(often).join(", then ")}`;
}

function byWords(findings) {
  const bounds = (name) =>
    findings
      .map((finding) => finding[name])
      .filter(Boolean)
      .sort(older);
  const [since, before] = [bounds("since").at(-1), bounds("before")[0]];
  if (since && before && older(since, before) >= 0)
    return "Two kernels spoke, and there is no banner to tell them apart";
  const known = [since && `v${since} or later`, before && `before v${before}`].filter(Boolean).join(", and ");
  return known && `There is no banner; by its words it is Linux ${known}, or about that`;
}

/** Which of two versions is older: negative if it is the first. */
function older(a, b) {
  const [[x, y], [u, v]] = [a, b].map((version) => version.split(".").map(Number));
  return x - u || y - v;
}

// --- the page -------------------------------------------------------------------------------------------

function make(tag, attributes = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") el.textContent = value;
    else if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (value === true) el.setAttribute(name, "");
    else if (value !== false) el.setAttribute(name, value);
  }
  el.append(...children);
  return el;
}

/** Text in which what stands between backquotes is code. */
function prose(text) {
  return text.split("`").map((part, n) => (n % 2 ? make("code", { text: part }) : part));
}

let kept = ""; // the reader's log: the theme's navigation makes the page anew, even on the way to one of its own headings

/** Lead to a place in this page. The theme would fetch the page again, and so take the list away that led there. */
function lead(event) {
  const link = event.target.closest?.('a[href^="#"]');
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  event.stopPropagation();
  const row = target.closest("li,tr");
  for (const other of document.querySelectorAll(".kx-here")) other.classList.remove("kx-here");
  row.classList.add("kx-here");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  if (link.hash.startsWith("#msg-")) history.pushState(null, "", link.hash);
  target.scrollIntoView();
}

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

  let asked; // the patterns, once somebody has a log to read
  const patterns = () =>
    (asked ??= fetch(new URL("messages.json", base))
      .then((answer) => answer.json())
      .then(compile)
      .catch(() => (asked = null))); // null, and the next attempt may succeed
  let turn = 0; // the number of the latest reading: an older one gives up
  let timer;

  async function look() {
    const mine = ++turn;
    clear.hidden = !kept;
    if (!kept.trim()) return show(null);
    const known = await patterns();
    if (mine !== turn) return;
    if (!known) {
      show(null);
      status.textContent = "The patterns could not be loaded. The tables below have every line.";
      return;
    }
    const reading = read(kept, known);
    let until = performance.now() + WIDTH;
    for (let step = reading.next(); ; step = reading.next()) {
      if (step.done) return show(step.value, known);
      if (performance.now() < until) continue;
      await new Promise((go) => setTimeout(go));
      if (mine !== turn) return;
      until = performance.now() + WIDTH;
    }
  }

  function show(found, known) {
    worst.hidden = true;
    list.replaceChildren();
    status.textContent = found ? summary(found, known) : "";
    if (!found?.findings.length) return;
    const groups = new Map();
    for (const finding of found.findings) {
      if (groups.has(finding.id)) groups.get(finding.id).push(finding);
      else groups.set(finding.id, [finding]);
    }
    const advised = new Map();
    list.append(...[...groups.values()].map((group) => entry(group, known, advised)));
    const order = Object.keys(known.harms);
    const rank = ([first]) => order.indexOf(known.messages[first.id].harm);
    const first = [...groups.values()].reduce((a, b) => (rank(b) > rank(a) ? b : a));
    if (rank(first) < 2) return;
    const [{ number, id }] = first;
    const { sign, word } = known.harms[known.messages[id].harm];
    worst.hidden = false;
    worst.replaceChildren(
      "Begin with ",
      make("a", { href: `#found-${number}`, text: `line ${number.toLocaleString("en")}` }),
      `, the first that is marked ${sign} ${word}.`,
    );
  }

  function entry([first, ...more], known, advised) {
    const { harm, meaning, advice, chapter } = known.messages[first.id];
    const { sign, word } = known.harms[harm];
    const head = make(
      "p",
      { class: "kx-log-head" },
      make(
        "span",
        { class: `kx-harm kx-harm-${harm}` },
        make("span", { "aria-hidden": "true", text: sign }),
        ` ${word}`,
      ),
      ` line ${first.number.toLocaleString("en")}`,
      more.length ? `, and ${more.length.toLocaleString("en")} more` : "",
    );
    const el = make(
      "li",
      { class: `kx-log-${harm}`, id: `found-${first.number}`, "data-message": first.id },
      head,
      make("code", { class: "kx-log-line", text: first.text }),
      make("p", {}, ...prose(meaning)),
    );
    if (advice) {
      const before = advised.get(advice);
      if (before === undefined) advised.set(advice, first.number);
      const what =
        before === undefined
          ? prose(advice)
          : [
              "what is said at ",
              make("a", { href: `#found-${before}`, text: `line ${before.toLocaleString("en")}` }),
              ".",
            ];
      el.append(make("p", {}, make("b", { text: "Do: " }), ...what));
    }
    if (harm === "routine") return el;
    const url = known.chapters[chapter];
    const links = [make("a", { href: `#msg-${first.id}`, text: "In the tables" })];
    if (url) links.push(" · ", make("a", { href: new URL(`../../${url}`, base).href, text: `Chapter ${chapter}` }));
    el.append(make("p", { class: "kx-log-links" }, ...links));
    return el;
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(look, 200);
  }

  /** Take a log as the reader's own. A very long one is read whole, and shown in part. */
  function put(value) {
    kept = value;
    const rest = value.length - SHOWN;
    text.readOnly = rest > 0;
    text.value =
      rest > 0
        ? `${value.slice(0, SHOWN)}\n[${rest.toLocaleString("en")} more letters are read, and not shown here]`
        : value;
    text.scrollTop = 0;
    soon();
  }

  place.addEventListener("click", lead);
  text.addEventListener("input", () => {
    kept = text.value;
    soon();
  });
  text.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    if (pasted.length <= SHOWN && !text.readOnly) return; // the browser does it better
    event.preventDefault();
    const [from, to] = text.readOnly ? [0, kept.length] : [text.selectionStart, text.selectionEnd];
    put(kept.slice(0, from) + pasted + kept.slice(to));
  });
  file.addEventListener("change", async () => {
    if (file.files.length) put(await file.files[0].text());
    file.value = "";
  });
  example.addEventListener("click", async () => {
    const known = await patterns();
    if (known) put(known.example);
    else status.textContent = "The example could not be loaded.";
  });
  clear.addEventListener("click", () => {
    put("");
    text.focus();
  });
  if (kept) put(kept);
}

function begin() {
  const place = document.querySelector(".kx-log");
  if (place && !place.querySelector("textarea")) mount(place, import.meta.url);
}

if (window.document$) window.document$.subscribe(begin);

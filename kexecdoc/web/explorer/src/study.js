// @ts-nocheck
// A small study: the outcomes of many seeds, of the machine as it is or of every value of a switch, counted as they come.

import { make, say } from "./dom.js";
import { changed, equal, flipped, inactiveReason, parseValue, toStrings } from "./registry.js";
import { number } from "./words.js";

const SEED = "seed"; // what every study varies
const TENTHS = 10; // how many times it is read out how far a study is

const percent = (share) => `${(100 * share).toFixed(1)} %`;

export function study(store, { ask }) {
  const { model } = store;
  const uid = `${store.uid}-study`;
  const registry = store.registry();
  const controls = model.get("controls");
  const many = model.get("seeds");
  const control = (name) => controls.find((c) => c.name === name);
  const groups = [...new Set(controls.map(({ group }) => group))];
  const option = ({ name, label }) => make("option", { value: name, text: `${label} (${name})` });
  const options = (group) => controls.filter((c) => c.group === group && c.name !== SEED).map(option);

  const vary = make(
    "select",
    { class: "kx-select", id: `${uid}-vary`, onchange: sync },
    make("option", { value: "", text: "nothing else: this machine" }),
    ...groups.map((group) => make("optgroup", { label: group }, ...options(group))),
  );
  const values = make("input", {
    type: "text",
    class: "kx-field",
    id: `${uid}-values`,
    "aria-describedby": `${uid}-alarm`,
    autocomplete: "off",
  });
  const valuesRow = make(
    "div",
    { hidden: true },
    make("label", { for: `${uid}-values`, text: "Its values, with commas between" }),
    values,
  );
  const seeds = make("input", {
    type: "text",
    class: "kx-field kx-short",
    id: `${uid}-seeds`,
    "aria-describedby": `${uid}-alarm`,
    inputmode: "numeric",
    value: many.default,
    autocomplete: "off",
  });
  const from = make("input", {
    type: "text",
    class: "kx-field kx-short",
    id: `${uid}-from`,
    "aria-describedby": `${uid}-alarm`,
    inputmode: "numeric",
    value: control(SEED).default,
    autocomplete: "off",
  });
  const go = make("button", { type: "submit", class: "kx-button kx-play", text: "Count" });
  const stop = make("button", {
    type: "button",
    class: "kx-button",
    text: "Stop",
    hidden: true,
    onclick: () => under?.stop(),
  });
  const copy = make("button", {
    type: "button",
    class: "kx-button",
    text: "Copy as command",
    hidden: true,
    onclick: take,
  });
  const status = make("span", { class: "kx-note", role: "status" });
  const count = make("span", { class: "kx-note kx-counted" }); // not read out: it changes at every run
  const far = make("progress", { class: "kx-progress", max: 1, "aria-label": "Runs counted", hidden: true });
  const alarm = make("p", { class: "kx-notice kx-refused", id: `${uid}-alarm`, role: "alert", hidden: true });
  const result = make("div", {
    class: "kx-result kx-study-scroll",
    tabindex: 0,
    role: "region",
    "aria-label": "Outcomes counted",
    hidden: true,
  });
  const form = make(
    "form",
    { class: "kx-form", onsubmit: begin },
    make("div", {}, make("label", { for: `${uid}-vary`, text: "Besides the seed, vary" }), vary),
    valuesRow,
    make("div", {}, make("label", { for: `${uid}-seeds`, text: `Seeds (${many.low} to ${many.high})` }), seeds),
    make("div", {}, make("label", { for: `${uid}-from`, text: "From seed" }), from),
    go,
    stop,
  );
  const sure = make("p", {
    class: "kx-note",
    hidden: true,
    text: "The interval is that of “corrupted or worse”: with many more seeds its share would, most probably, lie between these two numbers. It speaks of this machine with these settings, and of no real one.",
  });
  const el = make(
    "details",
    { class: "kx-part kx-study" },
    make("summary", { text: "Was it luck? Count the outcomes of many seeds" }),
    make("p", {
      text: "One run is one throw of the dice: when packets arrive, where buffers lie, which objects are damaged. Here the crossing is repeated with one seed after another, and the outcomes are counted.",
    }),
    form,
    alarm,
    make("div", { class: "kx-foot" }, far, count, status, copy),
    result,
    sure,
  );
  el.addEventListener("toggle", sync);
  vary.addEventListener("focus", sync);

  let under = null; // the study under way: { stop }
  let command = "";
  let asked = ""; // the switch whose values stand in the field

  /** Which switches there are to vary, and those that can do nothing now. */
  function sync() {
    for (const option of vary.options) {
      const varied = control(option.value);
      if (varied)
        say(
          option,
          `${varied.label} (${varied.name})${inactiveReason(varied, model.get("scenario")) ? ": no effect now" : ""}`,
        );
    }
    const chosen = control(vary.value);
    valuesRow.hidden = !chosen || chosen.choices.length > 0;
    if (valuesRow.hidden) return;
    if (asked === chosen.name) return; // the reader may have written others
    asked = chosen.name;
    const now = model.get("scenario")[chosen.name];
    values.value = [...new Set([chosen.default, now, chosen.high].map(String))].join(", ");
  }

  /** Say what is wrong with a request, and where; without words, nothing is. */
  function refuse(text = "", field = null) {
    alarm.hidden = !text;
    say(alarm, text);
    for (const known of [values, seeds, from]) known.toggleAttribute("aria-invalid", known === field);
    field?.focus();
  }

  /** What was asked for, checked; null if something is wrong with it, which is said. */
  function request() {
    const chosen = control(vary.value);
    const count = parseValue(many, seeds.value.trim());
    if (count.error) return refuse(`${count.error}.`, seeds);
    const first = parseValue(control(SEED), from.value.trim());
    if (first.error) return refuse(`${first.error}.`, from);
    const typed = values.value
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean);
    const words = chosen?.choices.length ? chosen.choices.map(({ value }) => String(value)) : typed;
    const wrong = chosen && words.map((word) => parseValue(chosen, word).error).find(Boolean);
    if (wrong) return refuse(`${wrong}.`, values);
    if (chosen && !words.length) return refuse(`${chosen.name}: no value was given; it is ${chosen.allowed}.`, values);
    refuse();
    return { vary: chosen?.name ?? "", values: chosen ? words : [], seeds: String(count.value), first: first.value };
  }

  async function begin(event) {
    event.preventDefault();
    if (under) return;
    const checked = request();
    if (!checked) return;
    const { first, ...wanted } = checked;
    const scenario = { ...model.get("scenario"), [SEED]: first };
    command = commands(wanted, scenario);
    result.hidden = sure.hidden = true;
    let counted = null;
    under = ask("study", { ...wanted, scenario: toStrings(scenario) }, (text) => {
      const answer = JSON.parse(text);
      if (answer.error) return refuse(`${answer.error}.`);
      counted = answer;
      show(counted, wanted, scenario);
    });
    busy(true);
    try {
      await under.over;
      finish(counted, "");
    } catch (problem) {
      finish(counted, problem.called ? "Stopped" : `It ended early: ${problem.message}`);
    }
  }

  function busy(so) {
    go.setAttribute("aria-disabled", String(so));
    stop.hidden = far.hidden = !so;
    copy.hidden = so || !command;
    if (!so) return;
    far.removeAttribute("value");
    say(count, "");
    say(
      status,
      model.get("engine").phase === "ready" ? "Counting." : "The machine is started first; above is how far it is.",
    );
  }

  function finish(counted, why) {
    if (document.activeElement === stop) go.focus(); // what has the focus is about to go
    under = null;
    busy(false);
    say(count, "");
    const runs = counted
      ? `${number(counted.done)} of ${number(counted.of)} runs counted`
      : why
        ? "nothing was counted"
        : "";
    say(status, [why, runs].filter(Boolean).join(": ") + (why || runs ? "." : ""));
  }

  /** What counts the same on the command line: one command, or one for each kernel where a default depends on it. */
  function commands({ vary: name, values: words, seeds: n }, scenario) {
    const set = (scenario) =>
      Object.entries(changed(scenario, registry))
        .filter(([other]) => other !== name)
        .map(([other, value]) => ` --${other} ${value}`)
        .join("");
    if (!name) return `kexecdoc sweep${set(scenario)} --seeds ${n}`;
    const each = words.map((word) => flipped(scenario, name, parseValue(control(name), word).value, registry));
    const list = control(name).choices.length ? name : `${name}=${words.join(",")}`;
    if (new Set(each.map(set)).size === 1) return `kexecdoc sweep --vary ${list}${set(each[0])} --seeds ${n}`;
    return words.map((word, k) => `kexecdoc sweep --${name} ${word}${set(each[k])} --seeds ${n}`).join("\n");
  }

  async function take() {
    try {
      await navigator.clipboard.writeText(command);
      say(status, "Copied the command.");
    } catch {
      say(status, command);
    }
  }

  // --- the table

  function show({ done, of, occurring, rows }, { vary: name, seeds: n }, scenario) {
    far.value = done / of;
    say(count, `${number(done)} of ${number(of)} runs`);
    const tenth = Math.floor((TENTHS * done) / of);
    if (tenth > Math.floor((TENTHS * (done - 1)) / of))
      say(status, tenth < TENTHS ? `${tenth * (100 / TENTHS)} % counted.` : "");
    const { look, focused } = { look: store.legend().outcomes, focused: document.activeElement?.dataset };
    const sign = (what) =>
      look[what] ? [make("span", { "aria-hidden": "true", text: `${look[what].sign} ` }), what] : [what];
    const head = [name || "setting", "runs", ...occurring, "corrupted or worse", "95 % interval"].map((what) =>
      make("th", { scope: "col" }, ...sign(what)),
    );
    const body = rows.map((row) => line(row, name, occurring, scenario));
    const table = make(
      "table",
      { class: "kx-study-table" },
      make("caption", { text: told(name, n, scenario) }),
      make("thead", {}, make("tr", {}, ...head)),
      make("tbody", {}, ...body),
    );
    const held = result.contains(document.activeElement) && focused.outcome;
    result.hidden = sure.hidden = false;
    result.replaceChildren(table);
    if (held)
      [...table.querySelectorAll("button")]
        .find(({ dataset }) => equal(dataset.outcome, focused.outcome) && equal(dataset.value, focused.value))
        ?.focus();
  }

  /** Of which machines the table is. */
  function told(name, n, scenario) {
    const first = BigInt(scenario.seed);
    const rest = Object.entries(changed(scenario, registry))
      .filter(([other]) => other !== SEED && other !== name)
      .map(([other, value]) => `${other}=${value}`);
    return `Counted for ${store.other() ? "machine A: " : ""}seeds ${first} to ${first + BigInt(n) - 1n}; ${rest.length ? rest.join(" ") : "every other switch at its default"}`;
  }

  function line({ values: [value = ""], runs, outcomes, bad, interval }, name, occurring, scenario) {
    const see = (outcome) => {
      const { runs: n, seed } = outcomes[outcome];
      const label = `${n} ${outcome}${name && `, ${name}=${value}`}: show the first, seed ${seed}`;
      return make("button", {
        type: "button",
        class: "kx-button kx-see",
        "data-outcome": outcome,
        "data-value": value,
        title: `Show the first of them: seed ${seed}`,
        "aria-label": label,
        text: number(n),
        onclick: () => lead(scenario, name, value, seed),
      });
    };
    const shares = make("span", { class: "kx-shares", "aria-hidden": "true" });
    for (const outcome of occurring.filter((o) => outcomes[o])) {
      const share = make("span", { title: outcome });
      share.style.flexGrow = String(outcomes[outcome].runs / runs);
      share.style.background = `var(--kx-outcome-${outcome})`;
      shares.append(share);
    }
    const [low, high] = interval;
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, make("code", { text: value || "as it is" }), shares),
      make("td", { text: number(runs) }),
      ...occurring.map((outcome) => make("td", {}, outcomes[outcome] ? see(outcome) : "0")),
      make("td", { text: percent(bad / runs) }),
      make("td", { text: `${percent(low).replace(" %", "")} to ${percent(high)}` }),
    );
  }

  /** Show one of the runs that were counted; of two machines both get its seed, or they would differ in that, too. */
  function lead(scenario, name, word, seed) {
    const machine = name ? flipped(scenario, name, parseValue(control(name), word).value, registry) : scenario;
    const luck = { [SEED]: parseValue(control(SEED), seed).value };
    const other = store.other() ? { other: { ...store.other(), ...luck } } : {};
    store.leap({ scenario: { ...machine, ...luck }, ...other, at: "", frame: -1 });
    say(status, `Seed ${seed} is shown above.`);
    el.closest(".kx").querySelector(".kx-picture").scrollIntoView();
  }

  return { el, close: () => under?.stop() };
}

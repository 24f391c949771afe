// A small study: the outcomes of many seeds, of the machine as it is or of every value of a switch, counted as they come.

import { make, say } from "./dom.js";
import { changed, flipped, spelt, taken } from "./registry.js";
import { number } from "./words.js";

const SEED = "seed"; // what every study varies

export function study(stage, { ask }) {
  const { model } = stage;
  const uid = `${stage.uid}-study`;
  const { low, high, default: usual } = model.get("seeds");
  const controls = model.get("controls");
  const groups = [...new Set(controls.map(({ group }) => group))];
  const inGroup = (group) => controls.filter((c) => c.group === group && c.name !== SEED);
  const option = ({ name, label }) => make("option", { value: name, text: `${label} (${name})` });
  const vary = make(
    "select",
    { class: "kx-select", id: `${uid}-vary`, onchange: sync },
    make("option", { value: "", text: "nothing else: this machine" }),
    ...groups.map((group) => make("optgroup", { label: group }, ...inGroup(group).map(option))),
  );
  const values = make("input", { type: "text", class: "kx-field", id: `${uid}-values`, autocomplete: "off" });
  const valuesRow = make("div", { hidden: true }, make("label", { for: `${uid}-values`, text: "Its values, with commas between" }), values);
  const seeds = make("input", { type: "text", class: "kx-field kx-short", id: `${uid}-seeds`, inputmode: "numeric", value: usual, autocomplete: "off" });
  const go = make("button", { type: "submit", class: "kx-button kx-play", text: "Count" });
  const stop = make("button", { type: "button", class: "kx-button", text: "Stop", hidden: true, onclick: () => under?.stop() });
  const copy = make("button", { type: "button", class: "kx-button", text: "Copy as command", hidden: true, onclick: take });
  const status = make("span", { class: "kx-note", role: "status" });
  const far = make("progress", { class: "kx-progress", max: 1, "aria-label": "Runs counted", hidden: true });
  const alarm = make("p", { class: "kx-notice kx-refused", role: "alert", hidden: true });
  const result = make("div", { class: "kx-result" });
  const form = make(
    "form",
    { class: "kx-form", onsubmit: begin },
    make("div", {}, make("label", { for: `${uid}-vary`, text: "Beside the seed, vary" }), vary),
    valuesRow,
    make("div", {}, make("label", { for: `${uid}-seeds`, text: `Seeds (${low} to ${high})` }), seeds),
    go,
    stop,
  );
  const el = make(
    "details",
    { class: "kx-part kx-study" },
    make("summary", { text: "Was it luck? Count the outcomes of many seeds" }),
    make("p", { text: "One run is one throw of the dice: when packets arrive, where buffers lie, which objects are damaged. This crosses again and again, each time with the next seed, and counts what became of it." }),
    form,
    alarm,
    make("div", { class: "kx-foot" }, far, status, copy),
    result,
  );

  let under = null; // the study under way: { stop }
  let command = "";

  const chosen = () => controls.find(({ name }) => name === vary.value);

  function sync() {
    const control = chosen();
    valuesRow.hidden = !control || control.choices.length > 0;
    if (valuesRow.hidden) return;
    const now = model.get("scenario")[control.name];
    values.value = [...new Set([String(control.default), String(now), String(control.high)])].join(", ");
  }

  function refuse(text, field) {
    alarm.hidden = !text;
    say(alarm, text);
    if (text) field?.focus();
  }

  /** What was asked for, checked; null if something is wrong with it, which is said. */
  function request() {
    const control = chosen();
    const { value: many, error } = taken({ name: "seeds", choices: [], low, high, places: 0, allowed: `an integer from ${low} to ${high}`, default: usual }, seeds.value.trim());
    if (error) return refuse(`${error}.`, seeds);
    const words = control?.choices.length ? control.choices.map(({ value }) => String(value)) : values.value.split(",").map((word) => word.trim()).filter(Boolean);
    if (control && !control.choices.length) {
      const wrong = words.map((word) => taken(control, word).error).find(Boolean);
      if (wrong || !words.length) return refuse(wrong ? `${wrong}.` : `${control.name}: no value was given; it is ${control.allowed}.`, values);
    }
    refuse("");
    return { vary: control?.name ?? "", values: control ? words : [], seeds: String(many) };
  }

  async function begin(event) {
    event.preventDefault();
    if (under) return;
    const wanted = request();
    if (!wanted) return;
    const scenario = model.get("scenario");
    command = told(wanted, scenario);
    result.replaceChildren();
    let counted = null;
    under = ask("study", { ...wanted, scenario: spelt(scenario) }, (text) => {
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

  function finish(counted, why) {
    under = null;
    busy(false);
    const runs = counted ? `${number(counted.done)} of ${number(counted.of)} runs counted` : why ? "nothing was counted" : "";
    say(status, [why, runs].filter(Boolean).join(": ") + (why || runs ? "." : ""));
  }

  function busy(so) {
    go.setAttribute("aria-disabled", String(so));
    stop.hidden = far.hidden = !so;
    copy.hidden = so || !command;
    if (!so) return;
    far.removeAttribute("value");
    say(status, model.get("engine").phase === "ready" ? "" : "The machine is started first; above is how far it is.");
  }

  /** The command that counts the same, and more seeds than a page has the patience for. */
  function told({ vary: name, values, seeds }, scenario) {
    const list = name && (chosen().choices.length ? ` --vary ${name}` : ` --vary ${name}=${values.join(",")}`);
    const rest = Object.entries(changed(scenario, stage.registry())).filter(([n]) => n !== name);
    return `kexecdoc sweep${list}${rest.map(([n, value]) => ` --${n} ${value}`).join("")} --seeds ${seeds}`;
  }

  async function take() {
    try {
      await navigator.clipboard.writeText(command);
      say(status, "Copied as command.");
    } catch {
      say(status, command);
    }
  }

  // --- the table

  function show({ done, of, occurring, rows }, { vary: name, seeds }, scenario) {
    far.value = done / of;
    say(status, `${number(done)} of ${number(of)} runs`);
    const look = stage.legend().outcomes;
    const first = BigInt(scenario.seed);
    const rest = Object.entries(changed(scenario, stage.registry())).filter(([n]) => n !== SEED && n !== name).map(([n, value]) => `${n}=${value}`);
    const caption = make("caption", { text: `${stage.other() ? "Machine A. " : ""}Seeds ${first} to ${first + BigInt(seeds) - 1n}; ${rest.length ? rest.join(" ") : "every other switch at its default"}` });
    const head = [name || "machine", "runs", ...occurring, "corrupted or worse", "95 % interval"];
    const open = (outcome, { runs, seed }, value) =>
      make("button", { type: "button", class: "kx-button kx-see", title: `Show the first of them: seed ${seed}`, "aria-label": `${runs} ${outcome}${name && `, ${name}=${value}`}: show the first, seed ${seed}`, text: number(runs), onclick: () => lead(name, value, seed) });
    const line = ({ values, runs, outcomes, bad, interval }) =>
      make(
        "tr",
        {},
        make("th", { scope: "row" }, make("code", { text: values[0] ?? "as it is" }), bar(outcomes, runs)),
        make("td", { text: number(runs) }),
        ...occurring.map((outcome) => make("td", {}, outcomes[outcome] ? open(outcome, outcomes[outcome], values[0]) : "0")),
        make("td", { text: percent(bad / runs) }),
        make("td", { text: `${percent(interval[0]).replace(" %", "")} to ${percent(interval[1])}` }),
      );
    const sign = (what) => (look[what] ? [make("span", { "aria-hidden": "true", text: `${look[what].sign} ` }), what] : [what]);
    const bar = (outcomes, runs) =>
      make("span", { class: "kx-shares", "aria-hidden": "true" }, ...occurring.filter((o) => outcomes[o]).map((outcome) => {
        const part = make("span", { title: outcome });
        part.style.flexGrow = String(outcomes[outcome].runs / runs);
        part.style.background = `var(--kx-outcome-${outcome})`;
        return part;
      }));
    const focused = document.activeElement?.closest?.(".kx-see")?.getAttribute("aria-label");
    const table = make("table", { class: "kx-study-table" }, caption, make("thead", {}, make("tr", {}, ...head.map((what) => make("th", { scope: "col" }, ...sign(what))))), make("tbody", {}, ...rows.map(line)));
    result.replaceChildren(make("div", { class: "kx-study-scroll", tabindex: 0, role: "region", "aria-label": "Outcomes counted" }, table));
    if (focused) [...result.querySelectorAll(".kx-see")].find((b) => b.getAttribute("aria-label") === focused)?.focus();

    function lead(name, word, seed) {
      const valueOf = (name, word) => taken(controls.find((c) => c.name === name), word).value;
      const machine = name ? flipped(scenario, name, valueOf(name, word), stage.registry()) : scenario;
      stage.set({ scenario: { ...machine, [SEED]: valueOf(SEED, seed) }, at: "", frame: -1 });
    }
  }

  const percent = (share) => `${(100 * share).toFixed(1)} %`;

  return { el, close: () => under?.stop() };
}

// What was set before the reader came, the way back to it, and a second machine; and the same state taken along as a
// link, a command, a cell of a notebook.

import { encode, encodeMachine } from "./address.js";
import { button, make, say } from "./dom.js";
import { notebookCell } from "./notebook-cell.js";
import { equal, MACHINE, options } from "./registry.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").Scenario} Scenario */

/** @param {Store} store */
const hasEverySwitch = (store) => store.model.get("name") === MACHINE;

/** @param {Store} store */
export function sharePanel(store) {
  const settings = settingsRow(store);
  const copies = copyRow(store);
  const notice = make("p", { class: "kx-notice", role: "status", hidden: true });

  function sync() {
    settings.sync();
    copies.clear();
    const text = store.model.get("notice") ?? "";
    notice.hidden = !text;
    say(notice, text);
  }

  return { el: settings.el, along: copies.el, notice, sync };
}

/**
 * What leads back to the settings that the reader found, and to a second machine.
 *
 * @param {Store} store
 */
function settingsRow(store) {
  const origin = hasEverySwitch(store) ? "the default of every switch" : "the chapter’s settings";
  const reset = button({
    text: "Reset",
    "aria-label": `Reset to ${origin}`,
    title: `Back to ${origin}`,
    onclick: () => store.leap({ scenario: defaults(), ...(store.other() && { other: defaults() }) }),
  });
  const compare = button({
    onclick: () => store.setOther(store.other() ? null : { ...store.model.get("scenario") }),
  });
  const baseline = make("p", { class: "kx-note kx-baseline" });
  const el = make("div", { class: "kx-part kx-actions" }, make("div", { class: "kx-foot" }, reset, compare, baseline));

  const controls = () => store.model.get("controls") ?? [];
  /** @returns {Scenario} */
  const defaults = () => Object.fromEntries(controls().map((control) => [control.name, control.default]));
  /** @param {Scenario} scenario */
  const atDefaults = (scenario) => controls().every((control) => equal(scenario[control.name], control.default));

  function sync() {
    const scenario = store.model.get("scenario") ?? {};
    const other = store.other();
    baseline.replaceChildren(...baselineInWords(store.model.get("base") ?? {}, scenario));
    const back = atDefaults(scenario) && (!other || atDefaults(other));
    // aria-disabled rather than disabled: a button must not lose the focus by being pressed.
    reset.setAttribute("aria-disabled", String(back));
    say(compare, other ? "Stop comparing" : "Compare with a second machine");
  }

  return { el, sync };
}

/**
 * What the chapter sets and the reader cannot change.
 *
 * @param {Scenario} base
 * @param {Scenario} scenario
 */
function baselineInWords(base, scenario) {
  const beyond = Object.entries(base).filter(([name]) => !(name in scenario));
  if (!beyond.length) return [];
  const words = beyond.flatMap(([name, value], k) => [k ? ", " : "", make("code", { text: `${name}=${value}` })]);
  return ["Beyond your switches, the chapter also set ", ...words, "."];
}

/**
 * What copies the state, in each form in which it can be taken along.
 *
 * @param {Store} store
 */
function copyRow(store) {
  const { model } = store;
  const status = make("span", { class: "kx-note kx-copied", role: "status" });
  const fallback = make("textarea", {
    class: "kx-fallback",
    readonly: true,
    rows: 3,
    "aria-label": "To be copied by hand",
    hidden: true,
  });

  const page = hasEverySwitch(store) ? "machine" : "chapter";
  const linkHint = () => (model.get("page") ? "" : ` Put it behind the address of the ${page}’s page.`);
  const link = button({
    text: "Copy link",
    onclick: () => copy(linkOf(store), "Copied the link.", linkHint()),
  });
  const command = button({
    text: "Copy as command",
    onclick: () => copy(commandsOf(store), "Copied as command."),
  });
  const cell = button({
    text: "Copy as notebook cell",
    onclick: () => copy(notebookCell(model.get("name"), store.state(), store.registry()), "Copied as notebook cell."),
  });
  // Neither the command nor the package's list of explorers knows a machine with a device of the reader's own.
  const own = model.get("own");
  const hasPage = model.get("machine_page") && !hasEverySwitch(store) && !own;
  const row = make(
    "div",
    { class: "kx-foot" },
    make("span", { text: "Take this moment along:" }),
    link,
    !own && command,
    !own && cell,
    hasPage && machineLink(store),
    status,
  );
  const el = make("div", { class: "kx-part kx-share" }, row, fallback);

  /**
   * Copy a text, and say so.
   *
   * @param {string} text
   * @param {string} confirmation
   * @param {string} [hint]
   */
  async function copy(text, confirmation, hint = "") {
    fallback.hidden = true;
    try {
      await navigator.clipboard.writeText(text);
      say(status, confirmation + hint);
    } catch {
      // There is no clipboard where the page is not secure: the reader gets the text selected.
      fallback.value = text;
      fallback.hidden = false;
      fallback.select();
      say(status, `This page may not write to the clipboard. Copy it from here.${hint}`);
    }
  }

  function clear() {
    say(status, "");
    fallback.hidden = true;
  }

  return { el, clear };
}

/**
 * The link to the page with every switch. Its address is that of the moment in hand whenever somebody is about to
 * follow it, or to copy it.
 *
 * @param {Store} store
 */
function machineLink(store) {
  const page = store.model.get("machine_page");
  const update = () => {
    anchor.href = `${page}#${machineFragment(store)}`;
  };
  const anchor = make("a", {
    class: "kx-to-machine",
    text: "Open in the machine",
    title: "The same moment, with every switch in hand",
    href: page,
    onpointerenter: update,
    onfocus: update,
    onclick: update,
  });
  return anchor;
}

/**
 * The state with every switch, also those that the chapter set beyond the reader's.
 *
 * @param {Store} store
 */
function machineFragment(store) {
  const [scenario, other = {}] = store.scenarios();
  return scenario ? encodeMachine({ ...store.state(), scenario, other }, store.registry()) : "";
}

/**
 * The address of the state: of this page where the host has one, else what to put behind the page's.
 *
 * @param {Store} store
 */
function linkOf(store) {
  const { model } = store;
  const state = { ...store.state(), other: store.other() ?? {} };
  const fragment = hasEverySwitch(store)
    ? encodeMachine(state, store.registry())
    : encode(model.get("place") || model.get("name"), state);
  return `${model.get("page") ?? ""}#${fragment}`;
}

/**
 * The commands that print the runs that are shown, one for each machine.
 *
 * @param {Store} store
 */
const commandsOf = (store) =>
  store
    .scenarios()
    .map((scenario) => `kexecdoc run${options(scenario, store.registry())}`)
    .join("\n");

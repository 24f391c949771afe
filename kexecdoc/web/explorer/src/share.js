// @ts-nocheck
// What was set before the reader came, back to it, a second machine; and the same state taken along as a link, a
// command, a cell of a notebook.

import { encode, encodeMachine } from "./address.js";
import { make, say } from "./dom.js";
import { changed, equal, MACHINE, options } from "./registry.js";

const python = (value) => JSON.stringify(value);

/** The cell that shows this explorer in a notebook, just so. */
export function cell(name, { scenario, other, at, frame, clock }, registry) {
  const whole = name === MACHINE;
  if (whole) [scenario, other] = [scenario, other].map((s) => s && changed(s, registry));
  const words = Object.entries(scenario).map(([key, value]) => `${key.replaceAll("-", "_")}=${python(value)}`);
  const more = Object.entries(other ?? {}).map(([key, value]) => `${python(key)}: ${python(value)}`);
  if (more.length || (whole && other)) words.push(`other={${more.join(", ")}}`);
  if (at) words.push(`at=${python(at)}`);
  if (frame >= 0) words.push(`frame=${frame}`);
  if (clock !== "call") words.push(`clock=${python(clock)}`);
  const call = whole ? `Machine(${words.join(", ")})` : `Explorer(${[python(name), ...words].join(", ")})`;
  return `from kexecdoc import ${call.split("(")[0]}\n\n${call}`;
}

export function sharePanel(store) {
  const baseline = make("p", { class: "kx-note kx-baseline" });
  const status = make("span", { class: "kx-note kx-copied", role: "status" });
  const notice = make("p", { class: "kx-notice", role: "status", hidden: true });
  const fallback = make("textarea", {
    class: "kx-fallback",
    readonly: true,
    rows: 3,
    "aria-label": "To be copied by hand",
    hidden: true,
  });
  const compare = make("button", {
    type: "button",
    class: "kx-button",
    onclick: () => store.setOther(store.other() ? null : { ...store.model.get("scenario") }),
  });
  const whole = store.model.get("name") === MACHINE;
  const origin = whole ? "the default of every switch" : "the chapter’s settings";
  const reset = make("button", {
    type: "button",
    class: "kx-button",
    text: "Reset",
    "aria-label": `Reset to ${origin}`,
    title: `Back to ${origin}`,
    onclick: () => store.leap({ scenario: settings(), ...(store.other() && { other: settings() }) }),
  });
  const button = (text, what) =>
    make("button", { type: "button", class: "kx-button", text, onclick: () => copy(text, what()) });
  // A machine with a device of one's own is known neither to the command nor to the package's list of explorers.
  const words = () => [
    button("Copy as command", () =>
      store
        .scenarios()
        .map((s) => `kexecdoc run${options(s, store.registry())}`)
        .join("\n"),
    ),
    button("Copy as notebook cell", () => cell(store.model.get("name"), store.state(), store.registry())),
  ];
  // Its address is that of the moment in hand whenever somebody is about to follow it, or to copy it.
  const led = () => (open.href = `${store.model.get("machine_page")}#${inMachine()}`);
  const open = make("a", {
    class: "kx-to-machine",
    text: "Open in the machine",
    title: "The same moment, with every switch in hand",
    onpointerenter: led,
    onfocus: led,
    onclick: led,
  });
  const opens = store.model.get("machine_page") && !whole && !store.model.get("own");
  if (opens) open.href = store.model.get("machine_page");
  const el = make("div", { class: "kx-part kx-actions" }, make("div", { class: "kx-foot" }, reset, compare, baseline));
  const along = make(
    "div",
    { class: "kx-part kx-share" },
    make(
      "div",
      { class: "kx-foot" },
      make("span", { text: "Take this moment along:" }),
      button("Copy link", () => link()),
      ...(store.model.get("own") ? [] : words()),
      opens && open,
      status,
    ),
    fallback,
  );

  const settings = () => Object.fromEntries((store.model.get("controls") ?? []).map((c) => [c.name, c.default]));

  /** The state with every switch that the chapter set beyond the reader's. */
  function inMachine() {
    const [scenario, other] = store.scenarios();
    return scenario ? encodeMachine({ ...store.state(), scenario, other }, store.registry()) : "";
  }

  /** The address of this state: of this page where the host has one, else what to put behind the page's. */
  function link() {
    const name = store.model.get("place") || store.model.get("name");
    const state = whole ? encodeMachine(store.state(), store.registry()) : encode(name, store.state());
    return `${store.model.get("page") ?? ""}#${state}`;
  }

  async function copy(text, words) {
    fallback.hidden = true;
    const more =
      text === "Copy link" && !store.model.get("page")
        ? ` Put it behind the address of the ${whole ? "machine" : "chapter"}’s page.`
        : "";
    try {
      await navigator.clipboard.writeText(words);
      say(status, `${text.replace("Copy", "Copied").replace("link", "the link")}.${more}`);
    } catch {
      // No clipboard where the page is not secure: the reader gets it selected.
      fallback.value = words;
      fallback.hidden = false;
      fallback.select();
      say(status, `This page may not write to the clipboard. Copy it from here.${more}`);
    }
  }

  /** What the settings say, before and beside any picture. */
  function sync() {
    const mine = store.model.get("scenario") ?? {};
    const beyond = Object.entries(store.model.get("base") ?? {}).filter(([name]) => !(name in mine));
    const set = beyond.flatMap(([name, value], k) => [k ? ", " : "", make("code", { text: `${name}=${value}` })]);
    baseline.replaceChildren(...(set.length ? ["Beyond your switches, the chapter also set ", ...set, "."] : []));
    const back = [mine, store.other()]
      .filter(Boolean)
      .every((side) => Object.entries(settings()).every(([name, value]) => equal(side[name], value)));
    // aria-disabled rather than disabled: a button that is pressed must not lose the focus by it.
    reset.setAttribute("aria-disabled", String(back));
    say(compare, store.other() ? "Stop comparing" : "Compare with a second machine");
    const text = store.model.get("notice") ?? "";
    notice.hidden = !text;
    say(notice, text);
    say(status, "");
    fallback.hidden = true;
  }

  return { el, along, notice, sync };
}

// What was set before the reader came, back to it, a second machine; and the same state taken along as a link, a
// command, a cell of a notebook.

import { encode } from "./address.js";
import { make, say } from "./dom.js";

/** The switches of a scenario that are not at their default. */
export const changed = (scenario, defaults) => Object.fromEntries(Object.entries(scenario).filter(([name, value]) => String(value) !== String(defaults[name])));

export function command(scenario, defaults) {
  const words = Object.entries(changed(scenario, defaults)).map(([name, value]) => ` --${name} ${value}`);
  return `kexecdoc run${words.join("")}`;
}

/** The cell that shows this explorer in a notebook, just so. */
export function cell(name, { scenario, other, at, frame, clock }) {
  const python = (value) => JSON.stringify(value);
  const words = Object.entries(scenario).map(([key, value]) => `${key.replaceAll("-", "_")}=${python(value)}`);
  const more = Object.entries(other ?? {}).map(([key, value]) => `${python(key)}: ${python(value)}`);
  if (more.length) words.push(`other={${more.join(", ")}}`);
  if (at) words.push(`at=${python(at)}`);
  if (frame >= 0) words.push(`frame=${frame}`);
  if (clock !== "call") words.push(`clock=${python(clock)}`);
  return `from kexecdoc.show.explorer import Explorer\n\nExplorer(${[python(name), ...words].join(", ")})`;
}

export function take(stage) {
  const baseline = make("p", { class: "kx-note kx-baseline" });
  const status = make("span", { class: "kx-note kx-copied", role: "status" });
  const notice = make("p", { class: "kx-notice", role: "status", hidden: true });
  const fallback = make("textarea", { class: "kx-fallback", readonly: true, rows: 3, "aria-label": "To be copied by hand", hidden: true });
  const compare = make("button", { type: "button", class: "kx-button", onclick: () => stage.setOther(stage.other() ? null : { ...stage.model.get("scenario") }) });
  const reset = make("button", {
    type: "button",
    class: "kx-button",
    text: "Reset",
    "aria-label": "Reset to the chapter’s settings",
    title: "Back to the chapter’s settings",
    onclick: () => stage.set({ scenario: settings(), ...(stage.other() && { other: settings() }) }),
  });
  const button = (text, what) => make("button", { type: "button", class: "kx-button", text, onclick: () => copy(text, what()) });
  // A machine with a device of one's own is known neither to the command nor to the package's list of explorers.
  const words = () => [
    button("Copy as command", () => stage.scenarios().map((s) => command(s, stage.model.get("defaults"))).join("\n")),
    button("Copy as notebook cell", () => cell(stage.model.get("name"), stage.state())),
  ];
  const el = make("div", { class: "kx-part kx-take" }, notice, make("div", { class: "kx-foot" }, reset, compare, baseline));
  const along = make(
    "div",
    { class: "kx-part kx-along" },
    make(
      "div",
      { class: "kx-foot" },
      make("span", { text: "Take this moment along:" }),
      button("Copy link", () => link()),
      ...(stage.model.get("own") ? [] : words()),
      status,
    ),
    fallback,
  );

  const settings = () => Object.fromEntries((stage.model.get("controls") ?? []).map((c) => [c.name, c.default]));

  /** The address of this state: of this page where the host has one, else what to put behind the page's. */
  function link() {
    const name = stage.model.get("place") || stage.model.get("name");
    const page = stage.model.get("page");
    return `${page ?? ""}#${encode(name, stage.state())}`;
  }

  async function copy(text, words) {
    fallback.hidden = true;
    const more = text === "Copy link" && !stage.model.get("page") ? " Put it behind the address of the chapter’s page." : "";
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
    const mine = stage.model.get("scenario") ?? {};
    const beyond = Object.entries(stage.model.get("base") ?? {}).filter(([name]) => !(name in mine));
    const set = beyond.flatMap(([name, value], k) => [k ? ", " : "", make("code", { text: `${name}=${value}` })]);
    baseline.replaceChildren(...(set.length ? ["Beyond your switches, the chapter also set ", ...set, "."] : []));
    const back = [mine, stage.other()].filter(Boolean).every((side) => Object.entries(settings()).every(([name, value]) => String(side[name]) === String(value)));
    // aria-disabled rather than disabled: a button that is pressed must not lose the focus by it.
    reset.setAttribute("aria-disabled", String(back));
    say(compare, stage.other() ? "Stop comparing" : "Compare with a second machine");
    const text = stage.model.get("notice") ?? "";
    notice.hidden = !text;
    say(notice, text);
    say(status, "");
    fallback.hidden = true;
  }

  return { el, along, sync };
}

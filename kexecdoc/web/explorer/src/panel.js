// Every switch of the machine, in the groups of the registry: to be searched, explained, set.
//
// A switch that can have no effect as the others are set is drawn back, with the reason beside it. It can be set all
// the same: a reader may want to set the one first that it waits for.

import { make } from "./dom.js";
import { loading } from "./loading.js";
import { outcomeLine } from "./outcome-line.js";
import { StartChooser } from "./start.js";
import { SwitchGroups } from "./switch-groups.js";
import { SwitchSearch } from "./switch-search.js";

const FADED =
  "A faded switch has no effect as the others are set, and says when it would have one. Its question mark explains it.";

/**
 * `tools` is what a host that runs Python in the page can do.
 *
 * @param {import("./types.js").PanelStore} store
 * @param {import("./types.js").PythonTools | null} tools
 */
export function panel(store, tools = null) {
  const groups = new SwitchGroups(store, sync);
  const start = new StartChooser(store, reveal);
  const search = new SwitchSearch(store, groups, (preset) => start.begin(preset));
  const outcome = outcomeLine(store);
  const python = tools && loading(store, tools);
  const el = make(
    "div",
    { class: "kx-part kx-switches kx-panel" },
    outcome.el,
    make("div", { class: "kx-start" }, start.el, search.el),
    search.status,
    search.presets,
    start.story,
    start.changes,
    start.undo,
    python?.el,
    make("p", { class: "kx-note", text: FADED }),
    groups.el,
  );
  let builtFor = ""; // the machines that the controls were made for

  function build() {
    builtFor = store.sides().join();
    groups.build();
    start.build();
    sync();
    search.run();
  }

  function sync() {
    if (builtFor !== store.sides().join()) return build();
    groups.sync();
    start.sync(store.sides().map((side) => store.model.get(side) ?? {}));
    python?.sync();
  }

  /**
   * Lead to the control of a switch, which a search may hide.
   *
   * @param {string} name
   * @param {string} letter
   */
  function reveal(name, letter) {
    search.clear();
    groups.reveal(name, letter);
  }

  return { el, build, sync, load: outcome.load };
}

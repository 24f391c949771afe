// Making and changing elements.

/** @typedef {import("./replay.js").RunReplay} RunReplay */
/** @typedef {string | Node | null | undefined | false} Child  what is not there is left out */
/** @typedef {Record<string, any>} Properties */

/** What is built of a machine depends on its run alone, not on the moment shown. */
/** @typedef {{ replay: RunReplay, letter?: string }} Built */

/**
 * Make an element: properties that start with "on" are listeners, `text` is what it says. Lists of the explorer are
 * lists by their role: the hosts' style sheets have much to say about ul and li.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, properties = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) setProperty(el, name, value);
  el.append(...present(children));
  return el;
}

/**
 * Set a property of an element; one that is false or missing is not set.
 *
 * @param {Element} el
 * @param {string} name
 * @param {any} value
 */
function setProperty(el, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "text") el.textContent = value;
  else if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
  else el.setAttribute(name, value === true ? "" : value);
}

/**
 * The children that are there. An empty text is one.
 *
 * @param {Child[]} children
 */
export const present = (children) =>
  children.filter((child) => child !== null && child !== undefined && child !== false);

/**
 * A button of the explorer.
 *
 * @param {Properties} properties
 * @param {...Child} children
 */
export const button = (properties, ...children) =>
  make("button", { type: "button", class: "kx-button", ...properties }, ...children);

/**
 * Text in which what stands between backquotes is code.
 *
 * @param {string} text
 */
export const prose = (text) => text.split("`").map((part, k) => (k % 2 ? make("code", { text: part }) : part));

/**
 * A part of the picture, with its title.
 *
 * @param {string} name
 * @param {string} title
 * @param {...Child} children
 */
export const section = (name, title, ...children) =>
  make("section", { class: `kx-part kx-${name}` }, make("h3", { class: "kx-title", text: title }), ...children);

/**
 * Set an element's text only if it differs: a screen reader announces a change, not every frame.
 *
 * @param {Element} el
 * @param {string} text
 */
export function say(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

/**
 * Keep what was built for a machine with its replay, for each place: when a switch is flipped, only what is new has to
 * be built.
 *
 * @template {Built} Of
 * @template Result
 * @param {(machine: Of, k: number) => Result} build
 * @returns {(machine: Of, k: number) => Result}
 */
export function buildOnce(build) {
  /** @type {WeakMap<RunReplay, { result: Result }>[]} */
  const known = [new WeakMap(), new WeakMap()];
  return (machine, k) => {
    const found = known[k].get(machine.replay) ?? { result: build(machine, k) };
    known[k].set(machine.replay, found);
    return found.result;
  };
}

/**
 * One column for each machine, with its letter above it where there are two.
 *
 * @template {Built} Of
 * @param {Of[]} machines
 * @param {(machine: Of, k: number) => Child | Child[]} build
 */
export const columns = (machines, build) => machines.map((machine, k) => column(machine, build(machine, k)));

/**
 * @param {Built} machine
 * @param {Child | Child[]} children
 */
const column = ({ letter }, children) =>
  make(
    "div",
    { class: "kx-column" },
    letter && make("p", { class: "kx-letter", text: `Machine ${letter}` }),
    ...[children].flat(),
  );

/** Of each column that `updateColumns` made, what it was built from. */
/** @type {WeakMap<Element, { source: object, letter: string | undefined }>} */
const sources = new WeakMap();

/**
 * Put one column for each machine into a box. A column stays if what it was built from does: of two machines one is
 * flipped at a time.
 *
 * @template {Built} Of
 * @param {HTMLElement} box
 * @param {Of[]} machines
 * @param {(machine: Of, k: number) => Child | Child[]} build
 * @param {(machine: Of) => object} [sourceOf]
 */
export function updateColumns(box, machines, build, sourceOf = ({ replay }) => replay) {
  if (box.children.length !== machines.length) box.replaceChildren(...machines.map(() => make("div")));
  machines.forEach((machine, k) => {
    const old = box.children[k];
    const source = sourceOf(machine);
    const known = sources.get(old);
    if (known?.source === source && known.letter === machine.letter) return;
    const fresh = column(machine, build(machine, k));
    sources.set(fresh, { source, letter: machine.letter });
    old.replaceWith(fresh);
  });
}

/** The signs on buttons, on a square of 16. Fonts do not agree on having them. */
const ICONS = {
  first: "M2 2h2v12H2zM14 2v12L5 8z",
  back: "M12 2v12L3 8z",
  play: "M3 1v14l11-7z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  forward: "M4 2v12l9-6z",
  last: "M2 2v12l9-6zM12 2h2v12h-2z",
};

/** @param {keyof typeof ICONS} shape */
export function icon(shape) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = svg.appendChild(document.createElementNS(space, "path"));
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "kx-sign-icon");
  path.setAttribute("d", ICONS[shape]);
  return svg;
}

// Making and changing elements.

/** @typedef {string | Node | null | undefined | false} Child */
/** @typedef {Record<string, any>} Properties */

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
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") el.textContent = value;
    else if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) el.append(child);
  return el;
}

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
 * What is built for a machine is kept with its replay, for each place: at a flip only what is new need be made.
 *
 * @template Built
 * @param {(machine: any) => Built} build
 * @returns {(machine: any, k: number) => Built}
 */
export function remembered(build) {
  const known = [new WeakMap(), new WeakMap()];
  return (machine, k) => {
    if (!known[k].has(machine.replay)) known[k].set(machine.replay, build(machine));
    return known[k].get(machine.replay);
  };
}

/**
 * One column for each machine, with its letter above it where there are two.
 *
 * @param {any[]} machines
 * @param {(machine: any, k: number) => Node | string | (Node | string)[]} build
 */
export function columns(machines, build) {
  return machines.map((machine, k) => {
    const column = make(
      "div",
      { class: "kx-column" },
      machine.letter && make("p", { class: "kx-letter", text: `Machine ${machine.letter}` }),
    );
    column.append(...[build(machine, k)].flat());
    return column;
  });
}

/**
 * The same into a box, where a column stays if its machine does: of two machines one is flipped at a time.
 *
 * @param {HTMLElement} box
 * @param {any[]} machines
 * @param {(machine: any, k: number) => Node | string | (Node | string)[]} build
 * @param {(machine: any) => object} [whose]
 */
export function settle(box, machines, build, whose = ({ replay }) => replay) {
  const stands = box.children.length === machines.length;
  machines.forEach((machine, k) => {
    const old = /** @type {any} */ (stands ? box.children[k] : null);
    if (old && old.kxOf === whose(machine) && old.kxLetter === machine.letter) return;
    const [column] = /** @type {any[]} */ (columns([machine], () => build(machine, k)));
    column.kxOf = whose(machine);
    column.kxLetter = machine.letter;
    if (old) old.replaceWith(column);
    else if (k) box.append(column);
    else box.replaceChildren(column);
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

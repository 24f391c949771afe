// The state of an explorer as part of an address: `#kx=just-a-branch&quiesce=none&at=next/drivers:0&frame=1234`.
//
// A fragment may hold several states, each starting with `kx=` and the name of an explorer; the second explorer of one
// name on a page is `just-a-branch.2`. Anything else is ignored. The explorer that has every switch, `#kx=machine`,
// names those that are not at their default, and of a second machine those in which it differs from the first.

import { changed, differences, MACHINE, parseValue, quoted } from "./registry.js";

/** @typedef {import("./types.js").ReaderState} ReaderState */
/** @typedef {import("./types.js").Registry} Registry */
/** @typedef {[key: string, value: string][]} Words */

const OTHER = "b."; // stands before a switch of the second machine
const SHOWN = 3; // complaints about a link that are shown one by one

/**
 * What of a link was not understood, as a sentence.
 *
 * @param {string[]} complaints
 */
export function leftOut(complaints) {
  if (!complaints.length) return "";
  const more = complaints.length > SHOWN ? `; and ${complaints.length - SHOWN} more` : "";
  return `Of the link that led here, this was left out: ${complaints.slice(0, SHOWN).join("; ")}${more}.`;
}

/**
 * A complaint about a state whose explorer is not on the page.
 *
 * @param {string} name
 */
export const noSuchExplorer = (name) => `this page has no explorer ${quoted(name)}`;

/** @param {string} text */
const escaped = (text) => encodeURIComponent(text).replace(/%2F/g, "/").replace(/%3A/g, ":");

/**
 * One explorer's state as words of a fragment.
 *
 * @param {string} name
 * @param {Partial<ReaderState> & Pick<ReaderState, "scenario">} state
 */
export function encode(name, { scenario, other = {}, at = "", frame = -1, clock = "call" }) {
  const words = [["kx", name], ...Object.entries(scenario)];
  for (const [key, value] of Object.entries(other ?? {})) words.push([OTHER + key, value]);
  if (at) words.push(["at", at]);
  if (frame >= 0) words.push(["frame", frame]);
  if (clock !== "call") words.push(["clock", clock]);
  return words.map(([key, value]) => `${escaped(String(key))}=${escaped(String(value))}`).join("&");
}

/**
 * The state of the explorer that has every switch, from whole scenarios.
 *
 * @param {ReaderState} state
 * @param {Registry} registry
 */
export function encodeMachine({ scenario, other, ...moment }, registry) {
  const second = Object.keys(other ?? {}).length ? differences(other, scenario, registry) : {};
  return encode(MACHINE, { scenario: changed(scenario, registry), other: second, ...moment });
}

/**
 * A fragment's words by explorer: `{ "just-a-branch": [[key, value], ...] }`. It understands any fragment.
 *
 * @param {string} fragment
 */
export function split(fragment) {
  /** @type {Record<string, Words>} */
  const found = {};
  /** @type {Words | null} */
  let current = null;
  let text = fragment.replace(/^#/, "");
  // Mail programs and forums escape characters that they take for special. Then no separator is left.
  if (/^kx(=[^&=]*%26|%3D)/i.test(text) && !text.includes("&")) text = text.replace(/%26/gi, "&").replace(/%3D/gi, "=");
  if (!text.startsWith("kx=")) return found;
  for (const word of text.split("&")) {
    const [key, value] = pairOf(word);
    if (key === "kx") current = found[value] = [];
    else current?.push([key, value]);
  }
  return found;
}

/**
 * @param {string} word
 * @returns {[key: string, value: string]}
 */
function pairOf(word) {
  const at = word.indexOf("=");
  const [key, value] = at < 0 ? [word, ""] : [word.slice(0, at), word.slice(at + 1)];
  try {
    return [decodeURIComponent(key), decodeURIComponent(value)];
  } catch {
    return [key, value]; // `understand` complains of a broken escape as of any other wrong value
  }
}

/**
 * What the words mean to an explorer with these controls, and in a sentence each what they do not.
 *
 * @param {Words} words
 * @param {import("./types.js").Control[]} controls
 * @param {number} frames how many frames the machine has
 */
export function understand(words, controls, frames) {
  const known = new Map(controls.map((control) => [control.name, control]));
  /** @type {ReaderState} */
  const state = { scenario: {}, other: {}, at: "", frame: -1, clock: "call" };
  /** @type {string[]} */
  const complaints = [];
  for (const [key, value] of words) {
    const second = key.startsWith(OTHER);
    const control = known.get(second ? key.slice(OTHER.length) : key);
    if (control) {
      const { error, value: found } = parseValue(control, value);
      if (error === undefined) state[second ? "other" : "scenario"][control.name] = found;
      else complaints.push(error);
    } else if (!takeMoment(state, key, value, frames)) {
      complaints.push(`${quoted(`${key}=${value}`)} means nothing here`);
    }
  }
  return { state, complaints };
}

/**
 * Take a word that is part of the moment; false if it is none.
 *
 * @param {ReaderState} state
 * @param {string} key
 * @param {string} value
 * @param {number} frames
 */
function takeMoment(state, key, value, frames) {
  if (key === "at") state.at = value;
  else if (key === "frame" && /^\d+$/.test(value) && Number(value) < frames) state.frame = Number(value);
  else if (key === "clock" && (value === "call" || value === "jump")) state.clock = value;
  else return false;
  return true;
}

// @ts-nocheck
// The state of an explorer as part of an address: `#kx=just-a-branch&quiesce=none&at=next/drivers:0&frame=1234`.
//
// One explorer a page is named by its name; of several of one name the second is `just-a-branch.2`, and several
// states stand behind one another, each beginning with its `kx=`. What begins otherwise is none of ours. The machine
// that has every switch, `#kx=machine`, names those that are not at their default, and of a second one those in which
// it differs from the first.

import { apart, changed, MACHINE, quoted, taken } from "./registry.js";

const OTHER = "b."; // before a switch of the second machine
const MOMENT = { at: "", clock: "call" };
const TOLD = 3; // complaints about a link that are told one by one

/** What of a link could not be taken, as a sentence. */
export function leftOut(complaints) {
  if (!complaints.length) return "";
  const more = complaints.length > TOLD ? `; and ${complaints.length - TOLD} more` : "";
  return `Of the link that led here, this was left out: ${complaints.slice(0, TOLD).join("; ")}${more}.`;
}

const escape = (text) => encodeURIComponent(text).replace(/%2F/g, "/").replace(/%3A/g, ":");

/** One explorer's state as words of a fragment. */
export function encode(name, { scenario, other, at, frame, clock }) {
  const words = [["kx", name], ...Object.entries(scenario)];
  for (const [key, value] of Object.entries(other || {})) words.push([OTHER + key, value]);
  if (at && at !== MOMENT.at) words.push(["at", at]);
  if (frame !== null && frame !== undefined && frame >= 0) words.push(["frame", frame]);
  if (clock && clock !== MOMENT.clock) words.push(["clock", clock]);
  return words.map(([key, value]) => `${escape(key)}=${escape(String(value))}`).join("&");
}

/** The state of the machine that has every switch, from whole scenarios. */
export function encodeMachine({ scenario, other, ...moment }, registry) {
  const second = Object.keys(other ?? {}).length > 0 && apart(other, scenario, registry);
  return encode(MACHINE, { scenario: changed(scenario, registry), other: second, ...moment });
}

/** A fragment's words by explorer: `{ "just-a-branch": [[key, value], ...] }`. Nothing in it can make this fail. */
export function split(fragment) {
  const found = {};
  let current = null;
  let text = fragment.replace(/^#/, "");
  // Mail programs and forums escape what they take for special: then not one separator is left.
  if (/^kx(=[^&=]*%26|%3D)/i.test(text) && !text.includes("&")) text = text.replace(/%26/gi, "&").replace(/%3D/gi, "=");
  if (!text.startsWith("kx=")) return found;
  for (const word of text.split("&")) {
    const at = word.indexOf("=");
    let [key, value] = [word.slice(0, at < 0 ? undefined : at), at < 0 ? "" : word.slice(at + 1)];
    try {
      [key, value] = [decodeURIComponent(key), decodeURIComponent(value)];
    } catch {
      // A broken escape stays as it is, and is complained of below like any other value.
    }
    if (key === "kx") current = found[value] = [];
    else current?.push([key, value]);
  }
  return found;
}

/** What the words mean to an explorer with these controls, and in a sentence each what they do not. */
export function understand(words, controls, frames) {
  const known = new Map(controls.map((c) => [c.name, c]));
  const state = { scenario: {}, other: {}, at: MOMENT.at, frame: -1, clock: MOMENT.clock };
  const complaints = [];
  for (const [key, value] of words) {
    const second = key.startsWith(OTHER);
    const name = second ? key.slice(OTHER.length) : key;
    if (known.has(name)) {
      const { error, value: found } = taken(known.get(name), value);
      if (error) complaints.push(error);
      else state[second ? "other" : "scenario"][name] = found;
    } else if (key === "at") state.at = value;
    else if (key === "frame" && /^\d+$/.test(value) && +value < frames) state.frame = +value;
    else if (key === "clock" && ["call", "jump"].includes(value)) state.clock = value;
    else complaints.push(`${quoted(`${key}=${value}`)} means nothing here`);
  }
  return { state, complaints };
}

// Stored runs for the tests. tools/views.py writes them.

import { readFileSync } from "node:fs";

import { RunReplay } from "../src/replay.js";

const stored = JSON.parse(readFileSync(new URL("views.json", import.meta.url), "utf8"));

export const { legend } = stored;

/**
 * The view of a stored run.
 * @param {"corrupted" | "removed" | "line"} name
 * @returns {import("../src/types.js").View}
 */
export const view = (name) => stored[name];

/**
 * The replay of a stored run.
 * @param {"corrupted" | "removed" | "line"} name
 */
export const replay = (name) => new RunReplay(view(name), legend);

/**
 * What an owner is called.
 * @param {string} name
 */
export const label = (name) => legend.owners[name]?.label ?? name;

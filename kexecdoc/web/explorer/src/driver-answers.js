// My driver's data: five questions, and what becomes of every set of answers. An address holds the answers as
// `#my-driver&dma=ring&shutdown=none&...`, so that a link shows a colleague the same driver.

/**
 * @typedef {{ word: string, text: string, sets: string }} Answer `sets` are the options that it makes
 * @typedef {{ name: string, text: string, answers: Answer[] }} Question
 * @typedef {{ ends: string, worst: string, machine: string, seed: number | string }} Case
 */

/**
 * @typedef {object} Data
 * @property {Question[]} questions
 * @property {[case_: number, because: number, list: number][]} of of each set of answers, the last question fastest
 * @property {Case[]} cases
 * @property {string[]} because
 * @property {string[][]} lists
 * @property {Record<string, string>} items
 */

const KEY = "my-driver";

/** @param {string} hash */
export const addressed = (hash) => hash.startsWith(`#${KEY}&`);

/** The address of the form before anybody has answered. */
export const EMPTY = `#${KEY}`;

/**
 * The answers that an address gives, and what it got wrong. Where it gives none, it is the first.
 *
 * @param {Data} data
 * @param {string} hash
 * @param {number[]} before the answers of before, for an address that gives none at all
 */
export function readAnswers({ questions }, hash, before) {
  const given = new URLSearchParams(addressed(hash) ? hash.slice(KEY.length + 2) : "");
  /** @type {string[]} */
  const wrong = [];
  const chosen = questions.map(({ name, answers }, n) => {
    const said = given.get(name);
    if (said === null) return addressed(hash) ? 0 : (before[n] ?? 0);
    const found = answers.findIndex(({ word }) => word === said);
    if (found < 0) wrong.push(`${name}=${said.slice(0, 40)}`);
    return Math.max(found, 0);
  });
  return { chosen, wrong };
}

/**
 * The address of some answers.
 *
 * @param {Data} data
 * @param {number[]} chosen
 */
export const addressOf = ({ questions }, chosen) =>
  `#${KEY}&${questions.map(({ name, answers }, n) => `${name}=${answers[chosen[n]].word}`).join("&")}`;

/**
 * What becomes of a driver with these answers. `which` is the same for answers that make the same crossings.
 *
 * @param {Data} data
 * @param {number[]} chosen
 */
export function outcomeOf({ questions, of, cases, because, lists, items }, chosen) {
  const row = chosen.reduce((at, answer, n) => at * questions[n].answers.length + answer, 0);
  const [which, reason, list] = of[row];
  const { ends, worst, machine, seed } = cases[which];
  const sets = chosen.map((answer, n) => questions[n].answers[answer].sets).join("");
  return {
    which,
    ends,
    why: because[reason],
    lead: `One that ended ${worst}:`,
    command: `kexecdoc run${machine}${sets} --seed ${seed}`,
    items: lists[list].map((id) => ({ id, text: items[id] })),
  };
}

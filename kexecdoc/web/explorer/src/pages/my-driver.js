// My driver: a form of five questions. Every set of answers was crossed when the site was built.
//
// The data is an attribute of the form's place, because the theme would run a script in the page, of whatever type. In
// that place stands a table for readers without JavaScript, which the form folds away.

import { make } from "../dom.js";
import { addressed, addressOf, EMPTY, outcomeOf, readAnswers } from "../driver-answers.js";

/** @typedef {import("../driver-answers.js").Data} Data */
/** @typedef {ReturnType<typeof readAnswers>} Answers */

/** The theme fetches a page again even for a link within it. The reader's last answers survive that. */
const reader = {
  /** @type {number[]} */
  answers: [],
};

function mount() {
  const place = /** @type {HTMLElement | null} */ (document.querySelector(".kx-driver:not([data-mounted])"));
  if (!place) return;
  place.dataset.mounted = "";
  /** @type {Data} */
  const data = JSON.parse(place.dataset.driver ?? "");
  const view = formOf(data);
  const still = make(
    "details",
    { class: "kx-driver-still" },
    make("summary", { text: "The worst of them, in a table" }),
  );
  still.append(...place.childNodes);
  place.append(make("div", { class: "kx-driver-ask" }, view.form, view.result), view.todo, still);
  const read = () => readAnswers(data, location.hash, reader.answers);
  view.show(read());
  // The form has grown above what the address may name. On the way back the theme restores the position.
  const named = addressed(location.hash) ? place : document.getElementById(location.hash.slice(1));
  if (scrollY === 0) named?.scrollIntoView();
  const follow = () => {
    if (!place.isConnected) removeEventListener("hashchange", follow);
    else if (addressed(location.hash)) view.show(read());
  };
  addEventListener("hashchange", follow);
}

/** @param {Data} data */
function formOf(data) {
  const notice = make("p", { class: "kx-driver-notice", hidden: true });
  const fields = data.questions.map(questionOf);
  const start = make("button", { type: "button", class: "md-button", text: "Start over" });
  const form = make("form", { class: "kx-driver-form" }, notice, ...fields, start);
  const ends = make("div", { role: "status" });
  const why = make("p");
  const command = make("code", { tabindex: 0 });
  const lead = make("p");
  const items = make("ul", { class: "kx-driver-items" });
  const result = section("kx-driver-result", "What becomes of it", ends, why, lead, make("pre", {}, command));
  const todo = section("kx-driver-todo", "What to see to, because of these answers", items);

  const answered = () =>
    fields.map((field) => [...field.querySelectorAll("input")].findIndex((input) => input.checked));

  /** @param {Answers} answers */
  function show({ chosen, wrong }) {
    fields.forEach((field, n) => {
      field.querySelectorAll("input")[chosen[n]].checked = true;
    });
    notice.hidden = !wrong.length;
    notice.textContent = wrong.length ? `The address gives answers that there are not: ${wrong.join(", ")}.` : "";
    showOutcome(chosen);
  }

  /** @param {number[]} chosen */
  function showOutcome(chosen) {
    const found = outcomeOf(data, chosen);
    // If the crossings are the same, a screen reader need not read them out again.
    if (ends.dataset.shown !== String(found.which)) ends.innerHTML = found.ends;
    ends.dataset.shown = String(found.which);
    why.textContent = found.why;
    lead.textContent = found.lead;
    command.textContent = found.command;
    items.replaceChildren(
      ...found.items.map(({ id, text }) => make("li", {}, make("a", { href: `#item-${id}`, text }))),
    );
  }

  form.addEventListener("change", () => {
    reader.answers = answered();
    notice.hidden = true;
    showOutcome(reader.answers);
    history.replaceState(history.state, "", addressOf(data, reader.answers));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  start.addEventListener("click", () => {
    reader.answers = [];
    show({ chosen: data.questions.map(() => 0), wrong: [] });
    history.replaceState(history.state, "", EMPTY);
  });
  return { form, result, todo, show };
}

/** @param {import("../driver-answers.js").Question} question */
function questionOf({ name, text, answers }) {
  const choices = answers.map((answer) =>
    make("label", {}, make("input", { type: "radio", name, value: answer.word }), make("span", { text: answer.text })),
  );
  return make("fieldset", {}, make("legend", { text }), ...choices);
}

/**
 * @param {string} name
 * @param {string} title
 * @param {...Node} children
 */
const section = (name, title, ...children) =>
  make("section", { class: name, "aria-labelledby": name }, make("h3", { id: name, text: title }), ...children);

if (window.document$) window.document$.subscribe(mount);
else mount();

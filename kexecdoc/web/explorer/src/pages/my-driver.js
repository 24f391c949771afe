// @ts-nocheck
// My driver: a form of five questions, whose every set of answers was crossed when the site was built.
//
// The data is an attribute of the form's place: a script in the page, of whatever type, the theme would run. In that
// place stands a table for readers without JavaScript, which the form folds away. The answers are in the address
// fragment, so that a link shows a colleague the same driver.

const KEY = "my-driver";

let kept = []; // what was answered last: the theme fetches a page anew even for a link within it

function mount() {
  const place = document.querySelector(".kx-driver:not([data-mounted])");
  if (!place) return;
  place.dataset.mounted = "";
  const data = JSON.parse(place.dataset.driver);
  const view = make(data);
  const still = element(
    "details",
    { className: "kx-driver-still" },
    element("summary", {}, "The worst of them, in a table"),
  );
  still.append(...place.childNodes);
  place.append(element("div", { className: "kx-driver-ask" }, view.form, view.result), view.todo, still);
  view.show(read(data));
  // The page has grown where the form is, above what the address may name. Who goes back was led by the theme.
  const named = addressed() ? place : document.getElementById(location.hash.slice(1));
  if (scrollY === 0) named?.scrollIntoView();
  const follow = () =>
    place.isConnected ? addressed() && view.show(read(data)) : removeEventListener("hashchange", follow);
  addEventListener("hashchange", follow);
}

// --- the address: #my-driver&dma=ring&shutdown=none&... -------------------------------------------------------

const addressed = () => location.hash.startsWith(`#${KEY}&`);

/** The answers that the address gives; where it gives none, those of before or the first; and what it got wrong. */
function read({ questions }) {
  const given = new URLSearchParams(addressed() ? location.hash.slice(KEY.length + 2) : "");
  const wrong = [];
  const chosen = questions.map(({ name, answers }, n) => {
    if (!given.has(name)) return addressed() ? 0 : (kept[n] ?? 0);
    const found = answers.findIndex(({ word }) => word === given.get(name));
    if (found < 0) wrong.push(`${name}=${given.get(name).slice(0, 40)}`);
    return Math.max(found, 0);
  });
  return { chosen, wrong };
}

function write({ questions }, chosen) {
  kept = chosen;
  const words = questions.map(({ name, answers }, n) => `${name}=${answers[chosen[n]].word}`);
  history.replaceState(history.state, "", `#${KEY}&${words.join("&")}`);
}

// --- the form --------------------------------------------------------------------------------------------------

function make(data) {
  const notice = element("p", { className: "kx-driver-notice", hidden: true });
  const fields = data.questions.map(question);
  const start = element("button", { type: "button", className: "md-button" }, "Start over");
  const form = element("form", { className: "kx-driver-form" }, notice, ...fields, start);
  const ends = element("div", { role: "status" });
  const why = element("p");
  const command = element("code", { tabIndex: 0 });
  const lead = element("p");
  const items = element("ul", { className: "kx-driver-items" });
  const result = section("kx-driver-result", "What becomes of it", ends, why, lead, element("pre", {}, command));
  const todo = section("kx-driver-todo", "What to see to, because of these answers", items);

  const answered = () =>
    fields.map((field) => [...field.querySelectorAll("input")].findIndex((input) => input.checked));

  function show({ chosen, wrong }) {
    fields.forEach((field, n) => (field.querySelectorAll("input")[chosen[n]].checked = true));
    notice.hidden = !wrong.length;
    notice.textContent = wrong.length ? `The address gives answers that there are not: ${wrong.join(", ")}.` : "";
    tell(chosen);
  }

  function tell(chosen) {
    const row = chosen.reduce((at, answer, n) => at * data.questions[n].answers.length + answer, 0);
    const [which, reason, list] = data.of[row];
    const found = data.cases[which];
    const sets = chosen.map((answer, n) => data.questions[n].answers[answer].sets).join("");
    if (ends.dataset.shown !== String(which)) ends.innerHTML = found.ends; // what has not changed is not read out again
    ends.dataset.shown = which;
    why.textContent = data.because[reason];
    lead.textContent = `One that ended ${found.worst}:`;
    command.textContent = `kexecdoc run${found.machine}${sets} --seed ${found.seed}`;
    items.replaceChildren(...data.lists[list].map((id) => item(id, data.items[id])));
  }

  form.addEventListener("change", () => {
    const chosen = answered();
    notice.hidden = true;
    tell(chosen);
    write(data, chosen);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  start.addEventListener("click", () => {
    kept = [];
    show({ chosen: data.questions.map(() => 0), wrong: [] });
    history.replaceState(history.state, "", `#${KEY}`);
  });
  return { form, result, todo, show };
}

function question({ name, text, answers }) {
  const choices = answers.map(({ word, text }) =>
    element("label", {}, element("input", { type: "radio", name, value: word }), element("span", {}, text)),
  );
  return element("fieldset", {}, element("legend", {}, text), ...choices);
}

function section(className, title, ...children) {
  const heading = element("h3", { id: className }, title);
  const made = element("section", { className }, heading, ...children);
  made.setAttribute("aria-labelledby", heading.id);
  return made;
}

function item(id, text) {
  return element("li", {}, element("a", { href: `#item-${id}` }, text));
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

if (window.document$) window.document$.subscribe(mount);
else mount();

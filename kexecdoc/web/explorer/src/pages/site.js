// @ts-nocheck
import "../page.js";

// What scrolls sideways can be scrolled by keyboard: a table that is wider than its place gets the focus, too.

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

function watch() {
  sizes.disconnect();
  for (const wrapper of document.querySelectorAll(".md-typeset__scrollwrap")) sizes.observe(wrapper);
}

// The page on which errors are reported is told, in its address, which page is meant.
function about() {
  const place = document.getElementById("kx-about");
  const page = new URLSearchParams(location.hash.slice(1)).get("about");
  if (place && page) place.textContent = page;
}

// Two pages do more than the others. Only they are sent what that takes.
function extra() {
  if (document.querySelector(".kx-log")) import("./console-log.js");
  if (document.querySelector(".kx-driver")) import("./my-driver.js");
}

// The theme forgets what a link names if the page takes longer to come than it takes to note where the reader was: then
// it goes there, on the new page. Or it looks before the page has its height, and stays at the top. Who comes back by
// the browser's button is led by the theme; so is whoever has what the address names in view.
let followed = "";

addEventListener("click", ({ target }) => (followed = target.closest?.("a[href]")?.href ?? ""), true);
addEventListener("popstate", () => (followed = ""));

/** What somebody wrote into an address may be no escape at all. */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function arrive() {
  const meant = followed === location.href || scrollY === 0;
  followed = "";
  const named = location.hash.length > 1 && document.getElementById(unescaped(location.hash.slice(1)));
  if (!meant || !named) return;
  const { top } = named.getBoundingClientRect();
  if (top < 0 || top > innerHeight) named.scrollIntoView();
}

if (window.document$)
  window.document$.subscribe(() => {
    about();
    extra();
    setTimeout(watch); // the theme wraps its tables when it announces the page: they are there one turn later
    setTimeout(arrive, 300);
  });

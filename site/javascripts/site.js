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

// On a slow machine the theme may look for what the address names before the page has its height: then it stays at
// the top. Who has scrolled since, or came back to where they were, is left there.
function arrive() {
  const named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named && scrollY === 0 && named.getBoundingClientRect().top > innerHeight) named.scrollIntoView();
}

if (window.document$)
  window.document$.subscribe(() => {
    about();
    extra();
    setTimeout(watch); // the theme wraps its tables when it announces the page: they are there one turn later
    setTimeout(arrive, 300);
  });

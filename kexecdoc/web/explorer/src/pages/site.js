import "../page.js";

// What scrolls sideways can be scrolled by keyboard: a table that is wider than its place gets the focus, too.

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
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

// After instant navigation the theme sometimes does not scroll to what the link names: the page came late, or did not
// have its height yet. Then we do. On the way back the theme restores the position itself.
const arrival = { followed: "" };

addEventListener(
  "click",
  ({ target }) => {
    const link = target instanceof Element ? target.closest("a[href]") : null;
    arrival.followed = link instanceof HTMLAnchorElement ? link.href : "";
  },
  true,
);
addEventListener("popstate", () => {
  arrival.followed = "";
});

/**
 * Decode a word of an address. If it holds a broken escape, it stays as it is.
 *
 * @param {string} text
 */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function arrive() {
  const meant = arrival.followed === location.href || scrollY === 0;
  arrival.followed = "";
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

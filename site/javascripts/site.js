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

// The theme wraps its tables when it announces the page; they are there one turn later.
if (window.document$) window.document$.subscribe(() => setTimeout(watch));

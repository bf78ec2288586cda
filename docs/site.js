// What scrolls sideways can be scrolled with the keyboard too, also after the window has become narrower: the theme looks
// at code once, when the page is opened.
const reachable = () => {
  for (const each of document.querySelectorAll(".md-typeset__scrollwrap, .tabbed-labels")) each.tabIndex = 0;
  for (const each of document.querySelectorAll("pre > code")) {
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
  }
};
new MutationObserver(reachable).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", reachable);
reachable();

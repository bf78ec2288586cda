// What scrolls sideways can be scrolled with the keyboard too.
const reachable = () => {
  for (const each of document.querySelectorAll(".md-typeset__scrollwrap, .tabbed-labels")) each.tabIndex = 0;
};
new MutationObserver(reachable).observe(document.body, { childList: true, subtree: true });
reachable();

"use strict";
// At once, so that nothing is laid out which is to be hidden.
document.documentElement.classList.replace("plain", "scripted");

document.addEventListener("DOMContentLoaded", () => {
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const one = (id) => document.getElementById(id);

  const filters = document.querySelector(".filters");
  const findings = all("#findings .item").map((item) => ({
    item,
    text: item.textContent.toLowerCase(),
    verdicts: [item],
  }));
  const configurations = all("#configurations .item").map((item) => ({
    item,
    text: item.textContent.toLowerCase(),
    verdicts: all(".verdicts tbody tr", item),
  }));

  // What is chosen: the words to be found, and a verdict, a policy and a framework, or nothing of each.
  const chosen = () => ({
    words: one("text").value.toLowerCase().split(/\s+/).filter(Boolean),
    status: one("status").value,
    policy: one("policy").value,
    framework: one("framework").value,
  });

  // A framework rests on the policies that decide, and on the configurations that it applies to.
  const counts = (row, { policy, framework }) =>
    (!policy || row.dataset.policy === policy) && (!framework || "decisive" in row.dataset);

  const matches = (entry, by) => {
    if (!by.words.every((word) => entry.text.includes(word))) return false;
    if (by.framework && entry.item.dataset.status === "not-applicable") return false;
    if (!by.policy) {
      const found = !by.status || entry.item.dataset.status === by.status;
      return found && entry.verdicts.some((row) => counts(row, by));
    }
    return entry.verdicts.some((row) => counts(row, by) && (!by.status || row.dataset.status === by.status));
  };

  const show = (entries, by, section) => {
    let number = 0;
    for (const entry of entries) {
      const found = matches(entry, by);
      entry.item.hidden = !found;
      if (found) number += 1;
    }
    const none = document.querySelector(`#${section} .none`);
    if (none) none.hidden = number > 0;
    return number;
  };

  const filter = () => {
    const by = chosen();
    const shownFindings = show(findings, by, "findings");
    const shownConfigurations = show(configurations, by, "configurations");
    for (const entry of configurations)
      for (const row of entry.verdicts) row.hidden = !counts(row, by);
    for (const row of all("#by-policy tbody tr")) row.hidden = !counts(row, by);
    for (const row of all("[data-framework]")) row.hidden = by.framework !== "" && row.dataset.framework !== by.framework;
    one("shown").value =
      `Showing ${shownConfigurations} of ${configurations.length} configurations ` +
      `and ${shownFindings} of ${findings.length} findings.`;
  };

  const key = (item, column, kind) => {
    const cell = item.rows[0].cells[column];
    return kind === "rank" ? Number(cell.dataset.sort) : cell.textContent.trim();
  };

  const order = new Intl.Collator("en", { numeric: true });

  const sort = (button) => {
    const heading = button.closest("th");
    const table = button.closest("table");
    const descending = heading.getAttribute("aria-sort") === "ascending";
    for (const other of all("th[aria-sort]", table)) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const { kind } = button.dataset;
    const items = all(":scope > tbody", table).map((item) => [key(item, heading.cellIndex, kind), item]);
    items.sort(([one], [other]) => (kind === "rank" ? one - other : order.compare(one, other)) * (descending ? -1 : 1));
    table.append(...items.map(([, item]) => item));
  };

  const open = (button, wanted) => {
    button.setAttribute("aria-expanded", String(wanted));
    one(button.getAttribute("aria-controls")).classList.toggle("open", wanted);
  };

  let copied = null;

  const copy = async (button) => {
    const code = button.closest("li").querySelector("code");
    const label = button.firstChild;
    if (copied) copied.data = "Copy";
    copied = label;
    try {
      await navigator.clipboard.writeText(code.textContent);
      label.data = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      label.data = "Selected";
    }
  };

  for (const button of all(".copy")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches(".sort")) sort(button);
    if (button.matches(".more")) open(button, button.getAttribute("aria-expanded") !== "true");
    if (button.matches(".copy")) copy(button);
    if (button.id === "all") {
      const wanted = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(wanted));
      for (const each of all(".more")) open(each, wanted);
    }
  });
  filters.addEventListener("input", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(filter));
  filter();
});

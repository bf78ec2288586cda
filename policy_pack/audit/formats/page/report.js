"use strict";
// At once, so that nothing is laid out which is to be hidden.
document.documentElement.classList.replace("plain", "scripted");

document.addEventListener("DOMContentLoaded", async () => {
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const one = (id) => document.getElementById(id);
  const STEP = 100; // rows of a long page that are made at a time

  // An element with attributes and children: texts stay texts.
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  // A long path may break after its slashes.
  const path = (text) => text.split("/").flatMap((part, index) => (index ? ["/", make("wbr"), part] : [part]));

  const filters = document.querySelector(".filters");

  // An entry is a finding or a configuration: its words, its verdict, what its policies say, what it is sorted by, and
  // its rows, which a short page has and a long one makes when they are shown.

  const cellOf = (item) => (column, kind) => {
    const cell = item.rows[0].cells[column];
    return kind === "rank" ? Number(cell.dataset.sort) : cell.textContent.trim();
  };

  const shownAlready = (section, verdicts) =>
    all(`#${section} .item`).map((item) => ({
      item: () => item,
      text: item.textContent.toLowerCase(),
      status: item.dataset.status,
      verdicts: verdicts(item).map((row) => [row.dataset.policy, row.dataset.status]),
      by: cellOf(item),
    }));

  const unpacked = async (packed) => {
    const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };

  const madeWhenShown = (data) => {
    const { texts, policies, statuses, names } = data;
    const lower = texts.map((text) => text.toLowerCase());
    const chip = (status, text) => make("span", { class: `chip ${statuses[status]}` }, text);
    const cell = (label, attributes, ...children) => make("td", { "data-label": label, ...attributes }, ...children);
    const reason = (...parts) => parts.filter(([text]) => texts[text]).map(([text, kind]) => make("p", { class: kind }, texts[text]));

    const facts = (pairs) =>
      make(
        "dl",
        { class: "facts" },
        ...pairs.map(([name, value, kind]) => make("div", { class: kind }, make("dt", {}, name), make("dd", {}, ...path(texts[value])))),
      );

    const verdictRow = ([policy, status, level, why, fix, exemption, known]) =>
      make(
        "tr",
        { "data-policy": policies[policy], "data-status": statuses[status] },
        make("th", { scope: "row" }, policies[policy]),
        cell("Level", {}, texts[level]),
        cell("Verdict", {}, chip(status, names[status]), ...(known ? [" ", make("small", {}, "known")] : [])),
        make("td", { class: "reason" }, ...reason([exemption, "exemption"], [why, ""], [fix, "fix"])),
      );

    const commandItem = ([shows, text]) =>
      make(
        "li",
        {},
        make("p", {}, `${texts[shows]} `, make("button", { type: "button", class: "copy" }, "Copy", make("span", { class: "unseen" }, ` the command for ${texts[shows]}`))),
        make("pre", { tabindex: "0" }, make("code", {}, text)),
      );

    const details = ([, , , , , , id, type, name, source, verdicts, commands]) => {
      const heads = ["Policy", "Level", "Verdict", "Why"].map((head) => make("th", { scope: "col" }, head));
      const table = make("table", { class: "verdicts" }, make("caption", {}, "What each policy says"), make("thead", {}, make("tr", {}, ...heads)));
      table.append(make("tbody", {}, ...verdicts.map(verdictRow)));
      const about = [["Resource", id, "full urn"], ["Type", type, ""], ["Name in AWS", name, ""], ["Read from", source, ""]];
      const shown = commands.length ? [make("h3", {}, "Check it in AWS"), make("ul", { class: "commands" }, ...commands.map(commandItem))] : [];
      return [facts(about), table, ...shown];
    };

    const configurationItem = (row, number) => {
      const [label, stack, region, key, status, standing] = row;
      const id = `detail-${number}`;
      const more = make("button", { type: "button", class: "more", "aria-expanded": "false", "aria-controls": id }, "Details", make("span", { class: "unseen" }, ` of ${texts[label]}`));
      const detail = make("tr", { class: "detail", id }, make("td", { colspan: "6" }));
      detail.fill = () => detail.firstChild.replaceChildren(...details(row));
      return make(
        "tbody",
        { class: "item", "data-status": statuses[status] },
        make(
          "tr",
          {},
          cell("Verdict", {}, chip(status, texts[standing])),
          cell("Configuration", { class: "name strong" }, ...path(texts[label])),
          cell("Stack", { class: "name" }, ...path(texts[stack])),
          cell("Region", { class: "name" }, texts[region]),
          cell("Key", { class: "name" }, make("code", {}, texts[key]), ...(texts[row[12]] ? [" ", make("small", {}, texts[row[12]])] : [])),
          cell("Evidence", { class: "screen" }, more),
        ),
        detail,
      );
    };

    const findingItem = ([level, stops, known, , severity, resource, within, policy, stack, why, fix, urn]) =>
      make(
        "tbody",
        { class: "item", "data-policy": policies[policy], "data-status": "non-compliant" },
        make(
          "tr",
          {},
          cell("Level", {}, make("span", { class: `level ${stops ? "stops" : "tells"}${known ? " known" : ""}` }, texts[level] + (known ? ", known" : ""))),
          cell("Severity", {}, texts[severity]),
          cell("Resource", { class: "name" }, ...path(texts[resource]), ...(texts[within] ? [" ", make("small", {}, `in ${texts[within]}`)] : [])),
          cell("Policy", {}, policies[policy]),
          cell("Stack", { class: "name" }, ...path(texts[stack])),
          cell("Why, and what to do", { class: "reason" }, ...reason([why, ""], [fix, "fix"], [urn, "urn"])),
        ),
      );

    const once = (build) => {
      let built = null;
      return () => (built = built || build());
    };

    const words = (indexes) => indexes.map((index) => lower[index]).join("\n");
    return {
      configurations: data.configurations.map((row, number) => ({
        item: once(() => configurationItem(row, number)),
        text: words([...row.slice(0, 4), ...row.slice(5, 10), row[12], ...row[10].flatMap(([, , , why, fix]) => [why, fix])]),
        status: statuses[row[4]],
        verdicts: row[10].map(([policy, status]) => [policies[policy], statuses[status]]),
        by: (column) => (column === 0 ? row[4] : texts[row[column - 1]]),
      })),
      findings: data.findings.map((row) => ({
        item: once(() => findingItem(row)),
        text: `${words([row[0], row[4], row[5], row[6], ...row.slice(8)])}\n${policies[row[7]]}`,
        status: "non-compliant",
        verdicts: [[policies[row[7]], "non-compliant"]],
        by: (column) => [texts[row[0]], row[3], texts[row[5]], policies[row[7]], texts[row[8]]][column],
      })),
    };
  };

  const packed = one("data");
  let entries;
  try {
    entries = packed
      ? madeWhenShown(await unpacked(packed.textContent))
      : {
          findings: shownAlready("findings", (item) => [item]),
          configurations: shownAlready("configurations", (item) => all(".verdicts tbody tr", item)),
        };
  } catch {
    document.documentElement.classList.replace("scripted", "plain"); // a browser that cannot unpack it
    return;
  }

  // How many of those that match are shown: on a short page all, on a long one some, and more when asked for.
  const limits = { findings: packed ? STEP : Infinity, configurations: packed ? STEP : Infinity };

  // What is chosen: the words to be found, and a verdict, a policy and a framework's policies, or nothing of each.
  const chosen = () => ({
    words: one("text").value.toLowerCase().split(/\s+/).filter(Boolean),
    status: one("status").value,
    policy: one("policy").value,
    framework: one("framework").value,
    asked: new Set((one("framework").selectedOptions[0].dataset.policies || "").split(" ")),
  });

  // A framework rests on the policies that its requirements ask for, and on the configurations that it applies to.
  const counts = (name, { policy, framework, asked }) => (!policy || name === policy) && (!framework || asked.has(name));

  const matches = (entry, by) => {
    if (!by.words.every((word) => entry.text.includes(word))) return false;
    if (by.framework && entry.status === "not-applicable") return false;
    if (!by.policy) {
      const found = !by.status || entry.status === by.status;
      return found && entry.verdicts.some(([name]) => counts(name, by));
    }
    return entry.verdicts.some(([name, status]) => counts(name, by) && (!by.status || status === by.status));
  };

  const narrow = (item, by) => {
    for (const row of all(".verdicts tbody tr", item)) row.hidden = !counts(row.dataset.policy, by);
  };

  const show = (section, by) => {
    const table = document.querySelector(`#${section} .list`);
    const found = entries[section].filter((entry) => matches(entry, by));
    if (packed && table) {
      for (const item of all(":scope > .item", table)) item.remove();
      table.append(...found.slice(0, limits[section]).map((entry) => entry.item()));
    } else {
      const kept = new Set(found);
      for (const entry of entries[section]) entry.item().hidden = !kept.has(entry);
    }
    for (const entry of found.slice(0, limits[section])) narrow(entry.item(), by);
    const none = document.querySelector(`#${section} .none`);
    if (none) none.hidden = found.length > 0;
    const rest = document.querySelector(`#${section} .rest`);
    if (rest) {
      rest.hidden = found.length <= limits[section];
      rest.querySelector("span").textContent = `The first ${Math.min(limits[section], found.length)} of ${found.length} are shown.`;
    }
    return found.length;
  };

  const filter = () => {
    const by = chosen();
    const shownFindings = show("findings", by);
    const shownConfigurations = show("configurations", by);
    for (const row of all("#by-policy tbody tr")) row.hidden = !counts(row.dataset.policy, by);
    for (const row of all("[data-framework]")) row.hidden = by.framework !== "" && row.dataset.framework !== by.framework;
    one("shown").value =
      `Showing ${shownConfigurations} of ${entries.configurations.length} configurations ` +
      `and ${shownFindings} of ${entries.findings.length} findings.`;
  };

  const order = new Intl.Collator("en", { numeric: true });

  const sort = (button) => {
    const heading = button.closest("th");
    const table = button.closest("table");
    const section = table.closest("section").id;
    const descending = heading.getAttribute("aria-sort") === "ascending";
    for (const other of all("th[aria-sort]", table)) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const { kind } = button.dataset;
    const keys = entries[section].map((entry) => [entry.by(heading.cellIndex, kind), entry]);
    keys.sort(([one], [other]) => (kind === "rank" ? one - other : order.compare(one, other)) * (descending ? -1 : 1));
    entries[section] = keys.map(([, entry]) => entry);
    if (packed) filter();
    else table.append(...entries[section].map((entry) => entry.item()));
  };

  const open = (button, wanted) => {
    const detail = one(button.getAttribute("aria-controls"));
    button.setAttribute("aria-expanded", String(wanted));
    if (wanted && detail.fill) {
      detail.fill();
      delete detail.fill;
      narrow(detail, chosen());
    }
    detail.classList.toggle("open", wanted);
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
    if (button.matches(".rest button")) {
      limits[button.closest("section").id] += STEP;
      filter();
    }
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
  document.documentElement.dataset.ready = "";
});

/* Copyright (c) 2026, the mobileops.ci contributors
   GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
/* Bring form, table, panel and address together. */

const form = document.querySelector(".filters");
const bySlug = new Map(APPS.map((app) => [app.slug, app]));

const choice = (value, label) => element("option", { value, textContent: label });
const distinct = (values) => [...new Set(values)].filter(Boolean).sort(collator.compare);

const fillChoices = () => {
  const files = APPS.flatMap((app) => app.files);
  const within = [7, 30, 90, DATA.within].filter((days, place, all) => all.indexOf(days) === place).sort((one, other) => one - other);
  const choices = {
    finding: [...FINDINGS.map((finding) => [finding.name, finding.label]), ["none", "In order"], ["unreadable", "Unreadable"]],
    expires: [[`..${isoOf(-1)}`, "already"], ...within.map((days) => [`${isoOf(0)}..${isoOf(days)}`, `within ${days} days`]), ["none", "date not known"]],
    kind: USED_KINDS.map(({ kind }) => [kind.name, kind.label]),
    type: distinct(files.map((file) => file.type)).map((type) => [type, type]),
    owner: distinct(APPS.map((app) => app.owner)).map((owner) => [owner, owner]),
    team: DATA.teams.map(([team, name]) => [team, name ? `${name} (${team})` : team]),
    change: files.some((file) => file.flags & NEW) ? [["new", "new since last time"]] : [],
    files: [["none", "no signing files"], ["some", "with signing files"]],
  };
  for (const [name, pairs] of Object.entries(choices)) {
    const select = form.elements[name];
    select.append(...pairs.map(([value, label]) => choice(value, label)));
    select.closest("label").hidden = pairs.length === 0;
  }
};

/* Show a value that a link chose and that is not among the choices, such as a week. */
const showChoice = (select, value) => {
  select.querySelector("[data-given]")?.remove();
  if (value && ![...select.options].some((option) => option.value === value)) {
    const range = select.name === "expires" ? rangeFrom(value) : null;
    const label = range?.every(Number.isFinite) ? `${dateOf(range[0])} to ${dateOf(range[1])}` : value;
    const given = choice(value, label);
    given.dataset.given = "";
    select.append(given);
    select.closest("label").hidden = false;
  }
  select.value = value;
  if (value) { select.closest("details")?.setAttribute("open", ""); }
};

let view = viewFrom("");

const markLinks = () => {
  for (const link of document.querySelectorAll("header a[href^='#'], main a[href^='#']")) {
    link.dataset.view ??= link.getAttribute("href");
    const selection = viewFrom(link.dataset.view);
    const current = !selection.app && sameFilters(selection, view) && link.dataset.view !== "#apps";
    // A second click removes the filter.
    link.setAttribute("href", current ? "#all" : link.dataset.view);
    if (current) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); }
  }
};

const show = (selection) => {
  const before = view;
  view = selection;
  if (!sameFilters(before, view) || before.sort !== view.sort || !list.rows.size) {
    const { apps, files } = matches(view);
    const active = FILTERS.some((name) => view[name]);
    form.querySelector("output").textContent = active
      ? `${countOf(apps.length, "app")} of ${numberOf(APPS.length)}, ${countOf(files, "file")}`
      : `${countOf(APPS.length, "app")}, ${countOf(FILES, "file")}`;
    document.querySelector(".no-match").hidden = apps.length > 0;
    drawHead(view.sort);
    showApps(sorted(apps, view.sort));
    markLinks();
  }
  for (const name of FILTERS) {
    const control = form.elements[name];
    if (control.tagName === "SELECT") { showChoice(control, view[name]); } else if (control.value.trim() !== view[name]) { control.value = view[name]; }
  }
  const app = bySlug.get(view.app);
  if (app) { openPanel(app); } else if (panel.open) { panel.close(); }
};

/* Change the address without a new entry in the history. */
const replace = (selection) => {
  history.replaceState(null, "", `#${fragmentOf(selection)}`);
  show(selection);
};

const toApps = () => {
  const section = document.getElementById("apps");
  section.scrollIntoView({ block: "start" });
  section.focus({ preventScroll: true });
};

const fromForm = () => {
  const selection = { ...view };
  for (const name of FILTERS) { selection[name] = form.elements[name].value; }
  return { ...selection, q: selection.q.trim() };
};

const listen = () => {
  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => replace(fromForm()), 120); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    replace({ ...viewFrom(""), sort: view.sort });
  });
  table.addEventListener("click", (event) => {
    const sort = event.target.closest("[data-sort]")?.dataset.sort;
    if (sort) {
      replace({ ...view, sort: view.sort === sort ? `-${sort}` : view.sort === `-${sort}` ? "" : sort });
      return;
    }
    const row = event.target.closest("tr[data-app]");
    if (row && !event.target.closest("a") && getSelection().isCollapsed) { location.hash = fragmentOf({ ...view, app: row.dataset.app }); }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    if (link.getAttribute("href") === "#apps") { toApps(); return; }
    const selection = viewFrom(link.getAttribute("href"));
    // A link to an app opens it over what is shown; any other link shows something else, in the same order.
    location.hash = fragmentOf(selection.app ? { ...view, app: selection.app } : { ...selection, sort: view.sort });
    if (!selection.app && FILTERS.some((name) => selection[name])) { show(viewFrom(location.hash)); toApps(); }
  });
  panel.addEventListener("close", () => { if (view.app) { replace({ ...view, app: "" }); } });
  panel.addEventListener("click", (event) => { if (event.target === panel) { panel.close(); } });
  addEventListener("hashchange", () => { if (location.hash !== "#apps") { show(viewFrom(location.hash)); } });
};

const tellAge = () => {
  const days = Math.floor(Date.now() / DAY_MS) - DATA.today;
  if (days > 8) {
    const note = document.querySelector(".outdated");
    note.textContent = `This report is ${days} days old. Days are counted from ${dateOf(0)}.`;
    note.hidden = false;
  }
};

tellAge();
if (form) {
  fillChoices();
  form.hidden = false;
  listen();
  watchScrolling();
  show(viewFrom(location.hash));
  // The address of a link that shows these apps.
  if (FILTERS.some((name) => view[name])) { toApps(); }
}

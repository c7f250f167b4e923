/* Copyright (c) 2026, the mobileops.ci contributors
   GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
/* The table: only the rows that are in sight, and a few around them, are elements of the page. */

const AROUND = 12;
const NEAR = 60;
const table = document.querySelector("table.apps");

const element = (tag, properties = {}, ...children) => {
  const { attributes = {}, ...others } = properties;
  const created = Object.assign(document.createElement(tag), others);
  for (const [name, value] of Object.entries(attributes)) { created.setAttribute(name, value); }
  created.append(...children);
  return created;
};

/* Text of the service, which may be in any script and direction. */
const foreign = (text) => element("bdi", { textContent: text });

const appLink = (app, ...children) => (DATA.appUrl
  ? element("a", { href: DATA.appUrl + encodeURIComponent(app.slug), rel: "noreferrer" }, ...children)
  : element("span", {}, ...children));

const badge = (finding) => element("span", { className: `badge grave-${finding.gravity}`, textContent: finding.label });

const kindText = ({ number, urgent }) => {
  if (!number) { return "-"; }
  const finding = urgent.finding;
  // A profile that is valid longer than its certificates has expired with them.
  const inside = finding?.name === "expired" && !(urgent.flags & EXPIRED);
  const dated = inside ? "cert. expired" : urgent.day === null ? "" : daysLeft(urgent.day);
  const what = finding && !["expired", "expiring"].includes(finding.name) ? finding.label.toLowerCase() : dated;
  return what ? `${number} \u00b7 ${what}` : String(number);
};

const findingsOf = (app) => {
  if (app.error) { return [element("span", { className: "badge grave-2", textContent: "Unreadable" })]; }
  if (!app.files.length) { return [element("span", { className: "aside", textContent: "No signing files" })]; }
  const findings = [...new Set(app.files.map((file) => file.finding).filter(Boolean))].sort((one, other) => one.rank - other.rank);
  if (!findings.length) { return [element("span", { className: "badge grave-0", textContent: "In order" })]; }
  const more = findings.length > 1 ? [element("span", { className: "aside", textContent: ` +${findings.length - 1}` })] : [];
  return [badge(findings[0]), ...more];
};

const CELLS = {
  app: (app) => [appLink(app, foreign(app.title))],
  owner: (app) => [foreign(app.owner)],
  team: (app) => (app.teams.length
    ? [foreign(teamLabel(app.teams[0])), ...(app.teams.length > 1 ? [element("span", { className: "aside", textContent: ` +${app.teams.length - 1}` })] : [])]
    : []),
  next: (app) => (app.next === null ? [] : [daysLeft(app.next), element("span", { className: "aside", textContent: ` ${dateOf(app.next)}` })]),
  findings: findingsOf,
  count: (app) => [element("button", {
    type: "button", className: "open", textContent: countOf(app.files.length, "file"),
    attributes: { "data-app": app.slug, "aria-label": `${countOf(app.files.length, "file")} of ${app.title}` },
  })],
};

const kindCell = (app, number) => {
  const one = app.kinds[number];
  const gravity = one.urgent?.finding?.gravity ?? 0;
  return element("span", { className: gravity ? `grave-${gravity} urgent` : one.number ? "" : "aside", textContent: kindText(one) });
};

const rowOf = (app, place) => {
  const row = element("tr", { attributes: { "aria-rowindex": String(place + 2), "data-app": app.slug } });
  for (const column of COLUMNS) {
    const cell = column.name === "app" ? element("th", { scope: "row" }) : element("td");
    cell.className = column.number === undefined ? `of-${column.name}` : "of-kind";
    if (column.number === undefined) { cell.append(...CELLS[column.name](app)); } else { cell.append(kindCell(app, column.number)); }
    cell.title = cell.textContent;
    row.append(cell);
  }
  return row;
};

const list = { apps: [], first: 0, last: 0, rows: new Map() };

const heightOfRow = () => parseFloat(getComputedStyle(table).getPropertyValue("--row"));

const drawRows = (first, last) => {
  const [before, after] = table.querySelectorAll(".gap");
  const body = table.querySelector(".rows");
  const height = heightOfRow();
  for (const [place, row] of list.rows) {
    if (place < first || place >= last) {
      row.remove();
      list.rows.delete(place);
    }
  }
  // Rows that stay are not touched, so that the keyboard focus stays too.
  let next = body.firstElementChild;
  for (let place = first; place < last; place += 1) {
    const known = list.rows.get(place);
    if (known) {
      next = known.nextElementSibling;
    } else {
      const row = rowOf(list.apps[place], place);
      body.insertBefore(row, next);
      list.rows.set(place, row);
    }
  }
  for (const [gap, number] of [[before, first], [after, list.apps.length - last]]) {
    gap.hidden = number === 0;
    gap.querySelector("td").style.height = `${number * height}px`;
  }
  Object.assign(list, { first, last });
};

/* Return the place of the row that has the keyboard focus, or null. */
const focusedPlace = () => {
  const row = table.querySelector(".rows")?.contains(document.activeElement) && document.activeElement.closest("tr");
  return row ? Number(row.getAttribute("aria-rowindex")) - 2 : null;
};

const drawVisible = () => {
  const height = heightOfRow();
  const top = -table.getBoundingClientRect().top;
  let first = Math.floor(top / height) - AROUND;
  let last = Math.ceil((top + window.innerHeight) / height) + AROUND;
  // The focus may be ahead of a scrolling that has not ended.
  const focused = focusedPlace();
  if (focused !== null && focused > first - NEAR && focused < last + NEAR) {
    first = Math.min(first, focused - AROUND);
    last = Math.max(last, focused + AROUND);
  }
  const number = list.apps.length;
  first = Math.min(Math.max(first, 0), number);
  drawRows(first, Math.max(Math.min(last, number), first));
};

const showApps = (apps) => {
  for (const row of list.rows.values()) { row.remove(); }
  list.rows.clear();
  list.apps = apps;
  table.setAttribute("aria-rowcount", String(apps.length + 1));
  table.hidden = apps.length === 0;
  drawVisible();
};

const drawHead = (sort) => {
  const head = table.querySelector("thead tr");
  if (!head.children.length) {
    table.classList.toggle("four-kinds", USED_KINDS.length > 3);
    for (const column of COLUMNS) {
      const button = element("button", { type: "button", textContent: column.label, attributes: { "data-sort": column.name } });
      const cell = element("th", { scope: "col", className: column.number === undefined ? `of-${column.name}` : "of-kind" }, button);
      head.append(cell);
    }
    for (const gap of table.querySelectorAll(".gap td")) { gap.colSpan = COLUMNS.length; }
  }
  for (const cell of head.children) {
    const name = cell.firstElementChild.dataset.sort;
    const order = sort === name ? "ascending" : sort === `-${name}` ? "descending" : "none";
    cell.setAttribute("aria-sort", order);
  }
};

const watchScrolling = () => {
  let waiting = false;
  let printing = false;
  const later = () => {
    if (waiting || printing || table.hidden) { return; }
    waiting = true;
    requestAnimationFrame(() => { waiting = false; drawVisible(); });
  };
  table.addEventListener("focusin", () => { if (!printing) { drawVisible(); } });
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later, { passive: true });
  // Print all rows and all tasks, but not more rows than a reader can use.
  addEventListener("beforeprint", () => {
    printing = true;
    drawRows(0, Math.min(list.apps.length, 2000));
    document.querySelector(".more")?.setAttribute("open", "");
  });
  addEventListener("afterprint", () => { printing = false; drawVisible(); });
};

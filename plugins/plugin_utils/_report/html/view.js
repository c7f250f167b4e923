/* Copyright (c) 2026, the mobileops.ci contributors
   GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
/* What is shown: filters and order, as they stand in the fragment of the address. */

const FILTERS = ["q", "finding", "expires", "kind", "type", "owner", "team", "change", "files"];
const RANGE = /^(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?$/;

const normalize = (text) => text.trim().toLowerCase().replace(/\s+/g, " ");

const viewFrom = (fragment) => {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const view = { sort: given.get("sort") ?? "", app: given.get("app") ?? "" };
  for (const name of FILTERS) { view[name] = given.get(name) ?? ""; }
  return view;
};

const fragmentOf = (view) => {
  const given = new URLSearchParams();
  for (const name of [...FILTERS, "sort", "app"]) {
    if (view[name]) { given.set(name, view[name]); }
  }
  return given.toString() || "all";
};

const sameFilters = (one, other) => FILTERS.every((name) => one[name] === other[name]);

const rangeFrom = (text) => {
  const ends = RANGE.exec(text);
  return ends ? [ends[1] ? dayFrom(ends[1]) : -Infinity, ends[2] ? dayFrom(ends[2]) : Infinity] : null;
};

const haystack = (file) => (file.haystack ??= normalize(
  [file.name, file.slug, file.subject, file.type, teamLabel(file.team), file.team, file.sha256, ...file.facts.map(textAt)].join(" "),
));

/* Return a test for one file, or null if no filter is about files. */
const fileTest = (view) => {
  const tests = [];
  if (view.finding) {
    tests.push((file) => (view.finding === "none" ? !file.finding : file.finding?.name === view.finding));
  }
  if (view.expires) {
    const range = rangeFrom(view.expires);
    // A file that a newer one replaces breaks nothing when it expires.
    tests.push((file) => (range ? file.day !== null && !(file.flags & REPLACED) && file.day >= range[0] && file.day <= range[1] : file.day === null));
  }
  if (view.kind) { tests.push((file) => file.kind.name === view.kind); }
  if (view.type) { tests.push((file) => file.type === view.type); }
  if (view.team) { tests.push((file) => file.team === view.team); }
  if (view.change) { tests.push((file) => Boolean(file.flags & NEW)); }
  return tests.length ? (file) => tests.every((test) => test(file)) : null;
};

/* Return the apps that match, with the number of their files that do. */
const matches = (view) => {
  const words = normalize(view.q);
  const test = fileTest(view);
  const found = [];
  let files = 0;
  for (const app of APPS) {
    if (view.owner && app.owner !== view.owner) { continue; }
    if (view.files === "none" && (app.files.length || app.error)) { continue; }
    if (view.files === "some" && !app.files.length) { continue; }
    const named = !words || normalize(`${app.title} ${app.slug} ${app.owner}`).includes(words);
    const unreadable = view.finding === "unreadable";
    if (unreadable && !(app.error && named)) { continue; }
    const number = app.files.filter((file) => (!test || test(file)) && (named || haystack(file).includes(words))).length;
    if (number || unreadable || (!test && named)) {
      found.push(app);
      files += number;
    }
  }
  return { apps: found, files };
};

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const byNumber = (value) => (one, other) => (value(one) ?? Infinity) - (value(other) ?? Infinity) || one.index - other.index;
const byText = (value) => (one, other) => collator.compare(value(one) || "\uffff", value(other) || "\uffff") || one.index - other.index;

/* The columns of the table, each with its order. */
const COLUMNS = [
  { name: "app", label: "App", compare: byText((app) => app.title) },
  ...(APPS.some((app) => app.owner) ? [{ name: "owner", label: "Organization", compare: byText((app) => app.owner) }] : []),
  ...(DATA.teams.length ? [{ name: "team", label: "Team", compare: byText((app) => (app.teams.length ? teamLabel(app.teams[0]) : "")) }] : []),
  { name: "next", label: "Next expiry", compare: byNumber((app) => app.next) },
  ...USED_KINDS.map(({ kind, number }) => ({
    name: kind.name, label: kind.heading, number, compare: byNumber((app) => app.kinds[number].urgent?.day),
  })),
  { name: "findings", label: "Findings", compare: byNumber((app) => app.index) },
  { name: "count", label: "Files", compare: byNumber((app) => app.files.length) },
];

const sorted = (apps, sort) => {
  const column = COLUMNS.find(({ name }) => name === sort.replace(/^-/, ""));
  if (!column) { return apps; }
  const order = [...apps].sort(column.compare);
  return sort.startsWith("-") ? order.reverse() : order;
};

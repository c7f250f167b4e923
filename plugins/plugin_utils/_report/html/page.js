/* Copyright (c) 2026, the mobileops.ci contributors
   GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters, on top of a page that is complete without them. */
"use strict";
(() => {
  const form = document.querySelector(".filters");
  const output = form.querySelector("output");
  const noMatch = document.querySelector(".no-match");
  const CHOICES = ["state", "kind", "type", "team", "month"];
  // Opening a few apps shows what was found; opening hundreds would hide it.
  const OPENED_AT_MOST = 10;

  const tidy = (text) => text.trim().toLowerCase().replace(/\s+/g, " ");
  const apps = Array.from(document.querySelectorAll("tbody.app"), (body) => ({
    body,
    details: body.querySelector("details"),
    title: tidy(body.querySelector(".of-app > th").textContent),
    files: Array.from(body.querySelectorAll(".of-files tbody > tr"), (row) => ({ row, text: null })),
  }));

  const textOf = (file) => (file.text ??= tidy(file.row.textContent));

  const suits = (file, wanted) => CHOICES.every((name) => {
    const value = file.row.dataset[name] ?? "";
    return !wanted[name] || (name === "state" ? value.split(" ").includes(wanted[name]) : value === wanted[name]);
  });

  const plural = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

  const filter = () => {
    const given = new FormData(form);
    const wanted = Object.fromEntries(CHOICES.map((name) => [name, given.get(name) ?? ""]));
    const text = tidy(given.get("text") ?? "");
    const chosen = CHOICES.some((name) => wanted[name]);
    const shown = [];
    let files = 0;
    for (const app of apps) {
      const named = app.title.includes(text);
      let matches = 0;
      for (const file of app.files) {
        const match = suits(file, wanted) && (named || textOf(file).includes(text));
        file.row.hidden = !match;
        matches += match ? 1 : 0;
      }
      // An app without files is found by its title.
      const match = matches > 0 || (!chosen && named);
      app.body.hidden = !match;
      files += matches;
      if (match) { shown.push(app); }
    }
    const active = chosen || text !== "";
    const open = active && shown.length <= OPENED_AT_MOST;
    for (const app of shown) {
      if (app.details) { app.details.open = open; }
    }
    if (noMatch) { noMatch.hidden = shown.length > 0 || apps.length === 0; }
    output.textContent = active
      ? `${plural(shown.length, "app")} of ${plural(apps.length, "app").split(" ")[0]}, ${plural(files, "file")}`
      : `${plural(apps.length, "app")}, ${plural(files, "file")}`;
    for (const link of document.querySelectorAll("[data-state][href], [data-month][href]")) {
      const [name, value] = link.dataset.state ? ["state", link.dataset.state] : ["month", link.dataset.month];
      if (wanted[name] === value) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); }
    }
  };

  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => { clearTimeout(waiting); waiting = setTimeout(filter); });

  // The tiles and the months choose what they count, instead of what was chosen before.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-state][href], [data-month][href]");
    if (!link) { return; }
    event.preventDefault();
    const again = link.hasAttribute("aria-current");
    form.reset();
    clearTimeout(waiting);
    const name = link.dataset.state ? "state" : "month";
    form.elements[name].value = again ? "" : link.dataset[name];
    filter();
    if (!again) {
      const section = document.getElementById("apps");
      section.scrollIntoView({ block: "start" });
      section.focus({ preventScroll: true });
    }
  });

  form.hidden = false;
  filter();
})();

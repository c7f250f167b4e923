/* Copyright (c) 2026, the mobileops.ci contributors
   GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel with the files of one app. */

const panel = document.getElementById("panel");

const factsOf = (pairs) => element("dl", {}, ...pairs
  .filter(([_label, value]) => value !== "" && value !== undefined)
  .flatMap(([label, value]) => [element("dt", { textContent: label }), element("dd", {}, foreign(String(value)))]));

const fileCard = (file) => {
  const reasons = file.findings.map(({ finding, reason }) => element("p", {}, badge(finding), " ", foreign(reason)));
  if (file.flags & REPLACED) {
    reasons.unshift(element("p", {}, badge(DUPLICATED), " The app has a newer file in its place."));
  }
  if (!reasons.length) {
    reasons.push(element("p", {}, element("span", { className: "badge grave-0", textContent: "In order" })));
  }
  const expires = file.day === null ? "not known" : `${file.time} (${daysLeft(file.day)})`;
  const kind = file.type ? `${file.kind.label}, ${file.type}` : file.kind.label;
  return element("section", { className: "file" },
    element("h3", {}, foreign(file.name)),
    element("p", { className: "aside" }, `${kind}${file.flags & NEW ? ", new finding" : ""}`),
    ...reasons,
    ...file.warnings.map((warning) => element("p", { className: "aside" }, foreign(warning))),
    factsOf([
      ["Expires", expires], ["For", file.subject],
      ["Team", file.team && TEAM_NAMES.get(file.team) ? `${TEAM_NAMES.get(file.team)} (${file.team})` : file.team],
      ...file.kind.facts.map((label, place) => [label, textAt(file.facts[place])]),
      ["SHA-256 of the file", file.sha256 || ""],
      ["Slug", file.slug],
      ["Size", `${numberOf(file.size)} bytes${file.flags & PROTECTED ? ", protected" : ""}${file.flags & EXPOSED ? ", for pull requests too" : ""}`],
    ]));
};

const openPanel = (app) => {
  const close = element("button", { type: "button", className: "close", textContent: "Close" });
  close.addEventListener("click", () => panel.close());
  const files = [...app.files].sort((one, other) => (one.finding?.rank ?? 99) - (other.finding?.rank ?? 99));
  panel.replaceChildren(
    element("div", { className: "panel-head" }, element("h2", { id: "panel-title" }, foreign(app.title)), close),
    factsOf([["Organization", app.owner], ["Slug", app.slug]]),
    element("p", {}, ...(DATA.appUrl ? [appLink(app, "Open the app on the service")] : [])),
    ...(app.error ? [element("p", {}, element("span", { className: "badge grave-2", textContent: "Unreadable" }), " ", foreign(app.error))] : []),
    ...(app.files.length || app.error ? [] : [element("p", { textContent: "The app has no signing files." })]),
    ...files.map(fileCard),
  );
  if (!panel.open) { panel.showModal(); }
  panel.scrollTop = 0;
};

/* Copyright (c) 2026, the mobileops.ci contributors
   GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
/* Decode the embedded data into apps and files. */

const DATA = JSON.parse(document.getElementById("data").textContent);
const PROTECTED = 1, EXPOSED = 2, NEW = 4, REPLACED = 8, EXPIRED = 16;
const DAY_MS = 86400000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const textAt = (place) => DATA.texts[place ?? 0];
const FINDINGS = DATA.findings.map(([name, label, gravity], rank) => ({ name, label, gravity, rank }));
const DUPLICATED = FINDINGS.find((finding) => finding.name === "duplicated");
const KINDS = DATA.kinds.map(([name, label, heading, ...facts]) => ({ name, label, heading, facts }));

/* Days are counted from the day of the report. */
const isoOf = (day) => new Date((DATA.today + day) * DAY_MS).toISOString().slice(0, 10);
const dayFrom = (iso) => Math.round(Date.parse(iso) / DAY_MS) - DATA.today;
const dateOf = (day) => {
  const [year, month, date] = isoOf(day).split("-").map(Number);
  return `${date} ${MONTHS[month - 1]} ${year}`;
};
const numberOf = (number) => number.toLocaleString("en");
const countOf = (number, word) => `${numberOf(number)} ${word}${number === 1 ? "" : "s"}`;
const daysLeft = (day) => {
  if (day < -1) { return `${numberOf(-day)} days ago`; }
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[day] ?? `in ${numberOf(day)} days`;
};

const decodeFile = (row) => {
  const [kind, name, slug, day, time, subject, type, team, flags = 0, size = 0, sha256 = "", facts = [], findings, warnings] = row;
  const found = (findings || []).map(([finding, reason]) => ({ finding: FINDINGS[finding], reason: textAt(reason) }));
  return {
    kind: KINDS[kind], name: textAt(name), slug, day, time: textAt(time), subject: textAt(subject), type: textAt(type),
    team: team ? DATA.teams[team - 1][0] : "", flags, size, sha256, facts, findings: found,
    warnings: (warnings || []).map(textAt), finding: flags & REPLACED ? DUPLICATED : found[0]?.finding ?? null,
  };
};

/* The files of one kind in an app: how many, and the most urgent of them. */
const sumUp = (files) => {
  const urgent = files.reduce((worst, file) => {
    if (!worst) { return file; }
    const rank = (one) => one.finding?.rank ?? FINDINGS.length;
    return rank(file) < rank(worst) || (rank(file) === rank(worst) && (file.day ?? Infinity) < (worst.day ?? Infinity)) ? file : worst;
  }, null);
  return { number: files.length, urgent };
};

const decodeApp = ([title, slug, owner, rows = [], error], index) => {
  const files = rows.map(decodeFile);
  const days = files.filter((file) => file.day !== null && !(file.flags & REPLACED)).map((file) => file.day);
  return {
    index, title, slug, owner: textAt(owner), error: textAt(error), files,
    next: days.length ? Math.min(...days) : null,
    kinds: KINDS.map((kind) => sumUp(files.filter((file) => file.kind === kind))),
    teams: [...new Set(files.map((file) => file.team).filter(Boolean))],
  };
};

const APPS = DATA.apps.map(decodeApp);
const FILES = APPS.reduce((number, app) => number + app.files.length, 0);
const TEAM_NAMES = new Map(DATA.teams);
const teamLabel = (team) => TEAM_NAMES.get(team) || team;
/* Kinds that no app has need no column. */
const USED_KINDS = KINDS.map((kind, number) => ({ kind, number })).filter(({ number }) => APPS.some((app) => app.kinds[number].number));

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe outcomes: a phrase for each file, a line for each app, and the summary of a run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...module_utils._core.text import name_some, plural
from .._play.causes import (
    EXAMPLE,
    Problem,
    by_cause,
    sentence,
)

Json = dict[str, Any]

# Limits of a summary, which is a text for people and one event of a run.
GROUPS = 10
CHANGED_LINES = 500
# If a preview has more lines about apps than this, several apps share a line.
APART = 40
FAILED_LINES = 50
NAMES = 200
# If more hosts change, none shows a diff in the short form. The summary has a line for each instead.
DIFF_HOSTS = 30
# Most lines of all diffs of hosts in the short form. Beyond it, each host shows one line.
DIFF_LINES = 60
LINE = 1000
# Most hosts with the same cause that each get the whole message.
FEW = 3

FILE_COUNTS = ("uploaded", "updated", "deleted")

_NOT_REPLACED = {
    "undeclared": "deleted (not declared)",
    "duplicate": "duplicate deleted",
    "leftover": "leftover deleted",
}


@dataclass
class App:
    """Outcome of the app of one host, or the problems of its declaration."""

    host: str
    slug: str = ""
    outcome: Mapping[str, Any] = field(default_factory=dict, repr=False)
    problems: list[Problem] = field(default_factory=list)
    diff: str = "short"
    check_mode: bool = False

    @property
    def failed(self) -> bool:
        return bool(self.problems)

    @property
    def changed(self) -> bool:
        return bool(self.outcome.get("changed"))

    @property
    def error(self) -> Mapping[str, Any]:
        return self.outcome.get("error") or {}

    @property
    def phrases(self) -> list[tuple[str, str, str]]:
        """Return kind, name and verb for each changed file. In check mode the verb has "would be"."""
        done: dict[tuple[str, str], list[str]] = {}
        for action in self.outcome.get("actions") or ():
            verb = f"{action['action']}:{action.get('reason') or ''}"
            done.setdefault((action["kind"], action["name"]), []).append(verb)
        would = _would_be if self.check_mode else str
        return [(kind, name, would(verb)) for (kind, name), verbs in done.items() for verb in _verbs(verbs)]

    @property
    def change(self) -> str:
        """Return one line about all changes of this app, or "" if there are none."""
        return ", ".join(f"{name} {verb}" for _kind, name, verb in self.phrases)


@dataclass
class Totals:
    """Sums over runs of the engine."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, summary: Mapping[str, Any]) -> None:
        self.counts.update({key: value for key, value in summary.items() if isinstance(value, int)})
        self.counts["waited_s"] += round(float(summary.get("waited_s") or 0))
        self.seconds += float(summary.get("seconds") or 0.0)


def summary_of(
    apps: Sequence[App], totals: Totals, passed_over: Sequence[str], *, check_mode: bool, with_diff: bool
) -> list[str]:
    """Return the summary of a run, at most some 40 lines beside those of changed apps."""
    changed = [app for app in apps if app.changed and not app.failed]
    failed = [app for app in apps if app.failed]
    partly = sum(app.changed for app in failed)
    after = f", {partly} of them after a change" if partly and not check_mode else ""
    would = "would change" if check_mode else "changed"
    counts = totals.counts
    pace = "".join(
        f", {counts[name]} {words}"
        for name, words in (("waited_s", "s waited"), ("refused", "refused"))
        if counts[name]
    )
    verbs = ("to upload", "to update", "to delete") if check_mode else ("uploaded", "updated", "deleted")
    files = ", ".join(f"{counts[name]} {verb}" for name, verb in zip(FILE_COUNTS, verbs, strict=True))
    in_sync = len(apps) - len(changed) - len(failed)
    return [
        f"Apps:     {plural(len(apps), 'app')}, {in_sync} in sync, {len(changed)} {would}, {len(failed)} failed{after}",
        f"Files:    {files}",
        f"Requests: {counts['requests']} in {totals.seconds:.1f} s{pace}",
        *_leftover_lines(counts["leftovers"]),
        *_unverified_lines(apps),
        *_changed_lines(changed, would, with_diff=with_diff),
        *_passed_over(passed_over),
        *_failed_lines(failed),
    ]


def _leftover_lines(number: int) -> list[str]:
    if not number:
        return []
    return [
        f"Left:     {plural(number, 'unfinished upload')} of other runs. A run deletes them once they are an hour old"
    ]


def _unverified_lines(apps: Sequence[App]) -> list[str]:
    """Return a line about files that were kept although their content could not be compared."""
    names = Counter(file["name"] for app in apps for file in (app.outcome or {}).get("unverified") or ())
    if not names:
        return []
    listed = [f"{name} in {count} app{'' if count == 1 else 's'}" for name, count in names.most_common(5)]
    more = f" and {len(names) - 5} other names" if len(names) > 5 else ""
    return [f"Kept without comparing their content: {plural(names.total(), 'file')}, {', '.join(listed)}{more}"]


def stats_of(apps: Sequence[App]) -> Json:
    """Return the data for a workflow."""
    failed = [app.host for app in apps if app.failed]
    changed = sum(app.changed and not app.failed for app in apps)
    return {"apps": len(apps), "changed": changed, "failed": len(failed), "failed_apps": failed}


def report_of(apps: Sequence[App], *, with_diff: bool) -> dict[str, Json]:
    """Return the result of each host that has something to report."""
    reported = [app for app in apps if app.changed or app.failed]
    causes = Counter(problem.key for app in apps for problem in app.problems)
    diffs = _diffs([app for app in reported if app.changed]) if with_diff else {}
    report = {}
    for app in reported:
        result: Json = {"changed": app.changed, "msg": _message(app, causes)}
        if app.outcome:
            result["actions"] = app.outcome.get("actions") or []
            result["files"] = app.outcome.get("files") or []
        if app.host in diffs:
            result["diff"] = diffs[app.host]
        if app.failed:
            result["failed"] = True
            if not app.error:
                result["error"] = app.problems[0].error
            else:
                result["error"] = {key: value for key, value in app.error.items() if key not in ("msg", "exception")}
                if app.error.get("exception"):
                    result["exception"] = app.error["exception"]
        report[app.host] = result
    return report


def shows_diffs(apps: Sequence[App]) -> bool:
    """Return whether each changed host shows its diff. Then the summary does not list its changes."""
    return bool(_diffs([app for app in apps if app.changed]))


def _message(app: App, causes: Mapping[str, int]) -> str:
    if not app.failed:
        return app.change
    return " ".join(dict.fromkeys(_text_for_host(app, problem, causes[problem.key]) for problem in app.problems))


def _text_for_host(app: App, problem: Problem, hosts: int) -> str:
    """Return a problem for the result of its host. If many hosts share the cause, the summary has the details."""
    if hosts <= FEW:
        return f"{problem.message} {problem.hint}".strip()
    return f"Failed ({problem.kind}); see the summary." if app.error else sentence(problem.text)


def _would_be(verb: str) -> str:
    """Return the verb for check mode: 'duplicate would be deleted' for 'duplicate deleted'."""
    return re.sub(r"\b(\w+ed)\b", r"would be \1", verb, count=1)


def _verbs(verbs: Sequence[str]) -> list[str]:
    found = []
    uploads, replaced = "upload:" in verbs, "delete:replaced" in verbs
    if uploads or replaced:
        found.append("replaced" if replaced else "uploaded")
    for verb in dict.fromkeys(verbs):
        action, _colon, reason = verb.partition(":")
        if action == "update":
            found.append("updated")
        elif action == "delete" and reason != "replaced":
            found.append(_NOT_REPLACED.get(reason, f"deleted ({reason})" if reason else "deleted"))
    return found


def _changed_lines(changed: Sequence[App], would: str, *, with_diff: bool) -> list[str]:
    """Group equal changes: first by file, then by app."""
    by_change: dict[str, list[str]] = {}
    for app in changed:
        by_change.setdefault(app.change, []).append(app.host)
    lines = _by_file(changed) if len(by_change) > 1 else []
    if with_diff and shows_diffs(changed):
        return lines
    groups = sorted(by_change.items(), key=lambda entry: -len(entry[1]))
    of_apps = []
    for change, hosts in groups[:CHANGED_LINES]:
        apps = f"{len(hosts)} apps" if len(hosts) > 1 else hosts[0]
        named = f" ({name_some(hosts, NAMES)})" if len(hosts) > 1 else ""
        of_apps.append(_cut(f"{apps}: {change}{named}"))
    lines += _joined(of_apps) if with_diff and len(of_apps) > APART else of_apps
    left = sum(len(hosts) for _change, hosts in groups[CHANGED_LINES:])
    if left:
        lines.append(f"{left} more apps {would}; code_signing_diff=full with --diff shows each.")
    return lines


def _joined(entries: Sequence[str]) -> list[str]:
    """Return lines that hold as many entries as fit."""
    lines: list[str] = []
    for entry in entries:
        if lines and len(lines[-1]) + len(entry) < LINE:
            lines[-1] += f"; {entry}"
        else:
            lines.append(entry)
    return lines


def _by_file(changed: Sequence[App]) -> list[str]:
    """Return the changes of files that several apps have, and the other ones: a name, or their number by kind."""
    phrases = Counter(phrase for app in changed for phrase in app.phrases)
    shared = [(phrase, count) for phrase, count in phrases.most_common(GROUPS) if count > 1]
    listed = {phrase for phrase, _count in shared}
    single: Counter[tuple[str, str]] = Counter()
    names: dict[tuple[str, str], str] = {}
    for phrase, count in phrases.items():
        if phrase not in listed:
            kind, name, verb = phrase
            single[kind, verb] += count
            names[kind, verb] = name
    # If there are more shared changes than lines for them, the remaining files are not of one app each.
    each = ", each in one app" if shared and all(phrases[phrase] == 1 for phrase in phrases.keys() - listed) else ""
    other = "other " if shared and not each else ""
    return [
        *(f"{name} {verb} in {count} apps" for (_kind, name, verb), count in shared),
        *(
            f"{_several(count, other, kind.replace('_', ' '), verb)}{each}"
            if count > 1
            else f"{names[kind, verb]} {verb} in 1 app"
            for (kind, verb), count in single.items()
        ),
    ]


def _several(count: int, other: str, kind: str, verb: str) -> str:
    """Return '8 leftover provisioning profiles deleted' for a verb such as 'leftover deleted'."""
    word, _space, rest = verb.partition(" ")
    is_adjective = word in ("duplicate", "leftover")
    return f"{count} {other}{word} {kind}s {rest}" if is_adjective else f"{count} {other}{kind}s {verb}"


def _passed_over(hosts: Sequence[str]) -> list[str]:
    if not hosts:
        return []
    what = "1 host declares" if len(hosts) == 1 else f"{len(hosts)} hosts declare"
    return [f"{what} no code-signing file: {name_some(hosts)}"]


def _failed_lines(failed: Sequence[App]) -> list[str]:
    """Return a line for each cause of a failure, with its apps."""
    causes = by_cause((app.host, problem) for app in failed for problem in app.problems)
    lines = [_cut(_failed_line(cause.message())) for cause in causes[:FAILED_LINES]]
    if len(causes) > FAILED_LINES:
        lines.append(f"{len(causes) - FAILED_LINES} more causes; see the messages of the hosts.")
    hints = dict.fromkeys(problem.hint for app in failed for problem in app.problems if problem.hint)
    return [*lines, *list(hints)[:3]]


def _failed_line(message: str) -> str:
    return f"Failed. {message}" if message.startswith(EXAMPLE) else f"Failed: {message}"


def _diffs(changed: Sequence[App]) -> dict[str, Json]:
    """Return the diff of each host. In the short form, return none if there are too many lines."""
    found = {app.host: _full_diff(app) for app in changed if app.diff == "full"}
    short = [app for app in changed if app.diff != "full"]
    lines = {app.host: short_diff(app) for app in short}
    if sum(map(len, lines.values())) > DIFF_LINES:
        lines = {app.host: [f"{app.host}: {app.change}"] for app in short}
    if len(short) <= DIFF_HOSTS:
        found |= {host: {"prepared": "".join(f"{line}\n" for line in text)} for host, text in lines.items()}
    return found


def _full_diff(app: App) -> Json:
    diff = app.outcome.get("diff") or {}
    return {
        "before": diff.get("before") or {},
        "after": diff.get("after") or {},
        "before_header": app.host,
        "after_header": app.host,
    }


def short_diff(app: App) -> list[str]:
    """Return the diff of an app, one line for each file."""
    diff = app.outcome.get("diff") or {}
    before, after = diff.get("before") or {}, diff.get("after") or {}
    lines = [app.host]
    for kind in dict.fromkeys([*before, *after]):
        old, new = before.get(kind) or {}, after.get(kind) or {}
        for name in dict.fromkeys([*old, *new]):
            was, now = old.get(name), new.get(name)
            if was == now:
                continue
            sign = "+" if was is None else "-" if now is None else "~"
            lines.append(_cut(f"  {sign} {name}{_fields(was, now)}", 240))
    return lines


def _fields(was: Any, now: Any) -> str:
    """Return the fields of a new or deleted file, or the changed fields of an updated file."""
    if not isinstance(was, Mapping) and not isinstance(now, Mapping):
        return ""
    old, new = was or {}, now or {}
    words = []
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) == new.get(name):
            continue
        value, former = _short(new.get(name)), _short(old.get(name))
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            words.append(f"{name} {former} -> {value}")
        else:
            words.append(f"{name} {value if isinstance(now, Mapping) else former}")
    return f" ({', '.join(words)})" if words else ""


def _short(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    text = str(value)
    return f"{text[:12]}..." if len(text) == 64 else text


def _cut(line: str, limit: int = LINE) -> str:
    return line if len(line) <= limit else f"{line[: limit - 3]}..."

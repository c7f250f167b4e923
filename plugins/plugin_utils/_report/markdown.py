# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a short text in Markdown, for a chat."""

from __future__ import annotations

import re

from .answer import answer
from .changes import Changes, changes
from .model import Model
from .tasks import Task, tasks
from .words import count, day_of, number_of

MAX_TASKS = 10
NAMED = 5
_LONGEST = 60
_SPECIAL = re.compile(r"([\\`*_\[\]#|~])")
_INVISIBLE = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NO_MENTION = "@\u200b"


def markdown(model: Model) -> str:
    """Return the answer, the tasks with the first apps of each, and the changes."""
    found = tasks(model)
    lines = [f"**{_escaped(model.title)}**, {day_of(model.today)}", "", f"**{_escaped(answer(model).text)}**", ""]
    lines += [_task(task) for task in found[:MAX_TASKS]]
    if len(found) > MAX_TASKS:
        lines.append(f"- and {count(len(found) - MAX_TASKS, 'more task', 'more tasks')}")
    if model.unreadable:
        titles = [app.title for app in model.unreadable]
        lines.append(f"- Check why {count(len(titles), 'app', 'apps')} could not be read: {_named(titles)}")
    if not found and not model.unreadable:
        lines.append("There is nothing to do.")
    if model.without_files:
        lines.append(f"- {count(len(model.without_files), 'app has', 'apps have')} no signing file.")
    lines += ["", _changed(changes(model))]
    return "".join(f"{line}\n" for line in lines)


def _task(task: Task) -> str:
    when = f" ({task.when})" if task.when else ""
    return f"- {task.text}{when}: {_named([item.label for item in task.named])}"


def _named(labels: list[str]) -> str:
    named = ", ".join(_escaped(label[:_LONGEST]) for label in labels[:NAMED])
    return f"{named} and {number_of(len(labels) - NAMED)} more" if len(labels) > NAMED else named


def _changed(found: Changes) -> str:
    if not found.since:
        return "This is the first report, so there is no comparison."
    return (
        f"Since {found.since}: {number_of(len(found.new))} new, {number_of(len(found.solved))} solved, "
        f"{number_of(found.unchanged)} unchanged."
    )


def _escaped(text: str) -> str:
    """Return text without effect as markup, link, mention of a user or direction of writing."""
    text = _SPECIAL.sub(r"\\\1", " ".join(_INVISIBLE.sub("", text).split()))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", _NO_MENTION)
    return text.replace("://", ":\\/\\/").replace("www.", "www\\.")

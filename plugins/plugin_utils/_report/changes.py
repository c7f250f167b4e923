# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes since the previous report."""

from __future__ import annotations

from dataclasses import dataclass

from .model import File, Model
from .words import day_of


@dataclass(frozen=True)
class Changes:
    """Files with new and with solved findings. `since`: the day of the previous report, or ""."""

    since: str = ""
    new: tuple[File, ...] = ()
    solved: tuple[File, ...] = ()
    unchanged: int = 0
    lost: int = 0  # findings of apps that are not in this report or cannot be read


def changes(model: Model) -> Changes:
    earlier = model.previous
    if earlier is None:
        return Changes()
    readable = {app.slug for app in model.apps if not app.error}
    now = {(file.app.slug, file.kind.name, file.slug) for file in model.files if file.finding}
    kinds = {kind.name for kind in model.kinds}
    gone = [
        file for file in earlier.model.files if file.finding and (file.app.slug, file.kind.name, file.slug) not in now
    ]
    solved = [file for file in gone if file.app.slug in readable and file.kind.name in kinds]
    return Changes(
        since=day_of(earlier.date),
        new=tuple(file for file in model.files if file.is_new),
        solved=tuple(solved),
        unchanged=sum(1 for file in model.files if file.finding and not file.is_new),
        lost=len(gone) - len(solved),
    )

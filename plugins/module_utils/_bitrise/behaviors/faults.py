# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that a proxy may cause. The service does not behave like this, but the emulator offers them as well."""

from __future__ import annotations

from .behavior import Behavior

FAULTS = (
    Behavior(
        "list_lacks",
        "faults",
        "Does a list lack a file?",
        {"nothing": "no", "newest": "the one that was created last"},
        "DOC",
        "code signing",
    ),
    Behavior(
        "upload",
        "faults",
        "Do uploaded bytes arrive?",
        {
            "stored": "yes",
            "lost": "no, the storage URL returns 200",
            "lost_html": "no, it returns 200 with a page",
            "lost_json": "no, it returns 200 with `{}`",
        },
        "DOC",
        "code signing",
    ),
    Behavior(
        "confirm",
        "faults",
        "Does a confirmation take effect?",
        {"done": "yes", "ignored": "no, it returns 200 with `processed: false`"},
        "DOC",
        "code signing",
    ),
    Behavior(
        "delete",
        "faults",
        "Does a deletion take effect?",
        {
            "done": "yes",
            "ignored": "no, it returns 200 with the file",
            "ignored_html": "no, it returns 200 with a page",
            "ignored_json": "no, it returns 200 with `{}`",
        },
        "DOC",
        "code signing",
    ),
)

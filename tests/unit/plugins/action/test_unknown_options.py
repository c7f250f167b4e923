# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of unknown options, which are not shown because a misspelt option may hold a secret."""

from __future__ import annotations

from ansible_collections.mobileops.ci.plugins.module_utils._task.known_options import known_options


def test_known_options() -> None:
    spec = {
        "name": {"aliases": ["title"]},
        "settings": {"type": "dict"},
        "files": {"type": "list", "elements": "dict", "options": {"src": {}}},
    }
    given = {"title": "t", "settings": {"a": 1}, "files": [{"src": "s", "scr": 2}, "scr=2"], "nam": 3}

    assert known_options(given, spec) == {"title": "t", "settings": {"a": 1}, "files": [{"src": "s"}, None]}

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The troubleshooting guide lists every error.kind of the code, and no other."""

from __future__ import annotations

from . import error_kinds


def test_the_page_is_generated() -> None:
    written = error_kinds.PAGE.read_text(encoding="utf-8")
    assert written == error_kinds.page(), "run python -m tests.unit.docs.error_kinds"


def test_the_table_has_every_kind_once() -> None:
    listed = [kind for kinds in error_kinds.KINDS.values() for kind in kinds]
    assert len(listed) == len(set(listed))
    assert set(listed) == error_kinds.kinds_in_code()

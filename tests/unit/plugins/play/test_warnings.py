# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings of modules become text, also those that ansible-core wraps in objects."""

from __future__ import annotations

from types import SimpleNamespace

from ansible_collections.mobileops.ci.plugins.plugin_utils._play.action import _text_of


def test_a_warning_is_text() -> None:
    assert _text_of("no space") == "no space"
    assert _text_of(SimpleNamespace(event=SimpleNamespace(msg="no space"))) == "no space"

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-doc shows each plugin."""

from __future__ import annotations

from tests.helpers.documentation import COLLECTION, MODULES, ansible


def test_ansible_doc_shows_every_plugin_without_a_warning() -> None:
    for kind, plugins in (("module", MODULES), ("inventory", ["bitrise"])):
        shown = ansible("doc", "--type", kind, *(f"{COLLECTION}.{plugin}" for plugin in plugins))
        assert shown.returncode == 0
        assert shown.stderr == ""
        for plugin in plugins:
            assert f"{COLLECTION}.{plugin}" in shown.stdout

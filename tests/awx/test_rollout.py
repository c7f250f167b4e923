# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the sync of the inventory to the second rollout: the short form, in a few seconds."""

from __future__ import annotations

import hashlib

from .inventories import text_of, texts_in
from .jobs import MAX_CHARACTERS
from .project import Awx

# Titles that are difficult for an import by AWX, a limit or a template.
TITLES = ["Bank: iOS", "Bank: Android", "Shop", "Shop [beta]", "{{ 7 * 7 }} offers", "App 01", "!Sale", "Käse"]


def test_import_and_rollout(awx: Awx) -> None:
    awx.load_fleet(TITLES)

    inventory = awx.sync_inventory()

    titles = [text_of(variables["bitrise_title"]) for variables in inventory.hosts.values()]
    assert sorted(title.replace("{ {", "{{") for title in titles) == sorted(TITLES)
    for variables in inventory.hosts.values():
        assert variables.pop("ansible_python_interpreter") == "{{ ansible_playbook_python }}"
        assert [text for text in texts_in(variables) if "{{" in text or "{%" in text or "{#" in text] == []

    inventory = awx.sync_inventory()
    awx.declare(inventory)
    first = awx.job(inventory, arguments=["-vvvv", "--diff"]).run("rollout.yml")
    assert first.status == 0, first.stdout + first.text
    digest = hashlib.sha256
    for title, files in awx.contents().items():
        assert [(kind, sha256) for kind, _name, sha256 in files] == [
            ("build_certificates", digest(awx.files.certificate).hexdigest()),
            ("provisioning_profiles", digest(awx.files.profile).hexdigest()),
        ], title
    assert first.artifacts["apps"] == first.artifacts["changed"] == len(TITLES)
    assert first.artifacts["failed_apps"] == []
    assert first.largest_event < MAX_CHARACTERS / 3
    # One event for each changed app.
    assert sorted(first.changed) == sorted(inventory.hosts)

    assert awx.leaks_of(first) == []

    awx.emulator.clear_requests()
    limited = awx.job(inventory, answers={"rollout_hosts": ""}, arguments=["-l", "Shop_beta,App_01"]).run("rollout.yml")
    assert limited.status == 0, limited.text
    assert limited.artifacts["apps"] == 2
    assert limited.artifacts["changed"] == 0
    assert awx.writes() == []

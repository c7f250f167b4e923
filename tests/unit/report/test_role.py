# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole role, in plays whose hosts are apps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.process import Emulator

from ..plugins.action.playbook import Playground, Run

ROLE = "mobileops.ci.code_signing_report"
HOSTS = {"one": "aa00000000000001", "two": "aa00000000000002"}


def run(emulator: Emulator, folder: Path, play: dict[str, Any], *options: str) -> tuple[Run, list[str]]:
    """And the apps in the report."""
    unfinished = {"name": "a.p12", "content": "x", "processed": False}
    apps = [{"title": slug, "slug": slug, "build_certificates": [unfinished]} for slug in HOSTS.values()]
    emulator.load({"apps": apps})
    ground = Playground(folder / "ground")
    inventory = folder / "apps.json"
    described = {host: {"bitrise_app_slug": slug} for host, slug in HOSTS.items()}
    variables = {"code_signing_report_dest": str(folder / "report")}
    inventory.write_text(json.dumps({"apps": {"hosts": described, "vars": variables}}))
    env = {"BITRISE_API_BASE_URL": emulator.api_url, "BITRISE_API_TOKEN": emulator.tokens["owner"]}
    done = ground.run_plays([{"hosts": "apps", **play}], "-i", str(inventory), *options, env=env)
    return done, sorted(json.loads((folder / "report" / "report.json").read_text(encoding="utf-8"))["apps"])


PLAYS: dict[str, dict[str, Any]] = {
    "the first host left out": {"roles": [{"role": ROLE, "when": "inventory_hostname == 'two'"}]},
    "the first host only": {"tasks": [{"ansible.builtin.import_role": {"name": ROLE}, "run_once": True}]},
}


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_one_host_does_it_for_all(emulator: Emulator, tmp_path: Path, play: dict[str, Any]) -> None:
    done, reported = run(emulator, tmp_path, play)

    assert done.status == 0, done.screen
    assert reported == sorted(HOSTS.values())
    looked = [event for event in done.events if event.task.endswith("Look into the files of all apps")]
    assert [event.event for event in looked if event.event != "skipped"] == ["ok"]


@pytest.mark.parametrize(("fail_on", "status"), [("expired", 0), ("expired,unprocessed", 2)])
def test_what_to_fail_on_given_as_a_text(emulator: Emulator, tmp_path: Path, fail_on: str, status: int) -> None:
    play = PLAYS["the first host only"]
    done, _reported = run(emulator, tmp_path, play, "-e", f"code_signing_report_fail_on={fail_on}")

    assert done.status == status, done.screen
    failed = [str(event.result["msg"]) for event in done.events if event.event == "failed"]
    assert [message.partition(":")[0] for message in failed] == (["2 unprocessed"] if status else [])

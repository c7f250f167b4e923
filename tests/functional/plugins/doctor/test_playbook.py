# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook doctor by a real ansible-playbook: its text, its record and its exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.process import Emulator
from tests.functional.plugins.action.playbook import ELSEWHERE, Playground, Run

DOCTOR = "mobileops.ci.doctor"
APP = "a99a0001a99a0001"
PASSWORD = "p4ssw0rd-c4n4ry"


@pytest.fixture
def playground(tmp_path: Path) -> Playground:
    return Playground(tmp_path / "ground")


def run(playground: Playground, emulator: Emulator, inventory: Path, *options: str, **env: str) -> Run:
    given = {"BITRISE_API_BASE_URL": emulator.api_url, "BITRISE_API_TOKEN": emulator.tokens["owner"], **env}
    done = playground.run_playbook(DOCTOR, inventory, *options, env=given)
    assert "Traceback" not in done.screen
    return done


def test_all_groups_of_checks(playground: Playground, emulator: Emulator) -> None:
    """Check an inventory with throw-away files and a record, and show no secret at -vvvv."""
    titles = {APP: "Shop c4lm", "a99a0002a99a0002": "Bank c4lm"}
    emulator.load({"apps": [{"title": title, "slug": slug} for slug, title in titles.items()]})
    inventory = playground.folder / "apps.json"
    entry = {"name": "x", "content": "eA==", "certificate_password": PASSWORD, "verify": "none"}
    hosts: dict[str, Any] = {
        title.replace(" ", "_"): {**ELSEWHERE, "bitrise_app_slug": slug, "code_signing_certificates": [entry]}
        for slug, title in titles.items()
    }
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
    (playground.folder / "host_vars").mkdir()
    (playground.folder / "host_vars" / "Shop-c4lm.yml").touch()
    record = playground.folder / "doctor.json"

    writes = ("-e", f"doctor_app={APP}", "-e", "doctor_writes=true")
    done = run(playground, emulator, inventory, "-vvvv", "-e", f"doctor_record={record}", *writes)

    assert done.status == 0, done.screen
    lines = done.screen.splitlines()
    for expected in (
        *("Environment", "Connection", "Token", "Declarations", "Behavior"),
        "[\u2713] The service accepts the token",
        "[\u2713] 2 hosts, all with declared files",
        (
            "[!] Files without effect, because no group or host has their name: "
            f"{Path('host_vars', 'Shop-c4lm.yml')} (did you mean Shop_c4lm?)"
        ),
        "[\u2713] A rollout would change 2 of 2 apps",
        "[\u2713] All throw-away files were deleted",
        f"The doctor found no problem, but 1 warning. The record is in {record}.",
    ):
        assert expected in lines, expected
    state = emulator.state()["apps"]
    assert all(not state[slug][kind] for slug in titles for kind in ("build_certificates", "project_files"))
    written = json.loads(record.read_text())
    assert {check["group"] for check in written["checks"]} == {
        "environment",
        "connection",
        "token",
        "declared",
        "behavior",
    }
    assert written["behaviors"]["confirm_answer"] == "200"
    private = ("c4lm", APP, "127.0.0.1", "token of owner", str(playground.folder))
    assert [text for text in private if text in record.read_text()] == []
    for secret in (PASSWORD, emulator.tokens["owner"], "X-Amz-Signature="):
        assert secret not in done.screen + record.read_text()


def test_problems_end_with_status_2(playground: Playground, emulator: Emulator) -> None:
    """Explain the failure of the inventory too, on a screen that shows ASCII only."""
    inventory = playground.folder / "fleet.yml"
    inventory.write_text("plugin: mobileops.ci.bitrise\n")

    misspelt = ("-e", "doctor_record_path=x")
    env = {"BITRISE_API_TOKEN": "wrong-token-c4n4ry", "PYTHONIOENCODING": "ascii:replace"}
    done = run(playground, emulator, inventory, *misspelt, **env)

    assert done.status == 2
    assert "[x] The service does not accept the token (401)" in done.screen.splitlines()
    assert f"[x] Inventory source {inventory}: Could not list the apps" in " ".join(done.screen.split())
    assert (
        done.result("Report the outcome")["msg"] == "The doctor found 2 problems, and 1 warning. See the lines above."
    )
    assert "doctor_record_path is not a variable of this collection; did you mean doctor_record?" in " ".join(
        done.screen.split()
    )
    assert "Connection" in done.screen
    assert "wrong-token-c4n4ry" not in done.screen

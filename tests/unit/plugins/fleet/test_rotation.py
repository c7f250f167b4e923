# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rotate_certificate: what it is given is checked before anything is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..action.comparison import seldom
from ..action.playbook import ELSEWHERE, Playground, Run
from ..helpers.service import CERTIFICATES, a_file
from .fleet import ONE, TWO, Fleet, declared

OLD, NEW = b"last year's", b"this year's"


def rotate(fleet: Fleet, ground: Playground, *, old: Any = None, **variables: Any) -> Run:
    """Two apps with last year's certificate of another name, and this year's declared."""
    certificates = {CERTIFICATES: [a_file("dist-old.p12", OLD)]}
    fleet.holds({ONE: certificates, TWO: certificates})
    given = {
        "code_signing_api_token": fleet.emulator.tokens["owner"],
        "code_signing_api_url": fleet.emulator.api_url,
        "code_signing_certificates": [declared("dist.p12", NEW, verify="none")],
        **variables,
    }
    hosts = {"Shop": {"bitrise_app_slug": ONE, **ELSEWHERE}, "Bank": {"bitrise_app_slug": TWO, **ELSEWHERE}}
    inventory = ground.folder / "fleet.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": given}}))
    extra = json.dumps({"rotate_certificate_old": old})
    return ground.run_playbook("mobileops.ci.rotate_certificate", inventory, "-e", extra)


@pytest.fixture
def ground(tmp_path: Path) -> Playground:
    return Playground(tmp_path / "ground")


WRONG = {
    "one name": "dist-old.p12",
    "a file": {"name": "dist-old.p12"},
    "files": [{"name": "dist-old.p12"}],
    "an empty name": ["dist-old.p12", ""],
    "blanks": [" "],
    "nothing": [None],
    "a number": [2025],
    "a list in it": [["dist-old.p12"]],
    "the new one": ["dist.p12"],
}


@seldom
def test_what_is_no_list_of_names_is_refused_before_anything_is_done(fleet: Fleet, ground: Playground) -> None:
    for what, old in WRONG.items():
        run = rotate(fleet, ground, old=old)
        failed = [event.result["msg"] for event in run.events if event.event == "failed"]
        assert len(failed) == 2, what
        assert all("rotate_certificate_old is a list of the names of others" in text for text in failed), what
        assert fleet.asked() == {}, what


@pytest.mark.parametrize("old", [None, [], ["dist-old.p12"]])
def test_rotation(fleet: Fleet, ground: Playground, old: Any) -> None:
    run = rotate(fleet, ground, old=old)
    assert run.status == 0, run.screen
    left = [] if old else ["dist-old.p12"]
    names = [name for name, _digest in fleet.contents(CERTIFICATES)[ONE]]
    assert names == sorted(["dist.p12", *left])

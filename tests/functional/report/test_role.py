# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The complete role, in plays whose hosts are apps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.process import Emulator
from tests.functional.plugins.action.playbook import ELSEWHERE, Playground, Run
from tests.helpers.cases import exhaustive

ROLE = "mobileops.ci.code_signing_report"
# Two hosts may manage the same app.
HOSTS = {"one": "aa00000000000001", "again": "aa00000000000002", "two": "aa00000000000002"}
SLUGS = sorted(set(HOSTS.values()))


def run(emulator: Emulator, folder: Path, play: dict[str, Any], *options: str, **variables: Any) -> Run:
    unfinished = {"name": "a.p12", "content": "x", "processed": False}
    apps = [{"title": slug, "slug": slug, "build_certificates": [unfinished]} for slug in SLUGS]
    emulator.load({"apps": apps})
    ground = Playground(folder / "ground")
    inventory = folder / "apps.json"
    described = {host: {"bitrise_app_slug": slug, **ELSEWHERE} for host, slug in HOSTS.items()}
    given = {"code_signing_report_dest": str(folder / "report"), **variables}
    inventory.write_text(json.dumps({"apps": {"hosts": described, "vars": given}}))
    env = {"BITRISE_API_BASE_URL": emulator.api_url, "BITRISE_API_TOKEN": emulator.tokens["owner"]}
    return ground.run_plays([{"hosts": "apps", **play}], "-i", str(inventory), *options, env=env)


def reported(folder: Path) -> list[str]:
    return sorted(json.loads((folder / "report" / "report.json").read_text(encoding="utf-8"))["apps"])


def failures(done: Run) -> list[str]:
    return [str(event.result["msg"]) for event in done.events if event.event == "failed"]


SHOW = {"ansible.builtin.debug": {"var": "code_signing_report_result.summary.apps"}, "name": "show"}
PLAYS: dict[str, dict[str, Any]] = {
    "the first host left out": {"roles": [{"role": ROLE, "when": "inventory_hostname == 'two'"}]},
    "the first host only": {"tasks": [{"ansible.builtin.import_role": {"name": ROLE}, "run_once": True}]},
    "all hosts": {"roles": [ROLE], "post_tasks": [SHOW]},
}


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_one_host_reports_for_all(emulator: Emulator, tmp_path: Path, play: dict[str, Any]) -> None:
    done = run(emulator, tmp_path, play)

    assert done.status == 0, done.screen
    assert reported(tmp_path) == SLUGS
    outcomes = [
        event for event in done.events if event.task.endswith("Report the outcome") and event.event != "skipped"
    ]
    assert [(event.event, event.result["changed"]) for event in outcomes] == [("ok", True)]
    assert "2 apps: 2 unprocessed. The report in " in done.screen
    shown = [event.result["code_signing_report_result.summary.apps"] for event in done.events if event.task == "show"]
    assert [int(number) for number in shown] in ([], [2, 2, 2])


@pytest.mark.parametrize(("fail_on", "status"), [("expired", 0), ("expired,unprocessed", 2)])
def test_what_to_fail_on_given_as_a_text(emulator: Emulator, tmp_path: Path, fail_on: str, status: int) -> None:
    given = {"code_signing_report_fail_on": fail_on, "code_signing_report_formats": "html,csv"}
    done = run(emulator, tmp_path, PLAYS["all hosts"], **given)

    assert done.status == status, done.screen
    assert ["2 unprocessed: one: a.p12" in message for message in failures(done)] == ([True] if status else [])
    assert "0 expired" not in done.screen
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["index.html", "report.csv"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a wrong token": ({"code_signing_api_token": "wr0ng-t0ken", "code_signing_report_fail_on": []}, "returned 401"),
    "a misspelt variable": (
        {"code_signing_report_failon": "expired"},
        "code_signing_report_failon is not a variable of this collection; did you mean code_signing_report_fail_on?",
    ),
    "a misspelt format": (
        {"code_signing_report_formats": ["htlm"]},
        "code_signing_report_formats, entry 1 must be one of html, json, csv, ics, prometheus, markdown. Did you mean",
    ),
    "a wrong choice": (
        {"code_signing_report_fail_on": "expird"},
        "code_signing_report_fail_on, entry 1 must be one of expired, invalid",
    ),
}


@pytest.mark.parametrize(
    ("variables", "message"),
    [pytest.param(*case, id=name, marks=[] if name == "a wrong token" else exhaustive) for name, case in WRONG.items()],
)
def test_a_mistake_fails_once_and_writes_nothing(
    emulator: Emulator, tmp_path: Path, variables: dict[str, Any], message: str
) -> None:
    done = run(emulator, tmp_path, PLAYS["all hosts"], **variables)

    assert done.status == 2, done.screen
    (said,) = failures(done)
    assert message in said
    assert "wr0ng" not in done.screen
    assert not (tmp_path / "report").exists()


def test_no_app_is_an_error(emulator: Emulator, tmp_path: Path) -> None:
    emulator.load({"apps": []})
    ground = Playground(tmp_path / "ground")
    env = {"BITRISE_API_BASE_URL": emulator.api_url, "BITRISE_API_TOKEN": emulator.tokens["owner"]}
    dest = {"code_signing_report_dest": str(tmp_path / "report")}
    again = {"ansible.builtin.include_role": {"name": ROLE}, "vars": {"code_signing_report_allow_empty": True}}
    plays = [
        {"roles": [ROLE], "vars": dest, "ignore_errors": True},
        {"tasks": [again], "vars": {**dest, "code_signing_report_expires_within": ""}},
    ]
    done = ground.run_plays(plays, env=env)
    assert done.status == 0, done.screen
    (said,) = failures(done)
    assert said.startswith("There is no app to report on")
    assert reported(tmp_path) == []

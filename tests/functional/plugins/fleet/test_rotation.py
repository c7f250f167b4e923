# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rotate_certificate: validate everything, then rotate the apps with a certificate, batch by batch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.functional.plugins.action.playbook import ELSEWHERE, Playground, Run
from tests.helpers.cases import exhaustive
from tests.helpers.fleet import APPS, Fleet, declared
from tests.helpers.service import CERTIFICATES, KEYSTORES, a_file

OLD, NEW = b"last year's", b"this year's"
IOS = {"code_signing_certificates": [declared("dist.p12", NEW, verify="none")]}
ANDROID = {"code_signing_keystores": [declared("release.jks", NEW, verify="none", alias="a", password="b")]}
# The second and the fourth host are Android apps.
HOSTS: dict[str, Mapping[str, Any]] = {"Shop": IOS, "Shop_A": ANDROID, "Bank": IOS, "Bank_A": ANDROID, "News": IOS}


@pytest.fixture
def ground(tmp_path: Path) -> Playground:
    return Playground(tmp_path / "ground")


def rotate(
    fleet: Fleet,
    ground: Playground,
    *options: str,
    hosts: Mapping[str, Mapping[str, Any]] | None = None,
    env: Mapping[str, str] | None = None,
    **variables: Any,
) -> Run:
    """Run the playbook with two old certificates in each iOS app, and with `variables` as extra variables."""
    hosts = HOSTS if hosts is None else hosts
    slugs = dict(zip(hosts, APPS, strict=False))
    old = {CERTIFICATES: [a_file("dist-2024.p12", OLD), a_file("dist-2025.p12", OLD + b"!")]}
    fleet.holds({slugs[host]: {} if "_A" in host else old for host in hosts})
    described = {host: {"bitrise_app_slug": slugs[host], **ELSEWHERE, **more} for host, more in hosts.items()}
    given = {
        "code_signing_api_token": fleet.emulator.tokens["owner"],
        "code_signing_api_url": fleet.emulator.api_url,
        "code_signing_max_retries": 0,
    }
    inventory = ground.folder / "fleet.json"
    inventory.write_text(json.dumps({"all": {"hosts": described, "vars": given}}))
    given_options = (*options, "-e", json.dumps(variables))
    return ground.run_playbook("mobileops.ci.rotate_certificate", inventory, *given_options, env=env)


def certificates(fleet: Fleet, host: str) -> list[str]:
    return sorted(name for name, _digest in fleet.contents(CERTIFICATES)[APPS[list(HOSTS).index(host)]])


LISTS = {
    "nothing": (None, ["dist-2024.p12", "dist-2025.p12"]),
    "text": ("dist-2024.p12", ["dist-2025.p12"]),
    "commas": ("dist-2024.p12, dist-2025.p12,", []),
    "lines": ("dist-2024.p12\ndist-2052.p12\nmissing\n", ["dist-2025.p12"]),
    "JSON": ('["dist-2024.p12"]', ["dist-2025.p12"]),
    "a list": (["dist-2024.p12", "", "missing.p12"], ["dist-2025.p12"]),
}


@pytest.mark.parametrize(
    ("old", "left"),
    [pytest.param(*case, id=name, marks=[] if name == "lines" else exhaustive) for name, case in LISTS.items()],
)
def test_rotation(fleet: Fleet, ground: Playground, old: Any, left: list[str]) -> None:
    hosts = {**HOSTS, "Shop": {**IOS, "rotate_certificat_old": "x"}}
    run = rotate(fleet, ground, hosts=hosts, rotate_certificate_old=old, rotate_certificate_batch="")
    assert run.status == 0, run.screen
    for host in ("Shop", "Bank", "News"):
        assert certificates(fleet, host) == sorted(["dist.p12", *left])
    # The playbook skips hosts without a certificate, and does not roll out their other files.
    assert fleet.contents(KEYSTORES)[APPS[1]] == []
    assert run.result("Show the plan")["msg"] == [
        "3 apps to rotate, in one batch.",
        "2 hosts skipped, because they declare no certificate: Shop_A, Bank_A.",
    ]
    (warning,) = run.result("Show the plan")["warnings"]
    assert warning.startswith("rotate_certificat_old is not a variable of this collection; did you mean rotate_")
    if old == LISTS["lines"][0]:
        summary = run.result("Show the summary of the old certificates")
        assert summary["msg"] == [
            "Old certificates: 3 deleted in 3 apps, in addition to the files above",
            "3 apps: dist-2024.p12 deleted (Shop, Bank, News)",
            "rotate_certificate_old: no app has missing (3 apps checked).",
        ]
        text = "no app has dist-2052.p12 (3 apps checked). The closest name is dist-2025.p12."
        assert summary["warnings"] == [f"rotate_certificate_old: {text}"]


@exhaustive
@pytest.mark.parametrize("alone", ["", "1"])
def test_a_variable_that_may_be_misspelt_is_a_warning(fleet: Fleet, ground: Playground, alone: str) -> None:
    run = rotate(fleet, ground, "--check", rotate_certificate_batch_size=2, env={"MOBILEOPS_CI_TEST_ALONE": alone})
    assert run.status == 0, run.screen
    text = "rotate_certificate_batch_size is not a variable of this collection; did you mean rotate_certificate_batch?"
    assert text in " ".join(run.screen.split())


def test_check_mode_names_old_certificates(fleet: Fleet, ground: Playground) -> None:
    """Check the lines of each batch, and that only the last batch reports absent names."""
    options = {"rotate_certificate_old": "dist-2024.p12,dist-2052.p12", "rotate_certificate_batch": 3}
    run = rotate(fleet, ground, "--check", "--diff", **options)
    assert run.status == 0, run.screen
    assert certificates(fleet, "Shop") == ["dist-2024.p12", "dist-2025.p12"]
    summaries = [event.result for event in run.events if event.task == "Show the summary of the old certificates"]
    assert [result["msg"] for result in summaries if "msg" in result] == [
        [
            "Old certificates: 2 to delete in 2 apps, in addition to the files above",
            "2 apps: dist-2024.p12 would be deleted (Shop, Bank)",
        ],
        [
            "Old certificates: 1 to delete in 1 app, in addition to the files above",
            "News: dist-2024.p12 would be deleted",
        ],
    ]
    assert run.screen.count("no app has dist-2052.p12 (3 apps checked)") == 1
    assert "News\n  - dist-2024.p12\n" in run.screen


def test_no_further_batch_after_a_failure(fleet: Fleet, ground: Playground) -> None:
    fleet.emulator.clear_faults()
    fault = {"method": "POST", "path": f"/{APPS[0]}/build-certificates$", "status": 403}
    fleet.emulator.fault(**fault)
    stopped = rotate(fleet, ground, rotate_certificate_batch=2, rotate_certificate_old="dist-2024.p12")
    assert stopped.status == 2, stopped.screen
    assert certificates(fleet, "Bank") == ["dist-2024.p12", "dist-2025.p12"]
    gone_on = rotate(
        fleet,
        ground,
        rotate_certificate_batch=[2, "60%"],
        rotate_certificate_max_fail_percentage=60,
        rotate_certificate_old="dist-2024.p12",
    )
    assert gone_on.status == 2
    assert certificates(fleet, "Shop") == ["dist-2024.p12", "dist-2025.p12"]
    assert certificates(fleet, "Bank") == ["dist-2025.p12", "dist.p12"]


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "the new one": (
        {"rotate_certificate_old": "dist.p12"},
        {},
        [
            "rotate_certificate_old names dist.p12, which code_signing_certificates declares as new.",
            "Name only certificates that are no longer declared [3 hosts: Shop, Bank, News].",
        ],
    ),
    "the new one in another form": (
        {"rotate_certificate_old": "gr\u00f6\u00dfe.p12"},
        {host: {"code_signing_certificates": [declared("gro\u0308\u00dfe.p12", b"1")]} for host in HOSTS},
        ["which code_signing_certificates declares as new. Name only certificates that are no longer declared"],
    ),
    "files": ({"rotate_certificate_old": [{"name": "x"}]}, {}, ["rotate_certificate_old, entry 1 must be a text"]),
    "a misspelt variable": (
        {"rotate_certificate_olds": "x"},
        {},
        ["rotate_certificate_olds is not a variable of this collection; did you mean rotate_certificate_old?"],
    ),
    "a later batch": (
        {"rotate_certificate_batch": 1},
        {
            "Bank": {"code_signing_certificates": [declared("dist.p12", b"no certificate")]},
            "News": {"code_signing_certificates": [{"name": "x", "certificate_pasword": "c4nary"}]},
        },
        [
            "certificate_pasword is not an option here; did you mean certificate_password?",
            "Build certificate dist.p12 for app Bank is invalid: ",
        ],
    ),
    "no certificate": (
        {},
        {host: {"code_signing_cert": []} for host in HOSTS},
        [
            "no host declares a new certificate in code_signing_certificates. These variables do not exist: ",
            "code_signing_cert (the closest variable is code_signing_certificates)",
        ],
    ),
    "an undefined list": (
        {},
        {"Bank": {"code_signing_certificates": "{{ nothere }}"}},
        ["code_signing_certificates: 'nothere' is undefined", "[Bank]"],
    ),
}


@pytest.mark.parametrize(
    ("variables", "hosts", "messages"),
    [pytest.param(*case, id=name, marks=[] if name == "a later batch" else exhaustive) for name, case in WRONG.items()],
)
def test_a_mistake_is_one_message_and_nothing_is_changed(
    fleet: Fleet, ground: Playground, variables: dict[str, Any], hosts: dict[str, Any], messages: list[str]
) -> None:
    run = rotate(fleet, ground, hosts={**HOSTS, **hosts}, **variables)
    assert run.status == 2
    (failed,) = [str(event.result["msg"]) for event in run.events if event.event == "failed"]
    assert "Nothing was changed" in failed
    for message in messages:
        assert message in failed
    assert "c4nary" not in run.screen
    assert fleet.asked() == {}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"app_slug": "{{ nothere }}"}, "code_signing_app_slug: 'nothere' is undefined"),
        ({"api_token": "{{ nothere }}"}, "code_signing_api_token: 'nothere' is undefined"),
        ({"certificates": "{{ nothere }}", "app_slug": " "}, ""),
    ],
)
def test_certificates_are_deleted_only_in_the_app_and_with_the_token_of_the_variables(
    fleet: Fleet, ground: Playground, wrong: dict[str, str], message: str
) -> None:
    fleet.holds({APPS[0]: {CERTIFICATES: [a_file("old.p12", OLD)]}})
    connection = {"api_token": fleet.emulator.tokens["owner"], "api_url": fleet.emulator.api_url}
    given = {"removed_certificates": "old.p12", **connection, **wrong}
    variables = {"bitrise_app_slug": APPS[0], **{f"code_signing_{name}": value for name, value in given.items()}}
    role = {"name": "mobileops.ci.code_signing", "tasks_from": "remove_certificates"}
    task = {"ansible.builtin.include_role": role, "vars": variables}
    run = ground.run([task], env={"BITRISE_API_TOKEN": fleet.emulator.tokens["owner"]})
    assert run.status == (2 if message else 0), run.screen
    assert message in " ".join(run.screen.split())
    assert len(fleet.contents(CERTIFICATES)[APPS[0]]) == bool(message)

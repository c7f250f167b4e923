# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet tasks with a real ansible-playbook: no secrets in any output, and the same results in both ways of running."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.process import Emulator
from tests.functional.plugins.action.comparison import HERE, NOWHERE, Case, run_both_ways
from tests.functional.plugins.action.playbook import Playground
from tests.helpers.cases import exhaustive
from tests.helpers.fleet import ONE, THREE, TWO, Fleet, declared, digests
from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, a_file
from tests.helpers.tasks import b64

MODULE = "mobileops.ci.bitrise_code_signing"
MISSING = "ffffffffffffffff"
UNSEEN = {"verify": "none"}  # these files are not genuine signing files

COMMON, OWN, TOKEN = "c0mmon-p4ssw0rd-c4n4ry", "0wn-p4ssw0rd-c4n4ry", "t0ken-c4n4ry"
IN_FILE, IN_CONTENT = b"f1le-c0ntent-c4n4ry", b"0ption-c0ntent-c4n4ry"
CANARIES = (COMMON, OWN, TOKEN, IN_FILE.decode(), IN_CONTENT.decode(), b64(IN_FILE), b64(IN_CONTENT), "c4n4ry")


@pytest.fixture
def playground(tmp_path: Path) -> Playground:
    ground = Playground(tmp_path / "ground")
    (ground.files / "dist.p12").write_bytes(IN_FILE)
    (ground.files / "vaulted.p12").write_bytes(ground.vault(IN_FILE))
    return ground


def secret_tasks(fleet: Fleet, run_in: str) -> list[dict[str, Any]]:
    """Return tasks that succeed or fail as their names say, with secrets in the common lists and in those of an app."""
    connection = {"api_url": fleet.emulator.api_url, "api_token": TOKEN, "max_retries": 0, "run_in": run_in}
    common = {CERTIFICATES: [{"src": "dist.p12", "certificate_password": COMMON, **UNSEEN}]}
    own = {
        "app_slug": TWO,
        CERTIFICATES: [{"src": "vaulted.p12", "certificate_password": OWN, **UNSEEN}],
        PROFILES: [declared("inline", IN_CONTENT, **UNSEEN)],
        KEYSTORES: [declared("inline.jks", IN_CONTENT, alias="a", password=OWN, **UNSEEN)],
        PROJECT_FILES: [declared("inline.json", IN_CONTENT, user_env_key="INLINE")],
    }
    wrong = {"name": "x", "certificate_password": COMMON, "content": b64(IN_CONTENT)}
    misspelt = {"app_slug": ONE, KEYSTORES: [{"name": "n", "key_password": {"deep": [COMMON]}}]}
    variants: dict[str, dict[str, Any]] = {
        "done": {"apps": [ONE, own], "digest_cache": "~/digests", **common},
        "done again": {"apps": [ONE, own], "digest_cache": "~/digests", **common},
        "in part": {"apps": [THREE, MISSING, {**own, PROFILES: [{"src": "nowhere"}]}], **common},
        "wrong token": {"apps": [ONE, own], **common, "api_token": f"wrong-{TOKEN}"},
        "wrong types": {"apps": [ONE], CERTIFICATES: [COMMON]},
        "unknown key": {"apps": [ONE], CERTIFICATES: [{**wrong, "pasword": COMMON}]},
        "unknown option": {"apps": [misspelt], CERTIFICATES: [{**wrong, "pasword": COMMON}], "api_tokn": TOKEN},
        "both sources": {"apps": [{"app_slug": ONE, CERTIFICATES: [{**wrong, "src": "dist.p12"}]}]},
    }
    return [
        {"name": name, MODULE: {**connection, **options}, "register": "kept", "ignore_errors": True}
        for name, options in variants.items()
    ]


@pytest.mark.parametrize("run_in", ["controller", pytest.param("target", marks=exhaustive)])
def test_secrets_are_found_nowhere(playground: Playground, tmp_path: Path, run_in: str) -> None:
    """Find secrets on no screen and in no log, callback, registered variable, cache, note or remaining file."""
    with Emulator("empty", tokens={"owner": TOKEN}) as emulator:
        fleet = Fleet(emulator, tmp_path)
        old = [a_file("dist.p12", b"old", certificate_password="another one")]
        fleet.holds({ONE: {CERTIFICATES: old}, TWO: {}, THREE: {CERTIFICATES: old}})
        # The response of the service quotes the request.
        words = f"no {COMMON} for {TOKEN}"
        emulator.fault(method="PATCH", path=f"{THREE}/", status=400, body=json.dumps({"message": words}))
        tasks = [
            *secret_tasks(fleet, run_in),
            {"name": "kept", "ansible.builtin.debug": {"var": "kept"}},
        ]
        log = playground.folder / "log"
        run = playground.run(tasks, "-vvvv", "--diff", env={"ANSIBLE_LOG_PATH": str(log)})

        ended = {event.task: event.event for event in run.events}
        well = dict.fromkeys(("done", "done again", "kept"), "ok")
        assert ended == {task["name"]: "failed" for task in tasks} | well
        assert run.result("done")["summary"]["uploaded"] == 6
        assert run.result("done again")["changed"] is False
        errors = {slug: app["error"] for slug, app in run.result("in part")["apps"].items()}
        assert {slug: error["kind"] for slug, error in errors.items()} == {
            THREE: "bad_request",
            MISSING: "not_found",
            TWO: "local_file",
        }
        assert "no ******** for ********" in errors[THREE]["msg"]
        assert run.result("wrong token")["error"]["kind"] == "unauthorized"
        assert fleet.contents(CERTIFICATES)[TWO] == digests(**{"dist.p12": IN_FILE, "vaulted.p12": IN_FILE})

    texts = {"screen": run.screen, "events": json.dumps([event.result for event in run.events])}
    given = {playground.play / "site.json", playground.files / "dist.p12"}
    for path in {path for path in playground.folder.rglob("*") if path.is_file()} - given:
        texts[path.name] = path.read_bytes().decode(errors="replace")
    assert {"log", "digests"} <= texts.keys()
    for place, text in texts.items():
        plain = text.replace(json.dumps(TOKEN)[1:-1], TOKEN)
        assert [canary for canary in CANARIES if canary in plain] == [], place
        for encoded in (IN_FILE, IN_CONTENT):
            assert base64.b64encode(encoded).decode().rstrip("=")[:-1] not in plain, place


OLD = {PROFILES: [a_file("dist.p12", b"old"), a_file("undeclared", b"x")]}
OWN_FILES = {
    "app_slug": TWO,
    PROFILES: [declared("own", b"1", **UNSEEN)],
    CERTIFICATES: [{"src": "vaulted.p12", **UNSEEN}],
}
PROFILE = {PROFILES: [{"src": "dist.p12", "is_expose": False, **UNSEEN}]}


def case(title: str, apps: Any, *, check_mode: bool = False, runs: str = HERE, **args: Any) -> Case:
    keywords = {"diff": True, "check_mode": check_mode}
    # Each way has its own cache, whose path ansible-core before 2.21 shows in the invocation.
    return Case(title, {"apps": apps, **args}, MODULE, keywords, runs=runs, differs=("digest_cache",))


CASES = (
    case("all at once, in check mode", [ONE, OWN_FILES, MISSING], purge=[PROFILES], check_mode=True, **PROFILE),
    case("too much to purge", [ONE, OWN_FILES], purge=[PROFILES], max_purge=0, **PROFILE),
    case("some fail", [THREE, MISSING, {"app_slug": ONE, PROFILES: [{"src": "nowhere"}]}], **PROFILE),
    case("with a cache", [ONE, OWN_FILES], digest_cache="~/digests-{{ mobileops_ci_run_in }}", **PROFILE),
    case("with a cache again", [ONE, OWN_FILES], digest_cache="~/digests-{{ mobileops_ci_run_in }}", **PROFILE),
    case("purged", [ONE, TWO], purge=[PROFILES], **PROFILE),
    case("a slug that is a number", [1234567890123456], runs=NOWHERE, **PROFILE),
)


@exhaustive
def test_both_ways_have_the_same_result(fleet: Fleet, playground: Playground) -> None:
    def prepare() -> dict[str, Any]:
        fleet.holds({ONE: OLD, TWO: OLD, THREE: {}})
        options = {"api_url": fleet.emulator.api_url, "api_token": fleet.emulator.tokens["owner"], "max_retries": 0}
        return {"module_defaults": {"group/mobileops.ci.bitrise": options}}

    done = run_both_ways(playground, CASES, "-vvv", prepare=prepare)

    assert done.differences(CASES) == []
    assert done.wrong_places(CASES) == []
    failed = {event.task for event in done.here.events if event.event == "failed"}
    assert failed == {"all at once, in check mode", "too much to purge", "some fail", "a slug that is a number"}

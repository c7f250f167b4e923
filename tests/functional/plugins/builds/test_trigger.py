# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_trigger: requests, waits, builds that fail, lost responses, secrets."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.trigger import BUILD_TRIGGER
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from tests.helpers.service import APP

from .app import AppWithBuilds, shape

LATEST, TRIGGER = "GET /builds", "POST /builds"


@pytest.fixture(autouse=True)
def old(app: AppWithBuilds) -> None:
    app.has({"slug": "b1"}, workflows=["primary", "deploy"])


def newest(app: AppWithBuilds) -> dict[str, Any]:
    build: dict[str, Any] = app.info(limit=1).run()["builds"][0]
    return build


def test_trigger(app: AppWithBuilds) -> None:
    task = app.trigger(branch="main", workflow="deploy")
    checked = app.only_reads(task)
    assert app.statuses() == [1]
    done = task.run(diff=True)
    slug = done["build"]["slug"]
    assert app.asked() == [LATEST, TRIGGER, f"GET /builds/{slug}"]
    assert app.statuses() == [1, 0]

    assert done["build"] == newest(app)
    assert (done["build"]["build_number"], done["build"]["app_slug"]) == (2, APP)
    assert done["build_url"] == f"https://app.bitrise.io/build/{slug}"
    assert done["changed"] is checked["changed"] is True
    assert done["actions"] == checked["actions"]
    assert done["diff"] == checked["diff"]
    assert done["diff"] == {"before": {}, "after": {"build": {"branch": "main", "workflow_id": "deploy"}}}
    assert shape(done) == shape(checked)
    assert (checked["build"]["slug"], checked["build"]["branch"]) == (None, "main")


def test_each_run_starts_another_one(app: AppWithBuilds) -> None:
    task = app.trigger(branch="main")
    assert task.run()["build"]["slug"] != task.run()["build"]["slug"]
    assert app.statuses() == [1, 0, 0]


def test_the_first_build_of_an_app(app: AppWithBuilds) -> None:
    app.has()
    assert app.trigger(tag="v1").run()["build"]["build_number"] == 1


def test_check_mode_finds_out_about_access(app: AppWithBuilds) -> None:
    task = app.trigger(branch="main").with_options(app_slug="none")
    for check_mode in (True, False):
        assert task.fail(check_mode=check_mode)["error"]["kind"] == "not_found"


@pytest.mark.parametrize("form", ["secrets", "environments"])
def test_body_of_the_request(app: AppWithBuilds, form: str) -> None:
    """Send secrets only where the service does not show them. It shows all other inputs of a build."""
    app.trigger(
        branch="main",
        tag="v1",
        commit_hash="abc",
        commit_message="why",
        workflow="deploy",
        priority=1,
        stack="osx",
        machine_type_id="m1",
        skip_git_status_report=True,
        environments=[{"key": "A", "value": "$HOME"}, {"key": "B", "value": "$HOME", "is_expand": False}],
        secret_environments={"C": "s3cr3t", "D": "4242", "E": ""},
        secret_environments_as=form,
    ).run()
    secrets = [
        {"key": "C", "value": "s3cr3t", "is_expand": False},
        {"key": "D", "value": "4242", "is_expand": False},
        {"key": "E", "value": "", "is_expand": False},
    ]
    import http.client

    host = app.service.emulator.api_url.split("/")[2]
    connection = http.client.HTTPConnection(host)
    headers = {"Authorization": app.service.emulator.tokens["owner"]}
    connection.request("GET", f"/v0.1/apps/{APP}/builds?limit=1", headers=headers)
    (build,) = json.loads(connection.getresponse().read())["data"]
    connection.close()
    assert build["original_build_params"] == {
        "branch": "main",
        "tag": "v1",
        "commit_hash": "abc",
        "commit_message": "why",
        "workflow_id": "deploy",
        "priority": 1,
        "stack": "osx",
        "machine_type_id": "m1",
        "skip_git_status_report": True,
        "environments": [
            {"key": "A", "value": "$HOME", "is_expand": True},
            {"key": "B", "value": "$HOME", "is_expand": False},
            *(secrets if form == "environments" else ()),
        ],
    }
    state = app.service.emulator.state()["apps"][APP]["builds"][-1]["secrets"]
    expected = {secret["key"]: hashlib.sha256(str(secret["value"]).encode()).hexdigest() for secret in secrets}
    assert state == (expected if form == "secrets" else {})


def test_both_forms_of_variables() -> None:
    """Accept a mapping and a list, also as JSON."""
    for option, value in (("environments", "v"), ("secret_environments", "c4nary")):
        entries = [{"key": "A", "value": value}]
        for given in (entries, {"A": value}, json.dumps(entries), json.dumps({"A": value})):
            assert BUILD_TRIGGER.normalize({option: given}) == {option: entries}
        assert BUILD_TRIGGER.normalize({option: {}}) == {option: []}


@pytest.mark.parametrize(
    ("value", "reading", "kind"),
    [
        (1.10, "the number 1.1", "a number"),
        (True, "the truth value true", "true or false"),
        (0o123, "the number 83", "a number"),
        (45045, "the number 45045", "a number"),
        (dt.date(2026, 1, 31), "the date 2026-01-31", "a date"),
        (["a"], "a list", "a list"),
        ({"a": "b"}, "a dictionary", "a dictionary"),
        (None, "null", "null"),
    ],
)
def test_a_value_that_is_not_text(value: Any, reading: str, kind: str) -> None:
    """Reject values that ansible-core would convert without a warning."""
    for option, words in (("environments", reading), ("secret_environments", kind)):
        for given in ({"A": "text", "B": value}, [{"key": "A", "value": "text"}, {"key": "B", "value": value}]):
            with pytest.raises(OptionError) as refused:
                BUILD_TRIGGER.normalize({option: given})
            assert refused.value.message == (
                f"{option}: the value of B (entry 2) must be text, but YAML reads it as {words}. Put it in quotation "
                "marks, or end its template with '| string'."
            )


@pytest.mark.parametrize("name", ["branch", "tag", "commit_hash", "workflow"])
def test_a_branch_that_is_not_text(name: str) -> None:
    with pytest.raises(OptionError, match=rf"^{name} must be text, but YAML reads it as the number 1\.1\. Put"):
        BUILD_TRIGGER.normalize({name: 1.10})


def test_text_from_the_vault() -> None:
    """Accept the type that ansible-core before 2.19 passes in the arguments of a task."""

    class AnsibleVaultEncryptedUnicode:
        def __str__(self) -> str:
            return "c4nary"

    given = BUILD_TRIGGER.normalize({"secret_environments": {"A": AnsibleVaultEncryptedUnicode()}})
    assert given == {"secret_environments": [{"key": "A", "value": "c4nary"}]}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({True: "x"}, "environments: the name in entry 1 must be text, but YAML reads it as the truth value true"),
        (["A=1"], "environments: entry 1 must be a dictionary with key and value"),
        (5, "environments must be a list of dictionaries"),
        ("A=1", "environments must be a list of dictionaries"),
        ("{no JSON", "environments is not valid JSON"),
    ],
)
def test_variables_of_another_form(given: Any, message: str) -> None:
    with pytest.raises(OptionError, match=f"^{message}"):
        BUILD_TRIGGER.normalize({"environments": given})


def test_refused_by_the_service(app: AppWithBuilds) -> None:
    failed = app.trigger(workflow="none").fail()
    assert failed["error"]["kind"] == "bad_request"
    assert "workflow (none) did not match any workflows defined in app config" in failed["msg"]


def test_no_secret_is_shown(app: AppWithBuilds) -> None:
    task = app.trigger(branch="main", secret_environments={"PASSWORD": "c4nary"})
    for check_mode in (True, False):
        result = task.run(check_mode=check_mode, diff=True)
        assert "c4nary" not in str(result)
        assert result["diff"]["after"]["build"]["secrets"] == ["PASSWORD"]
    app.service.emulator.fault(method="POST", status=400, body='{"message": "c4nary is no password"}')
    assert "******** is no password" in task.fail()["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"branch": ""}, "branch must not be empty."),
        (
            {"environments": [{"key": "A", "value": "x"}], "secret_environments": {"A": "c4nary"}},
            "environments: the key 'A' is used twice",
        ),
        ({"environments": [{"key": "", "value": "x"}]}, "environments: "),
        ({"wait_timeout": -1}, "wait_timeout must be "),
    ],
)
def test_rejected_before_any_request(app: AppWithBuilds, options: dict[str, Any], message: str) -> None:
    for check_mode in (True, False):
        failed = app.trigger(**{"branch": "main", **options}).fail(check_mode=check_mode)
        assert failed["error"]["kind"] == "option"
        assert failed["msg"].startswith(message)
    assert app.asked() == []


SHORT = "secret_environments: the value of A must have at least"
ALSO_OF = "secret_environments: the value of A is also that of"
UNFIT: dict[str, tuple[dict[str, Any], str]] = {
    "one character": ({"secret_environments": {"A": "a"}}, SHORT),
    "three": ({"secret_environments": {"B": "long enough", "A": "abc"}}, SHORT),
    "as JSON": ({"secret_environments": '{"A": "abc"}'}, SHORT),
    "the branch": ({"secret_environments": {"A": "main"}}, f"{ALSO_OF} branch"),
    "the workflow": ({"secret_environments": {"A": "deploy"}, "workflow": "deploy"}, f"{ALSO_OF} workflow"),
    "the tag": ({"secret_environments": {"A": "2026"}, "tag": "2026"}, f"{ALSO_OF} tag"),
    "the app": ({"secret_environments": {"A": APP}}, f"{ALSO_OF} app_slug"),
    "another variable": (
        {"secret_environments": {"A": "beta"}, "environments": [{"key": "TRACK", "value": "beta"}]},
        f"{ALSO_OF} environments",
    ),
}


@pytest.mark.parametrize(("options", "message"), UNFIT.values(), ids=UNFIT)
def test_unfit_secrets(app: AppWithBuilds, options: dict[str, Any], message: str) -> None:
    """Reject the value before ansible-core knows it, which would redact it in the message too."""
    given = {"app_slug": APP, "branch": "main", **options}
    with pytest.raises(OptionError, match=f"^{message}"):
        BUILD_TRIGGER.normalize(given)
    assert app.asked() == []


def test_a_part_of_another_option_is_accepted(app: AppWithBuilds) -> None:
    """Accept short values, because many a commit hash contains four digits of them."""
    app.trigger(branch="main", commit_hash="a1234b", secret_environments={"PIN": "1234"}).run()

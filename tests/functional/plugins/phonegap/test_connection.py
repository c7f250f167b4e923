# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials of a task, responses of a service that refuses, and the redaction of secrets."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.mobileops.ci.plugins.plugin_utils._task_environment import bind
from tests.helpers.cases import exhaustive
from tests.helpers.documentation import ansible
from tests.helpers.servers import CannedResponse, serving
from tests.helpers.tasks import Task

from .service import APP_INFO, ENTRIES, KEY_INFO, KEY_MODULE, USER_INFO, PhoneGap
from .test_keys import declared

USER = b'{"id": 1, "email": "owner@example.com", "apps": {}, "keys": {}}'


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({"api_token": "secret"}, "token secret"),
        ({"api_token": " secret "}, "token secret"),
        ({"username": "me@example.com", "password": "p:w"}, "Basic bWVAZXhhbXBsZS5jb206cDp3"),
        ({"username": "me@example.com", "login_password": "p:w"}, "Basic bWVAZXhhbXBsZS5jb206cDp3"),
        ({"username": "me@example.com", "password": "p:w", "api_token": "secret"}, "token secret"),
    ],
)
def test_credentials_travel_in_a_header(phonegap: PhoneGap, options: dict[str, Any], header: str) -> None:
    with serving(CannedResponse(body=USER)) as server:
        task = phonegap.make(USER_INFO)
        connection = {"api_url": server.url, "max_retries": 0, **options}
        assert type(task)(task.service, USER_INFO, connection, {}).run()["user"]["id"] == 1
    ((line, headers),) = server.seen
    assert (line, headers["Authorization"]) == ("GET /me", header)


TOKEN_IN_ENV = {"PHONEGAP_TOKEN": "ambient"}
LOGIN_IN_ENV = {"PHONEGAP_USERNAME": "me@example.com", "PHONEGAP_PASSWORD": "p:w"}
LOGIN = {"username": "me@example.com", "password": "p:w"}
BASIC = "Basic bWVAZXhhbXBsZS5jb206cDp3"


@pytest.mark.parametrize("where", ["controller", "target"])
@pytest.mark.parametrize(
    ("env", "options", "header"),
    [
        (TOKEN_IN_ENV, {}, "token ambient"),
        (LOGIN_IN_ENV, {}, BASIC),
        ({**TOKEN_IN_ENV, **LOGIN_IN_ENV}, {}, "token ambient"),
        (TOKEN_IN_ENV, LOGIN, BASIC),
        (TOKEN_IN_ENV, {"username": LOGIN["username"], "login_password": LOGIN["password"]}, BASIC),
        ({**TOKEN_IN_ENV, **LOGIN_IN_ENV}, {"username": "me@example.com"}, BASIC),
        (TOKEN_IN_ENV, {"username": ""}, "token ambient"),
        ({**TOKEN_IN_ENV, **LOGIN_IN_ENV}, {"password": "p:w"}, BASIC),
        (LOGIN_IN_ENV, {"api_token": "own"}, "token own"),
        (TOKEN_IN_ENV, {"api_token": "own", **LOGIN}, "token own"),
        # Equal to the one in the environment, but given as an option.
        (TOKEN_IN_ENV, {"api_token": "ambient", **LOGIN}, "token ambient"),
        ({"PHONEGAP_TOKEN": ""}, LOGIN, BASIC),
        ({"PHONEGAP_TOKEN": "", **LOGIN_IN_ENV}, {}, BASIC),
        ({**TOKEN_IN_ENV, "PHONEGAP_USERNAME": "", "PHONEGAP_PASSWORD": ""}, {}, "token ambient"),
    ],
)
def test_options_have_precedence_over_the_environment(
    phonegap: PhoneGap,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    env: dict[str, str],
    options: dict[str, Any],
    header: str,
) -> None:
    spec = USER_INFO.options.argument_spec
    if where == "controller":
        spec = bind(spec, env)
    else:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
    entry = replace(USER_INFO, options=replace(USER_INFO.options, argument_spec=spec))
    with serving(CannedResponse(body=USER)) as server:
        connection = {"api_url": server.url, "max_retries": 0, **options}
        assert Task(phonegap, entry, connection, {}).run()["user"]["id"] == 1  # type: ignore[arg-type]
    ((_line, headers),) = server.seen
    assert headers["Authorization"] == header


def test_a_login_that_is_not_complete(phonegap: PhoneGap, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reject the task although the environment has a token, which may belong to another account."""
    monkeypatch.setenv("PHONEGAP_TOKEN", "ambient")
    monkeypatch.setenv("PHONEGAP_PASSWORD", "")
    options = {"api_url": phonegap.emulator.phonegap_url, "username": "me@example.com"}
    failed = Task(phonegap, USER_INFO, options, {}).fail()  # type: ignore[arg-type]
    assert "Set username (an email address) and password, " in failed["msg"]


@pytest.mark.parametrize("name", ["PHONEGAP_API_URL", "PHONEGAP_TOKEN"])
def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    env = {"PHONEGAP_API_URL": "https://build.example.com/api/v1", "PHONEGAP_TOKEN": "ambient", name: ""}
    for variable, value in env.items():
        monkeypatch.setenv(variable, value)
    spec, rules = USER_INFO.options.argument_spec, USER_INFO.options.rules
    words = {
        "PHONEGAP_API_URL": "missing required arguments: api_url",
        "PHONEGAP_TOKEN": "one of the following is required: api_token, username",
    }
    for one in (spec, bind(spec, env)):
        assert ArgumentSpecValidator(one, **rules).validate({}).error_messages == [words[name]]


def test_a_login_works(phonegap: PhoneGap) -> None:
    login = phonegap.emulator.phonegap_logins["member"]
    task = phonegap.make(USER_INFO)
    connection = {"api_url": phonegap.emulator.phonegap_url, **login}
    assert type(task)(task.service, USER_INFO, connection, {}).run()["user"]["email"] == "member@example.com"


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"api_token": "wrong"}, "unauthorized", "Invalid authentication token. Check api_token (or PHONEGAP_TOKEN)"),
        ({"api_token": ""}, "option", "api_token is required and must not be empty."),
        ({"api_token": None, "username": "x@example.com"}, "option", "username must not contain a colon"),
        ({"api_url": "http://example.com/api/v1"}, "option", "Plain http:// to example.com would send secrets"),
    ],
)
def test_clear_errors(phonegap: PhoneGap, options: dict[str, Any], kind: str, words: str) -> None:
    task = phonegap.make(APP_INFO, **options)
    failed = APP_INFO.execute({**_defaults(), **task.options}, _context(), diff=False)
    assert (failed["error"]["kind"], words in failed["msg"]) == (kind, True), failed["msg"]


def _defaults() -> dict[str, Any]:
    return {name: option.get("default") for name, option in APP_INFO.options.argument_spec.items()}


def _context() -> Any:
    from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext

    return TaskContext({})


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_module_reports_a_wrong_token(phonegap: PhoneGap, entry: Any) -> None:
    options = {
        "phonegap_app": {"title": "x", "state": "absent"},
        "phonegap_build": {"app_id": 1},
        "phonegap_collaborator": {"app_id": 1, "email": "a@example.com", "role": "dev"},
        "phonegap_download": {"app_id": 1, "platform": "ios", "dest": "/tmp"},
        "phonegap_key": {"platform": "ios", "title": "x", "state": "absent"},
    }.get(entry.name, {})
    failed = phonegap.make(entry, **options).with_options(api_token="wr0ng").fail()
    assert (failed["error"]["kind"], failed["error"]["status"]) == ("unauthorized", 401)
    assert "wr0ng" not in json.dumps(failed)


def test_the_key_s_password_is_not_the_account_s(phonegap: PhoneGap) -> None:
    login = phonegap.emulator.phonegap_logins["owner"]
    task = phonegap.make(KEY_MODULE)
    options = {
        "api_url": phonegap.emulator.phonegap_url,
        "username": login["username"],
        "login_password": login["password"],
        **declared(phonegap, "ios"),
    }
    assert type(task)(task.service, KEY_MODULE, options, {}).run()["key"]["locked"] is False
    del options["login_password"]
    failed = type(task)(task.service, KEY_MODULE, options, {}).fail()
    assert "Set username (an email address) and login_password, " in failed["msg"]


def test_texts_for_html_are_shown_as_they_are_meant(phonegap: PhoneGap) -> None:
    """Decode HTML in messages, and redact secrets in either form."""
    words = "removing &quot;me@&quot;, not a&amp;b&quot;c or a&b&quot;c"
    for status in (400, 200):
        phonegap.emulator.clear_faults()
        phonegap.emulator.fault(status=status, method="POST", body=json.dumps({"error": words}))
        options = {**declared(phonegap, "ios"), "password": 'a&b"c'}
        message = phonegap.make(KEY_MODULE, **options).fail()["msg"]
        assert 'removing "me@", not ******** or ********' in message


def test_an_error_in_a_success(phonegap: PhoneGap) -> None:
    """Fail if the response has a text there, with any status. An app has an object there."""
    phonegap.emulator.fault(status=201, method="POST", body='{"error": "upload failed; please try again [2]"}')
    failed = phonegap.app(title="New", repo="https://example.com/a.git").fail()
    assert "upload failed; please try again [2]" in failed["msg"]


def test_requests_are_repeated(phonegap: PhoneGap) -> None:
    phonegap.emulator.fault(status=503, times=2)
    assert phonegap.make(KEY_INFO, max_retries=2).run()["signing_keys"] == []


TOKEN = "c4nary-token"
PLAY: list[dict[str, Any]] = [
    {
        "name": "Everything with a secret in it",
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {"group/mobileops.ci.phonegap": {"api_token": TOKEN, "max_retries": 0}},
        "tasks": [
            {
                "name": "Create a key",
                "mobileops.ci.phonegap_key": {
                    "platform": "android",
                    "title": "Release",
                    "alias": "release",
                    "keystore": "{{ folder }}/release.keystore",
                    "key_pw": "c4nary-key",
                    "keystore_pw": "c4nary-keystore",
                    "verify": "warn",
                },
            },
            {
                "name": "Choose it",
                "mobileops.ci.phonegap_app": {
                    "title": "Shop",
                    "src": "{{ folder }}/www",
                    "keys": {"android": {"id": 1, "key_pw": "c4nary-key", "keystore_pw": "c4nary-keystore"}},
                },
            },
            {
                "name": "Be refused by a service that quotes the request",
                "mobileops.ci.phonegap_key": {
                    "platform": "ios",
                    "title": "Store",
                    "cert": "{{ folder }}/c.p12",
                    "profile": "{{ folder }}/p",
                    "password": "c4nary-password",
                    "verify": "warn",
                },
                "ignore_errors": True,
            },
            {
                "name": "Misspell an option",
                "mobileops.ci.phonegap_key": {"platform": "ios", "title": "Store", "passwort": "c4nary-password"},
                "ignore_errors": True,
            },
            {
                "name": "Log in with a password",
                "mobileops.ci.phonegap_user_info": {"username": "owner@example.com", "password": "c4nary-login"},
            },
            {
                "name": "Download",
                "mobileops.ci.phonegap_download": {"app_id": 1, "platform": "webos", "dest": "{{ folder }}/"},
            },
        ],
    }
]


@pytest.mark.parametrize("run_in", ["controller", pytest.param("target", marks=exhaustive)])
def test_no_secret_gets_anywhere(phonegap: PhoneGap, tmp_path: Path, run_in: str) -> None:
    emulator = phonegap.emulator
    account = {"name": "owner", "token": TOKEN, "password": "c4nary-login"}
    emulator.load({"phonegap": {"accounts": [account]}})
    emulator.options(phonegap_build_seconds=0)
    emulator.fault(status=400, path="/keys/ios$", method="POST", body='{"error": "no c4nary-password, c4nary-token"}')
    for name in ("release.keystore", "c.p12", "p", "www/index.html"):
        phonegap.file(f"files/{name}", "c4nary-bytes")
    play = tmp_path / "play.yml"
    play.write_text(yaml.safe_dump(PLAY))
    variables = {"folder": f"{tmp_path}/files", "mobileops_ci_run_in": run_in, "ansible_connection": "local"}
    variables["ansible_python_interpreter"] = sys.executable
    done = ansible(
        "playbook",
        str(play),
        *("-i", "localhost,", "-vvvv", "--diff", "-e", json.dumps(variables)),
        cwd=tmp_path,
        env={"PHONEGAP_API_URL": emulator.phonegap_url, "ANSIBLE_LOG_PATH": str(tmp_path / "log")},
    )
    log = (tmp_path / "log").read_text()
    assert done.returncode == 0, done.stdout
    # The callback prints neither the play itself nor the arguments of the module.
    for text in (done.stdout, done.stderr, log):
        assert "c4nary" not in text
        assert "X-Amz-Signature=" not in text
    assert "no ********, ********" in done.stdout
    assert "passwort is not an option here; did you mean password?" in done.stdout
    assert phonegap.state["apps"]["1"]["keys"] == {"android": 1}

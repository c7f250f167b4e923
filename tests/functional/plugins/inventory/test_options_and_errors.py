# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the inventory plugin, which show no token."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData

from ansible_collections.mobileops.ci.plugins.module_utils._core import libraries
from ansible_collections.mobileops.ci.plugins.module_utils._http import gates
from tests.emulator.process import Emulator

from .conftest import Build, app

Fleet = Callable[..., None]
QUICK = {"max_retries": 0}


@pytest.fixture
def refusal(build: Build) -> Callable[..., str]:
    """Return a function that returns the message for an invalid configuration."""

    def read(config: Any) -> str:
        inventory = InventoryData()
        with pytest.raises(AnsibleError) as caught:
            build(config, inventory)
        assert not inventory.hosts
        return " ".join(str(caught.value).split())

    return read


def test_no_token(fleet: Fleet, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    fleet()
    monkeypatch.delenv("BITRISE_API_TOKEN")

    assert all(word in refusal({}) for word in ("api_token", "BITRISE_API_TOKEN", "BITRISE_TOKEN"))
    monkeypatch.setenv("BITRISE_API_TOKEN", "")
    assert all(word in refusal({}) for word in ("api_token", "BITRISE_API_TOKEN", "BITRISE_TOKEN"))


def test_a_wrong_token(fleet: Fleet, refusal: Callable[..., str]) -> None:
    fleet()

    message = refusal({"api_token": "canary-wrong-token"})

    assert "GET /apps returned 401" in message
    assert "Check api_token" in message
    assert "canary" not in message


def test_a_missing_library(
    fleet: Fleet, refusal: Callable[..., str], emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet()
    monkeypatch.setattr(libraries, "find_spec", lambda name: None if name == "requests" else name)

    message = refusal({})

    assert f"The Python library requests is missing: {sys.executable} on " in message
    assert "mobileops.ci.doctor" in message
    assert not emulator.requests()


def test_an_unknown_organization(fleet: Fleet, refusal: Callable[..., str], emulator: Emulator) -> None:
    fleet()

    message = refusal({"organizations": ["0123456789abcdef"]})

    assert "organization 0123456789abcdef: GET /organizations/0123456789abcdef/apps returned 404" in message
    assert "Check the slugs" in message
    assert emulator.tokens["owner"] not in message


def test_a_failure_on_a_later_page(fleet: Fleet, refusal: Callable[..., str], emulator: Emulator) -> None:
    fleet(*(app(f"App {number}", f"aaaa{number:012}") for number in range(60)))
    emulator.fault(status=500, html=True, nth=2)

    assert "returned 500: an HTML page" in refusal(QUICK)


def test_refused_connection(fleet: Fleet, refusal: Callable[..., str]) -> None:
    fleet()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"

        assert f"{host} refuses connections" in refusal({**QUICK, "api_url": f"http://{host}/v0.1"})


def test_plain_http_to_another_host(fleet: Fleet, refusal: Callable[..., str]) -> None:
    fleet()

    assert "Plain http:// to ci.example" in refusal({"api_url": "http://ci.example/v0.1"})


def test_a_url_without_scheme_is_quoted_with_its_variable(
    fleet: Fleet, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet()
    monkeypatch.setenv("BITRISE_API_BASE_URL", "127.0.0.1:18231/v0.1")

    message = refusal({})

    assert "The value is '127.0.0.1:18231/v0.1' from the environment variable BITRISE_API_BASE_URL." in message


def test_requests_is_missing(fleet: Fleet, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    fleet()
    monkeypatch.setitem(sys.modules, "requests", None)

    message = refusal({})

    assert "requests" in message
    assert sys.executable in message


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"hostname": "{{ bitrise_titel }}"}, ["hostname", "{{ bitrise_titel }}", "app aaaa000000000001", "undefined"]),
        ({"api_token": "{{ no_such }}"}, ["api_token", "undefined"]),
        ({"hostvars_prefix": "ansible_"}, ["hostvars_prefix"]),
        ({"hostvars_prefix": "my-"}, ["hostvars_prefix"]),
        ({"organizations": [""]}, ["organizations must not contain an empty slug."]),
        ({"title": ""}, ["title must not be empty."]),
        ({"project_type": "{{ '' }}"}, ["project_type must not be empty."]),
        ({"timeout": 0}, ["timeout"]),
        ({"sort_by": "title"}, ["sort_by"]),
        ("plugin: mobileops.ci.bitrise\ntitle: 'no end\n", ["YAML"]),
    ],
    ids=str,
)
def test_a_wrong_option_is_named(
    fleet: Fleet, refusal: Callable[..., str], config: dict[str, Any], words: list[str]
) -> None:
    fleet(app("Shop", "aaaa000000000001"))

    message = refusal(config)

    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"project_typ": "ios"}, "Unknown option project_typ. Did you mean project_type?"),
        ({"organizatons": []}, "Unknown option organizatons. Did you mean organizations?"),
        ({"zzz": 1}, "Unknown option zzz. To list all options, run: ansible-doc -t inventory mobileops.ci.bitrise"),
        ({1: 1}, "Unknown option 1. To list"),
        ({"sort_by": "create_at"}, "one of created_at, last_build_at, got 'create_at'. Did you mean created_at?"),
        ({"include": ["builds", "signing"]}, "include must be one of builds, code_signing, got 'signing'."),
        ({"timeout": "abc"}, "timeout must be a number, got 'abc'."),
        ({"max_retries": 1.5}, "max_retries must be a whole number, got '1.5'."),
        # ansible-core reads every other word as false.
        ({"validate_certs": "flase"}, "validate_certs must be true or false, got 'flase'."),
        ({"include_disabled": "yess"}, "include_disabled must be true or false, got 'yess'."),
        ({"compose": ["x"]}, "compose must be a dictionary."),
        ({"organizations": {"a": "b"}}, "organizations must be a list."),
        ({"title": ["Shop"]}, "title must be a single value, not a list."),
        ({"keyed_groups": [{"key": "x", "prefx": "y"}]}, "entry 1 has the unknown key 'prefx'. Did you mean prefix?"),
        ({"keyed_groups": [{"prefix": "y"}]}, "entry 1 must be a dictionary with the key 'key'."),
    ],
    ids=str,
)
def test_unknown_options_and_wrong_values(
    fleet: Fleet, refusal: Callable[..., str], emulator: Emulator, config: dict[Any, Any], message: str
) -> None:
    fleet(app("Shop", "aaaa000000000001"))

    assert message in refusal(config)
    assert emulator.requests() == []


def test_a_token_of_a_wrong_type_is_not_shown(fleet: Fleet, refusal: Callable[..., str]) -> None:
    fleet()

    assert "canary" not in refusal({"api_token": {"token": "canary-token"}})
    assert "canary" not in refusal({"api_token": ["canary-token"]})


@pytest.mark.parametrize(
    "where", ["option", "template", "first variable", "second variable", "empty first variable", "both"]
)
def test_where_a_token_may_come_from(
    fleet: Fleet, build: Build, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str
) -> None:
    fleet(app("Shop", "aaaa000000000001"))
    monkeypatch.delenv("BITRISE_API_TOKEN")
    token = emulator.tokens["owner"]
    config = {}
    if where == "option":
        config["api_token"] = token
    elif where == "template":
        (tmp_path / "token").write_text(f"{token}\n")
        config["api_token"] = f"{{{{ lookup('ansible.builtin.file', '{tmp_path}/token') }}}}"
    else:
        in_second = where in ("second variable", "empty first variable")
        monkeypatch.setenv("BITRISE_TOKEN", token if in_second else "wrong")
        if where != "second variable":
            monkeypatch.setenv("BITRISE_API_TOKEN", "" if in_second else token)

    assert set(build(config).hosts) == {"Shop"}


def test_a_token_from_the_environment_is_no_template(
    fleet: Fleet, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fleet()
    monkeypatch.setenv("BITRISE_API_TOKEN", f"{{{{ lookup('ansible.builtin.pipe', 'touch {tmp_path}/done') }}}}")

    refusal(QUICK)

    assert not (tmp_path / "done").exists()


@pytest.fixture
def unmasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show texts in full. ansible-core 2.22 masks all secrets of the process, also those of earlier tests."""
    if secrets := sys.modules.get("ansible.module_utils._internal._secrets"):
        monkeypatch.setattr(secrets._secret_masker, "_forms", set())


@pytest.mark.usefixtures("unmasked")
def test_a_wait_for_the_service_is_a_warning(
    fleet: Fleet, build: Build, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gates, "REPORTED_WAIT_S", 0.0)
    fleet(app("Shop", "a1"))
    emulator.fault(status=429, retry_after=1, times=1)
    assert set(build({}).hosts) == {"Shop"}
    output = capsys.readouterr()
    assert "limits requests: the task waits 1 s" in " ".join(output.err.split())
    assert "limits requests" not in output.out

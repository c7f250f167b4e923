# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play without a host ends with an error that names the cause."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import context
from ansible.errors import AnsibleError
from ansible.utils.context_objects import CLIArgs

from ansible_collections.mobileops.ci.plugins.plugin_utils import _inventory_sources
from ansible_collections.mobileops.ci.plugins.plugin_utils._host_selection import host_patterns
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.near_names import HOSTS_OF_PLAYBOOKS
from tests.emulator.process import Emulator
from tests.helpers.inventory_sources import NAME, write

from .conftest import (
    PLAYBOOKS,
    Refuse,
    Select,
    run_ansible,
)


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_playbook_begins_with_the_lookup(path: Path) -> None:
    first_play = yaml.safe_load(path.read_text())[0]
    call = re.fullmatch(r"{{ query\('mobileops.ci.app_hosts', (.*)\) }}", first_play["hosts"])
    assert call
    assert f"prefix='{path.stem}'" in call[1].split(", ")


def test_any_file_name_works(source: Callable[..., str], select: Select, capfd: pytest.CaptureFixture[str]) -> None:
    assert select(source()) == ["all"]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("value", "patterns"),
    [
        (None, ["all"]),
        ("", ["all"]),
        (" \n", ["all"]),
        ([], ["all"]),
        (["", None], ["all"]),
        ("type_ios", ["type_ios"]),
        ("type_ios,App_03", ["type_ios,App_03"]),
        ("type_ios\nApp_03\n", ["type_ios", "App_03"]),
        (["type_ios", "App_03"], ["type_ios", "App_03"]),
        ('["type_ios", "App_03"]', ["type_ios", "App_03"]),
        ("type_ios:!App_01", ["type_ios:!App_01"]),
        ("[aA]pp_0*", ["[aA]pp_0*"]),
        ("localhost", ["localhost"]),
    ],
)
def test_patterns_of_a_variable(source: Callable[..., str], select: Select, value: Any, patterns: list[str]) -> None:
    assert select(source(), rollout_hosts=value) == patterns


def test_other_types_are_errors(source: Callable[..., str], refuse: Refuse) -> None:
    assert "rollout_hosts must be a host pattern or a list of host patterns, got a dictionary." in refuse(
        source(), rollout_hosts={"a": 1}
    )
    assert "rollout_allow_empty must be a boolean, got 'maybe'." in refuse(source(), rollout_allow_empty="maybe")
    assert host_patterns(2048) == ["2048"]
    with pytest.raises(TypeError, match="a boolean"):
        host_patterns(True)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"project_typ": "ios"}, "Unknown option project_typ. Did you mean project_type?"),
        ({"api_token": "canary-wrong-token"}, "Could not list the apps: GET /apps returned 401"),
        (
            {"api_token:c4nary-canary": None},
            "Unknown option api_token:.... Did you mean api_token? Put a space after the",
        ),
        ({"project_type": "flutter"}, "the token has access to no apps that match project_type: flutter."),
        ({"project_type": "iso"}, "the token has access to no apps that match project_type: iso. Did you mean ios?"),
        ({"title": "Off"}, "all apps that match title: Off are disabled. Set include_disabled"),
        ({"title": "Off", "include": ["builds"]}, "all apps that match title: Off are disabled. Set include_disabled"),
        (f"plugin: {NAME}\ntitle: 'no end\n", "invalid YAML. Line 3, column 1: found unexpected end of stream."),
        ("organizations: [x]\n", f"it contains no host and no line 'plugin: {NAME}'."),
    ],
    ids=str,
)
def test_an_inventory_without_hosts(
    source: Callable[..., str], select: Select, refuse: Refuse, config: Any, message: str
) -> None:
    path = source(config)
    for limit in (None, "App_01"):
        error = refuse(path, limit=limit)
        assert f"Inventory source {path}: {message}" in error
        assert error.endswith("No task was run. To run anyway, set rollout_allow_empty to true.")
        assert "canary" not in error
    assert select(path, rollout_allow_empty="yes") == ["all"]


def test_a_failure_is_reported_once_and_without_other_parsers(
    source: Callable[..., str], refuse: Refuse, capfd: pytest.CaptureFixture[str]
) -> None:
    path = source({"project_typ": "ios"})

    refuse(path)

    (line,) = capfd.readouterr().err.splitlines()
    assert line.endswith(f"Inventory source {path}: Unknown option project_typ. Did you mean project_type?")


def test_a_failure_is_forgotten_when_the_source_is_read_again(source: Callable[..., str], select: Select) -> None:
    with pytest.raises(AnsibleError):
        select(source({"project_typ": "ios"}))

    assert select(source({"project_type": "ios"})) == ["all"]


def deny(denied: Path) -> Callable[..., Any]:
    """Return open() without the permission to read one file, also for root."""

    original = open

    def opened(path: Any, *args: Any, **more: Any) -> Any:
        if str(path) == str(denied):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return original(path, *args, **more)

    return opened


def test_no_inventory(select: Select, refuse: Refuse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"No inventory was given. Use -i with a file that contains 'plugin: {NAME}'." in refuse()
    assert f"Inventory source {tmp_path}/nowhere.yml: the file does not exist." in refuse(f"{tmp_path}/nowhere.yml")
    (tmp_path / "hosts.yml").write_text("all: {}\n")
    with monkeypatch.context() as patched:
        patched.setattr("builtins.open", deny(tmp_path / "hosts.yml"))
        message = refuse(f"{tmp_path}/hosts.yml")
    assert f"Inventory source {tmp_path}/hosts.yml: it cannot be read: Permission denied." in message
    inventory = write(tmp_path / "fleet.conf", {})
    assert f"{inventory}: not read. Rename it so that it ends in .yml, or add {NAME} to enable_plugins" in refuse(
        inventory
    )
    (tmp_path / "empty").mkdir()
    assert "empty: it contains no host. Check the warnings above." in refuse(str(tmp_path / "empty"))
    assert select("localhost,") == ["all"]


def test_a_pattern_for_runs_without_an_inventory(source: Callable[..., str], select: Select, refuse: Refuse) -> None:
    report = "query('mobileops.ci.app_hosts', prefix='report', without_inventory='localhost')"

    assert select(call=report) == ["localhost"]
    assert select(source(), call=report) == ["all"]
    assert "No inventory was given" in refuse(call=report, report_hosts="type_ios")
    assert "No inventory was given" in refuse(call=report, limit="App_01")
    assert "Unknown option" in refuse(source({"project_typ": "ios"}), call=report)


def test_a_source_that_fails_beside_one_that_works(source: Callable[..., str], select: Select, refuse: Refuse) -> None:
    works, fails = source(), source({"sort_by": "x"}, "other.yml")

    assert f"{fails}: sort_by must be one of" in refuse(works, fails)
    assert select(works, fails, rollout_allow_empty=True) == ["all"]
    # Does not need the apps.
    assert select(works, fails, rollout_hosts="localhost") == ["localhost"]


@pytest.mark.parametrize(
    ("requested", "message"),
    [
        ("type_ioss", "rollout_hosts: 'type_ioss' matches no group and no host. Did you mean type_ios?"),
        ("nope", "rollout_hosts: 'nope' matches no group and no host. No task was run."),  # not ungrouped
        ("app_1", "rollout_hosts: 'app_1' matches no group and no host. Did you mean App_01?"),
        ("App 01", "rollout_hosts: 'App 01' matches no group and no host. Did you mean App_01?"),
        ("zzz", "rollout_hosts: 'zzz' matches no group and no host. No task"),
        ("type_ios:&type_android", "rollout_hosts: 'type_ios:&type_android' selects no host."),
        # ansible-core ignores the misspelt name and runs on the other hosts.
        ("type_ios,type_andriod", "'type_andriod' matches no group and no host. Did you mean type_android?"),
        ("App_01,tyep_ios", "'tyep_ios' matches no group and no host. Did you mean type_ios?"),
        ("all:!type_andriod", "'type_andriod' matches no group and no host. Did you mean type_android?"),
    ],
)
def test_a_name_that_does_not_exist(source: Callable[..., str], refuse: Refuse, requested: str, message: str) -> None:
    assert message in refuse(source(), rollout_hosts=requested)


def test_a_name_that_is_similar_to_no_other_may_be_absent(source: Callable[..., str], select: Select) -> None:
    for requested in ("all:!legacy", "type_ios,type_macos", "all:!type_ionic"):
        assert select(source(), rollout_hosts=requested) == [requested]


def test_a_limit_that_leaves_no_host(source: Callable[..., str], select: Select, refuse: Refuse) -> None:
    message = "--limit 'type_android' excludes all hosts that rollout_hosts 'type_ios' selects."

    assert message in refuse(source(), limit="type_android", rollout_hosts="type_ios")
    assert select(source(), limit="App_01", rollout_hosts="type_ios") == ["type_ios"]


def test_a_misspelt_variable_does_not_select_all_hosts(
    source: Callable[..., str], select: Select, refuse: Refuse
) -> None:
    assert "Unknown variable rollout_host. Did you mean rollout_hosts?" in refuse(source(), rollout_host="App_01")
    assert "Did you mean rollout_allow_empty?" in refuse(source(), rollout_alow_empty=True)
    call = "query('mobileops.ci.app_hosts', prefix='abort_stale_builds')"
    assert select(source(), call=call, abort_stale_builds_hours=3, abort_stale_builds_hold_hours=3) == ["all"]


RETENTION = "query('mobileops.ci.app_hosts', prefix='artifact_retention')"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the playbooks of the command line."""

    def start(*playbooks: str) -> None:
        monkeypatch.setattr(context, "CLIARGS", CLIArgs({"args": playbooks}))

    return start


@pytest.mark.parametrize("name", ["retention_hosts", "artifact_hosts", "artifacts_hosts"])
def test_hosts_of_a_similar_name_do_not_select_all_hosts(
    source: Callable[..., str], select: Select, refuse: Refuse, started: Callable[..., None], name: str
) -> None:
    started("mobileops.ci.artifact_retention")
    message = (
        f"Unknown variable {name}. Did you mean artifact_retention_hosts? Set artifact_retention_hosts, for example"
    )
    assert message in refuse(source(), call=RETENTION, **{name: "App_01"})
    # A playbook of the user may have such a variable.
    started("site.yml")
    assert select(source(), call=RETENTION, **{name: "App_01"}) == ["all"]


@pytest.mark.parametrize("name", ["export_hosts", "our_artifact_hosts", "play_hosts", "_retention_hosts", "art_hosts"])
def test_other_names_are_those_of_the_user(
    source: Callable[..., str], select: Select, started: Callable[..., None], name: str
) -> None:
    for prefix in ("artifact_retention", "report"):
        started(f"mobileops.ci.{prefix}")
        assert select(source(), call=f"query('mobileops.ci.app_hosts', prefix='{prefix}')", **{name: "x"}) == ["all"]


def test_every_playbook_is_known_by_the_variable_of_its_hosts() -> None:
    assert {f"{path.stem}_hosts" for path in PLAYBOOKS} == HOSTS_OF_PLAYBOOKS


def test_hosts_of_another_playbook_do_not_select_all_hosts(
    source: Callable[..., str], select: Select, refuse: Refuse, capfd: pytest.CaptureFixture[str]
) -> None:
    message = "report_hosts is the variable of another playbook and selects no hosts here. Set rollout_hosts"
    assert message in refuse(source(), report_hosts="App_01")
    assert select(source(), report_hosts="App_01", rollout_hosts="App_02") == ["App_02"]
    assert select(source(), report_hosts="", our_hosts="App_01", play_hosts=["App_01"]) == ["all"]
    # A report changes nothing, and the rollout may be the next step of the same workflow.
    capfd.readouterr()
    assert select(source(), call="query('mobileops.ci.app_hosts', prefix='report')", rollout_hosts="App_01") == ["all"]
    assert "Set report_hosts to select hosts." in " ".join(capfd.readouterr().err.split())


def test_a_play_that_reports_the_problem_itself(source: Callable[..., str], select: Select) -> None:
    call = "query('mobileops.ci.app_hosts', prefix='doctor', without_inventory='localhost', otherwise='localhost')"
    problems = _inventory_sources.selection_problems

    assert select(source(), call=call) == ["all"]
    assert problems() == []
    broken = source({"project_typ": "ios"})
    assert select(broken, call=call) == ["localhost"]
    assert [text for text in problems() if "Unknown option project_typ" in text] == problems() != []
    assert select(broken, call=call, doctor_allow_empty=True) == ["localhost"]
    assert problems() == []
    assert select(source(), call=call, doctor_hosts="App_1") == ["localhost"]
    assert "Did you mean" in problems()[0]


def test_terms_and_options_instead_of_variables(source: Callable[..., str], select: Select, refuse: Refuse) -> None:
    path = source()

    assert select(path, call="query('mobileops.ci.app_hosts', 'type_ios', 'App_03')") == ["type_ios", "App_03"]
    assert select(path, call="query('mobileops.ci.app_hosts')") == ["all"]
    assert select(path, call="query('mobileops.ci.app_hosts', 'zzz', allow_empty=true)") == ["zzz"]
    error = refuse(path, call="query('mobileops.ci.app_hosts', 'zzz')")
    assert error.endswith("hosts: 'zzz' matches no group and no host. No task was run.")


@pytest.mark.parametrize("mode", ["syntax", "listtasks", "listtags"])
def test_modes_that_need_no_inventory(select: Select, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({mode: True}))

    assert select() == ["all"]


@pytest.mark.parametrize(
    ("tags", "playbooks", "is_refused"),
    [
        (["signing"], ["mobileops.ci.rollout"], True),
        (["all"], ["mobileops.ci.rollout"], False),
        (["signing"], ["mobileops.ci.rollout", "site.yml"], False),  # may import one of them with tags
        ([], ["mobileops.ci.rollout"], False),
    ],
)
def test_tags_that_select_no_task(
    source: Callable[..., str],
    select: Select,
    refuse: Refuse,
    monkeypatch: pytest.MonkeyPatch,
    tags: list[str],
    playbooks: list[str],
    is_refused: bool,
) -> None:
    path = source()
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"tags": tags, "args": playbooks}))

    if is_refused:
        assert "--tags signing selects no task, because the tasks of mobileops.ci.rollout have no tags." in refuse(path)
    else:
        assert select(path) == ["all"]


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_no_playbook_has_tags(path: Path) -> None:
    files = [path, *path.parent.glob("tasks/*.yml"), *path.parents[1].glob("roles/*/tasks/*.yml")]
    assert not [file for file in files if re.search(r"^[ -]*tags:", file.read_text(), re.MULTILINE)]


def test_playbooks_end_with_an_error_and_change_nothing(
    source: Callable[..., str], emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = source()
    misspelt = write(tmp_path / "misspelt.yml", {"project_typ": "ios"})
    retention = ("mobileops.ci.artifact_retention", "-e", '{"artifact_retention_older_than_days": 1}')
    report = ("mobileops.ci.report", "-e", json.dumps({"code_signing_report_fail_on": ["expired"]}))

    def fails(message: str, *words: str) -> None:
        run = run_ansible(tmp_path, "playbook", *words)
        assert run.returncode not in (0, 250), run.stdout + run.stderr
        assert message in " ".join(run.stderr.split())
        assert len(run.stderr.splitlines()) < 20
        assert "PLAY" not in run.stdout
        assert "canary" not in run.stdout + run.stderr

    fails("Did you mean project_type?", *retention, "-i", misspelt, "--limit", "App_01")
    fails(
        "--limit 'type_android' excludes all hosts",
        *retention,
        "-i",
        path,
        "--limit",
        "type_android",
        "-e",
        "artifact_retention_hosts=type_ios",
    )
    monkeypatch.setenv("BITRISE_API_TOKEN", "canary-wrong-token")
    fails("GET /apps returned 401", *report, "-i", path)
    assert {request["method"] for request in emulator.requests()} == {"GET"}

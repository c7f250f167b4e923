# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that only a play reads, such as its hosts and batches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.emulator.process import Emulator
from tests.helpers.cases import exhaustive

from .conftest import PLAYBOOKS, Refuse, Select, run_ansible

ROTATION = "query('mobileops.ci.app_hosts', prefix='rotate', batches=true)"


@pytest.mark.parametrize("batch", [None, "", " ", [], 1, "50", " 5 ", "20%", "100 %", [1, "10", "50%"]])
def test_batches_as_users_write_them(source: Callable[..., str], select: Select, batch: Any) -> None:
    assert select(source(), call=ROTATION, rotate_batch=batch, rotate_max_fail_percentage="12.5%") == ["all"]


@pytest.mark.parametrize(
    "batch", ["abc", "5x", "%", 0, "0", "0%", -1, True, 0.5, "1,5", [1, "5x"], [1, None], {"a": 1}]
)
def test_invalid_batches_are_errors(source: Callable[..., str], refuse: Refuse, batch: Any) -> None:
    allowed = "a number, a percentage or a list of them, each greater than 0"
    message = refuse(source(), call=ROTATION, rotate_batch=batch)

    assert f"rotate_batch must be {allowed}, got {batch!r}." in message


@pytest.mark.parametrize("percentage", ["abc", -1, 101, True, "nan"])
def test_an_invalid_percentage_is_an_error(source: Callable[..., str], refuse: Refuse, percentage: Any) -> None:
    message = refuse(source(), call=ROTATION, rotate_max_fail_percentage=percentage)

    assert f"rotate_max_fail_percentage must be a number from 0 to 100, got {percentage!r}." in message


def test_the_rotation_validates_its_batches() -> None:
    (play,) = (path for path in PLAYBOOKS if path.stem == "rotate_certificate")

    assert "batches=true" in yaml.safe_load(play.read_text())[0]["hosts"]


def project_of(folder: Path, variables: dict[str, Any]) -> str:
    """Write an inventory whose group_vars contain these variables."""
    (folder / "group_vars").mkdir()
    (folder / "group_vars" / "all.yml").write_text(yaml.safe_dump(variables))
    hosts = {name: {"bitrise_app_slug": f"aaaa00000000000{number}"} for number, name in enumerate(("One", "Two"), 1)}
    (folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    return str(folder / "hosts.yml")


# All playbooks read these variables with the same plugins.
OFTEN = ("report", "rollout", "rotate_certificate")


@pytest.mark.parametrize("alone", ["", pytest.param("1", marks=exhaustive)])
@pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.stem, marks=() if path.stem in OFTEN else exhaustive) for path in PLAYBOOKS]
)
def test_variables_of_a_play_are_an_error_in_group_vars(
    source: Callable[..., str],
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    path: Path,
    alone: str,
) -> None:
    source()
    monkeypatch.setenv("MOBILEOPS_CI_TEST_ALONE", alone)
    names = [f"{path.stem}_hosts"]
    if path.stem == "rotate_certificate":
        names += ["rotate_certificate_batch", "rotate_certificate_max_fail_percentage"]
    hosts = project_of(tmp_path, {**dict.fromkeys(names, "1"), f"{path.stem}_allow_empty": ""})

    run = run_ansible(tmp_path, "playbook", f"mobileops.ci.{path.stem}", "-i", hosts)

    shown = " ".join((run.stdout + run.stderr).split())
    assert run.returncode == 2, shown
    for name in names:
        text = f"{name} is a variable of the play: set it with -e; in group_vars and host_vars it has no effect"
        assert f"{text} ({tmp_path}/group_vars/all.yml:" in shown
    assert not emulator.requests()


def test_variables_of_a_play_are_extra_variables(
    source: Callable[..., str], emulator: Emulator, tmp_path: Path
) -> None:
    """Accept extra variables, such as an answer of a survey, and variables of an imported playbook."""
    source()
    hosts = project_of(tmp_path, {"abort_stale_builds_hosts": "Two", "abort_stale_builds_allow_empty": True})
    site = [{"import_playbook": "mobileops.ci.abort_stale_builds", "vars": {"abort_stale_builds_hosts": "One"}}]
    (tmp_path / "site.yml").write_text(yaml.safe_dump(site))
    given = ("-i", hosts, "-e", "abort_stale_builds_allow_empty=false")

    of_survey = ("mobileops.ci.abort_stale_builds", "-e", "abort_stale_builds_hosts=One")
    for words in (of_survey, ("site.yml",)):
        emulator.clear_requests()
        run = run_ansible(tmp_path, "playbook", *words, *given)
        assert run.returncode == 0, run.stdout + run.stderr
        assert {request["path"].split("/")[3] for request in emulator.requests()} == {"aaaa000000000001"}

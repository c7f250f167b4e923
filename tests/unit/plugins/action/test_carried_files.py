# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's files: found where copy finds them, and brought to modules that run elsewhere."""

from __future__ import annotations

import getpass
import time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.plugins.helpers.cases import exhaustive

from .playbook import Playground

MODULE = "testing.trouble.trouble"
SECRET = b"the bytes of a signing file"
BECOME = {"become": True, "become_method": "testing.trouble.somebody", "become_user": getpass.getuser()}


@pytest.fixture
def playground(tmp_path: Path) -> Playground:
    ground = Playground(tmp_path)
    (ground.files / "plain").write_bytes(SECRET)
    (ground.files / "vaulted").write_bytes(ground.vault(SECRET))
    return ground


def read(file: str, **keywords: Any) -> dict[str, Any]:
    options = {"name": "one", "read": file, **keywords.pop("options", {})}
    return {"name": f"read {file}", MODULE: options, "ignore_errors": True, **keywords}


def left_over(playground: Playground, patience_s: float = 0) -> list[Path]:
    """Temporary folders of tasks. A job is over a moment before its folder is removed."""
    until = time.monotonic() + patience_s
    while True:
        found = [*playground.home.glob(".ansible/tmp/ansible-tmp-*")]
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.1)


@pytest.mark.parametrize("run_in", ["controller", "target"])
def test_a_role_has_its_own_files(playground: Playground, run_in: str) -> None:
    role = playground.play / "roles" / "signing"
    for folder in ("tasks", "files"):
        (role / folder).mkdir(parents=True)
    (role / "files" / "plain").write_bytes(b"of the role")
    (role / "tasks" / "main.yml").write_text(
        f"- name: of a role\n  {MODULE}: {{name: one, read: plain, run_in: {run_in}}}\n"
    )
    run = playground.run([read("plain", options={"run_in": run_in})], roles=["signing"])

    assert run.result("signing : of a role")["thing"]["text"] == "of the role"
    assert run.result("read plain")["thing"]["text"] == SECRET.decode()


@pytest.mark.parametrize(
    "keywords",
    [{"delegate_to": "away"}, {"options": {"run_in": "target"}}, BECOME, {"delegate_to": "away", **BECOME}],
    ids=["away", "asked for", "become", "away and become"],
)
def test_a_module_gets_them_for_the_time_of_the_task(playground: Playground, keywords: dict[str, Any]) -> None:
    watch = playground.folder / "watch"
    refused = {**keywords, "options": {**keywords.get("options", {}), "trouble": "refuse"}}
    run = playground.run(
        [read("plain", **keywords), read("vaulted", **keywords), {**read("plain", **refused), "name": "refused"}],
        env={"WATCH": str(watch)},
    )
    assert run.result("read plain")["thing"]["text"] == SECRET.decode()
    assert run.result("read vaulted")["thing"]["text"] == SECRET.decode()
    assert run.result("read plain")["thing"]["read"] == "plain"
    assert run.event("refused").event == "failed"
    assert left_over(playground) == []
    if "delegate_to" in keywords:
        assert set(watch.read_text().split()) == {"0o600"}  # and at no time a copy in a folder of the controller


def test_a_job_gets_them_too(playground: Playground) -> None:
    job = {"async": 20, "poll": 1}
    run = playground.run([read("vaulted", delegate_to="away", **job)])

    assert run.result("read vaulted")["thing"]["text"] == SECRET.decode()
    assert left_over(playground, 20) == []


@exhaustive
def test_a_job_that_does_not_start_leaves_no_files(playground: Playground) -> None:
    run = playground.run([read("plain", **{"async": 20, "poll": 1})], env={"ANSIBLE_ASYNC_DIR": "/dev/null/nowhere"})

    assert run.event("read plain").event == "failed"
    assert [*playground.home.rglob("task-files.zip")] == []


@exhaustive
def test_a_job_in_check_mode_leaves_nothing(playground: Playground) -> None:
    run = playground.run([read("plain", check_mode=True, **{"async": 20, "poll": 1})])

    # The versions of ansible-core do three things about such a task.
    assert run.event("read plain").event in ("ok", "skipped", "failed")
    assert left_over(playground, 20) == []


@pytest.mark.parametrize("file", ["plain", "nowhere"])
def test_files_do_not_stay_where_remote_files_are_kept(playground: Playground, file: str) -> None:
    run = playground.run([read(file, delegate_to="away")], env={"ANSIBLE_KEEP_REMOTE_FILES": "1"})

    assert run.event(f"read {file}").event == ("failed" if file == "nowhere" else "ok")
    assert left_over(playground)  # the module itself
    assert [*playground.home.rglob("task-files.zip")] == []


def test_where_they_were_searched_is_said(playground: Playground) -> None:
    run = playground.run([read("nowhere", delegate_to="away"), {**read("nowhere"), "name": "here"}])

    places = f"{playground.files / 'nowhere'}, {playground.play / 'nowhere'}"
    for name in ("read nowhere", "here"):
        assert run.result(name)["msg"].endswith(f"not exist in any of the places where it was searched: {places}.")


def test_a_connection_that_carries_files_only(playground: Playground) -> None:
    """What was decrypted is on no disk of the controller, so there is no way for it."""
    run = playground.run([read("plain", delegate_to="narrow"), read("vaulted", delegate_to="narrow")])

    assert run.result("read plain")["thing"]["text"] == SECRET.decode()
    assert "run_in=controller" in run.result("read vaulted")["msg"]
    assert left_over(playground) == []


def test_a_retry_gets_them_again(playground: Playground) -> None:
    options = {"run_in": "target", "trouble": "refuse"}
    run = playground.run([read("plain", options=options, until="false", retries=1, delay=0)])

    assert run.result("read plain")["attempts"] == 1
    assert run.result("read plain")["error"]["kind"] == "refused_here"

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's files: found where copy finds them, and sent to modules that run elsewhere."""

from __future__ import annotations

import getpass
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.cases import exhaustive

from .playbook import Playground, Run

MODULE = "testing.example.example"
SECRET = b"the bytes of a signing file"
BECOME = {"become": True, "become_method": "testing.example.same_user", "become_user": getpass.getuser()}


# Ways to a module that runs elsewhere.
WAYS: dict[str, dict[str, Any]] = {
    "away": {"delegate_to": "away"},
    "asked for": {"options": {"run_in": "target"}},
    "become": BECOME,
    "away and become": {"delegate_to": "away", **BECOME},
}


def with_files(folder: Path) -> Playground:
    ground = Playground(folder)
    (ground.files / "plain").write_bytes(SECRET)
    (ground.files / "vaulted").write_bytes(ground.vault(SECRET))
    return ground


@pytest.fixture
def playground(tmp_path: Path) -> Playground:
    return with_files(tmp_path)


def read(file: str, name: str = "", **keywords: Any) -> dict[str, Any]:
    options = {"name": "one", "read": file, **keywords.pop("options", {})}
    return {"name": name or f"read {file}", MODULE: options, "ignore_errors": True, **keywords}


def left_over(playground: Playground, patience_s: float = 0) -> list[Path]:
    """List temporary folders of tasks. Wait for them, because a job ends before its folder is removed."""
    until = time.monotonic() + patience_s
    while True:
        found = [*playground.home.glob(".ansible/tmp/ansible-tmp-*")]
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.1)


def role_play(playground: Playground, run_in: str) -> dict[str, Any]:
    """Return a play of a role with its own file, and of a task that reads the play's file of that name."""
    role = playground.play / "roles" / f"signing_{run_in}"
    for folder in ("tasks", "files"):
        (role / folder).mkdir(parents=True)
    (role / "files" / "plain").write_bytes(b"of the role")
    (role / "tasks" / "main.yml").write_text(
        f"- name: own file\n  {MODULE}: {{name: one, read: plain, run_in: {run_in}}}\n"
    )
    task = read("plain", f"file of the play, {run_in}", options={"run_in": run_in})
    return {"roles": [role.name], "tasks": [task]}


def reading_play(way: str) -> dict[str, Any]:
    keywords = WAYS[way]
    refused = {**keywords, "options": {**keywords.get("options", {}), "effect": "refuse"}}
    return {
        "tasks": [
            read("plain", f"plain, {way}", **keywords),
            read("vaulted", f"vaulted, {way}", **keywords),
            read("plain", f"refused, {way}", **refused),
        ]
    }


@dataclass(frozen=True)
class Shared:
    """Run ansible-playbook once for all plays that need no other environment."""

    playground: Playground
    run: Run
    watched: set[str]  # permissions of the files that came with a module's input, and places of others


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    playground = with_files(tmp_path_factory.mktemp("shared"))
    watch = playground.folder / "watch"
    again = {"options": {"run_in": "target", "effect": "refuse"}, "until": "false", "retries": 1, "delay": 0}
    plays = [
        *(role_play(playground, run_in) for run_in in ("controller", "target")),
        *map(reading_play, WAYS),
        {
            "tasks": [
                read("nowhere", "nowhere, away", delegate_to="away"),
                read("nowhere", "nowhere, here"),
                read("plain", "plain, narrow", delegate_to="narrow"),
                read("vaulted", "vaulted, narrow", delegate_to="narrow"),
                read("plain", "retry", **again),
                read("vaulted", "job", delegate_to="away", **{"async": 120, "poll": 1}),
            ]
        },
    ]
    run = playground.run_plays(plays, env={"WATCH": str(watch)})
    return Shared(playground, run, set(watch.read_text().split()))


@pytest.mark.parametrize("run_in", ["controller", "target"])
def test_a_role_has_its_own_files(shared: Shared, run_in: str) -> None:
    assert shared.run.result(f"signing_{run_in} : own file")["thing"]["text"] == "of the role"
    assert shared.run.result(f"file of the play, {run_in}")["thing"]["text"] == SECRET.decode()


@pytest.mark.parametrize("way", WAYS)
def test_a_module_gets_them_for_the_time_of_the_task(shared: Shared, way: str) -> None:
    plain = shared.run.result(f"plain, {way}")["thing"]
    assert (plain["text"], plain["read"]) == (SECRET.decode(), "plain")
    assert shared.run.result(f"vaulted, {way}")["thing"]["text"] == SECRET.decode()
    assert shared.run.event(f"refused, {way}").event == "failed"


def test_a_job_gets_them_too(shared: Shared) -> None:
    assert shared.run.result("job")["thing"]["text"] == SECRET.decode()


def test_no_files_stay(shared: Shared) -> None:
    assert left_over(shared.playground, 20) == []
    # At no time is there a copy in a folder of the controller. Without input, modules get files as a file of the task.
    assert {path for path in shared.watched if not path.endswith("/task-files.zip")} == {"0o600"}


@exhaustive
def test_a_job_that_does_not_start_leaves_no_files(playground: Playground) -> None:
    run = playground.run([read("plain", **{"async": 120, "poll": 1})], env={"ANSIBLE_ASYNC_DIR": "/dev/null/nowhere"})

    assert run.event("read plain").event == "failed"
    assert [*playground.home.rglob("task-files.zip")] == []


@exhaustive
def test_a_job_in_check_mode_leaves_nothing(playground: Playground) -> None:
    run = playground.run([read("plain", check_mode=True, **{"async": 120, "poll": 1})])

    # The versions of ansible-core do three things about such a task.
    assert run.event("read plain").event in ("ok", "skipped", "failed")
    assert left_over(playground, 20) == []


@pytest.mark.parametrize("file", ["plain", "nowhere"])
def test_files_do_not_stay_where_remote_files_are_kept(playground: Playground, file: str) -> None:
    run = playground.run([read(file, delegate_to="away")], env={"ANSIBLE_KEEP_REMOTE_FILES": "1"})

    assert run.event(f"read {file}").event == ("failed" if file == "nowhere" else "ok")
    assert left_over(playground)  # the module itself
    assert [*playground.home.rglob("task-files.zip")] == []


def test_the_message_names_the_searched_folders(shared: Shared) -> None:
    ground = shared.playground
    places = f"{ground.files / 'nowhere'}, {ground.play / 'nowhere'}"
    for name in ("nowhere, away", "nowhere, here"):
        assert shared.run.result(name)["msg"].endswith(f"not exist. Searched in: {places}.")


def test_a_connection_that_carries_files_only(shared: Shared) -> None:
    """Fail instead of writing a decrypted file to a disk of the controller."""
    assert shared.run.result("plain, narrow")["thing"]["text"] == SECRET.decode()
    message = shared.run.result("vaulted, narrow")["msg"]
    assert message.startswith(f"src: the content of {shared.playground.files / 'vaulted'} is decrypted in memory")
    assert "run_in=controller" in message


def test_a_retry_gets_them_again(shared: Shared) -> None:
    assert shared.run.result("retry")["attempts"] == 1
    assert shared.run.result("retry")["error"]["kind"] == "duplicates"

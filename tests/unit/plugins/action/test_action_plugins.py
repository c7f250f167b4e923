# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the action plugins, and a check that each module has one."""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleFileNotFound
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.mobileops.ci.plugins import modules
from ansible_collections.mobileops.ci.plugins.module_utils._core.environment import environment_fallback
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import LocalFileError
from ansible_collections.mobileops.ci.plugins.module_utils._core.option_groups import OptionGroup
from ansible_collections.mobileops.ci.plugins.module_utils._local import read_file as _local_file
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import Content
from ansible_collections.mobileops.ci.plugins.module_utils._local.task_files import VARIABLE, pack, reader
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec, Outcome, TaskContext
from ansible_collections.mobileops.ci.plugins.plugin_utils._file_finder import FileFinder, take_paths
from ansible_collections.mobileops.ci.plugins.plugin_utils._task_environment import (
    arguments_of_module,
    bind,
    expand,
    working_directory,
)

PLUGINS = "ansible_collections.mobileops.ci.plugins"
# The private ones are actions of roles and playbooks; they have no work of a module's own.
MODULES = sorted(module.name for module in pkgutil.iter_modules(modules.__path__) if not module.name.startswith("_"))


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_an_action_of_its_entry(name: str) -> None:
    action = importlib.import_module(f"{PLUGINS}.action.{name}").ActionModule
    module = importlib.import_module(f"{PLUGINS}.modules.{name}")

    assert action.spec.name == name
    assert any(value is action.spec for value in vars(module).values())
    assert "run_in" in action.spec.options.argument_spec


# Options that name a file to be sent. Others, such as dest, name one to be written.
SENT = {"src", "icon", "cert", "profile", "keystore", "db", "csk"}


@pytest.mark.parametrize("name", MODULES)
def test_every_file_to_be_sent_is_searched_on_the_controller(name: str) -> None:
    def sources(spec: dict[str, Any], where: str = "") -> list[str]:
        return [
            found
            for option, about in spec.items()
            for found in (
                [where + option] if option in SENT else sources(about.get("options", {}), f"{where}{option}.")
            )
        ]

    spec = importlib.import_module(f"{PLUGINS}.action.{name}").ActionModule.spec
    assert sorted(spec.files) == sorted(sources(spec.options.argument_spec))


@pytest.mark.parametrize(
    "path",
    ["~/a", "~", "$ONE/b", "${ONE}b", "$NONE/c", "${NONE}", "a$", "~nobody-of-that-name/x", "$ONE$TWO", "", "~$ONE"],
)
def test_paths_are_expanded_as_in_a_process_with_that_environment(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"HOME": "/home/of/task/", "ONE": "1", "TWO": "$ONE"}
    monkeypatch.delenv("NONE", raising=False)
    expected = expand(path, env)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert expected == os.path.expanduser(os.path.expandvars(path))  # noqa: PTH111


def test_fallbacks_and_paths_look_at_the_environment_of_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "of the controller")
    spec: dict[str, dict[str, Any]] = {
        "token": {"type": "str", "fallback": (environment_fallback, ["TOKEN"])},
        "other": {"type": "path", "fallback": (environment_fallback, ["EMPTY", "OTHER"])},
        "many": {"type": "list", "elements": "dict", "options": {"paths": {"type": "list", "elements": "path"}}},
    }
    bound = bind(spec, {"HOME": "/task", "EMPTY": "", "OTHER": "~/x"})
    found = ArgumentSpecValidator(bound).validate({"many": [{"paths": ["~/y"]}]})

    assert found.error_messages == []
    assert found.validated_parameters == {"token": None, "other": "/task/x", "many": [{"paths": ["/task/y"]}]}
    assert spec["other"]["type"] == "path"


def test_arguments_are_plain() -> None:
    class Vaulted(str):
        __ENCRYPTED__ = True

        def __str__(self) -> str:
            return "decrypted"

    given = {"a": Vaulted("x"), 1: [{"b": (1, None)}], "c": b"d"}
    assert arguments_of_module(given) == {"a": "decrypted", "1": [{"b": [1, None]}], "c": "d"}
    assert arguments_of_module(given)["a"].__class__ is str


def test_the_working_directory_comes_back_even_if_it_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, there = tmp_path / "gone", tmp_path / "there"
    gone.mkdir()
    there.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with working_directory(str(there)):
        assert Path.cwd() == there
    with pytest.raises(FileNotFoundError):
        Path.cwd()


@pytest.mark.parametrize(
    ("option", "arguments", "paths"),
    [
        ("src", {"src": "~/x"}, ["/task/x"]),
        ("src", {"src": "~/x", "state": "absent"}, []),
        ("src", {"src": ""}, []),
        ("src", {"src": ["of a wrong type"]}, []),
        ("all.src", {"all": [{"src": "a"}, {"content": "b"}, "c", {"src": "~/d"}]}, ["a", "/task/d"]),
        ("apps.all.src", {"apps": [{"all": [{"src": "a"}]}, {"all": None}, {"all": [{"src": "b"}]}]}, ["a", "b"]),
        ("all.src", {"all": "a=b"}, []),
    ],
)
def test_files_are_found_in_the_arguments(option: str, arguments: dict[str, Any], paths: list[str]) -> None:
    assert take_paths(arguments, option, {"HOME": "/task"}) == paths


def finder(found: Path, decrypt: Callable[[bytes], bytes] = bytes) -> FileFinder:
    return FileFinder(lambda _path: str(found), decrypt)


def test_a_vaulted_file_is_decrypted(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"$ANSIBLE_VAULT;1.1;AES256\n1234\n")
    files = finder(tmp_path / "a", lambda _data: b"plain")

    assert files.read("a") == Content.of(b"plain")
    assert files.decrypted


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "must not be empty, but its decrypted content is"), (None, "vault password")]
)
def test_a_vaulted_file_that_cannot_be_decrypted(tmp_path: Path, content: bytes | None, words: str) -> None:
    (tmp_path / "a").write_bytes(b"$ANSIBLE_VAULT;1.1;AES256\n1234\n")

    def decrypt(_data: bytes) -> bytes:
        if content is None:
            raise AnsibleError("no secrets")
        return content

    with pytest.raises(LocalFileError, match=words):
        finder(tmp_path / "a", decrypt).read("a")


def test_a_file_that_grows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12")
    usual = os.fstat

    def growing(handle: int) -> os.stat_result:
        status = usual(handle)
        path.write_bytes(b"12345")
        return status

    monkeypatch.setattr(_local_file.os, "fstat", growing)
    with pytest.raises(LocalFileError, match="changed while it was read"):
        finder(path).read("a")


def test_files_travel_whole_and_once(tmp_path: Path) -> None:
    def find(path: str) -> str:
        if path == "lost":
            raise AnsibleFileNotFound(file_name=path, paths=["/here/lost", "/there/lost", "/here/lost"])
        return str(tmp_path / path)

    (tmp_path / "a").write_bytes(bytes(range(256)))
    archive = tmp_path / "archive"
    archive.write_bytes(pack(FileFinder(find, bytes).read_all(["a", "lost", "a"])))
    read = reader({VARIABLE: str(archive)})

    assert not archive.exists()
    assert read("a").data == bytes(range(256))
    with pytest.raises(LocalFileError, match=r"^src: lost does not exist\. Searched in: /here/lost, /there/lost\.$"):
        read("lost")
    with pytest.raises(LocalFileError, match="nothing-of-that-name does not exist"):
        read("nothing-of-that-name")


def test_a_folder_without_permission_is_not_a_missing_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(path: str) -> str:
        raise AnsibleFileNotFound(file_name=path, paths=["/here/files/a", "/here/a"])

    def denied(path: str) -> None:
        raise PermissionError(path)

    monkeypatch.setattr("os.stat", denied)
    with pytest.raises(LocalFileError, match=r"^src: /here/files/a cannot be read: permission denied\.$"):
        FileFinder(find, bytes).read("a")


def test_an_archive_that_did_not_arrive(tmp_path: Path) -> None:
    read = reader({VARIABLE: str(tmp_path / "nothing")})
    with pytest.raises(LocalFileError, match="did not get to the host that runs the module: No such file"):
        read("a")


def test_without_an_archive_files_are_those_of_the_host(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"mine")
    assert reader({})(str(tmp_path / "a")).data == b"mine"


class _Closable:
    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    "error", [SystemExit(3), ZeroDivisionError(), RecursionError(), MemoryError(), KeyboardInterrupt()]
)
def test_no_error_of_a_task_ends_the_run_but_an_interrupt_does(error: BaseException) -> None:
    client = _Closable()

    def run(_options: dict[str, Any], _client: Any, _context: TaskContext) -> Outcome:
        raise error

    spec = ModuleSpec("entry", OptionGroup({}), lambda _options, _env: client, run, requires=())
    if isinstance(error, KeyboardInterrupt):
        with pytest.raises(KeyboardInterrupt):
            spec.execute({}, TaskContext({}), diff=False)
    else:
        result = spec.execute({}, TaskContext({}), diff=False)
        assert result["failed"] is True
        assert type(error).__name__ in result["msg"]
    assert client.closed


def test_a_missing_library_is_named_with_the_interpreter() -> None:
    spec = ModuleSpec(
        "entry", OptionGroup({}), lambda *_arguments: None, lambda *_arguments: Outcome(), requires=("no_such_library",)
    )
    result = spec.execute({}, TaskContext({}), diff=False)

    assert spec.missing_libraries == ("no_such_library",)
    assert result["error"]["kind"] == "missing_library"
    assert "no_such_library" in result["msg"]
    assert "python" in result["msg"].lower()

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources of the bytes: src, content, and their errors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._local import read_file as _local_file
from tests.helpers.service import PROFILES, Service, a_file, sha256
from tests.helpers.tasks import Tasks, b64

NEW = b"new content"


def test_src_gives_name_and_bytes(service: Service, tasks: Tasks, tmp_path: Path) -> None:
    (tmp_path / "Acme Shop.mobileprovision").write_bytes(NEW)
    task = tasks.file(src=str(tmp_path / "Acme Shop.mobileprovision"), name=None)
    assert task.run()["changed"] is True
    assert service.contents() == [("Acme Shop.mobileprovision", sha256(NEW))]
    assert task.run()["changed"] is False


def test_name_of_src_can_be_another(service: Service, tasks: Tasks, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(NEW)
    tasks.file(src=str(tmp_path / "file"), name="other").run()
    assert service.contents() == [("other", sha256(NEW))]


def test_content_equals_src(service: Service, tasks: Tasks, tmp_path: Path) -> None:
    (tmp_path / "dist").write_bytes(NEW)
    tasks.file(src=str(tmp_path / "dist")).run()
    assert tasks.file(content=b64(NEW)).run()["changed"] is False


def test_content_may_be_broken_into_lines(service: Service, tasks: Tasks) -> None:
    text = b64(NEW)
    tasks.file(content=f"{text[:4]}\n {text[4:]}\n").run()
    assert service.contents() == [("dist", sha256(NEW))]


def test_src_is_not_read_for_absent(service: Service, tasks: Tasks) -> None:
    service.holds(PROFILES, a_file("gone", NEW))
    tasks.file(src="/nowhere/gone", name=None, state="absent").run()
    assert service.contents() == []


def directory(path: Path) -> Path:
    path.mkdir()
    return path


def empty(path: Path) -> Path:
    path.touch()
    return path


def huge(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(_local_file.MAX_BYTES + 1)
    return path


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    os.open(path, os.O_RDWR)  # so that opening it does not wait for a writer
    return path


def below_a_file(path: Path) -> Path:
    path.write_bytes(NEW)
    return path / "dist"


def link_in_a_circle(path: Path) -> Path:
    path.symlink_to(path)
    return path


BAD_FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda path: path, "does not exist"),
    "directory": (directory, "is a directory"),
    "empty": (empty, "must not be empty"),
    "larger than 100 MiB": (huge, "must have at most 104857600 bytes"),
    "pipe": (pipe, "is not a regular file"),
    "below a file": (below_a_file, "cannot be read: Not a directory"),
    "link in a circle": (link_in_a_circle, "cannot be read: Too many levels of symbolic links"),
}


@pytest.mark.parametrize("check_mode", [True, False], ids=["check", "real"])
@pytest.mark.parametrize(("make", "words"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_unusable_src(
    service: Service, tasks: Tasks, tmp_path: Path, make: Callable[[Path], Path], words: str, check_mode: bool
) -> None:
    path = make(tmp_path / "dist")
    task = tasks.file(src=str(path))
    failed = task.fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "local_file"
    assert words in failed["msg"]
    assert str(path) in failed["msg"]
    assert service.asked() == []


@contextmanager
def without_privileges(path: Path) -> Iterator[None]:
    """Make the file unreadable, also if root runs the tests."""
    path.chmod(0)
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_unreadable_src(tasks: Tasks, tmp_path: Path) -> None:
    path = tmp_path / "dist"
    path.write_bytes(NEW)
    task = tasks.file(src=str(path))
    with without_privileges(path):
        failed = task.fail()
    assert failed["error"]["kind"] == "local_file"
    assert f"src: {path} cannot be read: permission denied." == failed["msg"]


@pytest.mark.parametrize("change", [b"more", None], ids=["grows", "is cut"])
def test_src_that_changes_while_it_is_read(
    service: Service, tasks: Tasks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: bytes | None
) -> None:
    path = tmp_path / "dist"
    path.write_bytes(NEW)
    looked: list[int] = []
    fstat = os.fstat

    def write_after_first_look(descriptor: int) -> os.stat_result:
        found = fstat(descriptor)
        if not looked:
            path.write_bytes(NEW + change if change else NEW[:-1])
        looked.append(descriptor)
        return found

    task = tasks.file(src=str(path))
    monkeypatch.setattr(_local_file.os, "fstat", write_after_first_look)
    failed = task.fail()
    assert failed["error"]["kind"] == "local_file"
    assert "changed while it was read" in failed["msg"]
    assert service.asked() == []


BAD_OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "content that is no base64": ({"content": "b@d c4nary"}, "content of dist: this is not base64"),
    "content that is empty": ({"content": ""}, "content of dist: "),
    "content without name": ({"content": b64(NEW), "name": None, "slug": None}, "name is required with content"),
    "content and slug without name": (
        {"content": b64(NEW), "name": None, "slug": "A"},
        "name is required with content and slug",
    ),
    "empty name": ({"content": b64(NEW), "name": ""}, "name must not be empty."),
    "empty src": ({"src": ""}, "src must not be empty."),
    "empty slug": ({"slug": ""}, "slug must not be empty."),
    "empty backup_dir": ({"backup_dir": ""}, "backup_dir must not be empty."),
    "negative retries": ({"content": b64(NEW), "max_retries": -1}, "max_retries must be 0 or greater, got -1."),
    "no timeout": ({"content": b64(NEW), "timeout": 0}, "timeout must be greater than 0 "),
    "missing ca_path": ({"content": b64(NEW), "ca_path": "/nowhere"}, "ca_path: /nowhere does not exist"),
    "empty token": ({"content": b64(NEW), "api_token": " "}, "api_token is required and must not be empty."),
    "token of odd characters": (
        {"content": b64(NEW), "api_token": "tök\n"},
        "api_token contains characters that are not part of a token.",
    ),
    "plain http": (
        {"content": b64(NEW), "api_url": "http://api.example.com"},
        "api_url must start with https://. Plain http:// to api.example",
    ),
    "no URL": ({"content": b64(NEW), "api_url": "api.example.com"}, "api_url must be a URL"),
}


@pytest.mark.parametrize(("options", "words"), BAD_OPTIONS.values(), ids=BAD_OPTIONS.keys())
def test_option_that_cannot_be_used(service: Service, tasks: Tasks, options: dict[str, Any], words: str) -> None:
    failed = tasks.file(**options).fail()
    assert failed["error"]["kind"] == "option"
    assert failed["msg"].startswith(words)
    assert "c4nary" not in failed["msg"]
    assert service.asked() == []


@pytest.mark.parametrize("app_slug", ["", ".", ".."])
def test_app_slug_that_is_none(service: Service, tasks: Tasks, app_slug: str) -> None:
    assert tasks.file(content=b64(NEW), app_slug=app_slug).fail()["error"]["kind"] == "option"
    assert service.asked() == []


def test_app_slug_stays_one_part_of_the_path(service: Service, tasks: Tasks) -> None:
    assert tasks.file(content=b64(NEW), app_slug="../me?x=#").fail()["error"]["kind"] == "option"
    assert service.asked() == []

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local files, which are read once for all apps and threads, and progress messages."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet import declarations
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.declarations import OnceReader
from ansible_collections.mobileops.ci.plugins.module_utils._core import progress as _progress
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import LocalFileError
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import Content, read_file
from tests.helpers.fleet import APPS, ONE, TWO, Fleet, digests
from tests.helpers.service import CERTIFICATES, PROFILES


class Reader:
    """Reads as usual, and counts."""

    def __init__(self) -> None:
        self.opened: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, path: str) -> Content:
        with self._lock:
            self.opened[Path(path).name] += 1
        return read_file(path)


def test_every_file_is_read_once(fleet: Fleet, tmp_path: Path) -> None:
    """Read common files once, and files that several apps declare."""
    files = {name: tmp_path / name for name in ("common", "shared", "key.p12", *APPS[:12])}
    for name, path in files.items():
        path.write_text(f"bytes of {name}")
    fleet.holds(APPS[:12])
    apps = [
        {"app_slug": slug, PROFILES: [{"src": str(files[name])} for name in ("shared", slug)]} for slug in APPS[:12]
    ]
    task = fleet.task(
        apps, provisioning_profiles=[{"src": str(files["common"])}], build_certificates=[{"src": str(files["key.p12"])}]
    )
    for check_mode in (True, False, False):
        reader = Reader()
        replace(task, read_file=reader).run(check_mode=check_mode)
        assert reader.opened == Counter(list(files))
    for slug in APPS[:12]:
        own = {name: f"bytes of {name}".encode() for name in ("common", "shared", slug)}
        assert fleet.contents(PROFILES)[slug] == digests(**own)
    assert fleet.contents(CERTIFICATES)[ONE] == digests(**{"key.p12": b"bytes of key.p12"})


def test_many_threads_at_once() -> None:
    opened = Counter[str]()
    start = threading.Barrier(8)

    def slow(path: str) -> Content:
        opened[path] += 1
        time.sleep(0.01)
        return Content.of(path.encode())

    once = OnceReader(slow)
    found: list[Content] = []

    def read() -> None:
        start.wait()
        found.extend(once(name) for name in "abc")

    threads = [threading.Thread(target=read) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == {"a": 1, "b": 1, "c": 1}
    assert Counter(content.data for content in found) == {b"a": 8, b"b": 8, b"c": 8}


def test_memory_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discard the files that were not used for longest, and read them again if needed."""
    monkeypatch.setattr(declarations, "KEPT_BYTES", 10)
    reader = Counter[str]()

    def read(path: str) -> Content:
        reader[path] += 1
        return Content.of(b"four")

    once = OnceReader(read)
    for path in ("one", "two", "one", "three", "one", "two", "one"):
        assert once(path).data == b"four"
    assert reader == {"one": 1, "two": 2, "three": 1}


def test_a_file_that_cannot_be_read_concerns_its_app_only(fleet: Fleet, tmp_path: Path) -> None:
    fleet.holds([ONE, TWO])
    apps = [ONE, {"app_slug": TWO, PROFILES: [{"src": str(tmp_path)}]}]
    result = fleet.task(apps, build_certificates=[]).fail()
    assert "is a directory" in result["apps"][TWO]["error"]["msg"]
    assert result["apps"][ONE]["error"] is None
    assert fleet.asked_about(TWO) == {}
    with pytest.raises(LocalFileError):
        OnceReader(read_file)(str(tmp_path))


class Clock:
    """A clock that advances by `step` seconds on each reading."""

    def __init__(self, step: float) -> None:
        self._ticks = itertools.count(1000.0, step)

    def monotonic(self) -> float:
        return next(self._ticks)


@pytest.mark.parametrize(("step", "expected"), [(0.05, []), (0.5, [4, 8]), (2.0, range(1, 12)), (7.0, range(1, 12))])
def test_progress_every_two_seconds_at_most(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, step: float, expected: list[int]
) -> None:
    """Read the clock after each app, and print no line for the last one, which the result follows."""
    fleet.holds(APPS[:12])
    monkeypatch.setattr(_progress, "time", Clock(step))
    lines: list[str] = []
    said_by: set[str] = set()

    def report_progress(line: str) -> None:
        lines.append(line)
        said_by.add(threading.current_thread().name)

    replace(fleet.task(APPS[:12], provisioning_profiles=[]), report_progress=report_progress).run()
    assert lines == [f"{number} of 12 apps done, 0 changed, 0 failed" for number in expected]
    assert said_by <= {threading.current_thread().name}


def test_progress_counts_changed_and_failed_apps(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    fleet.holds([ONE, TWO])
    monkeypatch.setattr(_progress, "time", Clock(3))
    lines: list[str] = []
    apps = [ONE, "ffffffffffffffff", TWO]
    task = fleet.task(apps, provisioning_profiles=[{"name": "x", "content": "eA=="}], concurrency=1)
    replace(task, report_progress=lines.append).fail()
    # The app that does not exist may be done before the first one.
    counts = [re.fullmatch(r"(\d) of 3 apps done, (\d) changed, (\d) failed", line) for line in lines]
    done = [tuple(map(int, found.groups())) for found in counts if found]
    assert done in ([(1, 1, 0), (2, 1, 1)], [(1, 0, 1), (2, 1, 1)])
    # Only the progress writes to stderr: a module prints its result.
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (
            {"name": "x", "content": "eA==", "backup_dir": None, "backup_required": True},
            "provisioning_profiles: backup_dir is required with backup_required=True, and must not be empty.",
        ),
        ({"name": None}, "provisioning_profiles: One of src, content, name, slug is required, and must not be null."),
    ],
)
@pytest.mark.parametrize("of_app", [False, True])
def test_options_of_a_file_that_are_null(fleet: Fleet, entry: dict[str, Any], text: str, of_app: bool) -> None:
    fleet.holds([ONE])
    own = {"provisioning_profiles": [entry]}
    apps = [{"app_slug": ONE, **own}] if of_app else [ONE]
    failed = fleet.task(apps, **({} if of_app else own)).fail()
    assert text in failed["msg"]
    assert not fleet.asked_about(ONE)

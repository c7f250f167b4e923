# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_log: missing, growing and archived logs, as text and as a file."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.log_source import Tail

from .app import AppWithBuilds, shape
from .conftest import Clock

LINES = [f"line {number}: grüße\n" for number in range(1, 131)]
TEXT = "".join(LINES)
SIZE = len(TEXT.encode())
INFO, LOOK, STORAGE = "GET /builds/b1/log", "GET /builds/b1", "GET storage"
OVER = {"slug": "b1", "status": 1, "log": LINES}
RUNNING = {"slug": "b1", "status": 0, "age_s": 600, "log": LINES}


def test_archived(app: AppWithBuilds) -> None:
    app.has(OVER)
    result = app.log().run(diff=True)
    assert (result["log"], result["state"], result["truncated"], result["size"]) == (TEXT, "archived", False, SIZE)
    assert (result["changed"], result["actions"], result["dest"]) == (False, [], None)
    assert app.asked() == [INFO, STORAGE]
    (fetched,) = app.service.emulator.requests(area="storage")
    assert (fetched["status"], fetched["token"]) == (200, None)
    assert "X-Amz" not in str(result)
    assert app.only_reads(app.log()) == result


def test_growing(app: AppWithBuilds) -> None:
    """Request the chunks that the service does not show, page by page. It shows the last ones in any order."""
    app.has(RUNNING)
    result = app.log().run()
    assert (result["log"], result["state"], result["truncated"], result["size"]) == (TEXT, "growing", False, SIZE)
    assert app.asked() == [INFO] * 3


def test_no_more_chunks_than_needed(app: AppWithBuilds) -> None:
    app.has(RUNNING)
    result = app.log(limit=50).run()
    assert (result["log"], result["truncated"], result["size"]) == ("".join(LINES[-3:]), True, None)
    assert app.asked() == [INFO]


@pytest.mark.parametrize("build", [OVER, RUNNING], ids=["archived", "growing"])
def test_limit(app: AppWithBuilds, build: dict[str, Any]) -> None:
    app.has(build)
    whole = len(TEXT)
    assert app.log(limit=whole).run()["log"] == TEXT
    for limit, lines in ((whole - 1, 129), (2 * len(LINES[-1]), 2), (2 * len(LINES[-1]) - 1, 1), (1000, 64)):
        result = app.log(limit=limit).run()
        assert result["log"] == "".join(LINES[-lines:])
        assert result["truncated"] is True
    # Where not even one line fits, a part of it is better than nothing.
    assert app.log(limit=3).run()["log"] == "ße\n"


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_leaves_nothing(app: AppWithBuilds, limit: int) -> None:
    failed = app.log(limit=limit).fail()
    assert failed["error"]["kind"] == "option"
    assert failed["msg"] == (f"limit must be 1 or greater, got {limit}. Omit it to return the last 100000 characters.")
    assert app.asked() == []


def test_bytes_that_are_no_text(app: AppWithBuilds) -> None:
    tail = Tail(4)
    for block in (b"\xff", b"a\n", b"b" * 5, b"\xc3", b"\xbc"):
        tail.write(block)
    assert (tail.as_text().text, tail.as_text().size) == ("bbbü", 10)


def test_memory_stays_flat() -> None:
    tail = Tail(10)
    for _round in range(1000):
        tail.write(b"x" * 1000)
    assert sum(map(len, tail._blocks)) <= 1000 + 44
    assert (tail.as_text().text, tail.as_text().truncated) == ("x" * 10, True)


MISSING: dict[str, tuple[dict[str, Any], str]] = {
    "just started": ({"status": 0, "age_s": 1, "log": "x"}, "has no log yet. Set wait=true to wait for it."),
    "on hold": ({"status": 0, "is_on_hold": True, "log": "x"}, "has no log yet. Set wait=true to wait for it."),
    "aborted on hold": ({"status": 3, "duration_s": None}, "has no log."),
    "over without any": ({"status": 1}, "has no log."),
}


@pytest.mark.parametrize(("build", "words"), MISSING.values(), ids=MISSING.keys())
def test_missing(app: AppWithBuilds, tmp_path: Path, build: dict[str, Any], words: str) -> None:
    app.has({"slug": "b1", **build})
    result = app.log().run()
    assert (result["log"], result["state"], result["size"]) == ("", "missing", 0)
    assert result["warnings"] == [f"build #1 (b1) {words}"]
    assert app.asked() == [INFO, LOOK]
    filed = app.log(dest=str(tmp_path / "log")).run()
    assert (filed["changed"], filed["state"], filed["log"]) == (False, "missing", None)
    assert shape(filed) == shape(result)
    assert list(tmp_path.iterdir()) == []


def test_archive_without_a_text(app: AppWithBuilds, tmp_path: Path) -> None:
    app.has({"slug": "b1", "status": 1, "log": ""})
    result = app.log(wait=True).run()
    assert (result["log"], result["state"], result["truncated"], result["size"]) == ("", "archived", False, 0)
    assert app.log(dest=str(tmp_path / "log")).run()["changed"] is True
    assert (tmp_path / "log").read_bytes() == b""


def test_unknown_build(app: AppWithBuilds) -> None:
    app.has(OVER)
    failed = app.log(build_slug="none").fail()
    assert failed["error"]["kind"] == "not_found"
    assert "read build none" in failed["msg"]


class TestWait:
    """Until the log is complete, or cannot be any more."""

    def test_from_the_start_to_the_archive(self, app: AppWithBuilds, clock: Clock, progress: list[str]) -> None:
        app.has({**RUNNING, "age_s": 0, "finishes_in_s": 35, "log_archive_delay_s": 12})
        result = app.log(wait=True).run()
        assert (result["log"], result["state"]) == (TEXT, "archived")
        assert clock.seconds == 50
        assert progress == [
            "build #1 (b1): in-progress after 0 s",
            "build #1 (b1): waiting for the archive of its log after 40 s",
        ]

    def test_an_existing_archive(self, app: AppWithBuilds, clock: Clock) -> None:
        app.has(OVER)
        assert app.log(wait=True).run()["log"] == TEXT
        assert app.asked() == [INFO, STORAGE]
        assert clock.pauses == []

    @pytest.mark.parametrize(
        ("build", "state", "log"),
        [
            ({"status": 3, "log_archived": False}, "growing", "the end\n"),
            ({"status": 3, "duration_s": None}, "missing", ""),
        ],
    )
    def test_never_archived(
        self, app: AppWithBuilds, clock: Clock, build: dict[str, Any], state: str, log: str
    ) -> None:
        app.has({"slug": "b1", "log": "the end\n", **build})
        result = app.log(wait=True).run()
        assert clock.seconds == 60
        assert (result["state"], result["log"]) == (state, log)
        assert result["warnings"][0].startswith("build #1 (b1) has been over for more than 60 s, but its log is not")

    def test_timeout(self, app: AppWithBuilds, clock: Clock, tmp_path: Path) -> None:
        app.has(RUNNING)
        result = app.log(wait=True, wait_timeout=25).result()
        assert (result["failed"], result["error"]["kind"]) == (True, "wait_timeout")
        assert (result["log"], result["state"]) == (TEXT, "growing")
        assert clock.seconds == 25
        filed = app.log(wait=True, wait_timeout=0, dest=str(tmp_path / "log")).result()
        assert (filed["failed"], filed["changed"], (tmp_path / "log").read_text()) == (True, True, TEXT)


class TestDest:
    """All of it in a file."""

    @pytest.mark.parametrize("build", [OVER, RUNNING], ids=["archived", "growing"])
    def test_file(self, app: AppWithBuilds, tmp_path: Path, build: dict[str, Any]) -> None:
        app.has(build)
        path = tmp_path / "log.txt"
        task = app.log(dest=str(path))
        checked = app.only_reads(task)
        assert list(tmp_path.iterdir()) == []
        done = task.run(diff=True)
        assert path.read_text() == TEXT
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(tmp_path.iterdir()) == [path]
        assert (done["log"], done["dest"], done["size"]) == (None, str(path), SIZE)
        assert done["sha256"] == hashlib.sha256(TEXT.encode()).hexdigest()
        assert (checked["changed"], checked["actions"]) == (done["changed"], done["actions"])
        assert (done["changed"], done["actions"][0]["kind"]) == (True, "build_log")
        again = task.run(diff=True)
        assert (again["changed"], again["actions"]) == (False, [])
        assert app.only_reads(task)["changed"] is False
        assert shape(checked) == shape(done) == shape(again)

    def test_requests(self, app: AppWithBuilds, tmp_path: Path) -> None:
        app.has(OVER)
        app.log(dest=str(tmp_path / "log")).run()
        assert app.asked() == [INFO, STORAGE]

    def test_another_content_is_replaced(self, app: AppWithBuilds, tmp_path: Path) -> None:
        app.has(OVER)
        path = tmp_path / "log"
        path.write_text("old")
        assert app.only_reads(app.log(dest=str(path)))["changed"] is True
        assert path.read_text() == "old"
        assert app.log(dest=str(path)).run()["changed"] is True
        assert path.read_text() == TEXT

    def test_directory(self, app: AppWithBuilds, tmp_path: Path) -> None:
        app.has(OVER)
        assert app.log(dest=str(tmp_path)).run()["dest"] == str(tmp_path / "b1.log")

    def test_a_missing_directory_is_reported_first(self, app: AppWithBuilds, tmp_path: Path) -> None:
        app.has(OVER)
        failed = app.log(dest=str(tmp_path / "none" / "log"), wait=True).fail()
        assert failed["error"]["kind"] == "local_file"
        assert app.asked() == []


@pytest.mark.parametrize("dest", [False, True], ids=["text", "file"])
class TestFailures:
    """The URL of the archive holds for minutes; connections break."""

    def task(self, app: AppWithBuilds, tmp_path: Path, dest: bool, **options: Any) -> Any:
        app.has(OVER)
        return app.log(**({"dest": str(tmp_path / "log")} if dest else {}), **options)

    def test_expired_once(self, app: AppWithBuilds, tmp_path: Path, dest: bool) -> None:
        task = self.task(app, tmp_path, dest)
        app.service.emulator.fault(advance_s=700, path="/_storage/", nth=1)
        task.run()
        assert app.asked() == [INFO, STORAGE, INFO, STORAGE]

    def test_expired_for_good(self, app: AppWithBuilds, tmp_path: Path, dest: bool) -> None:
        task = self.task(app, tmp_path, dest)
        app.service.emulator.fault(advance_s=700, path="/_storage/")
        failed = task.fail()
        assert failed["error"]["kind"] == "signed_url_expired"
        assert app.asked() == [INFO, STORAGE, INFO, STORAGE]
        assert "X-Amz" not in str(failed)

    def test_broken_off(self, app: AppWithBuilds, tmp_path: Path, dest: bool) -> None:
        task = self.task(app, tmp_path, dest, max_retries=1)
        app.service.emulator.fault(truncate=True, path="/_storage/", nth=1)
        result = task.run()
        assert (result["size"], result["truncated"]) == (SIZE, False)
        assert not dest or (tmp_path / "log").read_text() == TEXT


@pytest.mark.parametrize("options", [{"limit": 0}, {"dest": ""}, {"build_slug": ""}, {"wait_interval": -1}])
def test_rejected_before_any_request(app: AppWithBuilds, options: dict[str, Any]) -> None:
    app.has(OVER)
    failed = app.log(**options).fail()
    assert failed["error"]["kind"] == "option"
    assert failed["msg"].startswith(next(iter(options)))
    assert app.asked() == []

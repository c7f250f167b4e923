# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digest caches that are damaged, or that cannot be read or written: tasks take longer, but do not fail."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.digest_cache import DigestCache
from tests.helpers.digest_caches import DOWNLOAD, NO_DOWNLOAD, filled
from tests.helpers.fleet import FleetTask


def random_bytes(data: bytes) -> bytes:
    return random.Random(1).randbytes(len(data))


def zeros(data: bytes) -> bytes:
    return bytes(len(data))


DAMAGED = "digest_cache: {} is damaged. It is created again once there are new digests."
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "random bytes": random_bytes,
    "text": lambda _data: b"# my notes\n" * 100,
    "cut off": lambda data: data[: len(data) // 2],
    "no first page": lambda data: random_bytes(data[:4096]) + data[4096:],
    "nothing but the first page": lambda data: data[:4096] + random_bytes(data[4096:]),
    "zeros": zeros,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_cache_is_replaced(cached: FleetTask, path: Path, damage: Callable[[bytes], bytes]) -> None:
    path.parent.mkdir()
    filled(path)
    cached.run()
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)

    cached.fleet.forget()
    result = cached.run()

    assert result["changed"] is False
    assert cached.fleet.asked() == DOWNLOAD
    assert result["warnings"] == [DAMAGED.format(path)]
    assert path.with_name("digests.damaged").read_bytes() == damaged
    assert cached.asked_by() == NO_DOWNLOAD
    assert "warnings" not in cached.run()
    assert path.stat().st_mode & 0o777 == 0o600


# Tables that another program, or another version of this one, may have created.
OTHER_TABLES = {
    "fewer columns": "CREATE TABLE digest (file TEXT PRIMARY KEY, sha256 TEXT)",
    "other columns": "CREATE TABLE digest (slug TEXT PRIMARY KEY, sha256 TEXT, checksum INTEGER)",
    "more columns": "CREATE TABLE digest (file TEXT PRIMARY KEY, sha256 TEXT, checksum INTEGER, seen TEXT)",
    "a view": "CREATE VIEW digest AS SELECT 'a' AS file, 'b' AS sha256, 1 AS checksum",
}


@pytest.mark.parametrize("table", OTHER_TABLES.values(), ids=OTHER_TABLES)
def test_another_table_of_that_name_is_damage(cached: FleetTask, path: Path, table: str) -> None:
    """Replace a table that could never be used."""
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(table)
    path.chmod(0o644)
    made = path.read_bytes()

    assert cached.run()["warnings"] == [DAMAGED.format(path)]

    other = path.with_name("digests.damaged")
    assert (other.read_bytes(), other.stat().st_mode & 0o777) == (made, 0o644)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "warnings" not in cached.run()
    assert cached.asked_by() == NO_DOWNLOAD


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "link to a device"])
def test_a_file_that_is_not_regular_is_not_changed(cached: FleetTask, path: Path, kind: str) -> None:
    path.parent.mkdir()
    device = path.with_name("device")
    if kind == "pipe":
        os.mkfifo(path, 0o666)
    elif kind == "folder":
        path.mkdir(0o755)
    else:
        if os.geteuid() != 0:
            pytest.skip("only root can make a device")
        os.mknod(path if kind == "device" else device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        if kind != "device":
            path.symlink_to(device)
    before = path.stat()
    result = cached.run()
    after = path.stat()
    assert [text for text in result["warnings"] if "is not a regular file, set digest_cache=none" in text]
    assert (before.st_mode, before.st_ino) == (after.st_mode, after.st_ino)


@pytest.mark.parametrize("value", ["", "none", "None", "/dev/null"])
def test_values_that_disable_the_cache(
    cached: FleetTask, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(DigestCache, "__init__", lambda *_arguments: pytest.fail("there is a cache"))
    monkeypatch.setenv("MOBILEOPS_CI_DIGEST_CACHE", str(tmp_path / "digests"))
    assert "warnings" not in cached.with_options(digest_cache=value).run()


@pytest.mark.parametrize("empty", [True, False], ids=["empty", "cut off after nothing"])
def test_a_cache_without_tables(cached: FleetTask, path: Path, empty: bool) -> None:
    """Use a cache whose writer was killed before its first entry."""
    path.parent.mkdir()
    path.touch()
    if not empty:
        sqlite3.connect(path).execute("PRAGMA user_version = 1").connection.close()
    assert "warnings" not in cached.run()
    assert cached.asked_by() == NO_DOWNLOAD


@pytest.mark.parametrize("where", ["a folder", "below a file", "a name that is too long"])
def test_a_path_that_cannot_hold_a_cache(cached: FleetTask, tmp_path: Path, where: str) -> None:
    """Continue without the cache, with a warning."""
    (tmp_path / "file").touch()
    places = {
        "a folder": tmp_path,
        "below a file": tmp_path / "file" / "digests",
        "a name that is too long": tmp_path / ("x" * 300),
    }
    result = cached.with_options(digest_cache=str(places[where])).run()
    assert result["changed"] is False
    assert result["warnings"]
    assert all("The task continues without it." in warning for warning in result["warnings"])

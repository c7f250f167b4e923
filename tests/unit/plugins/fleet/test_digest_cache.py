# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The digest cache: its option, its entries, and files that are not caches."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise import digest_cache
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.digest_cache import DigestCache, open_cache
from tests.helpers.digest_caches import API, OTHER_API, filled
from tests.helpers.service import sha256

ONE, TWO = sha256(b"one"), sha256(b"two")


def saved(path: Path, **entries: str) -> DigestCache:
    """Add the entries to the cache, and return it."""
    cache = DigestCache(str(path), API)
    for slug, digest in entries.items():
        cache.put(slug, digest)
    cache.save()
    return cache


@pytest.mark.parametrize("option", [None, "", "none", "None", os.devnull])
def test_an_option_that_disables_the_cache(option: str | None) -> None:
    assert open_cache(option, API) is None


def test_an_option_that_names_the_cache(path: Path) -> None:
    filled(path, 1)
    cache = open_cache(str(path), API)
    assert cache is not None
    assert cache.get("slug0") == sha256(b"0")


def test_entries(path: Path) -> None:
    cache = saved(path, a=ONE, b=TWO, c=ONE)
    for one in (cache, DigestCache(str(path), API)):
        assert [one.get(slug) for slug in "abcd"] == [ONE, TWO, ONE, None]
        assert one.slugs_of(ONE) == {"a", "c"}
        assert one.slugs_of(TWO) == {"b"}
        assert one.warnings == []


def test_a_later_digest_replaces_the_earlier_one(path: Path) -> None:
    saved(path, a=ONE)
    assert saved(path, a=TWO).get("a") == TWO
    assert DigestCache(str(path), API).get("a") == TWO


def test_the_stored_form(path: Path) -> None:
    """Keep the form, because caches outlive releases of the collection."""
    saved(path, a=ONE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with sqlite3.connect(path) as database:
        ((file, digest, _checksum),) = database.execute("SELECT * FROM digest").fetchall()
    database.close()
    assert (file, digest) == (f"{sha256(API.encode())[:16]}/a", ONE)


def test_nothing_new_is_not_written(path: Path) -> None:
    saved(path)
    assert not path.parent.exists()
    saved(path, a=ONE)
    path.unlink()
    cache = DigestCache(str(path), API)
    cache.put("a", ONE)
    cache.save()
    path.unlink()
    cache.put("a", ONE)
    cache.save()
    assert not path.exists()
    assert cache.warnings == []


def test_folders_are_created(path: Path) -> None:
    deep = path.parent / "deeper" / "digests"
    assert saved(deep, a=ONE).warnings == []
    assert DigestCache(str(deep), API).get("a") == ONE
    deep.unlink()
    assert saved(deep, a=ONE).warnings == []


def test_a_file_that_another_process_has_just_created(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    cache = DigestCache(str(path), API)
    cache.put("a", ONE)
    exists = DigestCache._exists

    def created_after_the_look(self: DigestCache) -> bool:
        found = exists(self)
        path.touch()
        return found

    with monkeypatch.context() as patched:
        patched.setattr(DigestCache, "_exists", created_after_the_look)
        cache.save()
    assert cache.warnings == []
    assert DigestCache(str(path), API).get("a") == ONE


def test_services_are_separate(path: Path) -> None:
    saved(path, a=ONE)
    other = DigestCache(str(path), OTHER_API)
    assert (other.get("a"), other.slugs_of(ONE)) == (None, frozenset())
    other.put("a", TWO)
    other.save()
    assert DigestCache(str(path), API).get("a") == ONE
    assert DigestCache(str(path), OTHER_API).get("a") == TWO


def test_a_file_that_is_not_a_cache(path: Path) -> None:
    """Rename it, because the option may be the path of another file by mistake."""
    path.parent.mkdir()
    path.write_bytes(b"important text " * 100)
    cache = saved(path, a=ONE)
    assert cache.warnings == [f"digest_cache: {path} is damaged. It is created again once there are new digests."]
    assert path.with_name("digests.damaged").read_bytes() == b"important text " * 100
    assert DigestCache(str(path), API).get("a") == ONE


@pytest.mark.parametrize("name", ["digest", "Digest"])
def test_another_database(path: Path, name: str) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE {name} (file TEXT, sha256 TEXT, checksum INTEGER)")
    database.close()
    cache = saved(path, a=ONE)
    assert cache.warnings == [f"digest_cache: {path} is damaged. It is created again once there are new digests."]
    assert path.with_name("digests.damaged").is_file()
    assert DigestCache(str(path), API).get("a") == ONE


def test_a_database_with_another_table(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE other (value TEXT)")
    database.close()
    assert saved(path, a=ONE).warnings == []
    assert DigestCache(str(path), API).get("a") == ONE
    assert [file.name for file in path.parent.iterdir()] == ["digests"]


def test_a_database_that_becomes_another_one(path: Path) -> None:
    """Do not write digests to a table of another program that has the same name."""
    cache = DigestCache(str(path), API)
    cache.put("a", ONE)
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE digest (file TEXT PRIMARY KEY, sha256 TEXT, checksum INTEGER)")
    database.close()
    cache.save()
    assert cache.warnings == []
    with sqlite3.connect(path.with_name("digests.damaged")) as database:
        assert database.execute("SELECT * FROM digest").fetchall() == []
    database.close()
    assert DigestCache(str(path), API).get("a") == ONE


def test_entries_with_damaged_values(path: Path) -> None:
    saved(path, a=ONE, b=ONE)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE digest SET sha256 = ? WHERE file LIKE '%/a'", (TWO,))
    database.close()
    cache = DigestCache(str(path), API)
    assert (cache.get("a"), cache.get("b"), cache.warnings) == (None, ONE, [])


def test_an_empty_file_is_a_new_cache(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert DigestCache(str(path), API).warnings == []
    assert saved(path, a=ONE).warnings == []
    assert DigestCache(str(path), API).get("a") == ONE


def test_something_that_is_not_a_regular_file(path: Path) -> None:
    path.mkdir(parents=True)
    reason = "it is not a regular file, set digest_cache=none to use no cache"
    assert saved(path, a=ONE).warnings == [
        f"digest_cache: {path} cannot be read ({reason}). The task continues without it.",
        f"digest_cache: {path} cannot be written ({reason}). The task continues without it.",
    ]


def test_a_path_that_cannot_exist(path: Path) -> None:
    path.parent.mkdir()
    cache = saved(path.with_name("x" * 300), a=ONE)
    assert cache.warnings[0].endswith("cannot be read (File name too long). The task continues without it.")
    assert cache.warnings[1].endswith("cannot be written (File name too long). The task continues without it.")
    assert len(cache.warnings) == 2


def test_a_locked_cache(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for other tasks for some seconds, then continue without the cache."""
    filled(path, 1)
    assert 5 <= digest_cache.BUSY_TIMEOUT_S <= 20
    monkeypatch.setattr(digest_cache, "BUSY_TIMEOUT_S", 0.01)
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")
    cache = saved(path, a=ONE)
    holder.close()
    assert cache.warnings == [
        f"digest_cache: {path} cannot be read (database is locked). The task continues without it.",
        f"digest_cache: {path} cannot be written (database is locked). The task continues without it.",
    ]
    assert [file.name for file in path.parent.iterdir()] == ["digests"]
    assert DigestCache(str(path), API).get("slug0") == sha256(b"0")


def test_a_python_without_sqlite(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path, 1)
    before = path.read_bytes()
    monkeypatch.setattr(digest_cache, "sqlite3", None)
    cache = saved(path, a=ONE)
    assert cache.warnings == ["digest_cache is not used, because this Python has no module sqlite3."]
    assert (cache.get("slug0"), cache.get("a")) == (None, ONE)
    assert path.read_bytes() == before

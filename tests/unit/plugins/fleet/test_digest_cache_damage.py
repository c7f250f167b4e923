# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digest caches that are damaged, or that cannot be read or written: tasks take longer, but do not fail."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.digest_cache import DigestCache
from tests.helpers.digest_caches import API, filled
from tests.helpers.service import sha256
from tests.helpers.users import unprivileged_user


@pytest.mark.parametrize("count", [0, 3])
def test_the_mode_of_a_file_that_is_there_stays(path: Path, count: int) -> None:
    """Keep the mode of an existing file, and create new files for the user only."""
    path.parent.mkdir()
    path.touch()
    if count:
        filled(path, count)
    path.chmod(0o664)
    cache = DigestCache(str(path), API)
    cache.put("new", sha256(b"new"))
    cache.save()
    assert (cache.warnings, path.stat().st_mode & 0o777) == ([], 0o664)
    assert DigestCache(str(path), API).get("new") == sha256(b"new")


def test_slugs_that_cannot_be_kept(path: Path) -> None:
    """Save the cache without an error, because a failure would lose the results of all apps."""
    cache = DigestCache(str(path), API)
    for slug in ("a\ud800", "b\x1b[31m", "", "x" * 10_000, "good"):
        cache.put(slug, sha256(b"new"))
    cache.save()
    assert cache.warnings == []
    again = DigestCache(str(path), API)
    assert again.get("good") == sha256(b"new")
    assert again.get("a\ud800") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_the_mode_of_a_file_of_another_user_is_not_changed(path: Path) -> None:
    filled(path, 3)
    os.chown(path, 65534, -1)
    path.chmod(0o666)
    cache = DigestCache(str(path), API)
    cache.put("new", sha256(b"new"))
    cache.save()
    assert (cache.warnings, path.stat().st_mode & 0o777) == ([], 0o666)


def test_damage_anywhere_leads_to_no_wrong_digest(path: Path) -> None:
    """Read the digest that was written, or none, because a wrong one would replace files."""
    path.parent.mkdir()
    entries = filled(path, 100)
    sound = path.read_bytes()
    dice = random.Random(7)
    found = 0
    for _round in range(60):
        data = bytearray(sound)
        for _number in range(dice.choice([1, 3, 30])):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(data if dice.random() < 0.8 else data[: dice.randrange(len(data))])
        cache = DigestCache(str(path), API)
        read = {slug: cache.get(slug) for slug in entries if cache.get(slug) is not None}
        assert read.items() <= entries.items()
        found += len(read)
        cache.put("new", sha256(b"new"))
        cache.save()
        assert not [warning for warning in cache.warnings if not re.search("damaged|cannot be", warning)]
        path.with_name("digests.damaged").unlink(missing_ok=True)
    assert found > 0


@pytest.mark.parametrize("read_only", ["file", "folder", "both"])
def test_a_read_only_cache_is_read(read_only: str) -> None:
    with unprivileged_user() as folder:
        path = folder / "kept" / "digests"
        entries = filled(path)
        if read_only != "folder":
            path.chmod(0o400)
        if read_only != "file":
            path.parent.chmod(0o500)
        cache = DigestCache(str(path), API)
        assert (cache.get("slug1"), cache.warnings) == (entries["slug1"], [])
        cache.save()
        assert cache.warnings == []
        cache.put("new", sha256(b"new"))
        cache.save()
        (warning,) = cache.warnings
        assert warning.startswith(f"digest_cache: {path} cannot be written (")
        assert DigestCache(str(path), API).get("new") is None


def test_two_processes_find_the_same_damage(path: Path) -> None:
    """Keep the new file that another process creates while this one is about to rename the damaged file."""
    path.parent.mkdir()
    path.write_bytes(b"damaged" * 1000)
    first, second = DigestCache(str(path), API), Overtaken(str(path), API)
    first.put("one", sha256(b"1"))
    second.put("two", sha256(b"2"))
    second.other = first
    second.save()

    assert [len(cache.warnings) for cache in (first, second)] == [1, 1]  # of reading
    found = DigestCache(str(path), API)
    assert (found.get("one"), found.get("two"), found.warnings) == (sha256(b"1"), sha256(b"2"), [])
    assert path.with_name("digests.damaged").read_bytes() == b"damaged" * 1000


class Overtaken(DigestCache):
    """A cache that another one overtakes after the first failure of this one."""

    other: DigestCache | None = None

    def _write(self, rows: list[tuple[str, str, int]]) -> None:
        try:
            super()._write(rows)
        finally:
            other, self.other = self.other, None
            if other:
                other.save()


@pytest.mark.parametrize("mode", [0o500, 0o000])
def test_a_folder_that_cannot_hold_a_cache(mode: int) -> None:
    with unprivileged_user() as folder:
        (folder / "closed").mkdir()
        (folder / "closed").chmod(mode)
        for path in (folder / "closed" / "digests", folder / "closed" / "deeper" / "digests"):
            cache = DigestCache(str(path), API)
            cache.put("new", sha256(b"new"))
            cache.save()
            assert f"{path} cannot be written (Permission denied)" in cache.warnings[-1]

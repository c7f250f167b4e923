# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Helpers for tests of the digest cache."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.digest_cache import DigestCache

from .service import sha256

API, OTHER_API = "https://api.bitrise.io/v0.1", "https://elsewhere.example.com/v0.1"
NEW = b"the declared bytes"
# Requests that compare four apps with one profile each.
NO_DOWNLOAD = {"list": 4}
DOWNLOAD = {"list": 4, "show": 4, "get": 4}


def filled(path: Path, count: int = 200) -> dict[str, str]:
    """Return a cache with this number of entries."""
    cache = DigestCache(str(path), API)
    entries = {f"slug{number}": sha256(b"%d" % number) for number in range(count)}
    for slug, digest in entries.items():
        cache.put(slug, digest)
    cache.save()
    assert cache.warnings == []
    return entries

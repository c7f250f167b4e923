# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names that are made from text of a service: valid, portable and unique."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping

# Line breaks, terminal sequences and lone surrogates.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# ansible-core builds the paths of variable files from host names.
_PATH_TO_ELSEWHERE = re.compile(r"^[/~]|(^|[/\\])\.\.?([/\\]|$)")
_KEPT_PUNCTUATION = frozenset("-_.+")
# AWX stores at most 512 characters, file systems 255 bytes. This leaves room for a slug and for ".yml".
_MAX_BYTES = 200


class NoNameError(Exception):
    """All possible names for this slug are taken."""


def usable(name: str | None) -> str | None:
    """Return the text as a host name, or None if Ansible cannot use it as one."""
    name = (name or "").strip()
    return name if name and not _CONTROL.search(name) and not _PATH_TO_ELSEWHERE.search(name) else None


def portable(title: str | None) -> str | None:
    """Return the title as one word for `--limit`, shells, file systems and AWX, or None if no character is left.

    Letters, their marks and digits of all scripts stay, and so do `-`, `_`, `.` and `+` within the name. Each run of
    other characters becomes one underscore.
    """
    text = unicodedata.normalize("NFC", title or "")
    kept = (c if c in _KEPT_PUNCTUATION or unicodedata.category(c)[0] in "LMN" else " " for c in text)
    name = "_".join("".join(kept).split()).lstrip("-_.+")
    return name.encode()[:_MAX_BYTES].decode(errors="ignore") or None


def distinct_names(
    preferred: Mapping[str, str | None],
    taken: Callable[[str, str], bool],
    key: Callable[[str], str] = str,
) -> dict[str, str]:
    """Return a unique name for each slug: the preferred name, else the name with the slug added, else the slug.

    The result does not depend on the order of `preferred`. `taken(name, slug)` returns whether something else uses the
    name. Two names are the same if `key` returns the same for both.
    """
    choices = {slug: [name, f"{name}_{slug}", slug] if name else [slug] for slug, name in preferred.items()}
    while True:
        names = {slug: left[0] for slug, left in choices.items()}
        users = Counter(map(key, names.values()))
        # A preferred name of one app has precedence over a substitute of another app. Of equal names no app gets any.
        most_left: dict[str, int] = {}
        for slug, name in names.items():
            most_left[key(name)] = max(most_left.get(key(name), 0), len(choices[slug]))
        giving_way = [
            slug
            for slug, name in names.items()
            if taken(name, slug) or (users[key(name)] > 1 and len(choices[slug]) == most_left[key(name)])
        ]
        if not giving_way:
            return names
        for slug in giving_way:
            if len(choices[slug]) == 1:
                raise NoNameError(slug)
            choices[slug].pop(0)

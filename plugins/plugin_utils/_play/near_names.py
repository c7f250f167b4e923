# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find names of variables whose prefix is misspelt or cut off, and decide whether a user needs a name elsewhere."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

# Most wrong, missing or exchanged letters of a name with so many letters.
_WRONG = ((20, 2), (10, 1))
# ansible-core sets these. They contain all variables again, or the names of all hosts.
_MAGIC = frozenset(
    {"vars", "hostvars", "groups", "play_hosts", "ansible_play_hosts", "ansible_play_hosts_all", "ansible_play_batch"}
)
_PLAYBOOKS = (
    "abort_stale_builds",
    "adopt",
    "artifact_retention",
    "awx_setup",
    "doctor",
    "phonegap_rollout",
    "report",
    "rollout",
    "rotate_certificate",
)
HOSTS_OF_PLAYBOOKS = frozenset(f"{name}_hosts" for name in _PLAYBOOKS)
# Variables of playbooks whose names end like those of other playbooks.
_OF_PLAYBOOKS = frozenset({"rollout_hosts", "rollout_allow_empty", "report_hosts", "report_allow_empty"})
_INTERNAL = ("_", "ansible_")
# Likeness of words with the same root.
_RELATED = 0.7


class NearNames:
    """Find the known name that is meant by a similar one, or by one without the first words of its prefix."""

    def __init__(self, prefix: str, options: Iterable[str], others: Iterable[str] = ()) -> None:
        words = prefix.rstrip("_").split("_")
        self._known = [*(f"{prefix}{option}" for option in options), *others]
        self._tails = {
            "_".join([*words[start:], option]): f"{prefix}{option}"
            for option in options
            for start in range(1, len(words))
        }
        self._meant: dict[str, str] = {}  # hosts share most names

    def meant_by(self, name: str) -> str:
        """Return the known name, or an empty text if the name is known or not similar to one."""
        if name not in self._meant:
            self._meant[name] = self._find(name)
        return self._meant[name]

    def is_shortened(self, name: str) -> bool:
        """Return whether the name is a known one without the first words of its prefix."""
        return name in self._tails

    def _find(self, name: str) -> str:
        if name in self._known or name in _OF_PLAYBOOKS or name.startswith(_INTERNAL):
            return ""
        if name in self._tails:
            return self._tails[name]
        return next((known for known in self._known if _is_near(name, known)), "")


def is_related(name: str, known: str) -> bool:
    """Return whether each word of the name is like one of the known name, as in `rotation` and `rotate_certificate`."""
    return all(any(_has_root_of(word, other) for other in known.split("_")) for word in name.split("_"))


def _has_root_of(one: str, other: str) -> bool:
    # Another first letter is rarely a mistake: export_hosts is not report_hosts.
    if len(one) < 4 or one[0] != other[:1]:
        return False
    return one.startswith(other) or other.startswith(one) or _likeness(one, other) >= _RELATED


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _is_near(name: str, known: str) -> bool:
    longest = max(len(name), len(known))
    most = next((wrong for letters, wrong in _WRONG if len(known) >= letters), 0)
    # Another first letter is rarely a mistake: export_hosts is not report_hosts.
    if not most or name[:1] != known[:1] or abs(len(name) - len(known)) > most:
        return False
    matching = difflib.SequenceMatcher(None, name, known, autojunk=False).get_matching_blocks()
    return longest - sum(block.size for block in matching) <= most


def is_internal(name: str) -> bool:
    """Return whether ansible-core sets the variable, or its name says that it is not one of users."""
    return name in _MAGIC or name.startswith(_INTERNAL)


def text_names(variables: Mapping[Any, Any]) -> list[str]:
    """Return the names of variables. Extra variables such as ``{1: 2}`` have names that are no text; ignore these."""
    return [name for name in variables if isinstance(name, str)]


def is_used(name: str, variables: Mapping[str, Any]) -> bool:
    """Return whether the template of another variable contains the name, which then belongs to the user."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(other not in _MAGIC and _contains(value, word) for other, value in variables.items())


def _contains(value: Any, word: re.Pattern[str]) -> bool:
    if isinstance(value, str):
        return "{" in value and bool(word.search(value))
    if isinstance(value, Mapping):
        return any(_contains(item, word) for item in value.values())
    return isinstance(value, (list, tuple)) and any(_contains(item, word) for item in value)

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggestions for misspelt names in error messages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from typing import NamedTuple

# Least likeness of misspelt words to the words of an option.
_SAME_WORDS = 0.85
# Least likeness of a name to an option that is closer than one at the end of the name: keystore_password is not
# keystore_name, but password.
_SIMILAR = 0.75


def closest_name(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known name that is most similar to `name`, ignoring case, or None if no name is similar enough."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    matches = get_close_matches(name.casefold(), by_folded, n=1, cutoff=cutoff)
    return by_folded[matches[0]] if matches else None


def closest_option(name: str, known: Iterable[str]) -> str | None:
    """Return the option that is meant by a name. A name that consists of words of an option means this option.

    Of several such options the first one is returned: certificate_password for password, not update_password.
    """
    options = list(known)
    ratios = [_ratio_of_words(name.casefold(), option) for option in options]
    if max(ratios, default=0) >= _SAME_WORDS:
        best = [option for option, ratio in zip(options, ratios) if ratio == max(ratios)]
        return next((option for option in best if option.count("_") == name.count("_")), best[0])
    ending = (option for option in options if name.casefold().endswith(f"_{option}"))
    return closest_name(name, options, _SIMILAR) or next(ending, None) or closest_name(name, options)


def _ratio_of_words(name: str, option: str) -> float:
    """Return the likeness of the name to as many successive words of the option."""
    words, number = option.split("_"), name.count("_") + 1
    parts = ("_".join(words[start : start + number]) for start in range(len(words) - number + 1))
    return max((SequenceMatcher(None, part, name).ratio() for part in parts), default=0)


def only_closest_name(name: str, known: Iterable[str], cutoff: float) -> str | None:
    """Return the closest name, or None if several are equally close, such as app-1 and app-2 for app-3."""
    names = list(known)
    matches = get_close_matches(name.casefold(), [known_name.casefold() for known_name in names], n=2, cutoff=cutoff)
    ratios = {SequenceMatcher(None, match, name.casefold()).ratio() for match in matches}
    is_tie = len(ratios) < len(matches)
    return None if is_tie or not matches else next(one for one in names if one.casefold() == matches[0])


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return a question that suggests the closest known name, with a leading space, or an empty string."""
    suggestion = closest_name(name, known, cutoff)
    return f" Did you mean {suggestion}?" if suggestion else ""


class UnknownName(NamedTuple):
    """An unknown name: its part before a value, the text that messages may show, and advice with a leading space."""

    name: str
    shown: str
    advice: str


def without_value(text: str) -> UnknownName:
    """Split an unknown name. YAML reads ``password:secret``, without a space, as one name."""
    name = re.split(r"[:=\s]", text, maxsplit=1)[0]
    if name == text:
        return UnknownName(name, name, "")
    separator = text[len(name)]
    advice = " Put a space after the colon." if separator == ":" else ""
    return UnknownName(name, f"{name}{separator.strip()}...", advice)

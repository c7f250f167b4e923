# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generate the README section about behaviors: ``python -m tests.emulator.behavior_page``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from .behaviors import BEHAVIORS, EVIDENCE, PROBES, Behavior, Value

PAGE = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- begin of the generated part -->\n", "<!-- end of the generated part -->\n"
_TITLES = {
    "access": "Access and requests",
    "lists": "Lists",
    "values": "Values",
    "files": "Files",
    "storage": "Storage",
    "keystores": "Keystores",
    "builds": "Builds, logs and artifacts",
    "faults": "False responses",
}


def generated() -> str:
    """Return the generated section."""
    return "\n".join(_lines()) + "\n"


def with_generated(page: str) -> str:
    """Return the page with an up-to-date generated section. Raise ValueError if its markers are missing."""
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE} lacks the markers of the generated part")
    return f"{before}{BEGIN}\n{generated()}\n{END}{after}"


def _lines() -> Iterator[str]:
    yield "Evidence of the defaults:"
    yield ""
    yield from (f"* {tag}: {meaning}" for tag, meaning in EVIDENCE.items())
    yield ""
    yield "Probe: the requests that find the behavior of the real service:"
    yield ""
    yield from (f"* {probe}: {meaning}" for probe, meaning in PROBES.items())
    for area, group in groupby(sorted(BEHAVIORS.values(), key=lambda one: list(_TITLES).index(one.area)), _area):
        yield ""
        yield f"### {_TITLES[area]}"
        yield ""
        yield "| switch | question | values, the default first | evidence | who depends on it | probe |"
        yield "| --- | --- | --- | --- | --- | --- |"
        behaviors = list(group)
        for one in behaviors:
            cells = (f"`{one.key}`", one.question, _values(one), one.evidence, one.users, _probe(one))
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        effects = [line for one in behaviors for line in _effects(one)]
        if effects:
            yield ""
            yield "Effects on the collection:"
            yield ""
            yield from effects


def _area(one: Behavior) -> str:
    return one.area


def _values(one: Behavior) -> str:
    if one.is_number:
        return f"`{one.default}`, or another number"
    return "; ".join(_value(value, meaning) for value, meaning in one.values.items())


def _effects(one: Behavior) -> Iterator[str]:
    """Yield one line for all values that have the same effect."""
    by_text: dict[str, list[str]] = {}
    for value, text in one.effects.items():
        by_text.setdefault(text, []).append("other than 0" if one.is_number and not one.default else _value(value, ""))
    for text, values in by_text.items():
        yield f"* `{one.key}` {', '.join(values)}: {text}"


def _value(value: Value, meaning: str) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text}`" if meaning in ("", text) else f"`{text}`: {meaning}"


def _probe(one: Behavior) -> str:
    return f"{one.probe}: {one.how}" if one.how else one.probe


if __name__ == "__main__":
    PAGE.write_text(with_generated(PAGE.read_text()))

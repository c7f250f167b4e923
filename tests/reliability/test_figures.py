# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page about reliability shows the figures that the targets have written."""

from __future__ import annotations

from .figures import CASES, PAGE, load, rendered


def test_page_shows_the_figures() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rendered(page, load()) == page, "run tests/reliability/figures.py"


def test_figures_are_of_full_runs_without_failures() -> None:
    figures = load()
    assert set(figures["reliability"]) <= set(CASES)
    for values in figures["mutation"].values():
        assert values["killed"] + values["survived"] == values["run"]
        assert values["killed"] >= 0.9 * values["run"]
    for values in figures["soak"].values():
        assert values["converged"] is True

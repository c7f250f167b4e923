# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the report in a headless browser."""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
from pathlib import Path
from typing import Any

from ansible_collections.mobileops.ci.plugins.plugin_utils._report.formats import Links, render
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.model import Model
from tests.helpers.report import material

from .bench import Bench
from .browser import browser
from .material import WrongOutcomeError

SIZES = (60, 1000, 10_000)

_TIMES = """(() => {
  const [entry] = performance.getEntriesByType("navigation");
  return [entry.domContentLoadedEventEnd / 1000, entry.loadEventEnd / 1000];
})()"""
_NODES = "document.querySelectorAll('*').length"
_OUTPUT = "document.querySelector('output').textContent"
# Time from the change of the address to the next frame that the browser paints.
_FILTER = """(async () => {
  const start = performance.now();
  location.hash = "finding=expiring&q=distribution";
  await new Promise((resolve) => addEventListener("hashchange", () => setTimeout(resolve), { once: true }));
  await new Promise(requestAnimationFrame);
  return (performance.now() - start) / 1000;
})()"""

Json = dict[str, Any]


def report_page(bench: Bench) -> Json:
    """Measure loading and filtering of the page of the report, with five files per app."""
    return {str(size): _figures(bench, size) for size in dict.fromkeys(map(bench.size, SIZES))}


def _figures(bench: Bench, apps: int) -> Json:
    page = bench.folder / f"{apps}.html"
    model = Model(material.fleet(apps), dt.date.fromisoformat(material.TODAY), "Code signing")
    page.write_text(render("html", model, Links("https://app.bitrise.io/app/")), encoding="utf-8")
    turns = [asyncio.run(_turn(page, bench.folder / f"{apps}-{turn}", apps)) for turn in range(bench.rounds)]
    medians = {key: round(statistics.median(turn[key] for turn in turns), 3) for key in turns[0]}
    figures = {
        **medians,
        "nodes": max(int(turn["nodes"]) for turn in turns),
        "page_mib": round(page.stat().st_size / 2**20, 2),
        "rounds": {"interactive": [turn["interactive_s"] for turn in turns]},
    }
    text = ", ".join(f"{key} {value}" for key, value in figures.items() if key != "rounds")
    bench.report_progress(f"{apps} apps: {text}")
    return figures


async def _turn(page: Path, profile: Path, apps: int) -> dict[str, float]:
    """Measure with a new browser, which has no compiled scripts."""
    async with browser(profile) as tab:
        await tab.open(page.as_uri())
        interactive, loaded = await tab.evaluate(_TIMES)
        text = await tab.evaluate(_OUTPUT)
        if text != f"{apps:,} apps, {5 * apps:,} files":
            raise WrongOutcomeError(f"the page of {apps} apps says: {text}")
        nodes = await tab.evaluate(_NODES)
        filtered = await tab.evaluate(_FILTER)
        if " of " not in await tab.evaluate(_OUTPUT):
            raise WrongOutcomeError("the filter of the page had no effect")
        return {"interactive_s": interactive, "load_s": loaded, "filter_s": filtered, "nodes": float(nodes)}

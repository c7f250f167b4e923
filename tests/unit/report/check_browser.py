# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a real browser: not among the usual tests.

Needs `pip install playwright` and a Chromium, such as Debian's package chromium-headless-shell; run it with
`pytest tests/unit/report/check_browser.py`. Pictures for people to look at are left in .build/page.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from . import material
from .material import HOSTILE, TROUBLES
from .reports import Report, Writer

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PICTURES = Path(__file__).resolve().parents[3] / ".build" / "page"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1400, "height": 1000}},
    "dark": {"viewport": {"width": 1400, "height": 1000}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True},
}
APPS = 1000
SECONDS_TO_LOAD, SECONDS_TO_FILTER = 10.0, 2.0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.exit(f"There is no Chromium: none of {', '.join(PROGRAMS)} is in PATH, and CHROMIUM names none.", 1)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program)
        yield started
        started.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    writer = Writer(tmp_path_factory.mktemp("browser"))
    answers = {
        "nothing": material.nothing(),
        "one": material.one_app(),
        "hostile": material.hostile(),
        "fleet": material.fleet(APPS),
    }
    return writer.write({name: (found, {}) for name, found in answers.items()})


@contextmanager
def opened(browser: Browser, report: Report, **settings: Any) -> Iterator[Page]:
    """The page; that anything is written to the console or loaded, or that a dialog opens, is a failure."""
    context = browser.new_context(**settings)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))

    def refuse(dialog: Dialog) -> None:
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", refuse)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    url = (report.folder / "index.html").as_uri()
    page.goto(url)
    yield page
    assert complaints == []
    assert loaded == [url]
    context.close()


def counted(page: Page, words: str) -> None:
    page.wait_for_function("words => document.querySelector('output').textContent === words", arg=words, timeout=5000)


def shown_files(page: Page) -> int:
    rows = "tbody.app:not([hidden]) .of-files tbody > tr:not([hidden])"
    return int(page.locator(rows).count())


@pytest.mark.parametrize("name", ["nothing", "one", "hostile", "fleet"])
@pytest.mark.parametrize("look", LOOKS)
def test_looks(browser: Browser, reports: dict[str, Report], name: str, look: str) -> None:
    """Nothing sticks out to the side, however narrow it is and whatever apps are called."""
    with opened(browser, reports[name], **LOOKS[look]) as page:
        page.screenshot(path=PICTURES / f"{name}-{look}.png")
        width = LOOKS[look]["viewport"]["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if name != "nothing":
            page.locator("#apps").scroll_into_view_if_needed()
            page.evaluate(
                "for (const one of [...document.querySelectorAll('#apps details')].slice(0, 12)) one.open = true"
            )
            page.locator("#apps").evaluate("section => section.scrollIntoView({behavior: 'instant'})")
            page.screenshot(path=PICTURES / f"{name}-{look}-apps.png")
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_thousand_apps_are_quick(browser: Browser, reports: dict[str, Report]) -> None:
    fleet = reports["fleet"]
    started = time.monotonic()
    with opened(browser, fleet, **LOOKS["light"]) as page:
        counted(page, "1,000 apps, 5,000 files")
        assert time.monotonic() - started < SECONDS_TO_LOAD
        for text, words in (("Wetter 1.mobileprovision", "1 app of 1,000, 1 file"), ("", "1,000 apps, 5,000 files")):
            started = time.monotonic()
            page.fill("input[name=text]", text)
            counted(page, words)
            assert time.monotonic() - started < SECONDS_TO_FILTER
    assert len(fleet.html) < 8_000_000


def test_filters(browser: Browser, reports: dict[str, Report]) -> None:
    found = reports["fleet"].found
    with opened(browser, reports["fleet"], **LOOKS["light"]) as page:
        for state in TROUBLES:
            entries = found[state]
            page.click(f".tiles [data-state={state}]")
            apps = len({entry["app_slug"] for entry in entries})
            counted(
                page,
                f"{apps} app{'' if apps == 1 else 's'} of 1,000, {len(entries)} file{'' if len(entries) == 1 else 's'}",
            )
            assert shown_files(page) == len(entries)
            assert page.locator(".no-match").is_visible() == (not entries)
        page.click(".months [data-month=expired]")
        assert page.input_value("select[name=month]") == "expired"
        assert page.input_value("select[name=state]") == ""
        assert shown_files(page) == len(found["expired"])
        page.screenshot(path=PICTURES / "filtered.png")
        # Once more takes the filter away again.
        page.click(".months [data-month=expired]")
        counted(page, "1,000 apps, 5,000 files")

        page.fill("input[name=text]", "  bank   1 ")
        page.select_option("select[name=kind]", "build_certificate")
        page.wait_for_timeout(300)
        titles = page.locator("tbody.app:not([hidden]) .of-app bdi").all_inner_texts()
        assert titles
        assert all(title.startswith("Bank 1") for title in titles)
        assert shown_files(page) == 2 * len(titles)
        page.click("button[type=reset]")
        counted(page, "1,000 apps, 5,000 files")


def test_keyboard(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["one"], **LOOKS["light"]) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "To the apps"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.dataset.state") == "expired"
        page.keyboard.press("Enter")
        counted(page, "1 app of 1, 1 file")
        assert page.evaluate("document.activeElement.id") == "apps"
        # A few that match are opened at once.
        assert page.locator(".of-files tbody tr").first.is_visible()


def test_hostile_titles_are_text(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["hostile"], **LOOKS["light"]) as page:
        titles = page.locator("tbody.app .of-app bdi").all_text_contents()
        for text in (text for text in HOSTILE if text.isprintable()):
            assert text in titles
        for state in TROUBLES:
            page.click(f".tiles [data-state={state}]")
        page.wait_for_timeout(300)
        assert page.locator("script").count() == 1
        assert page.locator("img").count() == 0


def test_without_javascript(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["fleet"], java_script_enabled=False, **LOOKS["phone"]) as page:
        assert not page.locator("form").is_visible()
        assert page.locator("tbody.app").last.locator("bdi").first.is_visible()
        page.locator("tbody.app").first.locator("summary").first.click()
        assert page.locator("tbody.app").first.locator(".of-files tbody tr").first.is_visible()


def test_prints(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["hostile"], **LOOKS["light"]) as page:
        page.emulate_media(media="print")
        assert not page.locator("form").is_visible()
        page.screenshot(path=PICTURES / "print.png", full_page=True)
        assert len(page.pdf(path=PICTURES / "print.pdf")) > 10_000

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a real browser, which `make test-page` runs. Screenshots are in .build/page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Error, Page, sync_playwright

from tests.helpers.report import material
from tests.helpers.report.chromium import chromium
from tests.helpers.report.material import FINDING_NAMES, HOSTILE, TODAY
from tests.helpers.report.reports import Report, Writer

PICTURES = Path(__file__).resolve().parents[3] / ".build" / "page"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1400, "height": 1000}},
    "dark": {"viewport": {"width": 1400, "height": 1000}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True},
    "wide": {"viewport": {"width": 2400, "height": 1000}},
}
LIGHT = LOOKS["light"]
SIZES = (60, 1000, 10_000)
# The maximum number of elements on the page, for any number of apps.
MAX_NODES = 6000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.exit("There is no Chromium in PATH, and CHROMIUM does not name one.", 1)
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
        **{str(number): material.fleet(number) for number in SIZES},
    }
    page_only = {"formats": ["html"]}
    # With a report of the week before, from which an app with a finding is missing.
    earlier = material.fleet(59)
    writer.changed("60", earlier, date="2026-11-14")
    return writer.write({name: (found, {} if name == "60" else page_only) for name, found in answers.items()})


@contextmanager
def opened(browser: Browser, report: Report, fragment: str = "", **settings: Any) -> Iterator[Page]:
    """Open the page. Fail if it writes to the console, loads anything or opens a dialog of the browser."""
    context = browser.new_context(**settings)
    page = context.new_page()
    page.add_init_script(f"Date.now = () => Date.parse('{TODAY}')")
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
    page.goto(url + fragment)
    yield page
    assert complaints == []
    assert {address.partition("#")[0] for address in loaded} == {url}
    context.close()


def picture(page: Page, name: str, *, full_page: bool = False) -> None:
    """Take a screenshot for people to look at. A busy machine may need a second attempt."""
    try:
        page.screenshot(path=PICTURES / name, full_page=full_page)
    except Error:
        page.wait_for_timeout(1000)
        page.screenshot(path=PICTURES / name, full_page=full_page)


def counted(page: Page, words: str) -> None:
    page.wait_for_function("words => document.querySelector('output').textContent === words", arg=words, timeout=10000)


def nodes(page: Page) -> int:
    return int(page.evaluate("document.querySelectorAll('*').length"))


def titles(page: Page) -> list[str]:
    """Return the titles of the first rows. The number of the others depends on the position of the page."""
    return list(page.locator(".rows .of-app").all_inner_texts()[:4])


def fragment(page: Page) -> str:
    return str(page.evaluate("location.hash"))


@pytest.mark.parametrize("name", ["nothing", "one", "hostile", "60", "1000"])
@pytest.mark.parametrize("look", LOOKS)
def test_layout_and_accessibility(browser: Browser, reports: dict[str, Report], name: str, look: str) -> None:
    """Keep all content within the width of the screen for any titles, without a violation in axe."""
    with opened(browser, reports[name], **LOOKS[look]) as page:
        picture(page, f"{name}-{look}.png")
        width = LOOKS[look]["viewport"]["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.body.clientWidth") <= 1600
        violations(page)
        if name != "nothing":
            page.locator("#apps").evaluate("section => section.scrollIntoView({behavior: 'instant'})")
            page.wait_for_timeout(100)
            picture(page, f"{name}-{look}-apps.png")
            page.locator(".open").first.click()
            page.wait_for_function("() => document.querySelector('dialog').open")
            picture(page, f"{name}-{look}-panel.png")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            violations(page)


def violations(page: Page) -> None:
    # axe runs in a separate world, to which the policy of the page does not apply.
    response = Axe().run(page).response
    found = [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in response["violations"]]
    assert found == []
    assert len(response["passes"]) > 10


@pytest.mark.parametrize("number", SIZES)
def test_few_elements_for_any_number_of_apps(browser: Browser, reports: dict[str, Report], number: int) -> None:
    with opened(browser, reports[str(number)], **LIGHT) as page:
        counted(page, f"{number:,} apps, {5 * number:,} files")
        assert nodes(page) < MAX_NODES
        for place in (0.5, 1):
            page.evaluate("place => scrollTo({top: place * document.body.scrollHeight, behavior: 'instant'})", place)
            page.wait_for_function("() => document.querySelector('.rows').getBoundingClientRect().top < innerHeight")
            page.wait_for_timeout(50)
            assert page.locator(".rows tr").first.is_visible()
            assert nodes(page) < MAX_NODES
        last = page.locator(".rows tr").last
        assert last.get_attribute("aria-rowindex") == str(number + 1)
        assert last.is_visible()
        heights = page.locator(".rows tr").evaluate_all("rows => rows.map((row) => row.offsetHeight)")
        assert set(heights) == {36}


def test_tiles_and_columns_filter_what_they_count(browser: Browser, reports: dict[str, Report]) -> None:
    report = reports["1000"]
    with opened(browser, report, **LIGHT) as page:
        for finding in FINDING_NAMES:
            entries = report.found[finding]
            tile = page.locator(f".tiles a[href='#finding={finding}']")
            if not entries:
                assert tile.count() == 0
                continue
            tile.click()
            apps = len({entry["app_slug"] for entry in entries})
            counted(page, f"{apps} app{'' if apps == 1 else 's'} of 1,000, {len(entries)} files")
            assert fragment(page) == f"#finding={finding}"
            assert page.input_value("select[name=finding]") == finding
            assert page.locator(".tiles a[aria-current]").count() == 1
        # A second click takes the filter away.
        page.locator(".tiles a[aria-current]").click()
        counted(page, "1,000 apps, 5,000 files")
        for column in page.locator(".axis a").all()[:6]:
            number = column.locator(".number").inner_text()
            column.click()
            page.wait_for_function("() => document.querySelector('output').textContent.includes(' of ')")
            assert page.locator("output").inner_text().endswith(f", {number} file{'' if number == '1' else 's'}")
        page.click("#tasks .what a >> nth=0")
        counted(page, "17 apps of 1,000, 17 files")
        page.click("button[type=reset]")
        counted(page, "1,000 apps, 5,000 files")


def test_search_and_lists(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["1000"], **LIGHT) as page:
        page.fill("input[name=q]", "  bank   1 ")
        page.click(".others summary")
        page.select_option("select[name=kind]", "build_certificate")
        page.wait_for_function("() => location.hash === '#q=bank+++1&kind=build_certificate'")
        assert titles(page)
        assert all(title.startswith("Bank 1") for title in titles(page))
        page.click("button[type=reset]")
        page.select_option("select[name=owner]", "Kiosk & Co")
        counted(page, "333 apps of 1,000, 1,665 files")
        page.fill("input[name=q]", "no such app")
        counted(page, "0 apps of 1,000, 0 files")
        assert page.locator(".no-match").is_visible()


def test_every_column_sorts(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["1000"], **LIGHT) as page:
        headings = page.locator("thead button").all_inner_texts()
        assert headings == [
            *("App", "Organization", "Team", "Next expiry"),
            *("Certificates", "Profiles", "Keystores", "Findings", "Files"),
        ]
        for place, name in enumerate(headings):
            button = page.locator("thead button").nth(place)
            orders = []
            for order in ("ascending", "descending", "none"):
                button.click()
                assert page.locator("thead th").nth(place).get_attribute("aria-sort") == order
                orders.append(titles(page))
            assert name == "Files" or orders[0] != orders[1]
        page.locator("thead button", has_text="App").click()
        assert titles(page)[:3] == ["Bank 1", "Bank 2", "Bank 3"]


def test_a_view_can_be_sent_to_a_colleague(browser: Browser, reports: dict[str, Report]) -> None:
    """Keep filters, order and the open app in the address, also for a new window and for the button "back"."""
    report = reports["1000"]
    with opened(browser, report, **LIGHT) as page:
        page.select_option("select[name=finding]", "expiring")
        page.fill("input[name=q]", "news")
        page.wait_for_function("() => location.hash === '#q=news&finding=expiring'")
        page.locator("thead button", has_text="App").click()
        page.locator("thead button", has_text="App").click()
        expected, text = titles(page), page.locator("output").inner_text()
        page.locator(".open").nth(2).click()
        page.wait_for_function("() => document.querySelector('dialog').open")
        assert page.locator("dialog h2").inner_text() == expected[2]
        address = fragment(page)
        assert re.fullmatch(r"#q=news&finding=expiring&sort=-app&app=[0-9a-f]{16}", address)
        page.go_back()
        page.wait_for_function("() => !document.querySelector('dialog').open")
        assert titles(page) == expected
    with opened(browser, report, address, **LIGHT) as page:
        counted(page, text)
        page.wait_for_function("() => document.querySelector('.filters').getBoundingClientRect().bottom < innerHeight")
        assert titles(page) == expected
        assert page.locator("dialog h2").inner_text() == expected[2]
        page.keyboard.press("Escape")
        page.wait_for_function("() => !location.hash.includes('app=')")
        assert fragment(page) == "#q=news&finding=expiring&sort=-app"


def test_columns_fit_a_phone(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["60"], **LOOKS["phone"]) as page:
        widths = page.locator(".axis li").evaluate_all("items => items.map((one) => one.getBoundingClientRect().width)")
        assert set(widths) == {44}


@pytest.mark.parametrize(
    "text", ["#finding=nonsense", "#expires=x..y", "#app=unknown", "#%", "#sort=-nothing&q=%F0", "#apps"]
)
def test_invalid_addresses(browser: Browser, reports: dict[str, Report], text: str) -> None:
    with opened(browser, reports["60"], text, **LIGHT) as page:
        assert page.locator("output").inner_text()


def test_the_panel_has_the_details(browser: Browser, reports: dict[str, Report]) -> None:
    report = reports["60"]
    slug, app = next(iter(report.found["apps"].items()))
    with opened(browser, report, f"#app={slug}", **LIGHT) as page:
        panel = page.locator("dialog").inner_text()
        assert slug in panel
        for files in (value for value in app.values() if isinstance(value, list)):
            for file in files:
                assert file["slug"] in panel
                assert file["sha256"] in panel
                for key in ("uuid", "serial", "sha1", "sha256_fingerprint", "bundle_id"):
                    assert (file["details"].get(key) or "") in panel
        assert page.locator("dialog a").get_attribute("href") == f"https://app.bitrise.io/app/{slug}"


def test_titles_link_to_the_app_and_slugs_are_not_in_the_table(browser: Browser, reports: dict[str, Report]) -> None:
    report = reports["60"]
    with opened(browser, report, **LIGHT) as page:
        link = page.locator(".rows .of-app a").first
        slug = next(slug for slug, app in report.found["apps"].items() if app["title"] == link.inner_text())
        assert link.get_attribute("href") == f"https://app.bitrise.io/app/{slug}"
        assert slug not in page.locator("table.apps").inner_text()


def test_keyboard(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["1000"], **LIGHT) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "To the apps"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "apps"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "q"
        page.keyboard.type("wetter 1")
        counted(page, "12 apps of 1,000, 60 files")
        while page.evaluate("document.activeElement.dataset.sort") != "next":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.closest('th').ariaSort") == "ascending"
        while page.evaluate("document.activeElement.className") != "open":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('dialog').open")
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
        page.keyboard.press("Escape")
        page.wait_for_function("() => !document.querySelector('dialog').open")
        assert page.evaluate("document.activeElement.className") == "open"
        page.focus(".tiles a")
        page.keyboard.press("Enter")
        counted(page, "17 apps of 1,000, 17 files")


def test_tabbing_goes_through_all_rows(browser: Browser, reports: dict[str, Report]) -> None:
    """Keep the focus while rows scroll into view."""
    with opened(browser, reports["1000"], **LIGHT) as page:
        page.focus(".rows tr:first-child a")
        seen = []
        for _step in range(60):
            seen.append(page.evaluate("document.activeElement.closest('tr').ariaRowIndex"))
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
            page.wait_for_timeout(20)
        assert seen == [str(number) for number in range(2, 62)]


def test_hostile_titles_are_text(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["hostile"], **LIGHT) as page:
        owners = page.locator("select[name=owner] option").evaluate_all("options => options.map((one) => one.value)")
        assert set(HOSTILE[:10]) <= set(owners)
        for owner in owners[1:]:
            page.select_option("select[name=owner]", owner)
            page.wait_for_function(
                "expected => [...document.querySelectorAll('.rows tr')].map((row) => "
                "row.querySelector('bdi').textContent).join('') === expected",
                arg=owner,
            )
            page.locator(".open").first.click()
            page.wait_for_function("() => document.querySelector('dialog').open")
            page.keyboard.press("Escape")
            page.wait_for_function("() => !location.hash.includes('app=')")
        assert page.locator("script").count() == 2
        assert page.locator("img").count() == 0


def test_new_findings(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["60"], **LIGHT) as page:
        link = page.locator(".facts a[href='#change=new']")
        number = int(link.locator("b").inner_text())
        link.click()
        page.wait_for_function("() => document.querySelector('output').textContent.includes(' of ')")
        assert page.locator("output").inner_text().endswith(f" {number} file{'' if number == 1 else 's'}")


def test_an_old_report_has_a_notice(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["one"], **LIGHT) as page:
        assert not page.locator(".outdated").is_visible()
        page.add_init_script("Date.now = () => Date.parse('2026-12-15')")
        page.reload()
        assert (
            page.locator(".outdated").inner_text() == "This report is 24 days old. Days are counted from 21 Nov 2026."
        )


@pytest.mark.parametrize("look", ["light", "phone"])
def test_without_javascript(browser: Browser, reports: dict[str, Report], look: str) -> None:
    with opened(browser, reports["60"], java_script_enabled=False, **LOOKS[look]) as page:
        picture(page, f"no-script-{look}.png", full_page=True)
        assert not page.locator("form").is_visible()
        assert page.locator(".plain tbody tr").count() == 60
        assert page.locator(".plain tbody tr").last.is_visible()
    with opened(browser, reports["1000"], java_script_enabled=False, **LOOKS[look]) as page:
        assert page.locator("noscript p").inner_text().startswith("The table of 1,000 apps needs JavaScript.")


def test_prints(browser: Browser, reports: dict[str, Report]) -> None:
    with opened(browser, reports["60"], **LIGHT) as page:
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert not page.locator("form").is_visible()
        assert page.locator(".rows tr").count() == 60
        picture(page, "print.png", full_page=True)
        assert len(page.pdf(path=PICTURES / "print.pdf", format="A4")) > 10_000
        page.evaluate("dispatchEvent(new Event('afterprint'))")


def test_the_data_are_those_of_the_page(browser: Browser, reports: dict[str, Report]) -> None:
    """Open a saved copy of the page, which works like the page."""
    with opened(browser, reports["60"], **LIGHT) as page:
        assert json.loads(page.locator("#data").text_content() or "") == reports["60"].data

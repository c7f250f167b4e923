# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from the service stays text, and the page loads and runs only what it contains."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from itertools import pairwise

import pytest

from tests.helpers.report.html import Element
from tests.helpers.report.material import HOSTILE
from tests.helpers.report.reports import PAGE, Report

from .conftest import TITLE

# One worker for all tests of the same written reports.
pytestmark = pytest.mark.xdist_group("report")

# fmt: off
TAGS = frozenset((
    "a", "b", "bdi", "body", "button", "caption", "code", "details", "dialog", "div", "footer", "form", "h1",
    "h2", "h3", "head", "header", "html", "input", "label", "li", "main", "meta", "noscript", "ol", "option",
    "output", "p", "rect", "script", "section", "select", "span", "strong", "style", "summary", "svg", "table",
    "tbody", "td", "th", "thead", "time", "title", "tr", "ul",
))
# fmt: on


def attributes_of(page: Element) -> list[tuple[str, str, str]]:
    return [(element.tag, name, value) for element in page for name, value in element.attributes.items()]


def test_no_element_or_handler_comes_in(report: Report) -> None:
    assert {element.tag for element in report.page} <= TAGS
    for tag, name, value in attributes_of(report.page):
        assert not name.startswith("on"), (tag, name)
        assert name not in {"style", "src", "srcset", "action", "formaction", "xlink:href"}, (tag, name)
        if name == "href":
            assert re.match(
                r"#[a-z]+$|#[a-z]+=[\w%.+~=&-]*$|https://app\.bitrise\.io/app/[^?#]*$|(report|expiries|summary)\.[a-z]+$",
                value,
            ), value
    assert [script.attributes for script in report.page.all("script")] == [
        {"type": "application/json", "id": "data"},
        {},
    ]
    assert len(report.page.all("style")) == 1


def test_hostile_text_is_shown_as_it_is(hostile: Report) -> None:
    shown = {name.text for name in hostile.page.all("bdi")}
    data = {app[0] for app in hostile.data["apps"]}
    for text in HOSTILE:
        # Control characters have no place in a page.
        clean = re.sub(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]", "\ufffd", text)
        assert clean in shown, text
        assert clean in data, text
    assert hostile.page.one("title").text == hostile.page.one("h1").text == TITLE
    assert "49" not in {name.text for name in hostile.page.all("bdi")}


def test_policy_allows_nothing_but_the_own_script_and_style(report: Report) -> None:
    (policy,) = [
        meta.attributes["content"]
        for meta in report.page.all("meta")
        if meta.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    texts = {"script": report.page.all("script")[-1].text, "style": report.page.one("style").text}
    digests = {tag: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for tag, text in texts.items()}
    assert policy == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{digests['style']}'; script-src 'sha256-{digests['script']}'"
    )
    for source in texts.values():
        assert not re.search(
            r"</|<!--|@import|\burl\(|https?:|\beval\b|innerHTML|outerHTML|insertAdjacentHTML|fetch\(|XMLHttpRequest",
            source,
        )


def test_the_data_cannot_end_its_element(hostile: Report) -> None:
    (text,) = re.findall(r'id="data">(.*?)</script>', hostile.html, flags=re.DOTALL)
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text)["apps"]


def test_only_style_script_and_data_are_not_escaped() -> None:
    templates = sorted(PAGE.glob("*.j2"))
    assert len(templates) == 5
    unescaped = [
        found for one in templates for found in re.findall(r"\w+ \| safe|autoescape", one.read_text(encoding="utf-8"))
    ]
    assert unescaped == ["style | safe", "data | safe", "script | safe"]


def test_it_can_be_read_by_everyone(report: Report, reports: dict[str, Report]) -> None:
    page = report.page
    if report is reports["nothing"]:
        assert not page.all("form")
        return
    assert page.attributes["lang"] == "en"
    for tag in ("header", "main", "footer", "h1"):
        assert len(page.all(tag)) == 1
    ids = [value for _tag, name, value in attributes_of(page) if name == "id"]
    assert len(ids) == len(set(ids))
    for tag, name, value in attributes_of(page):
        # The script makes the title of the panel. Other fragments are filters.
        if (name == "aria-labelledby" and value != "panel-title") or value == "#apps":
            assert value.lstrip("#") in ids, (tag, value)
    assert all("scope" in cell.attributes for cell in page.all("th"))
    labeled = [control for label in page.all("label") for tag in ("input", "select") for control in label.all(tag)]
    assert len(labeled) == len(page.all("input")) + len(page.all("select")) >= 4
    assert page.one("output").attributes["aria-live"] == "polite"
    assert page.one("form").attributes["hidden"] == ""
    levels = [int(heading.tag[1]) for heading in page if re.fullmatch(r"h\d", heading.tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def colors() -> dict[str, dict[str, str]]:
    """Return the variables of the style sheet, by scheme."""
    text = (PAGE / "base.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{([^}]*)\}", text)[:2]
    return {
        scheme: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block))
        for scheme, block in (("light", light), ("dark", dark))
    }


def luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back"),
    [
        *((front, back) for front in ("text", "quiet", "link") for back in ("page", "card")),
        *((front, "card") for front in ("red", "amber", "blue", "green")),
        *((front, f"{front}-back") for front in ("red", "amber", "blue", "green")),
        ("red", "rail"),
        ("amber", "rail"),
        ("amber", "page"),
        ("red", "page"),
        ("green", "page"),
        ("quiet", "rail"),
        ("text", "rail"),
    ],
)
def test_contrast_of_text(scheme: str, front: str, back: str) -> None:
    """Check the contrast of WCAG 2, level AA."""
    known = colors()[scheme]
    darker, lighter = sorted((luminance(known[front]), luminance(known[back])))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5

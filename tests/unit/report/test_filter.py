# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter: its options, and values that it rejects."""

from __future__ import annotations

import datetime as dt
import inspect
import json
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mobileops.ci.plugins.filter import code_signing_report as plugin
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.formats import FORMATS
from tests.helpers.documentation import read_yaml
from tests.helpers.report import material
from tests.helpers.report.html import parsed
from tests.helpers.report.material import TODAY, Json

REPORT = plugin.FilterModule().filters()["code_signing_report"]
NOT_A_RESULT = "the input is not a result of mobileops\\.ci\\.bitrise_code_signing_info"

LINKS = {"table <1>": "b&c.csv", "JSON": 'https://reports.example.com/signing/report.json?x="1"'}


def test_documentation_is_true() -> None:
    options: Json = read_yaml(plugin.DOCUMENTATION)["options"]
    assert tuple(options["format"]["choices"]) == FORMATS
    parameters = list(inspect.signature(REPORT).parameters.values())
    assert [parameter.name for parameter in parameters][1:] == list(options)[1:]
    for parameter in parameters[2:]:
        assert (parameter.default or None) == (options[parameter.name].get("default") or None)


def test_links_have_their_targets() -> None:
    found = material.one_app()
    html = REPORT(found, "html", date=TODAY, app_url="https://ci.example.com/?app=", links=LINKS)
    links = {link.attributes["href"]: link.text for link in parsed(html).all("a")}
    assert links.items() >= {address: label for label, address in LINKS.items()}.items()
    # In the table for readers without scripts; the script makes the others.
    assert links["https://ci.example.com/?app=0123456789abcdef"] == "0123456789abcdef"


def test_the_day_is_that_of_today() -> None:
    before, shown, after = (
        dt.datetime.now(dt.UTC).date().isoformat(),
        json.loads(REPORT(material.nothing(), "json"))["date"],
        dt.datetime.now(dt.UTC).date().isoformat(),
    )
    assert before <= shown <= after


@pytest.mark.parametrize("date", ["2026-13-01", "tomorrow", "20261121", "", 7, "2026-W47-6"])
def test_an_invalid_day(date: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"date must be a day such as 2026-11-21, got "):
        REPORT(material.nothing(), "html", date=date)


def test_an_unknown_format() -> None:
    with pytest.raises(AnsibleFilterError, match=r"'mardkown' is not a format\. Use html, .* Did you mean markdown\?"):
        REPORT(material.nothing(), "mardkown")


def test_other_types_than_text() -> None:
    assert parsed(REPORT(material.nothing(), "html", title=2026, app_url=None)).one("h1").text == "2026"
    assert json.loads(REPORT(material.nothing(), "json", title=2026))["title"] == "2026"
    with pytest.raises(AnsibleFilterError, match="links must be a dictionary"):
        REPORT(material.nothing(), "html", links=["report.json"])


@pytest.mark.parametrize("form", FORMATS)
def test_values_that_are_no_result_of_the_module(form: str) -> None:
    results: list[Any] = [None, "text", [], {"msg": "failed"}]
    for found in results:
        with pytest.raises(AnsibleFilterError, match=f"{NOT_A_RESULT}: it lacks"):
            REPORT(found, form)
    damaged: list[Any] = [{"a": {}}, {"a": None}, {"a": {"title": "a", "provisioning_profiles": [{}]}}, [1]]
    for apps in damaged:
        with pytest.raises(AnsibleFilterError, match=NOT_A_RESULT):
            REPORT({**material.nothing(), "apps": apps}, form)


@pytest.mark.parametrize("form", FORMATS)
def test_the_filter_is_pure(form: str) -> None:
    found, same = material.hostile(), material.hostile()
    assert REPORT(found, form, date=TODAY) == REPORT(same, form, date=TODAY)
    assert found == same


def test_an_earlier_report() -> None:
    found = material.fleet(12)
    earlier = json.loads(REPORT(found, "json", date="2026-11-14"))
    text = REPORT(found, "markdown", date=TODAY, previous=earlier)
    assert "Since 14 Nov 2026: 0 new, 0 solved, " in text
    with pytest.raises(AnsibleFilterError, match="previous cannot be used: it is not a report in JSON"):
        REPORT(found, "html", previous={"apps": []})

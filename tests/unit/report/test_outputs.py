# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendar, metrics and summary."""

from __future__ import annotations

import re

import icalendar
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.mobileops.ci.plugins.plugin_utils._report import metrics
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.markdown import _escaped
from tests.functional.docs.yaml_blocks import blocks
from tests.helpers.report import material
from tests.helpers.report.material import FINDING_NAMES, HOSTILE
from tests.helpers.report.reports import Report, Writer

from .test_model import model

# One worker for all tests of the same written reports.
pytestmark = pytest.mark.xdist_group("report")


def events(report: Report) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical((report.folder / "expiries.ics").read_bytes()).walk("VEVENT"))


@pytest.mark.parametrize("name", ["fleet", "hostile"])
def test_lines_of_the_calendar(reports: dict[str, Report], name: str) -> None:
    data = (reports[name].folder / "expiries.ics").read_bytes()
    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    for line in lines:
        line.decode()  # No character is cut.
    assert all(re.match(rb"[A-Z-]+[;:]| ", line) for line in lines[:-1])


def test_the_calendar_has_an_event_for_each_day_and_kind(fleet: Report) -> None:
    expected = {
        (one.day, one.kind.name)
        for one in model(fleet.found).files
        if one.day is not None and one.day >= -90 and not one.is_replaced
    }
    found = events(fleet)
    assert len(found) == len(expected)
    assert len({str(event["UID"]) for event in found}) == len(found)
    first = found[0]
    assert str(first["SUMMARY"]) == "1 profile expires: Wetter 1"
    assert first.decoded("DTSTART").isoformat() == "2026-11-09"
    assert first.decoded("DTSTAMP").isoformat() == "2026-11-21T00:00:00+00:00"
    assert str(first["DESCRIPTION"]) == "Wetter 1: Wetter 1.mobileprovision"


def test_events_keep_their_uid(fleet: Report, writer: Writer) -> None:
    writer.changed("later", material.fleet(45), date="2026-11-25", formats=["ics"])
    later = Report(writer.folder / "later", fleet.found)
    days = {(str(event["UID"]), event.decoded("DTSTART")) for event in events(later)}
    assert days & {(str(event["UID"]), event.decoded("DTSTART")) for event in events(fleet)} == days


def test_hostile_text_in_the_calendar(hostile: Report) -> None:
    described = "\n".join(str(event["DESCRIPTION"]) for event in events(hostile))
    for text in HOSTILE:
        shown = re.sub("[\x00-\x08\x1b\ud800]", "\ufffd", text)[:100]
        assert f"{shown}: {shown}" in described
    names = {
        line.split(b":")[0].split(b";")[0] for line in (hostile.folder / "expiries.ics").read_bytes().split(b"\r\n")
    }
    assert {name for name in names if not name.startswith(b" ")} <= {
        *(
            b"BEGIN",
            b"END",
            b"VERSION",
            b"PRODID",
            b"CALSCALE",
            b"METHOD",
            b"NAME",
            b"X-WR-CALNAME",
            b"REFRESH-INTERVAL",
        ),
        *(b"UID", b"DTSTAMP", b"DTSTART", b"SUMMARY", b"DESCRIPTION", b"CATEGORIES", b"TRANSP", b""),
    }


def families(report: Report) -> dict[str, list[tuple[dict[str, str], float]]]:
    found = {}
    for family in text_string_to_metric_families(report.text("report.prom")):
        assert family.type == "gauge"
        assert family.documentation
        found[family.name] = [(sample.labels, sample.value) for sample in family.samples]
    return found


def test_metrics_count_findings(fleet: Report) -> None:
    found = {name.removeprefix("mobileops_code_signing_"): samples for name, samples in families(fleet).items()}
    assert found["apps"] == [({}, 45.0)]
    numbers = dict.fromkeys(FINDING_NAMES, 0.0)
    for labels, value in found["findings"]:
        numbers[labels["finding"]] += value
    assert numbers == {name: len(fleet.found[name]) for name in FINDING_NAMES}
    within = {
        labels["days"]: value
        for labels, value in found["files_expiring_within_days"]
        if labels["kind"] == "provisioning_profile"
    }
    assert within["7"] == 0
    assert within["14"] == 1
    assert found["report_date_seconds"] == [({}, 1795219200.0)]
    (broken, *_others) = found["app_next_expiry_seconds"]
    assert broken[0]["app"] == "Wetter 1"
    assert broken[0]["owner"] == "Example Mobile"
    assert broken[1] == 1794182400.0


def test_the_number_of_series_has_a_limit() -> None:
    texts = [metrics.metrics(model(material.fleet(number))) for number in (450, 600)]
    named = [re.findall("app_next_expiry_seconds{", text) for text in texts]
    assert [len(lines) for lines in named] == [metrics.MAX_APPS] * 2
    assert len(texts[0].splitlines()) == len(texts[1].splitlines())
    assert "mobileops_code_signing_apps_with_expiry_omitted 14\n" in texts[0]


def test_hostile_text_in_labels(hostile: Report) -> None:
    titles = {labels["app"] for labels, _value in families(hostile)["mobileops_code_signing_app_next_expiry_seconds"]}
    expected = {re.sub("[\x00-\x08\x1b\ud800]", "\ufffd", text) for text in HOSTILE}
    assert titles == expected
    assert all(
        re.match(r"# (HELP|TYPE) [a-z_]+ |[a-z_]+(\{.*\})? -?\d+$", line)
        for line in hostile.text("report.prom").split("\n")[:-1]
    )


def test_rule_of_the_guide_names_a_series(fleet: Report) -> None:
    """Find each metric in the expression of the rule, with the values of its labels, among those of the report."""
    (rule,) = next(block for block in blocks() if block.name == "report_guide-1").content
    selectors = re.findall(r"([a-z_]+)\{(.*?)\}", rule["expr"])
    assert selectors
    for name, labels in selectors:
        chosen = dict(re.findall(r'(\w+)="(.*?)"', labels))
        assert any(chosen.items() <= sample.items() for sample, _value in families(fleet)[name])
        assert f"within {chosen['days']} days" in rule["annotations"]["summary"]


def test_the_summary_has_the_texts_of_the_page(fleet: Report) -> None:
    text = fleet.text("summary.md")
    assert text.startswith(
        "**Code signing**, 21 Nov 2026\n\n**11 of 45 apps break within 30 days, by 21 Dec 2026, because"
    )
    assert "\n- Renew 1 profile that expired on 9 Nov (12 days ago): Wetter 1\n" in text
    assert text.endswith("This is the first report, so there is no comparison.\n")
    # Maximum size of one message in a chat.
    assert len(text) < 4000


def test_markdown_is_text(hostile: Report) -> None:
    text = hostile.text("summary.md")
    assert len(text) < 6000
    assert "<" not in text
    assert not re.search(r"@(?!\u200b)", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** _it_ `code`", r"\*\*bold\*\* \_it\_ \`code\`"),
        ("[a](https://x.test)", r"\[a\](https:\/\/x.test)"),
        ("www.x.test ~~a~~ # b | c", r"www\.x.test \~\~a\~\~ \# b \| c"),
        ("<!channel> @here & co", "&lt;!channel&gt; @\u200bhere &amp; co"),
        ("a\n\n- b\u202e", "a - b"),
    ],
)
def test_markup_in_names(text: str, expected: str) -> None:
    assert _escaped(text) == expected

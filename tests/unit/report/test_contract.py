# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role and the invented results agree with the module."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.inspection.findings import FINDING_LISTS
from ansible_collections.mobileops.ci.plugins.module_utils._signing import inspection
from ansible_collections.mobileops.ci.plugins.modules import bitrise_code_signing_info as module
from ansible_collections.mobileops.ci.plugins.plugin_utils._report import formats, words, writing
from tests.helpers.documentation import read_yaml
from tests.helpers.report import material
from tests.helpers.report.reports import ROLE

# One worker for all tests of the same written reports.
pytestmark = pytest.mark.xdist_group("report")

KIND_CHOICES = read_yaml(module.DOCUMENTATION)["options"]["kinds"]["choices"]


def role_options() -> dict[str, Any]:
    specs = read_yaml((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options: dict[str, Any] = specs["argument_specs"]["variables"]["options"]
    return options


def test_results_have_the_documented_keys() -> None:
    documented = read_yaml(module.RETURN)
    for found in (material.nothing(), material.hostile(), material.fleet(3)):
        assert found.keys() == documented.keys() - {"error"}
        assert found["summary"].keys() == documented["summary"]["contains"].keys()
        for name in (*FINDING_LISTS, "unreadable"):
            for entry in found[name]:
                assert entry.keys() == documented[name]["contains"].keys()
        for app in found["apps"].values():
            assert app.keys() == documented["apps"]["contains"].keys()


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (inspection.PROFILE, inspection.PROFILE_KEYS),
        (inspection.CERTIFICATE, inspection.CERTIFICATE_KEYS),
        (inspection.KEYSTORE, inspection.KEYSTORE_KEYS),
    ],
)
def test_files_have_the_details_of_their_kind(kind: str, keys: tuple[str, ...]) -> None:
    details = material.file(kind, "a name", "one")["details"]
    assert set(details) == set(keys)
    # The others have another place in the page, or are in the JSON file only.
    elsewhere = {"expires_at", "days_left", "type", "team_id", "team_name", words.KIND_BY_NAME[kind].subject}
    json_only = {"entitlements", "sha256", "chain", "use"}
    facts = {key for _label, key in words.KIND_BY_NAME[kind].facts}
    assert facts <= set(keys)
    assert set(keys) - elsewhere - json_only == facts


def test_every_finding_has_its_text() -> None:
    assert set(material.FINDING_NAMES) == set(FINDING_LISTS)
    assert {kind.plural for kind in words.REPORTED_KINDS} == set(KIND_CHOICES)
    options = role_options()
    assert set(options["code_signing_report_fail_on"]["choices"]) == {*FINDING_LISTS, "unreadable"}
    assert options["code_signing_report_kinds"]["choices"] == KIND_CHOICES


def test_defaults_of_the_role_are_those_of_the_report() -> None:
    options = role_options()
    assert options["code_signing_report_formats"]["choices"] == list(formats.FORMATS)
    for one in fields(writing.Report):
        default = options[f"code_signing_report_{one.name}"]["default"]
        assert default == (list(one.default) if one.name == "formats" else one.default)

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Details match the output of OpenSSL and keytool for the same files.

The tests use recorded files and recorded output, and files that the tools of this machine create in a moment.
MOBILEOPS_CI_TEST_CASES=all in the environment adds files of all kinds.
"""

from __future__ import annotations

import datetime as dt
import os
import plistlib
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import Inspection
from tests.helpers.signing import tools
from tests.helpers.signing.samples import NOW, authority, profile_properties

THOROUGH = os.environ.get("MOBILEOPS_CI_TEST_CASES") == "all"


def cases() -> Iterator[tuple[str, str]]:
    yield from (("recorded", name) for name in tools.recorded())
    yield from (("made", name) for name in tools.makeable() if THOROUGH or name in tools.QUICK)


@pytest.fixture(scope="module", params=list(cases()), ids=": ".join)
def case(request: pytest.FixtureRequest) -> tuple[str, tools.Facts]:
    how, name = request.param
    return name, tools.recorded()[name] if how == "recorded" else tools.made(name)


def inspected(facts: tools.Facts, password: str | None, **changes: str | None) -> Inspection:
    given = {key: facts.get(key) for key in ("alias", "private_key_password")} | changes
    # The files are valid from when they were made.
    return inspect_file(facts["data"], expected=facts["kind"], password=password, now=dt.datetime.now(dt.UTC), **given)


def codes(found: Inspection) -> list[str]:
    """Return the findings of a file, apart from its dates, because recordings get old."""
    return [finding.code for finding in found.findings if finding.code not in ("expired", "not_yet_valid")]


def test_fields(case: tuple[str, tools.Facts]) -> None:
    name, facts = case
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what a library thinks about a file must not reach the controller's output
        found = inspected(facts, None if name in tools.WITHOUT_PASSWORD else tools.PASSWORD)
    assert codes(found) == facts["codes"]
    # Java writes the names of keys in lower case.
    assert {**found.details, **facts["says"]} == found.details


def test_wrong_password(case: tuple[str, tools.Facts]) -> None:
    name, facts = case
    found = codes(inspected(facts, "wrong"))
    # In a file with neither a password nor a checksum there is nothing that a password is for.
    assert found[:1] == ([] if name == "neither password nor checksum" else ["wrong_password"])


def keystores() -> list[str]:
    names = [name for name, facts in tools.recorded().items() if "alias" in facts]
    return names if THOROUGH else [name for name in names if name not in tools.MANY_ROUNDS]


@pytest.mark.parametrize("name", keystores())
def test_aliases_and_passwords_of_keys(name: str) -> None:
    facts = tools.recorded()[name]
    missing, wrong, first = (
        inspected(facts, tools.PASSWORD, **other)
        for other in ({"alias": "missing"}, {"private_key_password": "wrong"}, {"alias": None})
    )
    assert codes(missing) == ["alias_missing"]
    assert missing.findings[0].message.startswith("The keystore holds no alias missing; it holds: ")
    assert codes(wrong) == ["wrong_private_key_password", *facts["codes"]]
    assert codes(first) == [*(["several_identities"] if facts["keys"] > 1 else []), *facts["codes"]]
    # Java's own formats are not in the order in which the keys were made.
    assert first.details["alias"] in ("first", "upload", "Upload", "1")


def test_rc4_is_named() -> None:
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl to make the file with")
    with tempfile.TemporaryDirectory() as folder:
        weak = ("-legacy", "-certpbe", "PBE-SHA1-RC4-128", "-keypbe", "PBE-SHA1-3DES")
        facts = tools.openssl_identity(Path(folder), *weak, "-passout", f"pass:{tools.PASSWORD}")
    found = inspected(facts, tools.PASSWORD)
    assert codes(found) == ["unsupported_algorithm"]
    assert "RC4 with 128 bits" in found.findings[0].message
    assert codes(inspected(facts, "wrong")) == ["wrong_password"]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_profiles(digest: str, *, streamed: bool) -> None:
    """Read the same property list with OpenSSL, which also accepts the signature."""
    signed = authority().sign_profile(profile_properties(), digest=digest, streamed=streamed)
    content = signed.content
    found = inspect_file(content, expected="provisioning_profile", now=NOW)
    assert found.findings == ()
    said = as_openssl_reads(content) if shutil.which("openssl") else signed.properties
    details = found.details
    assert (details["name"], details["uuid"]) == (said["Name"], said["UUID"])
    assert details["devices"] == len(said["ProvisionedDevices"])
    assert details["expires_at"] == said["ExpirationDate"].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert details["entitlements"] == said["Entitlements"]


def as_openssl_reads(content: bytes) -> dict[str, Any]:
    command = ["openssl", "cms", "-verify", "-noverify", "-inform", "DER"]
    return dict(plistlib.loads(subprocess.run(command, input=content, capture_output=True, check=True).stdout))

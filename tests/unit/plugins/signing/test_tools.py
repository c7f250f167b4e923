# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields are what OpenSSL and keytool say of the same files.

There are recordings of files and of what the tools said; where a tool is installed, files are made anew as well: with
MOBILEOPS_CI_TEST_CASES=all in the environment of all sorts, for keytool takes seconds for each.
"""

from __future__ import annotations

import datetime as dt
import os
import plistlib
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import Inspection

from . import tools
from .samples import NOW, authority, profile_properties


def cases() -> Iterator[tuple[str, str]]:
    yield from (("recorded", name) for name in tools.recorded())
    thorough = os.environ.get("MOBILEOPS_CI_TEST_CASES") == "all"
    yield from (("made", name) for name in tools.makeable() if thorough or name not in tools.SLOW)


@pytest.fixture(scope="module", params=list(cases()), ids=": ".join)
def case(request: pytest.FixtureRequest) -> tuple[str, tools.Facts]:
    how, name = request.param
    return name, tools.recorded()[name] if how == "recorded" else tools.made(name)


def inspected(facts: tools.Facts, password: str | None, **changes: str | None) -> Inspection:
    given = {key: facts.get(key) for key in ("alias", "private_key_password")} | changes
    # The files are valid from when they were made.
    return inspect_file(facts["data"], expected=facts["kind"], password=password, now=dt.datetime.now(dt.UTC), **given)


def test_fields(case: tuple[str, tools.Facts]) -> None:
    name, facts = case
    found = inspected(facts, None if name in tools.WITHOUT_PASSWORD else tools.PASSWORD)
    if name == "keystore JCEKS":  # recognised only
        assert [finding.code for finding in found.findings] == ["not_looked_into"]
        assert {"type": "jceks"}.items() <= found.details.items()
        assert not found.errors
        return
    problems = [finding.code for finding in found.findings if finding.code not in ("expired", "not_yet_valid")]
    assert problems == []
    # Java writes the names of keys in lower case.
    assert {**found.details, **facts["says"]} == found.details


def test_wrong_password(case: tuple[str, tools.Facts]) -> None:
    name, facts = case
    codes = [finding.code for finding in inspected(facts, "wrong").findings]
    if name == "keystore JCEKS":
        assert codes == ["not_looked_into"]
    elif name == "neither password nor checksum":
        assert codes == []  # nothing in it that a password is for
    else:
        assert codes == ["wrong_password"]


def test_aliases_and_passwords_of_keys() -> None:
    for name, facts in tools.recorded().items():
        if facts["kind"] == "android_keystore" and name != "keystore JCEKS":
            others = {"alias": "nobody"}, {"private_key_password": "wrong"}, {"alias": None}
            found = [inspected(facts, tools.PASSWORD, **other) for other in others]
            codes = [[finding.code for finding in one.findings] for one in found]
            assert codes == [["alias_missing"], ["wrong_private_key_password"], ["several_identities"]]
            assert found[0].findings[0].message.startswith("The keystore holds no alias nobody; it holds: ")
            # Java's own formats are not in the order in which the keys were made.
            assert found[2].details["alias"] in ("first", "upload")


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_profiles(digest: str, *, streamed: bool) -> None:
    """OpenSSL reads the same property list and finds the same signature right."""
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

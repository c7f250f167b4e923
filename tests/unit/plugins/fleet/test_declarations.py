# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations of all apps and of single ones, and those that are rejected before the first request."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from tests.helpers.fleet import ONE, TWO
from tests.helpers.service import CERTIFICATES, PROFILES

CANARY = "c4n4ry-p4ssw0rd"


SECRET_FILE = {"name": "x", "certificate_password": CANARY, "content": CANARY}
NOT_A_LIST = "build_certificates must be a list"
WRONG_FORMS: list[tuple[str, dict[str, Any]]] = [
    (f"apps, entry 1: {NOT_A_LIST}", {"apps": [{"app_slug": ONE, CERTIFICATES: CANARY}]}),
    (f"apps, entry 2: {NOT_A_LIST}", {"apps": [ONE, {"app_slug": TWO, CERTIFICATES: [CANARY]}]}),
    ("apps: entry 1 is neither", {"apps": [[SECRET_FILE]]}),
    ("apps: entry 2 is neither", {"apps": [ONE, None]}),
    ("Put it into quotes.", {"apps": [1234567890123456]}),
    (NOT_A_LIST, {"apps": [ONE], CERTIFICATES: SECRET_FILE}),
    (NOT_A_LIST, {"apps": [ONE], CERTIFICATES: [SECRET_FILE, [CANARY]]}),
    ("provisioning_profiles must be a list", {"apps": [ONE], PROFILES: CANARY}),
]


@pytest.mark.parametrize(("words", "options"), WRONG_FORMS)
def test_elements_of_wrong_types(words: str, options: dict[str, Any]) -> None:
    """Reject them before ansible-core, which would quote them in its message."""
    with pytest.raises(OptionError) as refused:
        CODE_SIGNING.normalize(options)
    assert words in refused.value.message
    assert CANARY not in refused.value.message


INVALID: dict[str, dict[str, Any]] = {
    "app_slug found in apps": {"apps": [{"slug": ONE}]},
    "apps.build_certificates.certificate_pasword": {
        "apps": [{"app_slug": ONE, CERTIFICATES: [{"name": "x", "certificate_pasword": CANARY}]}]
    },
    "provisioning_profiles.certificate_password": {"apps": [ONE], PROFILES: [SECRET_FILE]},
    "provisioning_profiles.state": {"apps": [ONE], PROFILES: [{"name": "x", "state": "absent"}]},
    "apps.purge": {"apps": [{"app_slug": ONE, "purge": [PROFILES]}]},
    "value of purge must be one or more of": {"apps": [ONE], "purge": ["profiles"]},
    "src|content found in build_certificates": {"apps": [ONE], CERTIFICATES: [{**SECRET_FILE, "src": "x"}]},
    "one of the following is required: src, content, name, slug": {"apps": [ONE], PROFILES: [{"force": True}]},
    "is_protected": {"apps": [ONE], CERTIFICATES: [{**SECRET_FILE, "is_protected": "perhaps"}]},
    "concurrency": {"apps": [ONE], "concurrency": "many"},
    "missing required arguments: apps": {},
}


@pytest.mark.parametrize("words", INVALID)
def test_options_that_ansible_core_refuses(words: str) -> None:
    options = {"api_token": "x", **INVALID[words]}
    validator = ArgumentSpecValidator(dict(CODE_SIGNING.options.argument_spec), **CODE_SIGNING.options.rules)
    found = validator.validate(CODE_SIGNING.normalize(options))
    assert words in " ".join(found.error_messages)
    assert CANARY not in " ".join(found.error_messages)

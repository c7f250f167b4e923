# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The diff and the validation of files that cannot be read, or not without a password."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.description import Description
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.diff import files_for_diff
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.verify import WARN, Validation
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import RejectedError
from ansible_collections.mobileops.ci.plugins.module_utils._signing.findings import finding

REMOTE = RemoteFile.from_service(BUILD_CERTIFICATE, {"slug": "A", "upload_file_name": "dist.p12", "processed": True})


def test_a_digest_that_was_not_read_is_unknown() -> None:
    found = [
        files_for_diff(BUILD_CERTIFICATE, [file])["dist.p12"]["sha256"]
        for file in (REMOTE, replace(REMOTE, sha256="7442"), replace(REMOTE, slug=None))
    ]

    assert found == ["unknown", "7442", None]


def test_details_that_were_not_read_are_unknown() -> None:
    new = Description(details={"common_name": "Apple Distribution", "expires_at": "2027-01-01T00:00:00Z"})
    listed = Description(details={"expires_at": "2026-01-01T00:00:00Z"})
    read = Description(details={"common_name": None, "expires_at": "2026-01-01T00:00:00Z"})

    assert listed.for_diff(BUILD_CERTIFICATE, new) == {
        "common_name": "unknown",
        "expires_at": "2026-01-01T00:00:00Z",
    }
    assert Description().for_diff(BUILD_CERTIFICATE, new) == {"common_name": "unknown", "expires_at": "unknown"}
    assert "common_name" not in read.for_diff(BUILD_CERTIFICATE, new)  # read, and the file has none
    assert listed.for_diff(BUILD_CERTIFICATE) == {"expires_at": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("kind", "code", "advice"),
    [
        (BUILD_CERTIFICATE, "password_needed", "Set certificate_password."),
        (BUILD_CERTIFICATE, "wrong_password", "Check certificate_password."),
        (ANDROID_KEYSTORE, "password_needed", "Set password."),
        (ANDROID_KEYSTORE, "wrong_private_key_password", "Check private_key_password."),
        (BUILD_CERTIFICATE, "expired", ""),
    ],
)
def test_errors_about_passwords_name_the_option(kind: FileKind, code: str, advice: str) -> None:
    errors = [finding(code, "It does not open."), finding("expired", "It has expired.")]
    validation = Validation(kind, "app1", "dist", "strict", is_sent=True)

    with pytest.raises(RejectedError) as error:
        validation.report(errors)

    messages = " ".join(filter(None, ("It does not open.", advice, "It has expired.")))
    assert error.value.message.endswith(f" is invalid: {messages} Set verify=warn to upload it anyway.")
    (warning,) = replace(validation, mode=WARN).report(errors)
    assert warning.endswith(f": {messages}")


def test_a_validation_does_not_show_with_what_it_inspects() -> None:
    inspect: Any = partial(print, "c4nary")
    assert "c4nary" not in repr(Validation(BUILD_CERTIFICATE, "app1", "dist", "strict", is_sent=True, inspect=inspect))

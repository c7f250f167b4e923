# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validate the files of a signing key before they are sent. The service accepts wrong files, and later builds fail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from .._core.errors import CiError, RejectedError
from .._core.option_groups import OptionGroup
from .._core.plan import Plan
from .._signing.inspect import inspect_file
from .._signing.inspection import (
    CERTIFICATE,
    ERROR,
    KEYSTORE,
    PROFILE,
    Finding,
    Inspection,
)
from .._signing.pairing import unpaired
from .key_plan import CreateKey, DesiredKey, UnlockKey

STRICT, WARN, NONE = "strict", "warn", "none"
VERIFY = OptionGroup({"verify": {"type": "str", "choices": [STRICT, WARN, NONE], "default": STRICT}})

# The files of a platform that can be validated, and their kinds. The format of the files of BlackBerry is unknown.
_FILES = {
    "ios": {"cert": CERTIFICATE, "profile": PROFILE},
    "android": {"keystore": KEYSTORE},
    "windows": {"keystore": CERTIFICATE},
}
_PASSWORD = {"ios": "password", "android": "keystore_pw", "windows": "password"}
# A key without passwords is created locked.
_WITHOUT_PASSWORD = frozenset({"password_needed", "private_key_password_needed"})
# These concern build machines with macOS.
_ONLY_IOS = frozenset({"not_importable_on_macos"})


def verify_key(plan: Plan, desired: DesiredKey, mode: str) -> tuple[str, ...]:
    """Return warnings about the files of a key to create or unlock. Raise RejectedError for errors in them."""
    if mode == NONE or not any(isinstance(action, (CreateKey, UnlockKey)) for action in plan.actions):
        return ()
    try:
        found = list(_findings(desired))
    except CiError as error:  # a library is missing
        if mode == WARN:
            return (f"The files of the key were not validated. {error.message}",)
        message = f"{error.message} Or set verify=none to send the files without validation."
        raise CiError(message, kind=error.kind) from error
    errors = [f"{option}: {problem.message}" for option, problem in found if problem.severity == ERROR]
    if errors and mode == STRICT:
        raise RejectedError(
            f"Nothing was sent. {' '.join(errors)} Set verify=warn to send the files nevertheless.", kind="verify"
        )
    return tuple(f"{option}: {problem.message}" for option, problem in found)


def _findings(desired: DesiredKey) -> Iterator[tuple[str, Finding]]:
    """Yield the findings about each file, with its option."""
    password = desired.passwords.get(_PASSWORD.get(desired.platform, ""))
    inspected: dict[str, Inspection] = {}
    for option, kind in _FILES.get(desired.platform, {}).items():
        if option not in desired.files:
            continue
        is_keystore = kind == KEYSTORE
        inspected[option] = inspection = inspect_file(
            desired.files[option].content.data,
            expected=kind,
            password=None if kind == PROFILE else password,
            alias=desired.texts.get("alias") if is_keystore else None,
            private_key_password=desired.passwords.get("key_pw") if is_keystore else None,
            now=dt.datetime.now(dt.timezone.utc),
        )
        for problem in (*inspection.errors, *inspection.warnings):
            if password is None and problem.code in _WITHOUT_PASSWORD:
                continue
            if desired.platform != "ios" and problem.code in _ONLY_IOS:
                continue
            yield option, problem
    if {"cert", "profile"} <= inspected.keys() and _is_unpaired(inspected):
        message = "The profile does not embed the certificate in cert, so no app can be signed with both."
        yield "profile", Finding("unpaired", message, ERROR)


def _is_unpaired(inspected: dict[str, Inspection]) -> bool:
    profile, certificate = inspected["profile"], inspected["cert"]
    return bool(unpaired({"profile": profile.sha1s}, {"cert": certificate.sha1s}).profiles)

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validate signing files before they are uploaded, so that an unusable file does not surface as a failed build."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Optional

from ..._core.errors import CiError, RejectedError
from ..._local.read_file import Content
from ..._signing.inspect import inspect_file
from ..._signing.inspection import SIGNING_KINDS, Finding, Inspection
from ..._signing.pairing import unpaired
from .actions import (
    PASSWORD,
    FileAction,
    Update,
    Upload,
)
from .kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROVISIONING_PROFILE,
    FileKind,
)
from .model import Desired

# Advice that names an option, by the code of a finding.
_ADVICE = {
    BUILD_CERTIFICATE: {
        "password_needed": "Set certificate_password.",
        "wrong_password": "Check certificate_password.",
    },
    ANDROID_KEYSTORE: {
        "password_needed": "Set password.",
        "wrong_password": "Check password.",
        "wrong_private_key_password": "Check private_key_password.",
    },
}

STRICT, WARN, NONE = "strict", "warn", "none"

_Key = tuple[str, str, Optional[str], Optional[str], Optional[str]]


class InspectionCache:
    """Inspect each file once, even if a task uploads it to many apps."""

    def __init__(self, now: dt.datetime | None = None) -> None:
        self._now = now or dt.datetime.now(dt.timezone.utc)
        self._known: dict[_Key, Inspection] = {}
        self._lock = threading.Lock()

    def inspect(self, kind: FileKind, content: Content, secrets: Secrets) -> Inspection:
        """Return the inspection of a file. Raise CiError if a library for that is missing."""
        key = (kind.name, content.sha256, secrets.password, secrets.alias, secrets.private_key_password)
        with self._lock:
            if key not in self._known:
                self._known[key] = inspect_file(
                    content.data,
                    expected=kind.name,
                    password=secrets.password,
                    alias=secrets.alias,
                    private_key_password=secrets.private_key_password,
                    now=self._now,
                )
            return self._known[key]


@dataclass(frozen=True)
class Secrets:
    """The secrets that open a file."""

    password: str | None = field(default=None, repr=False)
    alias: str | None = None
    private_key_password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, kind: FileKind, effective: Desired, actions: Iterable[FileAction]) -> Secrets:
        """Return the secrets that the file will have on the service after the actions, as far as they are known.

        `effective`: the declared state with the values that it inherits.
        """
        created: dict[str, str] = dict(effective.keystore)
        password = effective.password
        for action in actions:
            if isinstance(action, Upload):
                created = {**action.creation}
                password = action.changes.get(PASSWORD, password)
        if kind == ANDROID_KEYSTORE:
            return cls(created.get("password"), created.get("alias"), created.get("private_key_password"))
        return cls(password)


@dataclass(frozen=True)
class Validation:
    """The validation of one declared file. `is_sent`: the task sends the file, or its password, to the service."""

    kind: FileKind
    app_slug: str
    label: str
    mode: str
    is_sent: bool
    # None: the file is not inspected. Raises CiError if a library is missing.
    inspect: Callable[[], Inspection] | None = field(default=None, repr=False)

    @property
    def inspection(self) -> Inspection | None:
        """Return the inspection, or None without validation or if a library is missing. Inspect the file on demand."""
        try:
            return self.inspect() if self.inspect else None
        except CiError:
            return None

    @property
    def details(self) -> dict[str, object] | None:
        inspection = self.inspection
        return dict(inspection.details) or None if inspection else None

    def check(self) -> tuple[str, ...]:
        """Return warnings about the file. Raise RejectedError if it is invalid.

        Raise CiError if a library is missing, unless the mode is warn.
        """
        if self.inspect is None or not self.is_sent:
            return ()
        try:
            inspection = self.inspect()
        except CiError as error:
            if self.mode == WARN:
                return (f"{self._subject} was not validated. {error.message}",)
            message = f"{error.message} Or set verify=none to upload {self.label} without validation."
            raise CiError(message, kind=error.kind) from error
        warnings = tuple(f"{self._subject}: {finding.message}" for finding in inspection.warnings)
        return warnings + self.report(inspection.errors)

    def report(self, errors: Sequence[Finding]) -> tuple[str, ...]:
        """Return the errors as warnings if the mode is warn. Otherwise raise RejectedError."""
        if not errors:
            return ()
        advice = _ADVICE.get(self.kind, {})
        messages = " ".join(f"{finding.message} {advice.get(finding.code, '')}".strip() for finding in errors)
        if self.mode == WARN:
            return (f"{self._subject}: {messages}",)
        raise RejectedError(
            f"{self._subject} is invalid: {messages} Set verify=warn to {'upload it' if self.is_sent else 'continue'} "
            "anyway.",
            kind="verify",
        )

    @property
    def _subject(self) -> str:
        words = self.kind.words
        return f"{words[0].upper()}{words[1:]} {self.label} for app {self.app_slug}"


def validation_of(
    inspections: InspectionCache,
    kind: FileKind,
    app_slug: str,
    effective: Desired,
    content: Content | None,
    mode: str,
    actions: Sequence[FileAction],
) -> Validation:
    """Return the validation of a declared file, which is inspected on demand. For `effective` see Secrets.of."""
    is_sent = any(
        isinstance(action, Upload) or (isinstance(action, Update) and PASSWORD in action.changes) for action in actions
    )
    inspect = None
    if content is not None and mode != NONE and kind.name in SIGNING_KINDS:
        inspect = partial(inspections.inspect, kind, content, Secrets.of(kind, effective, actions))
    return Validation(kind, app_slug, effective.label, mode, is_sent, inspect)


def check_pairs(
    validations: Sequence[Validation], *, removes_certificate: bool = False, has_other_certificates: bool = False
) -> tuple[str, ...]:
    """Check that each new profile of an app embeds one of the certificates that are declared for the app.

    `removes_certificate`: the task deletes a certificate, which may be the one that the profiles in sync embed.
    Therefore they are checked, too. `has_other_certificates`: the app keeps certificates that are not declared, which
    these profiles may embed. Then the finding is a warning.

    Return warnings, or raise RejectedError. Skip the check if no certificate is declared with its content, or if one
    cannot be inspected.
    """
    profiles = {one.label: one for one in validations if one.kind == PROVISIONING_PROFILE and one.mode != NONE}
    affected = {label for label, validation in profiles.items() if validation.is_sent or removes_certificate}
    if not affected:
        return ()
    certificates = _all_sha1s({one.label: one for one in validations if one.kind == BUILD_CERTIFICATE})
    # Certificates of installers sign no app.
    if all(sha1s == () for sha1s in certificates.values()):
        return ()
    warnings: list[str] = []
    for label in unpaired(_all_sha1s(profiles), certificates).profiles:
        if label in affected:
            is_certain = profiles[label].is_sent or not has_other_certificates
            result = (
                "so builds cannot sign with it" if is_certain else "so builds may no longer be able to sign with it"
            )
            message = (
                f"It does not embed any certificate that is declared for the app ({', '.join(certificates)}), "
                f"{result}. Create the profile again with one of them in Apple's developer portal."
            )
            validation = profiles[label] if is_certain else replace(profiles[label], mode=WARN)
            warnings += validation.report([Finding("unpaired", message)])
    return tuple(warnings)


def _all_sha1s(validations: Mapping[str, Validation]) -> dict[str, tuple[str, ...] | None]:
    return {label: one.inspection.sha1s if one.inspection else None for label, one in validations.items()}

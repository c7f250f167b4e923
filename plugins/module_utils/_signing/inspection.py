# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of an inspection: details and findings of a signing file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

# The names of the kinds elsewhere in the collection.
PROFILE = "provisioning_profile"
CERTIFICATE = "build_certificate"
KEYSTORE = "android_keystore"
SIGNING_KINDS = (PROFILE, CERTIFICATE, KEYSTORE)

ERROR = "error"  # nothing can be signed with the file as it is
WARNING = "warning"  # the file may work

PROFILE_KEYS = (
    "name",
    "uuid",
    "team_id",
    "team_name",
    "app_id",
    "bundle_id",
    "type",
    "platforms",
    "created_at",
    "expires_at",
    "days_left",
    "devices",
    "certificates",
    "entitlements",
)
CERTIFICATE_KEYS = (
    "common_name",
    "team_id",
    "serial",
    "sha1",
    "sha256",
    "not_before",
    "expires_at",
    "days_left",
    "has_private_key",
    "chain",
    "use",
)
KEYSTORE_KEYS = ("type", "alias", "sha256_fingerprint", "not_before", "expires_at", "days_left")


@dataclass(frozen=True)
class Finding:
    """A problem of a file. The message includes advice. The code that reports it adds file and app."""

    code: str
    message: str
    severity: str = ERROR

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "severity": self.severity, "message": self.message}


@dataclass(frozen=True)
class Inspection:
    """The result of inspect_file().

    `details` has all keys of its kind, with None for unreadable values. It is empty if the file is not of a known kind.
    It never contains keys, passwords or bytes of the file.
    """

    kind: str | None  # None if it is neither given nor recognized
    details: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    # SHA-1 of the certificates that pair profiles with identities: the certificates that a profile embeds, or those of
    # the identities in a PKCS#12 file that a profile can embed. None if they could not be read.
    sha1s: tuple[str, ...] | None = None
    # False for certificates that sign without a profile, of installers and Developer ID.
    needs_profile: bool = True

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity != ERROR)


class ReadError(Exception):
    """Base of the errors about the bytes of a file. Callers convert them to findings."""


class Unreadable(ReadError):
    """The bytes are not of this format."""


class WrongPasswordError(ReadError):
    """The password is wrong."""


class UnsupportedError(ReadError):
    """The file uses an algorithm that is not implemented. The argument is its name."""


class TooMuchWorkError(ReadError):
    """Reading the file would take more rounds of key derivation, or more time, than the limit."""


Function = TypeVar("Function", bound=Callable[..., Any])


def reading(function: Function) -> Function:
    """Decorate a function that reads damaged or hostile bytes, so that it raises only ReadError.

    Odd bytes can cause nearly every exception, so no list of exceptions would be complete.
    """

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except ReadError:
            raise
        except Exception as error:
            raise Unreadable(f"{function.__name__}: {type(error).__name__}") from error

    return cast("Function", wrapper)

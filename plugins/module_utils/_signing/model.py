# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look inside a signing file brings: what it says of itself, and what is wrong with it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

# As the kinds of files are called elsewhere in the collection.
PROFILE = "provisioning_profile"
CERTIFICATE = "build_certificate"
KEYSTORE = "android_keystore"
KINDS = (PROFILE, CERTIFICATE, KEYSTORE)

ERROR = "error"  # the file is of no use as it is
WARNING = "warning"  # it may well be of use, and this is worth knowing

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
)
KEYSTORE_KEYS = ("type", "alias", "sha256_fingerprint", "expires_at", "days_left")


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a file. The message says what to do; whoever shows it adds the file and the app."""

    code: str
    message: str
    severity: str = ERROR

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "severity": self.severity, "message": self.message}


@dataclass(frozen=True)
class Inspection:
    """What inspect_file() returns.

    `details` has all keys of its kind, None for what could not be read, or none at all if the file is something else.
    It never holds keys, passwords or bytes of the file.
    """

    kind: str | None  # None: not told, and not to be recognised
    details: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    # SHA-1 of the certificates that pair profiles with identities: those that a profile embeds, those of all
    # identities in a PKCS#12 file. None: could not be read.
    sha1s: tuple[str, ...] | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity != ERROR)


class Unreadable(Exception):
    """The bytes are not of the format that was tried. For use inside of this package."""


Function = TypeVar("Function", bound=Callable[..., Any])


def reading(function: Function) -> Function:
    """For functions that read what may be damaged or hostile: they raise Unreadable, and nothing else.

    How a library fails over such bytes depends on where it stumbles, which no list of exceptions would cover.
    """

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Unreadable:
            raise
        except Exception as error:
            raise Unreadable(f"{function.__name__}: {type(error).__name__}") from error

    return cast("Function", wrapper)

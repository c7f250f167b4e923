# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of an inspection: what a signing file says about itself, and what is wrong with it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

# The names of the kinds elsewhere in the collection.
PROFILE = "provisioning_profile"
CERTIFICATE = "build_certificate"
KEYSTORE = "android_keystore"
KINDS = (PROFILE, CERTIFICATE, KEYSTORE)

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
    """Something that is wrong with a file. The message says what to do; whoever shows it adds the file and the app."""

    code: str
    message: str
    severity: str = ERROR

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "severity": self.severity, "message": self.message}


@dataclass(frozen=True)
class Inspection:
    """The result of inspect_file().

    `details` has all keys of its kind, with None for what could not be read; it is empty if the file is something else.
    It never holds keys, passwords or bytes of the file.
    """

    kind: str | None  # None: not given, and not recognised
    details: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    # SHA-1 of the certificates that pair profiles with identities: those that a profile embeds, or those of the
    # identities in a PKCS#12 file that a profile can embed. None: could not be read.
    sha1s: tuple[str, ...] | None = None
    # False for certificates that sign without a profile: installers, and Developer ID.
    needs_profile: bool = True

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity != ERROR)


class ReadError(Exception):
    """The base of what functions of this package raise about the bytes of a file; callers turn it into findings."""


class Unreadable(ReadError):
    """The bytes are not of the format that was tried."""


class WrongPasswordError(ReadError):
    """The password does not fit."""


class UnsupportedError(ReadError):
    """The file uses an algorithm that is not implemented; its name is the argument."""


class TooMuchWorkError(ReadError):
    """Reading the file takes more rounds of key derivation, or more time, than is allowed."""


Function = TypeVar("Function", bound=Callable[..., Any])


def reading(function: Function) -> Function:
    """Decorate a function that reads bytes which may be damaged or hostile: it raises ReadError only.

    Which exception odd bytes cause depends on where they are met, so no list of exceptions is complete.
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

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look inside signing files before they are sent: what is of no use for signing is found here, not by a red build."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Optional

from ..._core.errors import CiError, RefusedError
from ..._local.read_file import Content
from ..._signing.inspect import inspect_file
from ..._signing.model import KINDS, Finding, Inspection
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

STRICT, WARN, NONE = "strict", "warn", "none"

_Key = tuple[str, str, Optional[str], Optional[str], Optional[str]]


class Inspector:
    """Looks inside each file once, however many apps of a task it is for."""

    def __init__(self) -> None:
        self._now = dt.datetime.now(dt.timezone.utc)
        self._seen: dict[_Key, Inspection] = {}
        self._lock = threading.Lock()

    def inspect(self, kind: FileKind, content: Content, secrets: Secrets) -> Inspection:
        """What is inside. Raises CiError if a library for that is missing."""
        key = (kind.name, content.sha256, secrets.password, secrets.alias, secrets.private_key_password)
        with self._lock:
            if key not in self._seen:
                self._seen[key] = inspect_file(
                    content.data,
                    expected=kind.name,
                    password=secrets.password,
                    alias=secrets.alias,
                    private_key_password=secrets.private_key_password,
                    now=self._now,
                )
            return self._seen[key]


@dataclass(frozen=True)
class Secrets:
    """What it takes to open a file."""

    password: str | None = field(default=None, repr=False)
    alias: str | None = None
    private_key_password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, kind: FileKind, desired: Desired, actions: Iterable[FileAction]) -> Secrets:
        """Those that the file will have on the service, as far as they are known."""
        created: dict[str, str] = dict(desired.keystore)
        password = desired.password
        for action in actions:
            if isinstance(action, Upload):
                created = {**action.creation}
                password = action.changes.get(PASSWORD, password)
        if kind == ANDROID_KEYSTORE:
            return cls(created.get("password"), created.get("alias"), created.get("private_key_password"))
        return cls(password)


@dataclass(frozen=True)
class Verdict:
    """What a look inside one declared file brings. `sent`: the file, or its password, goes to the service."""

    kind: FileKind
    app_slug: str
    label: str
    mode: str
    sent: bool = False
    look: Callable[[], Inspection] | None = field(default=None, repr=False)  # raises CiError if a library is missing

    @property
    def inspection(self) -> Inspection | None:
        """None where nobody looks, or can. What need not be sent need not be looked into, unless somebody asks."""
        try:
            return self.look() if self.look else None
        except CiError:
            return None

    @property
    def details(self) -> dict[str, object] | None:
        inspection = self.inspection
        return dict(inspection.details) or None if inspection else None

    def check(self) -> tuple[str, ...]:
        """Warnings about the file itself; raises RefusedError for what must not be sent.

        Raises CiError where a library is missing and nothing may be sent unseen.
        """
        if self.look is None or not self.sent:
            return ()
        try:
            inspection = self.look()
        except CiError as error:
            if self.mode == WARN:
                return (f"{self._subject}: nobody has looked inside. {error.message}",)
            message = f"{error.message} Or set verify=none to send {self.label} unseen."
            raise CiError(message, kind=error.kind) from error
        warnings = tuple(f"{self._subject}: {finding.message}" for finding in inspection.warnings)
        return warnings + self.judge(inspection.errors)

    def judge(self, errors: Sequence[Finding]) -> tuple[str, ...]:
        """What is wrong, as warnings; raises RefusedError if nothing wrong may be sent."""
        if not errors:
            return ()
        said = " ".join(finding.message for finding in errors)
        if self.mode == WARN:
            return (f"{self._subject}: {said}",)
        raise RefusedError(
            f"{self._subject} is not sent: {said} Set verify=warn to send it all the same.", kind="verify"
        )

    @property
    def _subject(self) -> str:
        words = self.kind.words
        return f"{words[0].upper()}{words[1:]} {self.label} for app {self.app_slug}"


def look_inside(
    inspector: Inspector,
    kind: FileKind,
    app_slug: str,
    desired: Desired,
    content: Content | None,
    mode: str,
    actions: Sequence[FileAction],
) -> Verdict:
    """The verdict on a declared file, which is looked into when it is needed."""
    sent = any(
        isinstance(action, Upload) or (isinstance(action, Update) and PASSWORD in action.changes) for action in actions
    )
    look = None
    if content is not None and mode != NONE and kind.name in KINDS:
        look = partial(inspector.inspect, kind, content, Secrets.of(kind, desired, actions))
    return Verdict(kind, app_slug, desired.label, mode, sent, look)


def check_pairs(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Whether the profiles of one app embed a certificate that is declared beside them.

    Returns warnings; raises RefusedError. Nothing is said where no certificate is declared with its content.
    """
    seen = [verdict for verdict in verdicts if verdict.mode != NONE]
    if not any(verdict.sent for verdict in seen if verdict.kind == PROVISIONING_PROFILE):
        return ()
    certificates = {verdict.label: _sha1s(verdict) for verdict in seen if verdict.kind == BUILD_CERTIFICATE}
    profiles = {verdict.label: verdict for verdict in seen if verdict.kind == PROVISIONING_PROFILE}
    if not certificates:
        return ()
    alone = unpaired({label: _sha1s(verdict) for label, verdict in profiles.items()}, certificates).profiles
    warnings: list[str] = []
    for label in alone:
        if profiles[label].sent:
            message = (
                f"It embeds none of the certificates that are declared for the app ({', '.join(certificates)}), so "
                "nothing could be signed with it. Make the profile anew with one of them in Apple's developer portal."
            )
            warnings += profiles[label].judge([Finding("unpaired", message)])
    return tuple(warnings)


def _sha1s(verdict: Verdict) -> tuple[str, ...] | None:
    return verdict.inspection.sha1s if verdict.inspection else None

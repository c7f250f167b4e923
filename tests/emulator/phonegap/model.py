# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data model of PhoneGap Build: accounts, signing keys, apps with builds and collaborators."""

from __future__ import annotations

from dataclasses import dataclass, field

APP_PLATFORMS = ("android", "ios", "blackberry", "symbian", "webos", "winphone")
KEY_PLATFORMS = ("ios", "android", "blackberry", "winphone", "windows")

# Platforms that cannot be built without a key.
NEEDS_KEY = frozenset({"ios"})

ADMIN = "admin"
DEVELOPER = "developer"
TESTER = "tester"

MONTH_S = 30 * 86_400.0
HOUR_S = 3_600.0


@dataclass
class Account:
    """A user account. `access_tokens` are the tokens that other programs got by OAuth."""

    id: int
    name: str
    email: str
    password: str
    token: str
    access_tokens: list[str] = field(default_factory=list)


@dataclass
class OAuthClient:
    """A program that requests access to accounts. `codes` maps unredeemed codes to account ids."""

    client_id: str
    client_secret: str
    callback: str
    codes: dict[str, int] = field(default_factory=dict)


@dataclass
class Key:
    """A signing key. Its files are in the storage. It has passwords only while it is unlocked."""

    id: int
    platform: str
    owner_id: int
    title: str
    created_at: float
    default: bool = False
    alias: str | None = None
    cert_name: str | None = None
    provision: str | None = None
    role: str | None = None
    publisher_id: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    unlocked_until: float = 0.0
    last_used: float | None = None

    @property
    def lifetime_s(self) -> float:
        """Return the seconds that an unlock lasts."""
        return MONTH_S if self.platform == "ios" and self.role == DEVELOPER else HOUR_S

    @property
    def has_lock(self) -> bool:
        """Return whether the key needs a password. A publisher id does not."""
        return self.platform != "winphone"

    def locked(self, now: float) -> bool:
        """Return whether a password is missing or has expired."""
        return self.has_lock and now >= self.unlocked_until


@dataclass
class Collaborator:
    """A collaborator of an app. Without an account, `id` is None and the invitation is pending."""

    email: str
    role: str
    id: int | None = None
    account_id: int | None = None


@dataclass
class PlatformBuild:
    """The build of one platform: pending until `finishes_at`, then complete, or failed with `error`."""

    queued_at: float
    finishes_at: float
    number: int
    error: str | None = None
    needs_key: bool = False
    skipped: bool = False
    package_key: str | None = None

    def status(self, now: float) -> str | None:
        """Return the status word of the service, None while a key is missing."""
        if self.skipped:
            return "skip"
        if self.needs_key:
            return None
        if now < self.finishes_at:
            return "pending"
        return "error" if self.error else "complete"


@dataclass
class App:
    """An app. Its content is an uploaded archive or a repository, and cannot switch between them."""

    id: int
    owner_id: int
    title: str
    create_method: str
    created_at: float
    package: str | None = None
    version: str | None = None
    description: str | None = None
    repo: str | None = None
    tag: str | None = None
    debug: bool = False
    private: bool = True
    share: bool = False
    hydrates: bool = False
    phonegap_version: str = ""
    platforms: list[str] = field(default_factory=lambda: list(APP_PLATFORMS))
    content_key: str | None = None
    content_sha256: str | None = None
    icon_name: str | None = None
    icon_key: str | None = None
    keys: dict[str, int] = field(default_factory=dict)
    collaborators: list[Collaborator] = field(default_factory=list)
    builds: dict[str, PlatformBuild] = field(default_factory=dict)
    build_count: int = 0
    uploads: int = 0

    def collaborator_of(self, email: str) -> Collaborator | None:
        """Return the collaborator with an email address, ignoring case."""
        return next((one for one in self.collaborators if one.email.lower() == email.lower()), None)

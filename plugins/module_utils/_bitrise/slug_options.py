# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that contain a slug: accept the address of a page instead, and reject a title with advice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from .._core.errors import OptionError

_SLUG = re.compile(r"[A-Za-z0-9_-]+")
# The form of all known slugs: 16 hexadecimal digits, a UUID or a ULID.
_USUAL_SLUG = re.compile(r"(?=.*\d)[A-Za-z0-9_-]{8,}")
_PAGES = "https://app.bitrise.io"


@dataclass(frozen=True)
class SlugKind:
    """A kind of object with a slug: its name, the parts of an address before the slug, and a module that returns it."""

    words: str
    parts: tuple[str, ...]
    module: str
    returns: str = "lists the slugs"

    @property
    def page(self) -> str:
        return f"{_PAGES}/{self.parts[0]}/SLUG"


APP = SlugKind("app", ("app", "apps"), "bitrise_app_info")
BUILD = SlugKind("build", ("build", "builds"), "bitrise_build_info")
ORGANIZATION = SlugKind(
    "organization", ("workspaces", "workspace", "organizations", "organization"), "bitrise_organization_info"
)
USER = SlugKind("user", ("users", "user"), "bitrise_app_info", "returns the owner of each app")
OWNER = SlugKind("owner", (*ORGANIZATION.parts, *USER.parts), ORGANIZATION.module)
_SLUG_OPTIONS = {
    "app_slug": APP,
    "build_slug": BUILD,
    "organization_slug": ORGANIZATION,
    "user_slug": USER,
    "owner_slug": OWNER,
}


def resolve_slugs(options: dict[str, Any]) -> None:
    """Replace addresses of pages by the slugs in them, in all slug options and in the entries of `apps`.

    Raise OptionError for a value that cannot be a slug.
    """
    for name, kind in _SLUG_OPTIONS.items():
        if options.get(name):
            options[name] = slug_of(name, options[name], kind)
    entries = options.get("apps")
    if isinstance(entries, list):
        for number, entry in enumerate(entries, 1):
            if isinstance(entry, dict) and entry.get("app_slug"):
                entry["app_slug"] = slug_of(f"apps, entry {number}: app_slug", entry["app_slug"], APP)


def slug_of(option: str, value: str, kind: SlugKind) -> str:
    """Return the value if it is a slug, or the slug in the address of a page. Raise OptionError if it is neither."""
    text = value.strip()
    if _SLUG.fullmatch(text) or not text:
        return text
    if re.match(r"https?://", text, re.IGNORECASE) or re.match(r"[\w.-]+\.\w+/", text):
        return _from_address(option, text, kind)
    # No sequence of digits, because redaction would reveal a password such as 12345 in it.
    raise OptionError(
        f"{option} must be the slug of the {kind.words}, such as e1ec3dea540bcf21. {value!r} looks like a name. "
        f"{_advice(kind)}"
    )


def _from_address(option: str, text: str, kind: SlugKind) -> str:
    try:
        address = urlsplit(text if "//" in text else f"https://{text}")
    except ValueError:
        raise OptionError(f"{option}: {text!r} is neither an address nor the slug of the {kind.words}.") from None
    # Old addresses of workspaces have the slug behind a "#".
    parts = [unquote(part) for part in f"{address.path}/{address.fragment.split('?')[0]}".split("/") if part]
    for before, part in zip(parts, parts[1:]):
        if before in kind.parts and _SLUG.fullmatch(part):
            return part
    shown = f"{address.scheme}://{address.hostname}{address.path}"
    raise OptionError(
        f"{option}: the address {shown} contains no slug of the {kind.words}. Use the address of its page, such as "
        f"{kind.page}, or the slug alone. {_advice(kind)}"
    )


def _advice(kind: SlugKind) -> str:
    return f"mobileops.ci.{kind.module} {kind.returns}."


def unusual_slug(path: str) -> str:
    """Return advice about a slug in the path that looks like a name, or ""."""
    parts = [unquote(part) for part in path.split("/") if part]
    for before, part in zip(parts, parts[1:]):
        for kind in (APP, BUILD, ORGANIZATION, USER):
            if before in kind.parts and part not in _SUBPATHS and not _USUAL_SLUG.fullmatch(part):
                return f"{part!r} looks like a name and not like the slug of the {kind.words}. {_advice(kind)}"
    return ""


# Parts of a path that follow one of the words above and are not a slug.
_SUBPATHS = frozenset({"apps", "builds", "register"})

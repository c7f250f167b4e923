# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that hold a slug: users give the address of a page instead, or a title, which this module names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from .._core.errors import OptionError

_SLUG = re.compile(r"[A-Za-z0-9_-]+")
# What all slugs of the service look like: 16 hexadecimal digits, a UUID or a ULID. Others may come.
_USUAL_SLUG = re.compile(r"(?=.*\d)[A-Za-z0-9_-]{8,}")
_PAGES = "https://app.bitrise.io"


@dataclass(frozen=True)
class SlugKind:
    """What a slug belongs to: the words for it, the parts of an address before it, and the module that lists it."""

    words: str
    parts: tuple[str, ...]
    module: str

    @property
    def page(self) -> str:
        return f"{_PAGES}/{self.parts[0]}/SLUG"


APP = SlugKind("app", ("app", "apps"), "bitrise_app_info")
BUILD = SlugKind("build", ("build", "builds"), "bitrise_build_info")
ORGANIZATION = SlugKind(
    "organization", ("workspaces", "workspace", "organizations", "organization"), "bitrise_organization_info"
)
USER = SlugKind("user", ("users", "user"), "bitrise_user_info")
OWNER = SlugKind("owner", (*ORGANIZATION.parts, *USER.parts), ORGANIZATION.module)
_KINDS = {
    "app_slug": APP,
    "build_slug": BUILD,
    "organization_slug": ORGANIZATION,
    "user_slug": USER,
    "owner_slug": OWNER,
}


def resolve_slugs(options: dict[str, Any]) -> None:
    """Replace the address of a page by the slug in it, in each slug option, also in the entries of `apps`.

    Raises OptionError for a value that cannot be a slug.
    """
    for name, kind in _KINDS.items():
        if options.get(name):
            options[name] = slug_of(name, options[name], kind)
    entries = options.get("apps")
    if isinstance(entries, list):
        for number, entry in enumerate(entries, 1):
            if isinstance(entry, dict) and entry.get("app_slug"):
                entry["app_slug"] = slug_of(f"apps, entry {number}: app_slug", entry["app_slug"], APP)


def slug_of(option: str, value: str, kind: SlugKind) -> str:
    """Return the slug that the value is, or that the address of a page holds. Raises OptionError if it is neither."""
    text = value.strip()
    if _SLUG.fullmatch(text) or not text:
        return text
    if re.match(r"https?://", text, re.IGNORECASE) or re.match(r"[\w.-]+\.\w+/", text):
        return _from_address(option, text, kind)
    raise OptionError(
        f"{option} must be the slug of the {kind.words}, such as 0123456789abcdef. {value!r} looks like a name. "
        f"{_advice(kind)}"
    )


def _from_address(option: str, text: str, kind: SlugKind) -> str:
    try:
        address = urlsplit(text if "//" in text else f"https://{text}")
    except ValueError:
        raise OptionError(f"{option}: {text!r} is neither an address nor the slug of the {kind.words}.") from None
    # The pages of a workspace once stood behind a "#".
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
    return f"mobileops.ci.{kind.module} lists the slugs."


def unusual_slug(path: str) -> str:
    """Return what to do about a slug in the path that looks like a name, or ""."""
    parts = [unquote(part) for part in path.split("/") if part]
    for before, part in zip(parts, parts[1:]):
        for kind in (APP, BUILD, ORGANIZATION, USER):
            if before in kind.parts and part not in _SUBPATHS and not _USUAL_SLUG.fullmatch(part):
                return f"{part!r} looks like a name and not like the slug of the {kind.words}. {_advice(kind)}"
    return ""


# Parts of a path that follow one of the words above and are no slug.
_SUBPATHS = frozenset({"apps", "builds", "register"})

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of an artifact: tolerant reading of the service's object, and its form in results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core.fields import number, text
from ..._http.redact import without_secrets

# The types that can have a public page to install the app.
INSTALLABLE = ("android-apk", "ios-ipa")


@dataclass(frozen=True)
class Artifact:
    """An artifact as the service reports it."""

    slug: str
    title: str | None
    artifact_type: str | None
    size: int | None
    is_public: bool
    page_url: str | None = None  # None: not reported, as in lists. "": no page.
    download_url: str | None = field(default=None, repr=False)
    meta: Any = None
    intermediate_file_info: Any = None

    @classmethod
    def from_service(cls, data: Mapping[str, Any]) -> Artifact:
        size = number(data.get("file_size_bytes"))
        page = data.get("public_install_page_url")
        return cls(
            slug=str(data["slug"]),
            title=text(data.get("title")),
            artifact_type=text(data.get("artifact_type")),
            size=size if size is not None and size >= 0 else None,
            is_public=data.get("is_public_page_enabled") is True,
            page_url=page if isinstance(page, str) else None,
            download_url=text(data.get("expiring_download_url")),
            # Build tools have written these values.
            meta=without_secrets(data.get("artifact_meta")),
            intermediate_file_info=without_secrets(data.get("intermediate_file_info")),
        )

    @property
    def name(self) -> str:
        return self.title or self.slug

    @property
    def label(self) -> str:
        return f"artifact {self.title} (slug {self.slug})" if self.title else f"artifact with slug {self.slug}"

    @property
    def is_installable(self) -> bool:
        return self.artifact_type in INSTALLABLE

    def with_public_page(self, enabled: bool) -> Artifact:
        """Return the artifact after its page is opened or closed. The address of a new page is unknown before."""
        return replace(self, is_public=enabled, page_url=None if enabled else "")

    def as_result(self) -> dict[str, Any]:
        """Return the form of a result, with the same keys for every artifact and without the signed URL."""
        return {
            "slug": self.slug,
            "title": self.title,
            "artifact_type": self.artifact_type,
            "file_size_bytes": self.size,
            "is_public_page_enabled": self.is_public,
            "public_install_page_url": self.page_url,
            "artifact_meta": self.meta,
            "intermediate_file_info": self.intermediate_file_info,
        }

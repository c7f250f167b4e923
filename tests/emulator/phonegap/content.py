# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading of uploads: an archive or a single page, and its config.xml."""

from __future__ import annotations

import io
import tarfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from .body import Upload
from .model import APP_PLATFORMS
from .world import api_error

_CONFIG_LIMIT = 1024 * 1024


@dataclass
class Content:
    """Values of a config.xml. They take precedence over the fields of the request."""

    title: str | None = None
    package: str | None = None
    version: str | None = None
    description: str | None = None
    phonegap_version: str | None = None
    platforms: list[str] = field(default_factory=lambda: list(APP_PLATFORMS))


def read_content(upload: Upload) -> Content:
    """Return the values of an uploaded file's config.xml. Raise ApiError if it is neither an archive nor a page."""
    if upload.name.lower().endswith((".html", ".htm")):
        return Content()
    try:
        config = _config_of(upload.body)
    except Exception:  # zip, tar and each compression raise different errors
        raise api_error(400, "upload failed; please try again [2]") from None
    return _parsed(config) if config is not None else Content()


def _config_of(body: bytes) -> bytes | None:
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            name = _shallowest(archive.namelist())
            if name is None:
                return None
            with archive.open(name) as opened:
                return opened.read(_CONFIG_LIMIT)
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as tarball:
        name = _shallowest(tarball.getnames())
        extracted = tarball.extractfile(name) if name else None
        return extracted.read(_CONFIG_LIMIT) if extracted else None


def _shallowest(names: list[str]) -> str | None:
    content = [name for name in names if name.rpartition("/")[2] == "config.xml"]
    return min(content, key=lambda name: name.count("/"), default=None)


def _parsed(config: bytes) -> Content:
    try:
        root = ET.fromstring(config)  # noqa: S314 (the user's own file, parsed by a current expat)
    except ET.ParseError:
        raise api_error(400, "upload failed; please try again [50]") from None
    content = Content(package=root.get("id") or None, version=root.get("version") or None)
    platforms: list[str] = []
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        text = (element.text or "").strip()
        if tag == "name" and content.title is None:
            content.title = text or None
        elif tag == "description" and content.description is None:
            content.description = text or None
        elif tag == "platform":
            platforms += _names(element)
        elif tag == "preference" and element.get("name") == "phonegap-version":
            content.phonegap_version = element.get("value") or None
    if platforms:
        content.platforms = platforms
    return content


def _names(element: ET.Element) -> Iterator[str]:
    name = (element.get("name") or "").lower()
    if name in APP_PLATFORMS:
        yield name

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lies in an upload: an archive or a single page, and what its config.xml says."""

from __future__ import annotations

import io
import tarfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from .body import Upload
from .model import APP_PLATFORMS
from .world import refusal

_CONFIG_LIMIT = 1024 * 1024


@dataclass
class Content:
    """What counts more than the fields of the request."""

    title: str | None = None
    package: str | None = None
    version: str | None = None
    description: str | None = None
    phonegap_version: str | None = None
    platforms: list[str] = field(default_factory=lambda: list(APP_PLATFORMS))


def read_content(upload: Upload) -> Content:
    """Look into an uploaded file; refuse what is no archive and no page."""
    if upload.name.lower().endswith((".html", ".htm")):
        return Content()
    try:
        config = _config_of(upload.body)
    except Exception:  # of zip, tar and each compression in turn
        raise refusal(400, "upload failed; please try again [2]") from None
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
    found = [name for name in names if name.rpartition("/")[2] == "config.xml"]
    return min(found, key=lambda name: name.count("/"), default=None)


def _parsed(config: bytes) -> Content:
    try:
        root = ET.fromstring(config)  # noqa: S314 (expat of today, and nobody's file but the user's own)
    except ET.ParseError:
        raise refusal(400, "upload failed; please try again [50]") from None
    found = Content(package=root.get("id") or None, version=root.get("version") or None)
    platforms: list[str] = []
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        text = (element.text or "").strip()
        if tag == "name" and found.title is None:
            found.title = text or None
        elif tag == "description" and found.description is None:
            found.description = text or None
        elif tag == "platform":
            platforms += _names(element)
        elif tag == "preference" and element.get("name") == "phonegap-version":
            found.phonegap_version = element.get("value") or None
    if platforms:
        found.platforms = platforms
    return found


def _names(element: ET.Element) -> Iterator[str]:
    name = (element.get("name") or "").lower()
    if name in APP_PLATFORMS:
        yield name

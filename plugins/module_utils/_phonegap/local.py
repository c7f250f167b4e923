# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that options name: an app's content and what its config.xml says, icons, the parts of a key."""

from __future__ import annotations

import io
import os
import re
import tarfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._core.errors import LocalFileError, OptionError
from .._local.read_file import Content
from .._task.module_spec import TaskContext

PAGE = re.compile(r"\.html?$", re.IGNORECASE)
_CONFIG = "config.xml"
_INDEX = "index.html"
_PNG = b"\x89PNG\r\n\x1a\n"
_LONGEST_CONFIG = 1024 * 1024


@dataclass(frozen=True)
class Named:
    """A file with the name that the service is given for it."""

    name: str
    content: Content

    @property
    def part(self) -> tuple[str, bytes]:
        return self.name, self.content.data

    def shown(self) -> dict[str, Any]:
        return {"name": self.name, "size": self.content.size, "sha256": self.content.sha256}


def read_named(option: str, path: str, context: TaskContext) -> Named:
    """What an option names. Raises LocalFileError, which names the option."""
    name = os.path.basename(path.rstrip("/"))
    if not name:
        raise OptionError(f"{option}: {path!r} names no file.")
    try:
        return Named(name, context.read_file(path))
    except LocalFileError as error:
        # Whatever reads files takes them all for src.
        raise LocalFileError(re.sub("^src:", f"{option}:", str(error))) from error


def read_icon(path: str, context: TaskContext) -> Named:
    """An app's icon. The service takes no other form, and a directory would come as a zip."""
    found = read_named("icon", path, context)
    if not found.content.data.startswith(_PNG):
        raise OptionError(f"icon: {path} is not a PNG file.")
    return found


def read_content(path: str, context: TaskContext) -> Named:
    """An app's content: a zip, a tar.gz or a single page; a directory comes as a zip already."""
    found = read_named("src", path, context)
    head = found.content.data[:2]
    if PAGE.search(found.name) or head == b"\x1f\x8b":
        return found
    if head != b"PK":
        raise OptionError(f"src: {path} is neither a zip nor a tar.gz nor a page (.html).")
    return found if found.name.lower().endswith(".zip") else Named(f"{found.name}.zip", found.content)


def check_content(path: str, found: Named) -> None:
    """Raise OptionError for an archive with neither a config.xml nor an index.html: no app can be built from it.

    An archive that cannot be read is left to the service, which reports it.
    """
    if PAGE.search(found.name):
        return
    try:
        names = _names_in(found.content.data)
    except Exception:  # of zip, tar and each compression in turn
        return
    if not any(re.split(r"[/\\]", name)[-1].lower() in (_CONFIG, _INDEX) for name in names):
        raise OptionError(
            f"src: {path} contains neither {_CONFIG} nor {_INDEX}, so no app can be built from it. "
            "Use the folder or archive with the web files of the app."
        )


def _names_in(data: bytes) -> list[str]:
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tarball:
        return tarball.getnames()


def told_by_config(found: Named) -> dict[str, str]:
    """What the config.xml in the content says of an app. The service takes that before anything it is told otherwise.

    What cannot be read is left to the service, which will say so.
    """
    if PAGE.search(found.name):
        return {}
    try:
        config = _config_in(found.content.data)
        return dict(_told(ET.fromstring(config))) if config else {}  # noqa: S314 (the user's own file)
    except Exception:  # of zip, tar, each compression and XML in turn
        return {}


def _config_in(data: bytes) -> bytes | None:
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            name = _shallowest(archive.namelist())
            if name is None:
                return None
            with archive.open(name) as member:
                return member.read(_LONGEST_CONFIG)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tarball:
        name = _shallowest(tarball.getnames())
        extracted = tarball.extractfile(name) if name else None
        return extracted.read(_LONGEST_CONFIG) if extracted else None


def _shallowest(names: list[str]) -> str | None:
    found = [name for name in names if name.rpartition("/")[2] == _CONFIG]
    return min(found, key=lambda name: name.count("/"), default=None)


def _told(root: ET.Element) -> Iterator[tuple[str, str]]:
    for option, attribute in (("package", "id"), ("version", "version")):
        if root.get(attribute):
            yield option, str(root.get(attribute))
    for element in root:
        tag, words = element.tag.rpartition("}")[2], (element.text or "").strip()
        if tag == "name" and words:
            yield "title", words
        elif tag == "description" and words:
            yield "description", words
        elif tag == "preference" and element.get("name") == "phonegap-version" and element.get("value"):
            yield "phonegap_version", str(element.get("value"))


def reconciled(options: Mapping[str, Any], told: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The options as the service will have them once it has read that config.xml, and a warning for each other one."""
    effective, warnings = dict(options), []
    if options["version"] is None:
        # A version is declared in either place: with a new one the content is to be sent.
        effective["version"] = told.get("version")
    for name, value in told.items():
        if options[name] is not None and options[name] != value:
            effective[name] = value
            warnings.append(
                f"config.xml in src says {name} {value!r}, which the service takes before {options[name]!r} of the "
                "task."
            )
    return effective, tuple(warnings)

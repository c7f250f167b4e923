# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read files that options name: an app's content with its config.xml, icons, and parts of a key."""

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
class NamedFile:
    """A file with the name that the service gets for it."""

    name: str
    content: Content

    @property
    def part(self) -> tuple[str, bytes]:
        return self.name, self.content.data

    def shown(self) -> dict[str, Any]:
        return {"name": self.name, "size": self.content.size, "sha256": self.content.sha256}


def read_named(option: str, path: str, context: TaskContext) -> NamedFile:
    """Return the file that an option names. The message of a LocalFileError names the option."""
    name = os.path.basename(path.rstrip("/"))
    if not name:
        raise OptionError(f"{option} must name a file, got {path!r}.")
    try:
        return NamedFile(name, context.read_file(path))
    except LocalFileError as error:
        # The controller may have read the file by its path, for several options. So messages always name src.
        raise LocalFileError(re.sub("^src:", f"{option}:", str(error))) from error


def read_icon(path: str, context: TaskContext) -> NamedFile:
    """Return an app's icon. Raise OptionError unless it is PNG, the only format that the service accepts."""
    found = read_named("icon", path, context)
    if not found.content.data.startswith(_PNG):
        raise OptionError(f"icon: {path} must be a PNG file.")
    return found


def read_content(path: str, context: TaskContext) -> NamedFile:
    """Return an app's content: a zip, a tar.gz or a single page. A directory has been packed as a zip before."""
    found = read_named("src", path, context)
    head = found.content.data[:2]
    if PAGE.search(found.name) or head == b"\x1f\x8b":
        return found
    if head != b"PK":
        raise OptionError(f"src: {path} must be a zip, a tar.gz or a page (.html).")
    return found if found.name.lower().endswith(".zip") else NamedFile(f"{found.name}.zip", found.content)


def check_content(path: str, found: NamedFile) -> None:
    """Raise OptionError for an archive with neither a config.xml nor an index.html, which cannot be built.

    Accept an unreadable archive, because the service reports it.
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


def read_config(found: NamedFile) -> dict[str, str]:
    """Return the values of options in the content's config.xml. The service gives them precedence over the request.

    Return no values for an unreadable file, because the service reports it.
    """
    if PAGE.search(found.name):
        return {}
    try:
        config = _config_in(found.content.data)
        return dict(_config_values(ET.fromstring(config))) if config else {}  # noqa: S314 (the user's own file)
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


def _config_values(root: ET.Element) -> Iterator[tuple[str, str]]:
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


def reconciled(options: Mapping[str, Any], config: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the options with the values of config.xml, and a warning for each overridden option."""
    effective, warnings = dict(options), []
    if options["version"] is None:
        # A new version in either place means that the content must be sent.
        effective["version"] = config.get("version")
    for name, value in config.items():
        if options[name] is not None and options[name] != value:
            effective[name] = value
            warnings.append(
                f"config.xml in src sets {name} to {value!r}, and the service prefers that to {options[name]!r} of the "
                "task."
            )
    return effective, tuple(warnings)

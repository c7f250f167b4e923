# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Download the content of remote files, to compare it or to back it up."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ..._core.errors import (
    CiError,
    RejectedError,
    ServiceError,
)
from ..._core.text import safe_file_name
from ..._http.session import Sink
from ..._local.read_file import (
    MAX_BYTES,
    can_save_in,
    save_privately,
)
from ..client import BitriseClient
from .endpoints import get_file
from .kinds import FileKind
from .model import RemoteFile


class SizedSink(Sink, Protocol):
    """A sink that knows how many bytes it has received."""

    def tell(self) -> int:
        """Return the number of bytes."""


SinkT = TypeVar("SinkT", bound=SizedSink)


class _Digest:
    """A sink that computes a digest and discards the bytes."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes, /) -> None:
        self.sha256.update(data)
        self._size += len(data)

    def tell(self) -> int:
        return self._size


def with_digest(client: BitriseClient, kind: FileKind, app_slug: str, file: RemoteFile) -> RemoteFile:
    """Return the file with the digest of its content, or unchanged if the service returns no download URL."""
    digest = fetch(client, kind, app_slug, file, _Digest)
    return file.with_found_digest(digest.sha256.hexdigest()) if digest else file


def content_of(client: BitriseClient, kind: FileKind, app_slug: str, file: RemoteFile) -> bytes | None:
    """Return the bytes of a file, or None if the service returns no download URL."""
    copy = fetch(client, kind, app_slug, file, io.BytesIO)
    return copy.getvalue() if copy else None


@dataclass(frozen=True)
class Backup:
    """Back up files before they are deleted. The copies have mode 0600 and are named after app, slug and file."""

    directory: str
    required: bool = False

    def save(
        self, client: BitriseClient, kind: FileKind, app_slug: str, file: RemoteFile, *, check_mode: bool
    ) -> str | None:
        """Save one file. In check mode, only check whether that is possible. Return a warning, or None.

        Raise RejectedError if the file cannot be saved and `required` is set.
        """
        problem = None
        if file.is_protected:
            problem = "it is protected, so the service does not return its content"
        elif check_mode:
            problem = None if can_save_in(self.directory) else f"backup_dir {self.directory} cannot be written"
        else:
            problem = self._save(client, kind, app_slug, file)
        if problem is None:
            return None
        text = f"Cannot back up the {kind.words} {file.name} (slug {file.slug}) of app {app_slug}: {problem}."
        if self.required:
            hint = "It was not deleted. Set backup_required=false to continue without a backup."
            raise RejectedError(f"{text} {hint}", kind="backup")
        return text

    def _save(self, client: BitriseClient, kind: FileKind, app_slug: str, file: RemoteFile) -> str | None:
        try:
            data = content_of(client, kind, app_slug, file)
            if data is None:
                return "the service returns no download URL"
            save_privately(self.directory, safe_file_name(app_slug, str(file.slug), file.name), data)
        except OSError as error:
            return f"backup_dir {self.directory} cannot be written: {error.strerror}"
        except CiError as error:
            return error.message.rstrip(".")
        return None


def fetch(
    client: BitriseClient, kind: FileKind, app_slug: str, file: RemoteFile, sink_type: Callable[[], SinkT]
) -> SinkT | None:
    """Download a file. Return the sink that received its bytes, or None if the service returns no download URL.

    Raise ServiceError if the size shows that these are not the bytes of the file. A proxy may have responded.
    """
    url = get_file(client, kind, app_slug, str(file.slug)).get("download_url")
    if not isinstance(url, str) or not url:
        return None
    sinks: list[SinkT] = []

    def open_sink() -> SinkT:
        sinks.append(sink_type())
        return sinks[-1]

    what = f"download {kind.words} {file.name} (slug {file.slug}) of app {app_slug}"
    client.download(url, open_sink, what, most_bytes=MAX_BYTES)
    size = sinks[-1].tell()
    if file.size and size != file.size:
        raise ServiceError(
            f"The download of {file.name} (slug {file.slug}) has {size} bytes, the service lists {file.size}. Check "
            "whether a proxy responds instead of the storage.",
            kind="invalid_response",
        )
    return sinks[-1]

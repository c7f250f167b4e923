# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Destination of a download: its path, the file that exists there, and the partial file beside it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from typing import IO

from .._core.errors import (
    CiError,
    LocalFileError,
    RejectedError,
    ServiceError,
)
from .background_hash import BackgroundHash
from .partial_file import open_kept

BLOCK_BYTES = 1024 * 1024
# A GiB in pieces of this size took ext4 0.6 s, in pieces of 256 KiB up to 2.4 s.
WRITE_BYTES = 32 * 1024
LONGEST_NAME_BYTES = 255


def path_of(dest: str, name: str, otherwise: str = "download") -> str:
    """Return the path of the file, as ansible.builtin.get_url does.

    If dest is an existing directory or ends with a slash, the file has its own name in it. That name is text of others,
    and cannot lead out of the directory.
    """
    return path_in(dest, file_name(name, otherwise))


def path_in(dest: str, name: str) -> str:
    """Return the path of the file, for a name from file_name()."""
    path = os.path.join(dest, name) if dest.endswith("/") or os.path.isdir(dest) else dest
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise LocalFileError(f"dest: the directory {folder} does not exist.")
    if os.path.isdir(path):
        raise LocalFileError(f"dest: {path} is a directory. Remove it, or choose another dest.")
    return path


def check_writable(path: str) -> None:
    """Raise LocalFileError if the file can probably not be written. A certain answer would need a write."""
    folder = os.path.dirname(path) or "."
    if not os.access(folder, os.W_OK | os.X_OK):
        raise LocalFileError(f"dest: no permission to write to the directory {folder}.")


def file_name(name: str, otherwise: str) -> str:
    """Return a file name made of text of others, or of `otherwise` if no character of the text can be used."""
    for text in (name, otherwise):
        safe = "".join("_" if mark in "/\\" or not mark.isprintable() else mark for mark in text).lstrip(". ")
        encoded = safe.encode("utf-8", "replace")
        if len(encoded) > LONGEST_NAME_BYTES:
            # Both ends of a name distinguish files, as in ".dSYM.zip".
            encoded = encoded[: LONGEST_NAME_BYTES - 32] + encoded[-32:]
        safe = encoded.decode("utf-8", "ignore").strip()
        if safe:
            return safe
    return "download"


@dataclass(frozen=True)
class ExistingFile:
    """The file that exists at the destination before the download."""

    path: str
    size: int

    def sha256(self) -> str:
        digest = hashlib.sha256()
        try:
            with open(self.path, "rb") as file:
                for block in iter(lambda: file.read(BLOCK_BYTES), b""):
                    digest.update(block)
        except OSError as error:
            raise LocalFileError(f"dest: {self.path} cannot be read to compare it: {error.strerror}.") from error
        return digest.hexdigest()


def find_existing(path: str) -> ExistingFile | None:
    """Return the file at the destination, or None. Raise LocalFileError unless it is a regular file."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise LocalFileError(f"dest: {path!r} cannot be used: {getattr(error, 'strerror', None) or error}.") from error
    if not stat.S_ISREG(found.st_mode):
        raise LocalFileError(f"dest: {path} exists and is not a regular file.")
    return ExistingFile(path, found.st_size)


class Digest:
    """A sink that computes the SHA-256 of the bytes and does not store them."""

    def __init__(self, limit: int | None = None) -> None:
        self.position = 0
        self._limit = limit
        self._hash = BackgroundHash()
        self._validator = ""

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    @property
    def validator(self) -> str:
        """Return the identification of the content that the bytes come from, or "" if it is unknown."""
        return self._validator

    @validator.setter
    def validator(self, text: str) -> None:
        self._validator = text

    def write(self, data: bytes, /) -> None:
        if self._limit is not None and self.position + len(data) > self._limit:
            raise WrongSizeError(self._limit)
        self._hash.update(data)
        self.position += len(data)

    def restart(self) -> None:
        """Forget the bytes."""
        self._hash.stop()
        self._hash = BackgroundHash()
        self.position = 0
        self._validator = ""

    def stop(self) -> None:
        """End the thread that computes the digest."""
        self._hash.stop()


class WrongSizeError(ServiceError):
    """The number of received bytes differs from the size that the service announced."""

    def __init__(self, stated: int, received: int | None = None) -> None:
        actual = "more than that" if received is None else str(received)
        super().__init__(f"{stated} bytes were announced, and the download has {actual}", kind="invalid_response")


class PartialDownload(Digest):
    """The file beside the destination, of mode 0600, that is renamed to the destination at the end.

    With an identity (of the remote file) a later run continues the download where it ended, if the content is still the
    same. A file beside it holds the `validator`.
    """

    def __init__(self, target: str, identity: str | None, limit: int | None) -> None:
        super().__init__(limit)
        self._target = target
        self.taken_over = 0  # bytes of an earlier run
        self._file: IO[bytes]
        try:
            self._kept = open_kept(target, identity) if identity else None
            if self._kept:
                self.path, self._file = self._kept.path, self._kept.file
                self._take_over(self._kept.validator)
            else:
                handle, self.path = tempfile.mkstemp(prefix=".", suffix=".part", dir=os.path.dirname(target) or ".")
                self._file = os.fdopen(handle, "wb", 0)
        except OSError as error:
            raise _cannot_write(target, error) from error

    def _take_over(self, validator: str) -> None:
        size = os.fstat(self._file.fileno()).st_size
        if not validator or (self._limit is not None and size > self._limit):
            self.restart()
            return
        if size and size == self._limit:
            # Request the last byte again, because the response shows whether the content is still the same.
            self._file.truncate(size - 1)
        for block in iter(lambda: self._file.read(BLOCK_BYTES), b""):
            super().write(block)
        self.taken_over = self.position
        self._validator = validator

    @property
    def validator(self) -> str:
        return self._validator

    @validator.setter
    def validator(self, text: str) -> None:
        self._validator = text
        if self._kept:
            try:
                self._kept.set_validator(text)
            except OSError as error:
                raise _cannot_write(self._target, error) from error

    def write(self, data: bytes, /) -> None:
        super().write(data)
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest[:WRITE_BYTES]) :]
        except OSError as error:
            raise _cannot_write(self._target, error) from error

    def restart(self) -> None:
        super().restart()
        self.taken_over = 0
        try:
            self._file.seek(0)
            self._file.truncate()
        except OSError as error:
            raise _cannot_write(self._target, error) from error

    def finish(self) -> None:
        """Write the complete file to the disk. It keeps its name until `publish`."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _cannot_write(self._target, error) from error

    def publish(self) -> None:
        """Rename the file to the destination."""
        self._remove_note()
        try:
            os.replace(self.path, self._target)
        except OSError as error:
            raise _cannot_write(self._target, error) from error
        self._close()

    def inherit(self) -> None:
        """Set the mode and, if permitted, the owner of the file that this one replaces."""
        try:
            old = os.stat(self._target)
        except OSError:
            return
        with contextlib.suppress(OSError):
            if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                os.chown(self.path, old.st_uid, old.st_gid)
        with contextlib.suppress(OSError):
            os.chmod(self.path, stat.S_IMODE(old.st_mode) & 0o777)

    def give_up(self, error: BaseException) -> None:
        """Keep the bytes after an error if a later run can continue from them, and add a note. Else remove the file."""
        with contextlib.suppress(OSError):
            self._file.flush()
        # A problem of this machine, such as a full disk, would persist.
        wrong_here = isinstance(error, (LocalFileError, RejectedError))
        stays = bool(self._kept and self.validator and self.position) and not wrong_here
        if stays and isinstance(error, CiError):
            error.notes.append(
                f"The first {self.position} bytes are kept in {self.path}. The next run continues from there."
            )
        if stays:
            self._close()
        else:
            self.discard()

    def discard(self) -> None:
        self._remove_note()
        with contextlib.suppress(OSError):
            os.unlink(self.path)
        self._close()

    def _remove_note(self) -> None:
        """Remove the note while the file is locked, so that no other task finds it beside its own new file."""
        if self._kept:
            self._kept.remove_note()

    def _close(self) -> None:
        self.stop()
        if self._kept:
            self._kept.close()
        with contextlib.suppress(OSError):
            self._file.close()


def _cannot_write(target: str, error: OSError) -> LocalFileError:
    return LocalFileError(f"dest: {target} cannot be written: {error.strerror or error}.")

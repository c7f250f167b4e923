# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a downloaded file goes: its path, what is there already, and the file beside it that grows meanwhile."""

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
    RefusedError,
    ServiceError,
)
from .background_hash import BackgroundHash
from .partial_file import open_kept

BLOCK_BYTES = 1024 * 1024
# A GiB in pieces of this size took ext4 0.6 s, in pieces of 256 KiB up to 2.4 s.
WRITE_BYTES = 32 * 1024
LONGEST_NAME_BYTES = 255


def path_of(dest: str, name: str, otherwise: str = "download") -> str:
    """Return the path of the file, as ansible.builtin.get_url does: in an existing directory, or one with a slash at
    the end, the file has its own name. That name is text of others, and never leads out of the directory.
    """
    return path_in(dest, file_name(name, otherwise))


def path_in(dest: str, name: str) -> str:
    """Return the path of the file, for a name that comes from file_name()."""
    path = os.path.join(dest, name) if dest.endswith("/") or os.path.isdir(dest) else dest
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise LocalFileError(f"dest: the directory {folder} does not exist.")
    if os.path.isdir(path):
        raise LocalFileError(f"dest: {path} is a directory, so no file of that name can be there.")
    return path


def check_writable(path: str) -> None:
    """Raise LocalFileError if the file could not be put there, as far as it can be told without writing."""
    folder = os.path.dirname(path) or "."
    if not os.access(folder, os.W_OK | os.X_OK):
        raise LocalFileError(f"dest: the directory {folder} cannot be written.")


def file_name(name: str, otherwise: str) -> str:
    """Return a name for a file from text of others; `otherwise` if nothing of the text can be used."""
    for text in (name, otherwise):
        safe = "".join("_" if mark in "/\\" or not mark.isprintable() else mark for mark in text).lstrip(". ")
        encoded = safe.encode("utf-8", "replace")
        if len(encoded) > LONGEST_NAME_BYTES:
            # What tells files apart is at the end as often as at the beginning: ".dSYM.zip".
            encoded = encoded[: LONGEST_NAME_BYTES - 32] + encoded[-32:]
        safe = encoded.decode("utf-8", "ignore").strip()
        if safe:
            return safe
    return "download"


@dataclass(frozen=True)
class Present:
    """The file that is at the destination already."""

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


def look_at(path: str) -> Present | None:
    """What is there. Raises LocalFileError for what is no regular file, such as a device."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise LocalFileError(f"dest: {path!r} cannot be used: {getattr(error, 'strerror', None) or error}.") from error
    if not stat.S_ISREG(found.st_mode):
        raise LocalFileError(f"dest: {path} is there and is not a regular file.")
    return Present(path, found.st_size)


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
        """What identifies the content that the bytes come from; "" if that is unknown."""
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
    """Not as many bytes come as the service has said."""

    def __init__(self, stated: int, received: int | None = None) -> None:
        came = "more came" if received is None else f"{received} came"
        super().__init__(f"{stated} bytes were announced and {came}", kind="invalid_response")


class Partial(Digest):
    """The file beside the destination, of mode 0600 from its first byte on, that becomes the destination in the end.

    With an identity (of something that can be downloaded) a later run takes it over and goes on where it ends, if the
    content is still the same: `validator` is kept beside it.
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
            # The last byte is fetched once more: the answer tells whether the content is still the same.
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
        """Everything is there and goes to the disk. The file keeps its name until `publish`."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _cannot_write(self._target, error) from error

    def publish(self) -> None:
        """Put it in the place of the destination, in one step."""
        self._remove_note()
        try:
            os.replace(self.path, self._target)
        except OSError as error:
            raise _cannot_write(self._target, error) from error
        self._close()

    def inherit(self) -> None:
        """Mode and, where that is allowed, owner of the file that it replaces."""
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
        """After an error: keep what a later run can go on from, and say so; else leave nothing behind."""
        with contextlib.suppress(OSError):
            self._file.flush()
        # What is wrong here, such as a full disk, does not get better by it.
        wrong_here = isinstance(error, (LocalFileError, RefusedError))
        stays = bool(self._kept and self.validator and self.position) and not wrong_here
        if stays and isinstance(error, CiError):
            error.notes.append(
                f"The first {self.position} bytes are kept in {self.path}; the next run goes on from there."
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
        """Remove the note while the part is locked: another task must not find a note of ours beside its new part."""
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

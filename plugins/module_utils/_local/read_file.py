# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read files of the machine that runs the task, completely and in one state, or fail."""

from __future__ import annotations

import base64
import binascii
import errno
import hashlib
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .._core.errors import LocalFileError, OptionError
from .._core.text import composed
from .._signing.file_formats import detect_format

# Signing files have a few kilobytes. A much larger file is the wrong one, and would be held in memory.
MAX_BYTES = 100 * 1024 * 1024
# Another process may still write to a file that is younger than this.
YOUNG_S = 2.0
READS = 5
# Windows' certutil -encode writes any file between these lines.
_FRAME = re.compile(r"\s*-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----\s*")


@dataclass(frozen=True)
class Content:
    """The bytes of a file, their digest and size."""

    data: bytes = field(repr=False)
    sha256: str = ""
    size: int = 0

    @classmethod
    def of(cls, data: bytes) -> Content:
        return cls(data, hashlib.sha256(data).hexdigest(), len(data))


def denied_path(paths: Iterable[str]) -> str | None:
    """Return the first path that is in a folder which this user may not search. The file may exist nevertheless."""
    for path in paths:
        try:
            os.stat(path)
        except PermissionError:
            return path
        except (OSError, ValueError):
            continue
    return None


def read_file(path: str) -> Content:
    """Return the content of a local file. The message of a LocalFileError names the option src and the file."""
    if not os.path.lexists(path):
        path = find_in_other_form(path) or path
    with _checked(path) as (file, before):
        data = _read_steadily(file, before)
        after = os.fstat(file.fileno())
    stays = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if data is None or len(data) != before.st_size or not stays:
        raise LocalFileError(f"src: {path} changed while it was read. Run the task again when the file is complete.")
    if not data:
        raise LocalFileError(_empty(path))
    return Content.of(data)


def check_file(path: str) -> None:
    """Raise the LocalFileError of read_file if it is certain without the content: a folder, no permission, empty."""
    with _checked(path) as (_file, found):
        if not found.st_size:
            raise LocalFileError(_empty(path))


def _empty(path: str) -> str:
    return f"src: {path} must not be empty."


@contextmanager
def _checked(path: str) -> Iterator[tuple[IO[bytes], os.stat_result]]:
    """Open a regular file of an acceptable size. Raise LocalFileError, also for errors of the reader."""
    try:
        with _opened(path) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise LocalFileError(f"src: {path} is not a regular file.")
            if found.st_size > MAX_BYTES:
                raise LocalFileError(
                    f"src: {path} must have at most {MAX_BYTES} bytes, got {found.st_size}. Check the path."
                )
            yield file, found
    except (OSError, ValueError) as error:
        raise LocalFileError(f"src: {path} {_problem(error)}.") from None


def _problem(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, IsADirectoryError):
        return "is a directory. Name a file in it"
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"


def _opened(path: str) -> IO[bytes]:
    # A plain open() would block at a named pipe.
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")


def _read_steadily(file: IO[bytes], found: os.stat_result) -> bytes | None:
    """Return the bytes of an open file, or None if they differ each time.

    A process that writes at this moment may leave the size and, by the granularity of the clock, the time of change
    as they are. So a young file is read until two reads agree.
    """
    data = file.read(MAX_BYTES + 1)
    if time.time() - found.st_mtime >= YOUNG_S:
        return data
    for _attempt in range(READS):
        file.seek(0)
        again = file.read(MAX_BYTES + 1)
        if again == data:
            return data
        data = again
    return None


def decode_content(text: str, option: str = "content") -> Content:
    """Return the content of a text in base64. The message of an OptionError does not repeat any of the text."""
    text = text.lstrip("\ufeff")
    frame = _FRAME.fullmatch(text)
    compact = "".join((frame[1] if frame else text).split())
    try:
        data = base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        raise OptionError(f"{option}: this is {_why_not_base64(compact)}") from None
    if frame and detect_format(data) is None:
        raise OptionError(f"{option}: this is text in PEM form. Encode the file with the filter b64encode.")
    if not data:
        raise OptionError(f"{option}: this is empty. A file must not be empty.")
    if len(data) > MAX_BYTES:
        raise OptionError(f"{option} must have at most {MAX_BYTES} bytes, got {len(data)}.")
    return Content.of(data)


def _why_not_base64(text: str) -> str:
    if text.startswith("-----BEGIN"):
        problem = "text in PEM form. Encode the file with the filter b64encode."
    elif not re.fullmatch(r"[A-Za-z0-9+/=_-]*", text):
        problem = "not base64: it has characters that base64 does not have. Encode the file with the filter b64encode."
    elif "-" in text or "_" in text:
        problem = "the variant of base64 for URLs, with - and _. Encode the file with the filter b64encode."
    else:
        problem = "base64 that is cut off or has wrong padding. Copy the whole text, or encode the file again."
    return problem


def find_in_other_form(path: str) -> str | None:
    """Return the existing path whose names differ from these only in their Unicode form, or None."""
    if path.isascii():
        return None
    found = os.sep if os.path.isabs(path) else os.curdir
    for name in path.split(os.sep):
        candidate = os.path.join(found, name)
        if not os.path.lexists(candidate):
            try:
                same = [other for other in os.listdir(found) if composed(other) == composed(name)]
            except OSError:
                return None
            if not same:
                return None
            candidate = os.path.join(found, min(same))
        found = candidate
    return found


def can_save_in(directory: str) -> bool:
    """Return whether save_privately can probably write there. A certain answer would need a write."""
    existing = os.path.abspath(directory)
    # Not pathlib, which raises errors for a folder that this user may not read.
    while not os.path.lexists(existing) and existing != os.path.dirname(existing):
        existing = os.path.dirname(existing)
    effective = os.access in os.supports_effective_ids
    return (
        "\0" not in directory
        and os.path.isdir(existing)
        and os.access(existing, os.W_OK | os.X_OK, effective_ids=effective)
    )


def save_privately(directory: str, name: str, data: bytes) -> str:
    """Write a file of mode 0600 atomically. Return its path. Raise OSError."""
    try:
        return _save_privately(directory, name, data)
    except ValueError as error:  # NUL, or half of a surrogate pair
        raise OSError(errno.EINVAL, "the name contains a character that file names cannot have", directory) from error


def _save_privately(directory: str, name: str, data: bytes) -> str:
    if not os.path.isdir(directory):
        Path(directory).mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chmod(directory, 0o700)  # the umask does not apply here
    path = os.path.join(directory, name)
    replace_file(path, data)
    return path


# The names that mkstemp() makes in replace_file().
TEMPORARY_NAME = re.compile(r"\.[a-z0-9_]{8}")


def replace_file(path: str, data: bytes, set_mode: Callable[[str], object] = lambda _path: None) -> None:
    """Write a file atomically. `set_mode` gets the path of the new file, which has mode 0600, before others see it."""
    handle, temporary = tempfile.mkstemp(prefix=".", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, 0o600)  # the umask may remove more
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        set_mode(temporary)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise

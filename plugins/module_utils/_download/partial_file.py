# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with the first bytes of a download, and a note beside it that identifies their content."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
from typing import IO

from .._http.ranges import is_validator

_LONGEST = 1000


class PartialFile:
    """Both files have mode 0600, and the task that writes them locks them. `validator` is "" if it is unknown."""

    def __init__(self, path: str, file: IO[bytes], note: IO[bytes]) -> None:
        self.path, self.file, self._note = path, file, note
        text = note.read(_LONGEST).decode("latin-1")
        self.validator = text if is_validator(text) else ""

    def set_validator(self, text: str) -> None:
        """Write the identification of the content to the note, before the first byte is received."""
        if text == self.validator:
            return
        # After a power failure, this note must not be beside bytes of another content.
        os.fsync(self.file.fileno())
        self._note.seek(0)
        self._note.truncate()
        self._note.write(text.encode("latin-1"))
        self.validator = text

    def remove_note(self) -> None:
        with contextlib.suppress(OSError):
            os.unlink(_note_path(self.path))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._note.close()


def open_kept(target: str, identity: str) -> PartialFile | None:
    """Return the partial file for this content. None if another user owns it, or another task writes it."""
    path = _path_of(target, identity)
    file = _open_own(path)
    if file is None:
        return None
    note = _open_own(_note_path(path))
    if note is None:
        file.close()
        return None
    return PartialFile(path, file, note)


def _path_of(target: str, identity: str) -> str:
    folder, name = os.path.split(target)
    mark = hashlib.sha256(f"{identity}\0{name}".encode("utf-8", "replace")).hexdigest()[:24]
    return os.path.join(folder, f".{mark}.part")


def _note_path(path: str) -> str:
    return f"{path}.tag"


def _open_own(path: str) -> IO[bytes] | None:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError:
        return None
    file = os.fdopen(handle, "r+b", 0)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found, there = os.fstat(handle), os.lstat(path)
        is_own_file = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_nlink == 1
        # Other users may be able to write to the directory, and another task may just have renamed the file.
        if is_own_file and not found.st_mode & 0o077 and (found.st_dev, found.st_ino) == (there.st_dev, there.st_ino):
            return file
    except OSError:
        pass
    file.close()
    return None

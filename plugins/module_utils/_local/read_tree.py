# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory of the machine that runs the task, as one archive: the same tree always makes the same bytes."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Iterator

from .._core.errors import LocalFileError
from .read_file import MAX_BYTES, Content, read_file

# What version control keeps beside the files is no part of them.
NOT_PACKED = frozenset({".git", ".hg", ".svn"})
# The earliest that a zip can say. Times, owners and modes of the files have no part in the archive.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16


def read_file_or_tree(path: str) -> Content:
    """A file as it is; a directory as a zip of all that is in it. Raises LocalFileError."""
    return read_tree(path) if os.path.isdir(path) else read_file(path)


def read_tree(root: str) -> Content:
    """The zip of a directory, in memory."""
    packed = io.BytesIO()
    names = sorted(_names(root))
    if not names:
        raise LocalFileError(f"src: {root} is a directory without files.")
    total = 0
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in names:
            data = _data(os.path.join(root, name))
            total += len(data)
            if total > MAX_BYTES:
                raise LocalFileError(f"src: {root} holds more than {MAX_BYTES} bytes.")
            entry = zipfile.ZipInfo(name.replace(os.sep, "/"), _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # always the same, whatever the machine
            entry.external_attr = _MODE
            archive.writestr(entry, data)
    return Content.of(packed.getvalue())


def _names(root: str) -> Iterator[str]:
    """Every file below the directory, by its path from there."""

    def refuse(error: OSError) -> None:
        raise LocalFileError(f"src: {error.filename} cannot be read: {error.strerror}.")

    for folder, folders, files in os.walk(root, onerror=refuse):
        folders[:] = [name for name in folders if name not in NOT_PACKED]
        for name in folders:
            if os.path.islink(os.path.join(folder, name)):
                raise LocalFileError(
                    f"src: {os.path.join(folder, name)} is a symbolic link to a directory, which is not followed."
                )
        for name in files:
            path = os.path.relpath(os.path.join(folder, name), root)
            if not _is_text(path):
                raise LocalFileError(f"src: the name of {path!r} in {root} is not UTF-8, as a zip takes it.")
            yield path


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _data(path: str) -> bytes:
    # Unlike a file that is named by itself, one of many may be empty.
    if os.path.isfile(path) and os.path.getsize(path) == 0:
        return b""
    return read_file(path).data

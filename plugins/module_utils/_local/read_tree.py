# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pack a directory of the machine that runs the task into one archive. The same tree always gives the same bytes."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Iterator

from .._core.errors import LocalFileError
from .read_file import MAX_BYTES, Content, read_file

# Folders of version control.
NOT_PACKED = frozenset({".git", ".hg", ".svn"})
# The earliest time that a zip can hold. The archive does not have times, owners and modes of the files.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16


def read_file_or_tree(path: str) -> Content:
    """Return the content of a file, or a zip of a directory. Raise LocalFileError."""
    return read_tree(path) if os.path.isdir(path) else read_file(path)


def read_tree(root: str) -> Content:
    """Return a zip of a directory. Raise LocalFileError."""
    packed = io.BytesIO()
    names = sorted(_names(root))
    if not names:
        raise LocalFileError(f"src: the directory {root} must contain a file.")
    total = 0
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in names:
            data = _data(os.path.join(root, name))
            total += len(data)
            if total > MAX_BYTES:
                raise LocalFileError(f"src: the files in {root} must have at most {MAX_BYTES} bytes together.")
            entry = zipfile.ZipInfo(name.replace(os.sep, "/"), _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same on every machine
            entry.external_attr = _MODE
            archive.writestr(entry, data)
    return Content.of(packed.getvalue())


def _names(root: str) -> Iterator[str]:
    """Yield the path of each file below the directory, relative to it."""

    def raise_error(error: OSError) -> None:
        raise LocalFileError(f"src: {error.filename} cannot be read: {error.strerror}.")

    for folder, folders, files in os.walk(root, onerror=raise_error):
        folders[:] = [name for name in folders if name not in NOT_PACKED]
        for name in folders:
            if os.path.islink(os.path.join(folder, name)):
                raise LocalFileError(
                    f"src: {os.path.join(folder, name)} is a symbolic link to a directory, which cannot be packed. "
                    "Replace it with the directory, or remove it."
                )
        for name in files:
            path = os.path.relpath(os.path.join(folder, name), root)
            if not _is_text(path):
                raise LocalFileError(f"src: the name of {path!r} in {root} must be UTF-8. Rename the file.")
            yield path


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _data(path: str) -> bytes:
    # A file in a directory may be empty, unlike a file that an option names.
    if os.path.isfile(path) and os.path.getsize(path) == 0:
        return b""
    return read_file(path).data

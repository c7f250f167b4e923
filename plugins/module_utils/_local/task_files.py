# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transfer the controller's files of a task to the host that runs the module.

The files are in one archive in the task's temporary folder, and an environment variable has its path. So options
keep the paths that the user wrote, and a missing file raises its error when the module reads it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping

from .._core.errors import LocalFileError
from .read_file import Content, read_file

VARIABLE = "MOBILEOPS_CI_TASK_FILES"
_INDEX = "index.json"


def pack(files: Mapping[str, Content | LocalFileError]) -> bytes:
    """Return an archive of the contents, or of the reasons why they cannot be read, by path as the options name it."""
    archive = io.BytesIO()
    index = {}
    with zipfile.ZipFile(archive, "w") as packed:
        for number, (path, found) in enumerate(files.items()):
            if isinstance(found, Content):
                packed.writestr(str(number), found.data)
                index[path] = {"member": str(number)}
            else:
                index[path] = {"problem": str(found)}
        packed.writestr(_INDEX, json.dumps(index))
    return archive.getvalue()


def reader(env: Mapping[str, str], read_path: Callable[[str], Content] = read_file) -> Callable[[str], Content]:
    """Return a function that reads files from the archive, which is removed at once, or else from the local disk."""
    place = env.get(VARIABLE)
    if not place:
        return read_path
    try:
        with open(place, "rb") as file:
            archive = file.read()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return lambda path: _missing(path, reason)
    # ansible-core removes the folder after the task, unless the user keeps remote files. The user whom the task became
    # may not have the permission to remove the archive.
    with contextlib.suppress(OSError):
        os.unlink(place)
    return lambda path: _unpack(archive, path, read_path)


def _missing(path: str, reason: str) -> Content:
    raise LocalFileError(f"src: {path} did not get to the host that runs the module: {reason}. Run the task again.")


def _unpack(archive: bytes, path: str, read_path: Callable[[str], Content]) -> Content:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        index = json.loads(packed.read(_INDEX))
        if path not in index:
            return read_path(path)
        if "problem" in index[path]:
            raise LocalFileError(index[path]["problem"])
        return Content.of(packed.read(index[path]["member"]))

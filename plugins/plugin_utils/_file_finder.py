# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find files of the controller as ansible.builtin.copy does, and decrypt them in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleError, AnsibleFileNotFound
from ansible.parsing.vault import is_encrypted

from ..module_utils._core.errors import LocalFileError
from ..module_utils._local.read_file import (
    Content,
    denied_path,
    find_in_other_form,
    read_file,
)
from ._task_environment import expand


class FileFinder:
    """Read files by the path in an option."""

    def __init__(
        self,
        find: Callable[[str], str],
        decrypt: Callable[[bytes], bytes],
        read_path: Callable[[str], Content] = read_file,
    ) -> None:
        self._find = find
        self._decrypt = decrypt
        self._read_path = read_path
        self.decrypted: list[str] = []  # paths of files whose content must not get on a disk of the controller

    def read(self, path: str) -> Content:
        """Return the content of a file. Raise LocalFileError."""
        try:
            found = self._find(path)
        except AnsibleFileNotFound as error:
            places = list(dict.fromkeys(error.paths or []))
            # macOS may have decomposed a name, which then looks the same but differs.
            same = next(filter(None, map(find_in_other_form, [path] if os.path.isabs(path) else places)), None)
            if same is None:
                denied = denied_path([path] if os.path.isabs(path) else places)
                if denied:
                    raise LocalFileError(f"src: {denied} cannot be read: permission denied.") from error
                searched = f" Searched in: {', '.join(places)}." if places else ""
                raise LocalFileError(f"src: {path} does not exist.{searched}") from error
            found = same
        content = self._read_path(found)
        return self._decrypted(found, content.data) if is_encrypted(content.data) else content

    def read_all(self, paths: list[str]) -> dict[str, Content | LocalFileError]:
        """Return contents or errors by path."""
        files: dict[str, Content | LocalFileError] = {}
        for path in dict.fromkeys(paths):
            try:
                files[path] = self.read(path)
            except LocalFileError as error:
                files[path] = error
        return files

    def _decrypted(self, path: str, data: bytes) -> Content:
        try:
            plain = bytes(self._decrypt(data))
        except AnsibleError as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
            problem = f"is encrypted with ansible-vault and cannot be decrypted ({reason})"
            raise LocalFileError(f"src: {path} {problem}. Pass its vault password to Ansible.") from error
        if not plain:
            raise LocalFileError(f"src: {path} must not be empty, but its decrypted content is.")
        self.decrypted.append(path)
        return Content.of(plain)


def take_paths(arguments: dict[str, Any], option: str, env: Mapping[str, str]) -> list[str]:
    """Return the paths in an option such as "src" or "profiles.src". Expand variables and home folders in arguments."""
    if arguments.get("state") == "absent":
        return []
    name, _dot, rest = option.partition(".")
    value = arguments.get(name)
    if rest:
        entries = value if isinstance(value, list) else []
        return [path for entry in entries if isinstance(entry, dict) for path in take_paths(entry, rest, env)]
    if not isinstance(value, str) or not value:
        return []
    arguments[name] = expand(value, env)
    return [arguments[name]]

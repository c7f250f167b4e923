# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules that manage one file of an app, and their conversion to a declared file."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..._core.errors import OptionError
from ..._core.option_groups import OptionGroup, reject_empty
from ..._local.read_file import Content, decode_content
from .content import Backup
from .env_keys import check_keystore_name
from .kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from .model import KEYSTORE_SECRETS, Desired
from .observe import DeclaredFile
from .verify import NONE

STATE = OptionGroup({"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}})

FILE = OptionGroup(
    {
        "src": {"type": "path"},
        "content": {"type": "str", "no_log": True},
        "name": {"type": "str"},
        "slug": {"type": "str"},
        "is_protected": {"type": "bool"},
        "is_expose": {"type": "bool", "aliases": ["is_exposed"]},
        "on_unverifiable": {"type": "str", "choices": ["warn", "trust", "replace", "fail"], "default": "warn"},
        "duplicates": {"type": "str", "choices": ["fail", "remove"], "default": "fail"},
        "backup_dir": {"type": "path"},
        "backup_required": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
    },
    mutually_exclusive=(("src", "content"),),
    required_one_of=(("src", "content", "name", "slug"),),
    required_if=(("backup_required", True, ("backup_dir",)),),
)

CERTIFICATE_PASSWORD = OptionGroup(
    {
        "certificate_password": {"type": "str", "no_log": True},
        "update_password": {
            "type": "str",
            "choices": ["on_change", "always"],
            "default": "on_change",
            "no_log": False,
        },
    }
)

VERIFY = OptionGroup({"verify": {"type": "str", "choices": ["strict", "warn", "none"], "default": "strict"}})

# Set at creation. The service does not support changing them.
KEYSTORE = OptionGroup(
    {
        "alias": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "private_key_password": {"type": "str", "no_log": True},
        "keystore_name": {"type": "str", "no_log": False},
    }
)

ENV_KEY = OptionGroup({"user_env_key": {"type": "str", "no_log": False}})

REPLACE_ORDER = OptionGroup(
    {"replace_order": {"type": "str", "choices": ["upload_first", "delete_first"], "default": "upload_first"}}
)

# The order in which a fleet reconciles them: a profile needs its certificate.
FILE_OPTIONS: dict[FileKind, OptionGroup] = {
    BUILD_CERTIFICATE: FILE + VERIFY + CERTIFICATE_PASSWORD,
    PROVISIONING_PROFILE: FILE + VERIFY,
    ANDROID_KEYSTORE: FILE + VERIFY + KEYSTORE + REPLACE_ORDER,
    PROJECT_FILE: replace(FILE, required_one_of=(("src", "content", "name", "slug", "user_env_key"),))
    + ENV_KEY
    + REPLACE_ORDER,
}


def declared_file_of(kind: FileKind, options: Mapping[str, Any], read_file: Callable[[str], Content]) -> DeclaredFile:
    """Return the declared file in these options. Read the local file. Raise OptionError or LocalFileError."""
    reject_empty(options, "src", "name", "slug", "backup_dir", "user_env_key", "keystore_name")
    if options["src"] and not os.path.basename(options["src"]):
        raise OptionError(f"src must be the path to a file, got the directory {options['src']}.")
    present = options["state"] == "present"
    name = options["name"] or (os.path.basename(options["src"]) if options["src"] else None)
    content = _content(options, name, read_file) if present else None
    if options["content"] is not None and not name and not options["slug"]:
        raise OptionError("name is required with content, because there is no src to take the name from.")
    if content and not name:
        raise OptionError("name is required with content and slug.")
    check_keystore_name(options.get("keystore_name"))
    desired = Desired(
        name=name,
        present=present,
        slug=options["slug"],
        size=content.size if content else None,
        sha256=content.sha256 if content else None,
        is_protected=options["is_protected"],
        is_expose=options["is_expose"],
        password=options["certificate_password"] if kind.has_password else None,
        update_password=options["update_password"] if kind.has_password else "on_change",
        env_key=options.get("user_env_key"),
        keystore={option: options[option] for option in KEYSTORE_SECRETS if options.get(option) is not None},
        keystore_name=options.get("keystore_name"),
        replace_order=options.get("replace_order", "upload_first"),
        on_unverifiable=options["on_unverifiable"],
        duplicates=options["duplicates"],
        force=options["force"],
    )
    backup = Backup(options["backup_dir"], options["backup_required"]) if options["backup_dir"] else None
    return DeclaredFile(desired, content, backup, options.get("verify", NONE))


def _content(options: Mapping[str, Any], name: str | None, read_file: Callable[[str], Content]) -> Content | None:
    if options["content"] is not None:
        return decode_content(options["content"], f"content of {name}" if name else "content")
    return read_file(options["src"]) if options["src"] else None

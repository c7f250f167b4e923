# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of dataclasses that may hold a secret are not in the text of an object, which may get into a message."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator

import ansible_collections.mobileops.ci.plugins.module_utils as utils

SECRET = re.compile(r"(^|_)(bytes|changes|content|contents|data|headers|json|passwords?|secret|tokens?|url|utf8)$")
# Fields with such a name that hold no secret, or an object that hides its own.
HARMLESS = re.compile(r"^(has|is|most|opens|page|update)_|^Callable|^Mapping\[FileKind|Content\b|Contents\b|NamedFile")
# Changes of an app on PhoneGap are public: its title, description and settings.
PUBLIC = "._phonegap.app_plan."


def fields() -> Iterator[tuple[str, dataclasses.Field[object]]]:
    """Yield the fields of all dataclasses in module_utils, with the name of their class."""
    for info in pkgutil.walk_packages(utils.__path__, f"{utils.__name__}."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == info.name:
                yield from ((f"{info.name}.{name}", field) for field in dataclasses.fields(value))


def test_text_of_objects_lacks_secrets() -> None:
    named = [
        (owner, field)
        for owner, field in fields()
        if SECRET.search(field.name)
        and not (HARMLESS.search(field.name) or HARMLESS.search(str(field.type)) or PUBLIC in owner)
    ]
    assert len(named) > 20
    shown = [f"{owner}.{field.name}: {field.type}" for owner, field in named if field.repr]
    assert shown == []

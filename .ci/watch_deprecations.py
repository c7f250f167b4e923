# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write each deprecation warning that ansible-core shows to a file, as one line.

`make matrix` puts this module into the virtual environment of an ansible-core, where a .pth file starts it in every
process. It changes `Display.display` as soon as ansible-core imports it.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

_MODULE = "ansible.utils.display"
_MARK = "[DEPRECATION WARNING]"


class _Watch(MetaPathFinder, Loader):
    """Import the module with its own loader, and wrap the method after that."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._loader: Loader | None = None

    def find_spec(self, fullname: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        if fullname != _MODULE:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is not None:
            self._loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec) if self._loader else None

    def exec_module(self, module: ModuleType) -> None:
        assert self._loader is not None
        self._loader.exec_module(module)
        display = module.Display.display

        def watched(this: Any, msg: Any, *arguments: Any, **named: Any) -> Any:
            if _MARK in str(msg):
                with open(self._file, "a", encoding="utf-8") as log:  # noqa: PTH123
                    log.write(" ".join(str(msg).split()) + "\n")
            return display(this, msg, *arguments, **named)

        module.Display.display = watched


def start(file: str) -> None:
    sys.meta_path.insert(0, _Watch(file))

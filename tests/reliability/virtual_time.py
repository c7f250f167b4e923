# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One clock for the service and for the collection, which nothing but requests and pauses moves."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.clients import BitriseClients
from ansible_collections.mobileops.ci.plugins.module_utils._transport import Transport

_COLLECTION = "ansible_collections.mobileops.ci.plugins.module_utils."


class VirtualTime:
    """Stands for the module `time` in the collection."""

    def __init__(self) -> None:
        self.start = float(int(time.time()))
        self.seconds = 0.0

    def time(self) -> float:
        return self.start + self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += max(0.0, seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Replace the time in every module of the collection that looks at it, and its ways to wait."""
        from_options = Transport.from_options.__func__  # type: ignore[attr-defined]

        def transport(cls: type[Transport], options: Any, env: Any) -> Transport:
            made: Transport = from_options(cls, options, env)
            return replace(made, sleep=self.sleep)

        with ExitStack() as stack:
            for name, module in list(sys.modules.items()):
                if name.startswith(_COLLECTION) and getattr(module, "time", None) is time:
                    stack.enter_context(patch.object(module, "time", self))
            stack.enter_context(patch.object(Transport, "from_options", classmethod(transport)))
            # There is no TLS here, and listing the certificates of the machine takes longer than all requests of a run.
            stack.enter_context(patch.object(Transport, "verify", True))
            stack.enter_context(patch.object(BitriseClients, "_sleep", lambda _self, seconds: self.sleep(seconds)))
            yield

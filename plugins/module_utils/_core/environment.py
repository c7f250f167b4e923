# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that the environment fills in: which value is the task's own, and which is not."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.errors import AnsibleFallbackNotFound


class FromEnvironment(str):
    """The value of an option that the task leaves out: what the task does say may speak against it."""

    __slots__ = ()


def said_by_task(value: Any) -> bool:
    return value is not None and not isinstance(value, FromEnvironment)


def look_up(env: Mapping[str, str], *names: str) -> FromEnvironment:
    """The first of these variables that is set. An empty one is not: there is no other way to take it back."""
    for name in names:
        if env.get(name):
            return FromEnvironment(env[name])
    raise AnsibleFallbackNotFound


def environment_fallback(*names: str) -> FromEnvironment:
    """A fallback of an argument specification, like env_fallback of ansible-core."""
    return look_up(os.environ, *names)

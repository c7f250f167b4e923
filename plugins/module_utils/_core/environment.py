# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that environment variables set. The code can distinguish them from options that the task sets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.errors import AnsibleFallbackNotFound


class FromEnvironment(str):
    """Value of an option that the task omits. An option that the task sets may override it."""

    __slots__ = ()


def is_set_by_task(value: Any) -> bool:
    """Return whether the task sets the option with this value, not the environment."""
    return value is not None and not isinstance(value, FromEnvironment)


def look_up(env: Mapping[str, str], *names: str) -> FromEnvironment:
    """Return the first of these variables that is set. An empty variable counts as not set: users can unset it so."""
    for name in names:
        if env.get(name):
            return FromEnvironment(env[name])
    raise AnsibleFallbackNotFound


def environment_fallback(*names: str) -> FromEnvironment:
    """Return an option's fallback for an argument specification, like env_fallback of ansible-core."""
    return look_up(os.environ, *names)

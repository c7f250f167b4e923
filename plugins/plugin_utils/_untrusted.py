# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from elsewhere as variables and names of an inventory: data, never a template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

try:
    # From ansible-core 2.19 on only text that is marked as trusted is templated, and nothing has to be done.
    from ansible.template import trust_as_template as _trust_as_template
except ImportError:
    _trust_as_template = None
if _trust_as_template is None:
    from ansible.utils.unsafe_proxy import AnsibleUnsafeText

_TEMPLATE_CHARACTERS = re.compile(r"[{}]")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def as_data(value: Any) -> Any:
    """The value with every text in it marked, where that is needed, as something that must not be templated.

    Text without braces cannot become a template, and stays as it is: ansible-inventory before 2.19 lists
    marked text in a form that its readers have to know.
    """
    if isinstance(value, str):
        text = _LONE_SURROGATES.sub("\ufffd", value)
        return AnsibleUnsafeText(text) if _trust_as_template is None and _TEMPLATE_CHARACTERS.search(text) else text
    if isinstance(value, Mapping):
        return {as_data(key): as_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_data(item) for item in value]
    return value

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of a service as variables and names of an inventory: data, never a template."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

try:
    # From ansible-core 2.19 on only text that is marked as trusted is templated.
    from ansible.template import trust_as_template as _trust_as_template
except ImportError:
    _trust_as_template = None
if _trust_as_template is None:
    from ansible.utils.unsafe_proxy import AnsibleUnsafeText

_TEMPLATE_CHARACTERS = re.compile(r"[{}]")
# A brace at the end can become a delimiter when a play appends text. ansible-core lets a header choose delimiters.
_DELIMITERS = re.compile(r"\{(?=[{%#]|\Z)|^#(?=jinja2:)")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def as_data(value: Any) -> Any:
    """Return the value with all text marked, where ansible-core needs it, as text that must not be templated.

    Text without braces cannot become a template, and stays as it is: ansible-inventory before 2.19 lists
    marked text in a form that its readers have to know.
    """
    return _map_text(value, _mark)


def without_delimiters(value: Any) -> Any:
    """Return the value with a space in each Jinja delimiter that opens something: `{{` becomes `{ {`.

    An exported inventory has no marks. Its reader (AWX, a script) passes all text to Ansible as templates.
    """
    return _map_text(value, _separate)


def has_delimiters(value: Any) -> bool:
    """Return whether without_delimiters() would change the value."""
    if isinstance(value, str):
        return bool(_DELIMITERS.search(value))
    if isinstance(value, Mapping):
        return any(has_delimiters(part) for item in value.items() for part in item)
    return isinstance(value, (list, tuple)) and any(has_delimiters(item) for item in value)


def trusted_template(text: str) -> str:
    """Return a template of our own in the form that this ansible-core evaluates."""
    return text if _trust_as_template is None else _trust_as_template(text)


def _map_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {_map_text(key, change): _map_text(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_map_text(item, change) for item in value]
    return value


def _mark(value: str) -> str:
    text = _LONE_SURROGATES.sub("\ufffd", value)
    return AnsibleUnsafeText(text) if _trust_as_template is None and _TEMPLATE_CHARACTERS.search(text) else text


def _separate(value: str) -> str:
    return _DELIMITERS.sub(lambda delimiter: f"{delimiter[0]} ", value)

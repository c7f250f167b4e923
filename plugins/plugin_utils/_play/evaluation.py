# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluate variables of hosts: templates, lookups and vaulted values become plain Python values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ansible import errors
from ansible.template import Templar
from ansible.utils.vars import load_extra_vars
from jinja2 import Undefined, UndefinedError

from ...module_utils._core.closest_name import closest_name
from .._vault import why_not_decrypted
from .near_names import text_names

# From ansible-core 2.19 `omit` raises this; before, it is a text.
_Omitted: Any = getattr(errors, "AnsibleValueOmittedError", None) or ()
OMITTED = object()

# Templates to keep compiled. Hosts share the templates of their groups; those of single hosts must not fill the memory.
_COMPILED = 1000

# Errors whose text names variables, files and lookups, but not their values.
_SAFE_ERROR_NAMES = ("AnsibleUndefinedVariable", "AnsibleLookupError", "AnsibleVaultError", "AnsibleFileNotFound")
_SAFE_ERRORS = (UndefinedError, *(getattr(errors, name) for name in _SAFE_ERROR_NAMES if hasattr(errors, name)))
_UNDEFINED = re.compile(r"'[^']+' is undefined|[^.:]*\bobject\b[^.:]* has no attribute '[^']+'")
_UNDEFINED_NAME = re.compile(r"'([^']+)' is undefined$")
_LOOKUP = re.compile(r"lookup plugin '([\w.]+)'")


class EvaluationError(Exception):
    """A value cannot be evaluated. The text contains no value of a variable."""


class Evaluator:
    """Evaluate the variables of hosts with one Templar, because creating one takes a millisecond."""

    def __init__(self, loader: Any) -> None:
        self._templar = Templar(loader=loader, variables={})
        self.extra_variables = frozenset(load_extra_vars(loader))
        _compile_once(self._templar)
        self._before_2_19 = not hasattr(self._templar, "evaluate_expression")
        self._omit: Any = None

    def use(self, variables: Mapping[str, Any]) -> None:
        """Evaluate with the variables of this host from now on."""
        self._templar.available_variables = variables
        self._omit = variables.get("omit") if self._before_2_19 else None

    def takes_part(self, task: Any, variables: Mapping[str, Any]) -> bool:
        """Return whether the conditions of the task, including those of its role, hold for this host."""
        if not task.when:
            return True
        self.use(variables)
        if self._before_2_19:
            return bool(task.evaluate_conditional(self._templar, variables))
        return all(self._templar.evaluate_conditional(condition) for condition in task.when)

    def value(self, value: Any, spec: Mapping[str, Any]) -> Any:
        """Return the plain value, or OMITTED. `spec` describes it as an argument specification does.

        Evaluate containers item by item, so that before ansible-core 2.19 a text that looks like a list stays a text
        where the specification wants one. Raise EvaluationError.
        """
        try:
            return self._plain(value, spec)
        except EvaluationError:
            raise
        except Exception as error:  # a lookup may raise anything
            raise EvaluationError(reason_of(error, self._templar.available_variables)) from error

    def _plain(self, value: Any, spec: Mapping[str, Any]) -> Any:
        if isinstance(value, Mapping):
            options = spec.get("options") or {}
            items = {str(key): self._plain(item, options.get(key, {})) for key, item in value.items()}
            return {key: item for key, item in items.items() if item is not OMITTED}
        if isinstance(value, (list, tuple)):
            of_entries = {**spec, "type": spec.get("elements", "raw")}
            return [item for item in (self._plain(entry, of_entries) for entry in value) if item is not OMITTED]
        if not _may_be_template(value):
            return _bare(value)
        try:
            if self._before_2_19:
                value = self._templar.template(value, convert_data=spec.get("type") != "str")
            else:
                value = self._templar.template(value)
        except _Omitted:
            return OMITTED
        if self._omit is not None and isinstance(value, str) and value == self._omit:
            return OMITTED
        return self._strip(value)

    def _strip(self, value: Any) -> Any:
        """Return the value of a template without types of ansible-core, and without `omit` in containers."""
        if isinstance(value, Mapping):
            return {str(key): self._strip(item) for key, item in value.items() if not self._is_omit(item)}
        if isinstance(value, (list, tuple)):
            return [self._strip(item) for item in value if not self._is_omit(item)]
        return _bare(value)

    def _is_omit(self, value: Any) -> bool:
        return self._omit is not None and isinstance(value, str) and value == self._omit


def place_of(*candidates: Any) -> str:
    """Return FILE:LINE of the first value or error whose origin ansible-core knows, else an empty text."""
    for candidate in candidates:
        value = getattr(candidate, "obj", None) if isinstance(candidate, BaseException) else candidate
        if isinstance(value, Undefined):  # an attribute of a value that cannot be decrypted raises an error
            continue
        position = getattr(value, "ansible_pos", None)  # before ansible-core 2.19
        if position and position[0]:
            return f"{position[0]}:{position[1]}"
        try:
            from ansible._internal._datatag._tags import Origin
        except ImportError:
            continue
        tag = Origin.get_tag(value)
        if tag is not None and tag.path:
            return f"{tag.path}:{tag.line_num}" if tag.line_num else str(tag.path)
    return ""


def reason_of(error: BaseException, variables: Mapping[str, Any] | None = None) -> str:
    """Return the innermost reason in one line. Of an unknown error only the type, as its text may quote a secret.

    `variables`: those of the host, to name the one that is the reason.
    """
    chain = [error]
    while (cause := chain[-1].__cause__ or getattr(chain[-1], "orig_exc", None)) and cause not in chain:
        chain.append(cause)
    if not_decrypted := why_not_decrypted(chain, variables or {}, place_of):
        return not_decrypted
    for cause in reversed(chain):
        if isinstance(cause, _SAFE_ERRORS):
            text = str(getattr(cause, "message", None) or cause).strip()
            # Before ansible-core 2.19 the text also contains the templates that lead to the name.
            undefined = _UNDEFINED.findall(text)
            lines = undefined[-1:] or text.splitlines()
            reason = (lines[0] if lines else type(cause).__name__).rstrip(". ")
            return f"{reason}{_meant(reason, variables or {})}"
    lookup = _LOOKUP.search(str(error))
    return f"lookup {lookup[1]} failed" if lookup else f"it cannot be evaluated ({type(chain[-1]).__name__})"


def _meant(reason: str, variables: Mapping[str, Any]) -> str:
    """Return a question that suggests a variable with a name similar to the undefined one, or an empty text."""
    undefined = _UNDEFINED_NAME.match(reason)
    if not undefined:
        return ""
    closest = _closest_variable(undefined[1], frozenset(text_names(variables)))
    return f"; did you mean {closest}?" if closest else ""


@lru_cache(maxsize=100)
def _closest_variable(name: str, known: frozenset[str]) -> str | None:
    """Return the closest name. Hosts share most names of variables, and mistakes in templates."""
    return closest_name(name, known, cutoff=0.85)


def _may_be_template(value: Any) -> bool:
    """Return whether evaluation could change the value. A vaulted text counts: evaluation decrypts it."""
    if value is None or isinstance(value, (bool, int, float)):
        return False
    return not isinstance(value, str) or "{" in value or value.startswith("#jinja2:")


def _bare(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    # str() of an unsafe text of ansible-core returns the unsafe text itself.
    return "".join(list(value)) if isinstance(value, str) else str(value)


def _compile_once(templar: Any) -> None:
    """Make the Templar compile a template once that many hosts share. This saves two thirds of the evaluation time.

    It uses private names of ansible-core. Without them evaluation is slower, and nothing else differs.
    """
    environment = getattr(getattr(templar, "_engine", templar), "environment", None)
    kind: Any = type(environment)
    if not callable(getattr(kind, "from_string", None)):
        return
    compiled: dict[str, Any] = {}

    def from_string(self: Any, source: Any, *args: Any, **more: Any) -> Any:
        # Templates with a header of options use overlays, which are copies of this environment.
        if self is not environment or args or more or not isinstance(source, str):
            return kind.from_string(self, source, *args, **more)
        if source not in compiled:
            if len(compiled) >= _COMPILED:
                compiled.clear()
            compiled[source] = kind.from_string(self, source)
        return compiled[source]

    try:
        environment.__class__ = type(kind.__name__, (kind,), {"from_string": from_string})
    except TypeError:
        return

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup plugin for the keyword hosts of a play that must not end successfully without a host."""

from __future__ import annotations

DOCUMENTATION = r"""
name: app_hosts
short_description: Return the hosts of a play, or explain why there are none
version_added: 1.0.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Returns host patterns for the keyword C(hosts) of a play. By default, ansible-core ends successfully if an inventory
    cannot be read or if no host matches. This lookup fails instead, before the play starts.
  - The error names the cause, such as a missing inventory, the error of the inventory plugin
    P(mobileops.ci.bitrise#inventory) (a refused token, an unknown option), filters that match no app, a pattern that
    matches no group and no host (with the closest name), or a C(--limit) that excludes all hosts of the play.
    ansible-core itself reports a C(--limit) that matches no host of the inventory.
  - The lookup also fails if only some of the sources of the inventory plugin fail, because the play would silently skip
    their apps. A play on the implicit localhost ignores them.
  - If only playbooks of this collection are started, the lookup fails for C(--tags) that select no task, because their
    tasks have no tags.
  - The lookup does not fail with C(--syntax-check), C(--list-tasks) and C(--list-tags), which need no inventory.
  - All playbooks of this collection use this lookup.
options:
  _terms:
    description:
      - Host patterns to use if the variable of O(prefix) is not set or blank. The default is V(all).
    type: list
    elements: str
  prefix:
    description:
      - Prefix of two variables. With the prefix V(rollout), C(rollout_hosts) contains the host patterns, as a list or
        as text with commas or line breaks, and C(rollout_allow_empty) sets O(allow_empty). Blank and null values mean
        the default. The lookup rejects unknown variables with similar names.
      - If C(rollout_hosts) is not set, the lookup also rejects variables whose names end in C(_hosts) and belong to
        another playbook of this collection, such as C(report_hosts), because the play would run on all hosts. If only
        playbooks of this collection are started, this includes names that resemble the prefix. For the prefixes
        V(adopt), V(doctor) and V(report) it is a warning.
      - Only variables of the play are available, such as extra variables. Variables of hosts and groups are not. The
        playbooks of this collection fail if a host sets one of the two variables.
    type: str
  allow_empty:
    description:
      - Whether to return the patterns although no host matches or an inventory source failed.
    type: bool
    default: false
  batches:
    description:
      - Whether to validate the variables C(PREFIX_batch) for the keyword C(serial), and C(PREFIX_max_fail_percentage)
        for the keyword C(max_fail_percentage), too. C(PREFIX) is the value of O(prefix).
    type: bool
    default: false
  without_inventory:
    description:
      - Host pattern to use if no inventory was given and no pattern was requested.
    type: str
  otherwise:
    description:
      - Host pattern to use instead of an error if the play would run on no host. The play must then report the reason
        itself, as the playbook C(mobileops.ci.doctor) does.
    type: str
seealso:
  - plugin: mobileops.ci.bitrise
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Report on the iOS apps
  hosts: "{{ query('mobileops.ci.app_hosts', 'type_ios') }}"
  gather_facts: false
  roles:
    - role: mobileops.ci.code_signing_report

# Runs on my_hosts if that is set, and with -e my_allow_empty=true also without a host.
- name: Roll out the declared code-signing files
  hosts: "{{ query('mobileops.ci.app_hosts', prefix='my') }}"
  gather_facts: false
  roles:
    - role: mobileops.ci.code_signing
"""

RETURN = r"""
_raw:
  description: Host patterns.
  type: list
  elements: str
  sample: [type_ios, "!Bank_iOS"]
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible import context
from ansible.errors import AnsibleLookupError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._core.closest_name import closest_name
from ..plugin_utils import _inventory_sources
from ..plugin_utils._host_selection import (
    NoHostsError,
    Selection,
    host_patterns,
)
from ..plugin_utils._play.causes import sentence
from ..plugin_utils._play.lists import is_blank
from ..plugin_utils._play.near_names import (
    HOSTS_OF_PLAYBOOKS,
    NearNames,
    is_internal,
    is_related,
    text_names,
)

display = Display()

_COLLECTION = "mobileops.ci."
# Modes of ansible-playbook that run nothing and need no inventory.
_MODES_WITHOUT_HOSTS = ("syntax", "listtasks", "listtags")
_SUFFIXES = ("hosts", "allow_empty")
# Playbooks that change no app.
_READING = frozenset({"adopt", "doctor", "report"})
# Tags that select tasks without tags.
_TAGS_OF_ALL = frozenset({"all", "untagged"})


def _is_batch(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_batch, value))
    found = re.fullmatch(r"\s*([0-9]+)(\s*%|\s*)", str(value))
    return found is not None and int(found[1]) > 0


def _is_percentage(value: Any) -> bool:
    found = re.fullmatch(r"\s*([0-9]+(\.[0-9]+)?)\s*%?\s*", str(value))
    return found is not None and float(found[1]) <= 100


# Variables of the keywords serial and max_fail_percentage, by suffix: check, and allowed values.
_OF_BATCHES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "batch": (_is_batch, "a number, a percentage or a list of them, each greater than 0"),
    "max_fail_percentage": (_is_percentage, "a number from 0 to 100"),
}


class LookupModule(LookupBase):
    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        variables = variables or {}
        prefix = self.get_option("prefix")
        _check_names(prefix, variables)
        runs_tasks = not any(context.CLIARGS.get(mode) for mode in _MODES_WITHOUT_HOSTS)
        if runs_tasks:
            _check_tags()
            if prefix and not terms:
                _check_hosts_of_others(prefix, variables)
        requested = self._requested_patterns(f"{prefix}_hosts", variables) if prefix else []
        if prefix and self.get_option("batches"):
            self._check_batches(prefix, variables)
        selection = Selection(
            patterns=requested or host_patterns(terms) or ["all"],
            groups=variables.get("groups", {}),
            limit=variables.get("ansible_limit"),
            sources=variables.get("ansible_inventory_sources", ()),
            failed=_inventory_sources.failed_sources(),
            without_hosts=_inventory_sources.sources_without_hosts(),
            option=f"{prefix}_hosts" if prefix else "hosts",
        )
        without_inventory = self.get_option("without_inventory")
        if without_inventory and not requested and not selection.has_inventory():
            selection = selection.with_patterns([without_inventory])
        allow_empty = self.get_option("allow_empty")
        if prefix:
            allow_empty = self._flag(f"{prefix}_allow_empty", variables, default=allow_empty)
        otherwise = self.get_option("otherwise")
        if otherwise:
            _inventory_sources.record_problem("" if allow_empty else selection.problem())
            return list(selection.patterns) if selection.has_hosts() else [otherwise]
        if not allow_empty and runs_tasks:
            try:
                selection.check()
            except NoHostsError as error:
                override = f" To run anyway, set {prefix}_allow_empty to true." if prefix else ""
                raise AnsibleLookupError(f"{sentence(str(error))} No task was run.{override}") from None
        return list(selection.patterns)

    def _requested_patterns(self, name: str, variables: Mapping[str, Any]) -> list[str]:
        try:
            return host_patterns(self._templar.template(variables.get(name)))
        except TypeError as error:
            raise AnsibleLookupError(
                f"{name} must be a host pattern or a list of host patterns, got {error}."
            ) from None

    def _check_batches(self, prefix: str, variables: Mapping[str, Any]) -> None:
        """Raise an error that names the variable. The errors of ansible-core do not, or it ignores the value."""
        for suffix, (is_valid, allowed) in _OF_BATCHES.items():
            name = f"{prefix}_{suffix}"
            value = self._templar.template(variables.get(name))
            if isinstance(value, str) and value.strip().startswith("["):
                # Before ansible-core 2.19 the keyword of the play reads such a text as a list.
                value = self._templar.template(f"{{{{ {name} }}}}")
            if value is not None and str(value).strip() and value != [] and not is_valid(value):
                raise AnsibleLookupError(f"{name} must be {allowed}, got {value!r}.")

    def _flag(self, name: str, variables: Mapping[str, Any], *, default: bool) -> bool:
        value = self._templar.template(variables.get(name))
        if value is None or str(value).strip() == "":
            return default
        try:
            return bool(boolean(value))
        except TypeError:
            raise AnsibleLookupError(f"{name} must be a boolean, got {value!r}.") from None


def _check_names(prefix: str | None, variables: Mapping[str, Any]) -> None:
    """Raise an error for a misspelt variable. Ignoring it would select all hosts."""
    near = NearNames("", [f"{prefix}_{suffix}" for suffix in _SUFFIXES])
    for name in text_names(variables) if prefix else ():
        suffix = name.removeprefix(f"{prefix}_")
        if suffix != name and suffix not in _SUFFIXES:
            meant = closest_name(suffix, _SUFFIXES, cutoff=0.8)
            if meant:
                raise AnsibleLookupError(f"Unknown variable {name}. Did you mean {prefix}_{meant}?")
        elif suffix == name and near.meant_by(name):
            raise AnsibleLookupError(f"Unknown variable {name}. Did you mean {near.meant_by(name)}?")


def _check_hosts_of_others(prefix: str, variables: Mapping[str, Any]) -> None:
    """Raise an error if another name sets the hosts of a play, which would run on all hosts.

    Only display a warning if the play changes no app, because another step of the same workflow may need the variable.
    """
    own = f"{prefix}_hosts"
    if not is_blank(variables.get(own)):
        return
    for name in text_names(variables):
        if not name.endswith("_hosts") or is_internal(name) or is_blank(variables[name]):
            continue
        if name in HOSTS_OF_PLAYBOOKS:
            text = f"{name} is the variable of another playbook and selects no hosts here."
        elif _runs_our_playbooks() and is_related(name.removesuffix("_hosts"), prefix):
            text = f"Unknown variable {name}. Did you mean {own}?"
        else:
            continue
        if prefix not in _READING:
            raise AnsibleLookupError(f"{text} Set {own}, for example to all. No task was run.")
        display.warning(f"{text} Set {own} to select hosts.")


def _runs_our_playbooks() -> bool:
    """Return whether only playbooks of this collection were started, not one of the user that imports them."""
    playbooks = context.CLIARGS.get("args") or ()
    return bool(playbooks) and all(str(name).startswith(_COLLECTION) for name in playbooks)


def _check_tags() -> None:
    """Raise an error for --tags that select no task, if only playbooks of this collection run. They have no tags."""
    tags = context.CLIARGS.get("tags") or ()
    # A playbook of the user that imports one of them may add tags, or select only other plays.
    if _runs_our_playbooks() and tags and not _TAGS_OF_ALL & {*tags}:
        started = ", ".join(context.CLIARGS["args"])
        raise AnsibleLookupError(
            f"--tags {','.join(tags)} selects no task, because the tasks of {started} have no tags. Omit --tags. "
            "No task was run."
        )

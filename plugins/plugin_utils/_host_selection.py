# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Select the hosts of a play, and explain why there are none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.inventory.manager import InventoryManager, split_host_pattern
from ansible.parsing.dataloader import DataLoader

from ._closest_name import did_you_mean
from ._inventory_file import is_encrypted, is_meant_for

_PLUGIN = "mobileops.ci.bitrise"
_DEFAULT_INVENTORY = "/etc/ansible/hosts"
# What `auto`, which ansible-core enables by default, passes on to other plugins.
_ENDINGS_FOR_AUTO = (".yml", ".yaml")


class NoHostsError(Exception):
    """The play would run on no host. The message says why."""


def host_patterns(value: Any) -> list[str]:
    """Return the patterns in a text (comma or line separated, or JSON) or list. Blank values give an empty list.

    Commas stay in the text, because ansible-core splits at them, but not in a pattern such as `a:b,c`.
    """
    if value is None:
        return []
    if isinstance(value, str):
        if value.lstrip().startswith("["):
            try:
                return host_patterns(json.loads(value))
            except ValueError:
                pass  # a pattern such as [ab]*
        return [part.strip(" \t,") for part in value.splitlines() if part.strip(" \t,")]
    if isinstance(value, Sequence):
        return [pattern for part in value for pattern in host_patterns(part)]
    if isinstance(value, (Mapping, bool, bytes)):
        raise TypeError(type(value).__name__)
    return [str(value)]


@dataclass(frozen=True)
class Selection:
    """The hosts that a play requests, and what is needed to explain why there are none.

    `groups` maps each group of the inventory to its hosts, `limit` is the value of --limit. `failed` and
    `without_hosts` map sources to messages of the inventory plugin. `option` is the name of the option with `patterns`.
    """

    patterns: Sequence[str]
    groups: Mapping[str, Sequence[str]]
    limit: str | None = None
    sources: Sequence[str] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    without_hosts: Mapping[str, str] = field(default_factory=dict)
    option: str = "hosts"

    def with_patterns(self, patterns: Sequence[str]) -> Selection:
        return replace(self, patterns=patterns)

    def has_inventory(self) -> bool:
        """Return whether the user named an inventory, or ansible-core's default inventory exists."""
        return any(source != _DEFAULT_INVENTORY or Path(source).exists() for source in self.sources)

    def check(self) -> None:
        """Raise NoHostsError if no host is selected, or if a source failed whose hosts could be selected."""
        hosts = self._select(self.patterns, self.limit)
        if hosts and all(host in constants.LOCALHOST for host in hosts):
            return
        if self.failed:
            raise NoHostsError(" ".join(map(_about, self.failed.items())))
        if not hosts:
            raise NoHostsError(" ".join(self._reasons()))

    def _select(self, patterns: Sequence[str], limit: str | None = None) -> list[str]:
        if list(patterns) == ["all"] and not limit:
            return list(self.groups.get("all", ()))
        manager = InventoryManager(loader=DataLoader(), sources=[], parse=False)
        for group, hosts in self.groups.items():
            manager.add_group(group)
            for host in hosts:
                manager.add_host(host, group)
        manager.subset(limit)
        return [host.name for host in manager.get_hosts(list(patterns))]

    def _reasons(self) -> Iterator[str]:
        if not self.groups.get("all"):
            yield from self._reasons_for_an_empty_inventory()
            return
        known = [*self.groups, *self.groups["all"]]
        patterns = [pattern.lstrip("&") for pattern in split_host_pattern(list(self.patterns))]
        unmatched = [
            pattern
            for pattern in patterns
            if pattern and not pattern.startswith("!") and not self._select([pattern])
        ]
        text = ",".join(self.patterns)
        for pattern in unmatched:
            yield f"{self.option}: '{pattern}' matches no group and no host.{did_you_mean(pattern, known)}"
        if self.limit and self._select(self.patterns):
            yield f"--limit '{self.limit}' excludes all hosts that {self.option} '{text}' selects."
        elif not unmatched:
            yield f"{self.option}: '{text}' selects no host."

    def _reasons_for_an_empty_inventory(self) -> Iterator[str]:
        if not self.has_inventory():
            yield f"No inventory was given. Use -i with a file that contains 'plugin: {_PLUGIN}'."
            return
        yield from map(_about, self.without_hosts.items())
        for source in self.sources:
            if not any(path == source or path.startswith(f"{source}/") for path in self.without_hosts):
                yield _about((source, _reason_for_an_empty_source(source)))


def _about(source_and_text: tuple[str, str]) -> str:
    source, text = source_and_text
    return f"Inventory source {source}: {text}"


def _reason_for_an_empty_source(source: str) -> str:
    if "," in source:
        return "it contains no host."
    if not Path(source).exists():
        return "the file does not exist."
    if Path(source).is_dir() or is_encrypted(source):
        return "it contains no host. Check the warnings above."
    if not is_meant_for(_PLUGIN, source):
        return f"it contains no host and no line 'plugin: {_PLUGIN}'."
    if not source.endswith(_ENDINGS_FOR_AUTO):
        return f"ansible-core did not read it. Rename it to end in .yml, or add {_PLUGIN} to enable_plugins in ansible.cfg."
    return "ansible-core did not read it. Check the warnings above and enable_plugins in ansible.cfg."

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Select the hosts of a play, and explain why there are none."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from ansible import constants
from ansible.inventory.manager import InventoryManager, split_host_pattern
from ansible.parsing.dataloader import DataLoader

from ..module_utils._core.closest_name import closest_name, did_you_mean
from ._host_names import portable
from ._inventory_file import is_encrypted, is_meant_for

_PLUGIN = "mobileops.ci.bitrise"
_DEFAULT_INVENTORY = "/etc/ansible/hosts"
# Sources that the plugin `auto`, which ansible-core enables by default, passes to other plugins.
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
    if isinstance(value, (Mapping, bool)):
        raise TypeError("a dictionary" if isinstance(value, Mapping) else "a boolean")
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

    def has_hosts(self) -> bool:
        return bool(self._select(self.patterns, self.limit))

    def problem(self) -> str:
        """Return the message of the error that `check` raises, or an empty text."""
        try:
            self.check()
        except NoHostsError as error:
            return str(error)
        return ""

    def check(self) -> None:
        """Raise NoHostsError if no host is selected, if a name is misspelt, or if a source of the inventory failed."""
        hosts = self._select(self.patterns, self.limit)
        if hosts and all(host in constants.LOCALHOST for host in hosts):
            return
        if self.failed:
            raise NoHostsError(" ".join(map(_about, self.failed.items())))
        reasons = self._misspelt_names() if hosts else list(self._reasons())
        if reasons:
            raise NoHostsError(" ".join(reasons))

    def _select(self, patterns: Sequence[str], limit: str | None = None) -> list[str]:
        if list(patterns) == ["all"] and not limit:
            return list(self.groups.get("all", ()))
        self._inventory.subset(limit)
        return [host.name for host in self._inventory.get_hosts(list(patterns))]

    @cached_property
    def _inventory(self) -> InventoryManager:
        manager = InventoryManager(loader=DataLoader(), sources=[], parse=False)
        for group, hosts in self.groups.items():
            manager.add_group(group)
            for host in hosts:
                manager.add_host(host, group)
        return manager

    def _reasons(self) -> Iterator[str]:
        if not self.groups.get("all"):
            yield from self._reasons_for_an_empty_inventory()
            return
        text = ",".join(self.patterns)
        unmatched = self._unmatched_names()
        yield from (self._unmatched(name, did_you_mean(name, self._names(), cutoff=0.7)) for name in unmatched)
        if self.limit and self._select(self.patterns):
            yield f"--limit '{self.limit}' excludes all hosts that {self.option} '{text}' selects."
        elif not unmatched:
            yield f"{self.option}: '{text}' selects no host."

    def _misspelt_names(self) -> list[str]:
        """Return a message for each name that does not exist and is similar to one that does.

        ansible-core ignores such a name, so that a play leaves out hosts, or runs on hosts that it should exclude.
        """
        names = self._unmatched_names() if list(self.patterns) != ["all"] else []
        similar = {
            name: closest_name(name, self._names(), cutoff=0.8) or self._with_same_letters(name) for name in names
        }
        return [self._unmatched(name, f" Did you mean {other}?") for name, other in similar.items() if other]

    def _with_same_letters(self, name: str) -> str | None:
        """Return the name with exchanged letters, such as Shop for Shpo. In a short name these are a large part."""
        letters = sorted(name.casefold())
        return next((other for other in self._names() if sorted(other.casefold()) == letters), None)

    def _unmatched(self, name: str, hint: str) -> str:
        return f"{self.option}: '{name}' matches no group and no host.{hint}"

    def _names(self) -> list[str]:
        return [*self.groups, *self.groups.get("all", ())]

    def _unmatched_names(self) -> list[str]:
        """Return the requested names, without operators, that select no host. An app's title counts as one name."""
        unmatched: list[str] = []
        for text in self.patterns:
            names = [name.lstrip("&!") for name in split_host_pattern(text)]
            missing = [name for name in names if name and not self._select([name])]
            is_title = missing and " " in text and portable(text) in self._names()
            unmatched += [text] if is_title else missing
        return unmatched

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
    try:
        # Not a pipe or a device, which would block.
        with open(source, "rb") if Path(source).is_file() else os.scandir(source):
            pass
    except NotADirectoryError:
        pass
    except FileNotFoundError:
        return "the file does not exist."
    except OSError as error:
        return f"it cannot be read: {error.strerror}."
    if Path(source).is_dir() or is_encrypted(source):
        return "it contains no host. Check the warnings above."
    if not is_meant_for(_PLUGIN, source):
        return f"it contains no host and no line 'plugin: {_PLUGIN}'."
    problem = _yaml_problem(source)
    if problem:
        return f"invalid YAML. {problem}"
    if not source.endswith(_ENDINGS_FOR_AUTO):
        return f"not read. Rename it so that it ends in .yml, or add {_PLUGIN} to enable_plugins in ansible.cfg."
    return "not read. Check the warnings above, and enable_plugins in ansible.cfg."


def _yaml_problem(source: str) -> str | None:
    try:
        yaml.compose(Path(source).read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"Line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        return f"{place}{error.problem or error.context}."
    except (OSError, ValueError, yaml.YAMLError) as error:
        return f"{error}."
    return None

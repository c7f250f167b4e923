# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import of an exported inventory by AWX's rules, and the inventory script of a job."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# AWX refuses host names with a template.
_TEMPLATE = re.compile(r"\{\{[^}]+\}\}|\{%[^%]+%\}")
_WITH_PORT = re.compile(r"[^:]*:[^:]*")

Variables = dict[str, Any]


class ImportRefusedError(ValueError):
    """The update of the inventory would fail."""


@dataclass
class Group:
    hosts: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    variables: Variables = field(default_factory=dict)


@dataclass
class Inventory:
    """The hosts, groups and variables in AWX's database."""

    hosts: dict[str, Variables] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    variables: Variables = field(default_factory=dict)

    @classmethod
    def imported(cls, exported: Mapping[str, Any]) -> Inventory:
        """Read the output of `ansible-inventory --list --export`."""
        inventory = cls()
        hostvars = exported.get("_meta", {}).get("hostvars", {})
        for name, content in exported.items():
            if name == "_meta":
                continue
            group = Group(
                [inventory._host(host, hostvars) for host in content.get("hosts", ())],
                [child for child in content.get("children", ()) if child != "ungrouped"],
                dict(content.get("vars", {})),
            )
            if name == "all":
                inventory.variables = group.variables
            elif name != "ungrouped":
                inventory.groups[name] = group
        return inventory

    def _host(self, exported_name: str, hostvars: Mapping[str, Variables]) -> str:
        name, port = exported_name, ""
        if _WITH_PORT.fullmatch(exported_name):
            name, port = exported_name.split(":")
        if _TEMPLATE.search(name):
            raise ImportRefusedError(f"Inline Jinja variables are not allowed: {name}")
        # AWX looks up variables by the name without its port, so a host with a port has no variables.
        self.hosts.setdefault(name, dict(hostvars.get(name, {})))
        if port.isdigit():
            self.hosts[name]["ansible_port"] = int(port)
        return name

    def slice(self, number: int, count: int) -> list[str]:
        """Return the hosts of one job slice. Numbers begin with 1."""
        return sorted(self.hosts)[number - 1 :: count]

    def write_script(self, path: Path, hosts: Collection[str] | None = None) -> None:
        """Write the inventory program of a job, with all hosts or with the given ones."""
        chosen = set(self.hosts if hosts is None else hosts)
        data: dict[str, Any] = {
            "all": {"vars": self.variables, "children": ["ungrouped", *self.groups]},
            "ungrouped": {"hosts": sorted(chosen)},
            "_meta": {"hostvars": {name: self.hosts[name] for name in sorted(chosen)}},
        }
        for name, group in self.groups.items():
            data[name] = {
                "hosts": [host for host in group.hosts if host in chosen],
                "children": group.children,
                "vars": group.variables,
            }
        text = json.dumps(data)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({text!r})\n", encoding="utf-8")
        path.chmod(0o700)


def text_of(value: Any) -> str:
    """Return a text of an export. ansible-inventory wraps some texts that must not be templated."""
    return str(value["__ansible_unsafe"] if isinstance(value, Mapping) else value)


def texts_in(value: Any) -> list[str]:
    """Return all texts in a value, keys included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.items() for part in item for text in texts_in(part)]
    return [text for item in value for text in texts_in(item)] if isinstance(value, (list, tuple)) else []

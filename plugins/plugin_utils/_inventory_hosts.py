# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base of the inventory plugin: turn apps into hosts with names, variables and groups."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible.utils.vars import combine_vars

from ..module_utils._core.errors import OptionError
from ._host_names import (
    NoNameError,
    distinct_names,
    portable,
    usable,
)
from ._staging import new_stage, publish
from ._untrusted import (
    as_data,
    has_delimiters,
    trusted_template,
    without_delimiters,
)

APP_SLUG = "bitrise_app_slug"
# Ansible evaluates it where the play runs, which may be another execution environment than that of the inventory.
PYTHON = trusted_template("{{ ansible_playbook_python }}")


class InventoryHosts(BaseInventoryPlugin, Constructable):
    """Inventory plugin with the options hostname, hostvars_prefix, include_disabled, and those of Constructable."""

    def begin_hosts(self) -> None:
        """Forget the hosts of the previous source."""
        self._escaped: set[str] = set()
        self._prepared: dict[str, dict[str, Any]] = {}

    def is_host(self, app: Mapping[str, Any]) -> bool:
        """Return whether the app becomes a host."""
        return bool(self.get_option("include_disabled")) or not app.get("is_disabled")

    def prepare_host(self, app: Mapping[str, Any]) -> None:
        """Compute the variables of a host ahead of add_hosts()."""
        self._prepared[str(app["slug"])] = self._host_variables(app)

    def check_prefix(self) -> None:
        """Raise OptionError if hostvars_prefix cannot begin the name of a variable."""
        prefix = self.get_option("hostvars_prefix")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*|", prefix) or prefix.startswith("ansible_"):
            raise OptionError(
                "hostvars_prefix must consist of letters, digits and underscores, and must not begin with a digit or "
                f"with ansible_, got {prefix!r}."
            )

    def add_hosts(self, apps: Sequence[Mapping[str, Any]], inventory: Any, path: str) -> None:
        """Add a host for each app and the groups of the options to the inventory. After an error, add nothing."""
        variables = {
            slug: self._prepared.pop(slug, {}) or self._host_variables(app)
            for slug, app in ((str(app["slug"]), app) for app in apps)
        }
        preferred = {str(app["slug"]): self._preferred_name(app, variables[str(app["slug"])]) for app in apps}
        publish(self._staged_with_names(preferred, variables, inventory), inventory)
        if self._escaped:
            some = ", ".join(sorted(self._escaped)[:5]) + (", ..." if len(self._escaped) > 5 else "")
            self.display.warning(
                f"Inventory source {path}: inserted a space into Jinja delimiters ('{{{{', '{{%', '{{#') in the "
                f"variables of {len(self._escaped)} app(s): {some}."
            )

    def _staged_with_names(
        self, preferred: Mapping[str, str | None], variables: Mapping[str, dict[str, Any]], inventory: Any
    ) -> Any:
        """Return a stage on which no host has the name of another host, of a group or of the local machine."""
        # A name that a user chose with `hostname` is compared as it is.
        key = str.casefold if self.get_option("hostname") is None else str
        groups = {key(name) for name in inventory.groups}
        local = {key(name) for name in constants.LOCALHOST}
        others = {key(name): host.vars.get(APP_SLUG) for name, host in inventory.hosts.items()}

        def taken(name: str, slug: str) -> bool:
            folded = key(name)
            return folded in groups or folded in local or others.get(folded, slug) != slug

        while True:
            try:
                names = distinct_names(preferred, taken, key)
            except NoNameError as error:
                raise OptionError(
                    f"No host name is left for app {error}, because a group or another host has the name of its slug. "
                    "Set a prefix in keyed_groups."
                ) from None
            # Host names can depend on groups, which keyed_groups computes from hosts.
            stage = self._staged({names[slug]: variables[slug] for slug in names}, inventory)
            made = {key(name) for name in stage.groups}
            if groups >= made or not made & {key(name) for name in names.values()}:
                return stage
            groups |= made

    def _host_variables(self, app: Mapping[str, Any]) -> dict[str, Any]:
        prefix = self.get_option("hostvars_prefix")
        if has_delimiters(app):
            app = without_delimiters(app)
            self._escaped.add(str(app["slug"]))
        # The service must not set variables of Ansible, which control connections.
        # Interned, because thousands of hosts have variables of the same names.
        fields = {
            sys.intern(prefix + key): as_data(value) for key, value in app.items() if not key.startswith("ansible_")
        }
        return {
            **fields,
            APP_SLUG: as_data(str(app["slug"])),
            "ansible_connection": "local",
            "ansible_python_interpreter": PYTHON,
        }

    def _preferred_name(self, app: Mapping[str, Any], variables: dict[str, Any]) -> str | None:
        template = self.get_option("hostname")
        if template is None:
            title = app.get("title")
            return usable(portable(None if title is None else str(title)))
        extra = self._vars if self.get_option("use_extra_vars") else {}
        self.templar.available_variables = combine_vars(variables, extra)
        try:
            name = self.templar.template(template)
        except AnsibleError as error:
            raise OptionError(f"hostname: cannot evaluate {template!r} for app {app['slug']}: {error}") from None
        return usable(None if name is None else str(name))

    def _staged(self, hosts: Mapping[str, dict[str, Any]], inventory: Any) -> Any:
        """Return hosts, variables and groups in an inventory of their own."""
        strict = self.get_option("strict")
        stage = self.inventory = new_stage(inventory)
        try:
            for name, variables in hosts.items():
                host = stage.add_host(as_data(name))
                # Updated at once, because set_variable() takes long for thousands of hosts.
                stage.hosts[host].vars.update(variables)
                self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
                if variables[APP_SLUG] in self._escaped:
                    computed = stage.hosts[host].vars
                    changed = {key: value for key, value in computed.items() if value is not variables.get(key)}
                    computed.update(as_data(without_delimiters(changed)))
                composed = combine_vars(variables, stage.hosts[host].vars)
                self._add_host_to_composed_groups(self.get_option("groups"), composed, host, strict=strict)
                self._add_host_to_keyed_groups(self.get_option("keyed_groups"), composed, host, strict=strict)
        finally:
            self.inventory = inventory
        return stage

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The apps of Bitrise as hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: bitrise
short_description: Apps on Bitrise as hosts
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Makes a host of every app that the token sees, or of the apps of some owners.
  - Its configuration is a YAML file whose name ends in C(bitrise.yml) or C(bitrise.yaml) and which has
    C(plugin=mobileops.ci.bitrise). A C(bitrise.yml) without that key, such as the service's own build configuration, is
    passed over.
  - The name of a host is the title of its app, or what O(hostname) makes of the app. Where several apps would get
    the same name, or one would get the name of a group, a name of the local machine such as V(localhost) or that of
    another host, an underscore and the app's slug are added. An app without a title, or with one that cannot be a name
    (with control characters, or like the path of a file elsewhere), gets its slug as name.
  - Every field that the service reports of an app becomes a variable with the prefix O(hostvars_prefix). These are
    C(bitrise_slug), C(bitrise_title), C(bitrise_project_type), C(bitrise_provider), C(bitrise_repo_owner),
    C(bitrise_repo_slug), C(bitrise_repo_url), C(bitrise_is_disabled), C(bitrise_is_public), C(bitrise_status),
    C(bitrise_avatar_url), C(bitrise_owner) (a dictionary with C(account_type), C(name) and C(slug)), and whatever the
    service adds to them. Fields that are not set are V(null).
  - Whatever the prefix, every host has C(bitrise_app_slug), the value for the option O(ignore:app_slug) of the modules,
    and C(ansible_connection=local) with C(ansible_python_interpreter) of the Python that runs Ansible, since the
    modules talk to the service and not to a host.
  - Text from the service is data. It is never templated.
  - If anything goes wrong, no host and no group is added.
options:
  plugin:
    description: Name of this plugin, by which a file is known as its configuration.
    type: str
    required: true
    choices: [mobileops.ci.bitrise]
  api_token:
    description:
      - Personal access token of a user, or API token of a workspace. May be vaulted or a template.
      - Needed unless the apps come from the cache.
      - If both environment variables are set, E(BITRISE_API_TOKEN) is used. One that is empty counts as not set.
    type: str
    env:
      - name: BITRISE_TOKEN
      - name: BITRISE_API_TOKEN
  api_url:
    description:
      - Base URL of the API, with its version. May be a template.
      - Plain C(http://) is refused for any host but this very machine.
    type: str
    default: https://api.bitrise.io/v0.1
    env:
      - name: BITRISE_API_BASE_URL
  organizations:
    description:
      - Slugs of organizations (called workspaces on the service's pages) whose apps become hosts. May be templates.
      - With neither O(organizations) nor O(users) all apps that the token sees become hosts.
    type: list
    elements: str
    default: []
  users:
    description:
      - Slugs of users whose own apps become hosts, on top of those of O(organizations). May be templates.
    type: list
    elements: str
    default: []
  title:
    description:
      - Only apps that have exactly this title. May be a template.
    type: str
  project_type:
    description:
      - Only apps of this project type, for example V(ios) or V(android). May be a template.
    type: str
  sort_by:
    description:
      - Order of the hosts, the latest app first. Without it the service's own order is kept, which is by creation.
    type: str
    choices: [created_at, last_build_at]
  include_disabled:
    description:
      - Whether disabled apps become hosts too.
    type: bool
    default: false
  include:
    description:
      - What is asked for beside the apps themselves, with more requests for each app that becomes a host, made
        concurrently.
      - V(builds) adds the variable C(bitrise_latest_build) with the latest build, without the parameters that it was
        triggered with. It is V(null) if there was none in the last 200 days.
      - V(code_signing) adds C(bitrise_code_signing) with the lists C(build_certificates) and C(provisioning_profiles),
        whose entries are those of M(mobileops.ci.bitrise_build_certificate_info) and
        M(mobileops.ci.bitrise_provisioning_profile_info), with C(expires_at) and C(days_left) in addition. Its own
        C(days_left) is that of what expires first. These are V(null) where nobody can look inside, and are counted
        anew when they come from the cache. Looking inside means to download the files, and needs the Python library
        cryptography on the controller; without it a warning says so.
      - Where the token lacks the rights for signing files C(bitrise_code_signing) is V(null), and a warning says so.
    type: list
    elements: str
    choices: [builds, code_signing]
    default: []
  concurrency:
    description:
      - How many apps are asked about at the same time for O(include), from 1 to 64.
    type: int
    default: 8
  hostname:
    description:
      - Template for the name of a host, for example V({{ bitrise_title | lower }}), with the variables of the app.
      - The default is the app's title.
    type: str
  hostvars_prefix:
    description:
      - What the names of the variables with an app's fields begin with.
    type: str
    default: bitrise_
extends_documentation_fragment:
  - mobileops.ci._transport
  - constructed
  - inventory_cache
requirements:
  - requests (Python library on the controller)
notes:
  - With a cache (a O(cache_plugin) that keeps it, and O(cache)) nothing is asked of the service as long as the cached
    apps are not too old. No token is needed then. It holds the apps as the service reports them, and no token. Another
    O(api_url), owner, O(title), O(project_type), O(sort_by) or O(include) has a cache of its own. What
    O(include_disabled), O(hostname), O(hostvars_prefix), O(compose), O(groups) and O(keyed_groups) say is applied
    afterwards.
  - Proxies come from the usual environment variables. Redirects are not followed, so that the token goes to no other
    host.
seealso:
  - module: mobileops.ci.bitrise_app_info
  - name: Bitrise API
    description: Reference of the service's API.
    link: https://api-docs.bitrise.io
"""

EXAMPLES = r"""
# Each of these is a file of its own, for example inventory/apps.bitrise.yml. The token comes from the environment
# variable BITRISE_API_TOKEN unless the file has an api_token.

# The iOS apps of one organization, with groups such as owner_acme and public.
plugin: mobileops.ci.bitrise
organizations:
  - e1ec3dea540bcf21
project_type: ios
keyed_groups:
  - key: bitrise_owner.name | lower
    prefix: owner
groups:
  public: bitrise_is_public
compose:
  app_page: "'https://app.bitrise.io/app/' ~ bitrise_slug"

# Every app that the token sees.
# plugin: mobileops.ci.bitrise

# Slugs as names, a token from a file, and an hour without any request after the first run.
# plugin: mobileops.ci.bitrise
# api_token: "{{ lookup('ansible.builtin.file', '~/.config/bitrise/token') }}"
# hostname: "{{ bitrise_slug }}"
# cache: true
# cache_plugin: ansible.builtin.jsonfile
# cache_connection: ~/.cache/ansible/bitrise
# cache_timeout: 3600
"""

import datetime as dt
import hashlib
import json
import os
import re
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.errors import AnsibleFallbackNotFound
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.vars import combine_vars

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.app_details import (
    with_days_left,
    with_details,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.apps import find_apps
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.clients import BitriseClients, check_workers
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.options import BITRISE
from ansible_collections.mobileops.ci.plugins.module_utils._environment import environment_fallback
from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError, OptionError
from ansible_collections.mobileops.ci.plugins.plugin_utils._host_names import NoNameError, distinct_names, usable
from ansible_collections.mobileops.ci.plugins.plugin_utils._inventory_file import is_meant_for
from ansible_collections.mobileops.ci.plugins.plugin_utils._staging import new_stage, publish
from ansible_collections.mobileops.ci.plugins.plugin_utils._untrusted import as_data

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:  # ansible-core before 2.22

    def register_secret(value: str, /) -> str:
        return value


FILE_ENDINGS = ("bitrise.yml", "bitrise.yaml")
# Part of the cache's key and content: what another version has left there is not looked at.
CACHE_FORMAT = 2
APP_SLUG = "bitrise_app_slug"


def _default(option: str) -> Any:
    """What counts where an environment variable is set and empty, which is the same as not set."""
    specified = BITRISE.argument_spec.get(option, {})
    try:
        return environment_fallback(*specified["fallback"][1])
    except (KeyError, AnsibleFallbackNotFound):
        return specified.get("default", "")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "mobileops.ci.bitrise"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(FILE_ENDINGS) and is_meant_for(self.NAME, path)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        self._in_file = frozenset(option for option, value in config.items() if value is not None)
        unknown = set(config) - {"plugin", *self._options}
        if unknown:
            self.display.warning(f"{path}: there are no such options: {', '.join(sorted(map(str, unknown)))}.")
        try:
            apps = self._apps(path, cache)
            self._add(apps, inventory)
        except CiError as error:
            raise AnsibleParserError(error.message) from None

    # Options

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """All options but a token in the file: a vaulted one is not decrypted unless a request is made."""
        others = dict(direct or {})
        self._token_in_file = others.pop("api_token", None)
        super().set_options(task_keys=task_keys, var_options=var_options, direct=others)

    def _value(self, option: str) -> Any:
        """An option, templated if it stands in the file: what comes from the environment is no template."""
        value = self.get_option(option)
        if option not in self._in_file:
            return _default(option) if value == "" else value
        self.templar.available_variables = self._vars
        try:
            if isinstance(value, list):
                parts = [self.templar.template(part) for part in value]
                return [text for part in parts for text in (part if isinstance(part, list) else [part])]
            return self.templar.template(value)
        except AnsibleError as error:
            raise OptionError(f"{option}: its template cannot be used: {error}") from None

    def _query(self) -> dict[str, Any]:
        """What is asked of the service, as find_apps() takes it."""
        owners = [(kind, str(slug or "")) for kind in ("organizations", "users") for slug in self._value(kind)]
        return {
            "owners": list(dict.fromkeys(owners)),
            "title": self._value("title"),
            "project_type": self._value("project_type"),
            "sort_by": self.get_option("sort_by"),
        }

    def _include(self) -> list[str]:
        return sorted(set(self.get_option("include")))

    def _clients(self) -> BitriseClients:
        if self._token_in_file is not None:
            self.set_option("api_token", self._token_in_file)
        options = {name: self._value(name) for name in BITRISE.argument_spec}
        if not options["api_token"]:
            raise OptionError(
                "api_token: there is no token. Set this option, or the environment variable BITRISE_API_TOKEN "
                "or BITRISE_TOKEN."
            )
        options["api_token"] = register_secret(str(options["api_token"]))
        if find_spec("requests") is None:
            raise OptionError(missing_required_lib("requests"))
        return BitriseClients(options, os.environ)

    # Apps

    def get_cache_key(self, path: str) -> str:
        include = self._include()
        # Details are found out for the hosts only, so who they are makes a difference then.
        hosts = [include, self.get_option("include_disabled")] if include else []
        asked = json.dumps([CACHE_FORMAT, self._value("api_url"), self._query(), *hosts], sort_keys=True)
        return f"{super().get_cache_key(path)}_{hashlib.sha256(asked.encode()).hexdigest()[:16]}"

    def _apps(self, path: str, may_read_cache: bool) -> list[dict[str, Any]]:
        """The apps, from the cache where that is wanted and possible: before a token or a library is needed."""
        if not self.get_option("cache"):
            return self._fetch()
        key = self.get_cache_key(path)
        apps = self._cached(key) if may_read_cache else None
        if apps is None:
            apps = self._fetch()
            self._cache[key] = {"format": CACHE_FORMAT, "apps": apps}
        return apps

    def _cached(self, key: str) -> list[dict[str, Any]] | None:
        try:
            entry = self._cache[key]
        except KeyError:
            return None
        except (AnsibleError, TypeError, ValueError) as error:  # what the cache plugins say of a damaged entry
            self.display.warning(f"The cached apps cannot be used, they are asked for again: {error}")
            return None
        apps = entry.get("apps") if isinstance(entry, Mapping) and entry.get("format") == CACHE_FORMAT else None
        if not isinstance(apps, list) or not all(isinstance(app, Mapping) and app.get("slug") for app in apps):
            return None
        now = dt.datetime.now(dt.timezone.utc)
        return [
            {**app, "code_signing": with_days_left(app["code_signing"], now)} if app.get("code_signing") else app
            for app in apps
        ]

    def _fetch(self) -> list[dict[str, Any]]:
        check_workers(self.get_option("concurrency"))
        clients = self._clients()
        try:
            apps = list(find_apps(clients.get(), **self._query()))
            include = self._include()
            if not include:
                return apps
            hosts = [app for app in apps if self.get_option("include_disabled") or not app.get("is_disabled")]
            apps, warnings = with_details(clients, hosts, include, self.get_option("concurrency"))
            for text in warnings:
                self.display.warning(text)
            return apps
        finally:
            clients.close()

    # Hosts and groups

    def _add(self, apps: list[dict[str, Any]], inventory: Any) -> None:
        prefix = self.get_option("hostvars_prefix")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*|", prefix) or prefix.startswith("ansible_"):
            raise OptionError(f"hostvars_prefix: {prefix!r} is not what names of variables can begin with.")
        if not self.get_option("include_disabled"):
            apps = [app for app in apps if not app.get("is_disabled")]
        variables = {str(app["slug"]): self._host_variables(app) for app in apps}
        wanted = {str(app["slug"]): self._wanted_name(app, variables[str(app["slug"])]) for app in apps}
        groups = set(inventory.groups)

        def taken(name: str, slug: str) -> bool:
            there = inventory.hosts.get(name)
            other_host = there is not None and there.vars.get(APP_SLUG) != slug
            return name in groups or name in constants.LOCALHOST or other_host

        while True:
            try:
                names = distinct_names(wanted, taken)
            except NoNameError as error:
                raise OptionError(
                    f"app {error} has no name that is free: its slug is the name of a group or of another host too. "
                    "Give the groups of keyed_groups a prefix."
                ) from None
            # Which groups there are is known only now, and a host must not have the name of one.
            stage = self._staged({names[slug]: variables[slug] for slug in names}, inventory)
            if groups.issuperset(stage.groups) or not set(stage.groups) & set(names.values()):
                break
            groups.update(stage.groups)
        publish(stage, inventory)

    def _host_variables(self, app: Mapping[str, Any]) -> dict[str, Any]:
        prefix = self.get_option("hostvars_prefix")
        # Variables of Ansible's own say how a host is reached: they are not the service's to set.
        # Interned: ten thousand hosts have the same names of variables.
        fields = {
            sys.intern(prefix + key): as_data(value) for key, value in app.items() if not key.startswith("ansible_")
        }
        return {
            **fields,
            APP_SLUG: as_data(str(app["slug"])),
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
        }

    def _wanted_name(self, app: Mapping[str, Any], variables: dict[str, Any]) -> str | None:
        template = self.get_option("hostname")
        if template is None:
            name = app.get("title")
        else:
            extra = self._vars if self.get_option("use_extra_vars") else {}
            self.templar.available_variables = combine_vars(variables, extra)
            try:
                name = self.templar.template(template)
            except AnsibleError as error:
                raise OptionError(f"hostname: the template {template!r} fails for app {app['slug']}: {error}") from None
        return usable(None if name is None else str(name))

    def _staged(self, hosts: Mapping[str, dict[str, Any]], inventory: Any) -> Any:
        """Hosts, variables and groups in an inventory of their own."""
        strict = self.get_option("strict")
        stage = self.inventory = new_stage(inventory)
        try:
            for name, variables in hosts.items():
                host = stage.add_host(as_data(name))
                # At once: set_variable() would have ansible-core look at each of them, of ten thousand hosts.
                stage.hosts[host].vars.update(variables)
                self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
                composed = combine_vars(variables, stage.hosts[host].vars)
                self._add_host_to_composed_groups(self.get_option("groups"), composed, host, strict=strict)
                self._add_host_to_keyed_groups(self.get_option("keyed_groups"), composed, host, strict=strict)
        finally:
            self.inventory = inventory
        return stage

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory plugin that creates a host for each app on Bitrise."""

from __future__ import annotations

DOCUMENTATION = r"""
name: bitrise
short_description: Create a host for each app on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Creates a host for each app that the token can access, or for the apps of the given owners.
  - Reads YAML files that contain C(plugin=mobileops.ci.bitrise). With the default C(enable_plugins) of ansible-core,
    the name of the file must end in C(.yml) or C(.yaml). If C(enable_plugins) contains C(mobileops.ci.bitrise), any
    name works. The plugin ignores a file without that key, such as the C(bitrise.yml) with a build configuration.
  - By default, the name of a host is the title of its app as one word, so that it works with C(--limit), in a shell, as
    a file name and in AWX. The name keeps letters, their marks and digits of all scripts, and V(-), V(_), V(.) and
    V(+). Each sequence of other characters between them becomes one underscore. Leading punctuation is removed, and
    names are cut to 200 bytes in UTF-8. So V(Shop [beta]) becomes V(Shop_beta). If no character remains, the name is
    the slug of the app. C(bitrise_title) contains the title itself. Set O(hostname) to use other names.
  - If several apps would get the same name, the plugin adds an underscore and the slug of the app. It does the same if
    a group, another host or the local machine has the name, such as V(localhost). Default names that differ only in
    case count as the same.
  - Each field that the service reports for an app becomes a variable with the prefix O(hostvars_prefix). These are
    C(bitrise_slug), C(bitrise_title), C(bitrise_project_type), C(bitrise_provider), C(bitrise_repo_owner),
    C(bitrise_repo_slug), C(bitrise_repo_url), C(bitrise_is_disabled), C(bitrise_is_public), C(bitrise_status),
    C(bitrise_avatar_url), C(bitrise_owner) (a dictionary with C(account_type), C(name) and C(slug)), and fields that
    Bitrise adds later. Fields that are not set are V(null).
  - Every host also has C(bitrise_app_slug) with any prefix. It is the value for the option O(ignore:app_slug) of the
    modules. Every host has C(ansible_connection=local), because the modules connect to the service and not to a host.
    Every host has C(ansible_python_interpreter={{ ansible_playbook_python }}). Ansible evaluates it where a play runs,
    so that an exported inventory works in another execution environment.
  - Text from the service is data. The plugin never templates it. If a text contains C({{), C({%) or C({#), or ends with
    C({), the plugin inserts a space after the brace and issues a warning, because an exported inventory, such as the
    inventory of AWX, cannot distinguish data from templates.
  - If an error occurs, the plugin does not add hosts or groups, and prints one error message. ansible-core fails if
    C(any_unparsed_is_failed) or C(unparsed_is_failed) is set. The playbooks of this collection always end with that
    error.
options:
  plugin:
    description: Name of this plugin. Marks the file as its configuration.
    type: str
    required: true
    choices: [mobileops.ci.bitrise]
  api_token:
    description:
      - Personal access token of a user, or API token of a workspace. May be vaulted or a template.
      - Required unless the apps come from the cache.
      - If both environment variables are set, E(BITRISE_API_TOKEN) is used. An empty variable counts as not set.
    type: str
    env:
      - name: BITRISE_TOKEN
      - name: BITRISE_API_TOKEN
  api_url:
    description:
      - Base URL of the API, with its version. May be a template.
      - The plugin rejects plain C(http://) for any host other than the local machine.
    type: str
    default: https://api.bitrise.io/v0.1
    env:
      - name: BITRISE_API_BASE_URL
  organizations:
    description:
      - Slugs of organizations (called workspaces on the website) whose apps become hosts. May be templates.
      - If neither O(organizations) nor O(users) is set, all apps that the token can access become hosts.
    type: list
    elements: str
    default: []
  users:
    description:
      - Slugs of users whose own apps become hosts, in addition to the apps of O(organizations). May be templates.
    type: list
    elements: str
    default: []
  title:
    description:
      - Title of the apps that become hosts. The plugin skips other apps. May be a template.
    type: str
  project_type:
    description:
      - Project type of the apps that become hosts, for example V(ios) or V(android). The plugin skips other apps. May
        be a template.
    type: str
  sort_by:
    description:
      - Order of the hosts, latest app first. By default, the order in which Bitrise lists apps, which is by creation.
    type: str
    choices: [created_at, last_build_at]
  include_disabled:
    description:
      - Whether to create hosts for disabled apps too.
    type: bool
    default: false
  include:
    description:
      - Additional values of each app that becomes a host. They require more requests, which the plugin sends
        concurrently.
      - V(builds) adds the variable C(bitrise_latest_build) with the latest build, without the parameters that it was
        triggered with. It is V(null) if the app has no build in the last 200 days.
      - V(code_signing) adds C(bitrise_code_signing) with the lists C(build_certificates) and C(provisioning_profiles).
        Their entries have the keys of M(mobileops.ci.bitrise_build_certificate_info) and
        M(mobileops.ci.bitrise_provisioning_profile_info), and C(expires_at) and C(days_left). The C(days_left) of
        C(bitrise_code_signing) itself is the smallest of them. The values are V(null) for a file that cannot be
        inspected. The plugin computes C(days_left) again for cached apps.
      - V(code_signing) downloads the files to inspect them, and requires the Python library cryptography on the
        controller. The plugin issues a warning if the library is missing.
      - If the token lacks the rights for signing files, C(bitrise_code_signing) is V(null), and the plugin issues a
        warning.
    type: list
    elements: str
    choices: [builds, code_signing]
    default: []
  hostname:
    description:
      - Template for the name of a host, for example V({{ bitrise_title | lower }}), with the variables of the app.
      - The plugin uses the result unchanged. If Ansible cannot use it as a name, for example because it contains
        control characters or is a path to another folder, the name is the slug of the app.
      - By default, the name is the title of the app as one word, as described above.
    type: str
  hostvars_prefix:
    description:
      - Prefix of the variables that contain the fields of an app.
    type: str
    default: bitrise_
extends_documentation_fragment:
  - mobileops.ci._transport.inventory
  - mobileops.ci._transport.inventory_concurrency
  - constructed
  - inventory_cache
requirements:
  - requests (Python library on the controller)
notes:
  - With O(cache) and a O(cache_plugin) that stores it, the plugin sends no request and needs no token until the cached
    apps expire. The cache contains the apps as Bitrise reports them, and no token. Each combination of O(api_url),
    owners, O(title), O(project_type), O(sort_by) and O(include) has its own cache entry. The plugin applies
    O(include_disabled), O(hostname), O(hostvars_prefix), O(compose), O(groups) and O(keyed_groups) to cached apps too.
  - If the service limits requests or does not respond, the plugin waits and prints a warning. O(time_limit) limits all
    waits together, for example to V(300) seconds.
  - Proxies come from the usual environment variables. The plugin does not follow redirects, so that it sends the token
    to no other host.
seealso:
  - module: mobileops.ci.bitrise_app_info
  - name: Bitrise API
    description: Reference of the API.
    link: https://api-docs.bitrise.io
"""

EXAMPLES = r"""
# Each example is a file of its own, for example inventory/fleet.yml. The token comes from the environment variable
# BITRISE_API_TOKEN unless the file sets api_token.

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

# All apps that the token can access.
# plugin: mobileops.ci.bitrise

# Slugs as names, a token from a file, and a cache for one hour.
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
from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.module_utils.errors import AnsibleFallbackNotFound
from ansible.plugins.inventory import Cacheable

from ..module_utils._bitrise.apps import PROJECT_TYPES, find_apps
from ..module_utils._bitrise.client_pool import ClientPool, check_workers
from ..module_utils._bitrise.doctor_hint import with_pointer
from ..module_utils._bitrise.inspection.app_details import (
    with_days_left,
    with_details,
)
from ..module_utils._bitrise.options import BITRISE
from ..module_utils._bitrise.slug_options import ORGANIZATION, USER, slug_of
from ..module_utils._core.closest_name import did_you_mean
from ..module_utils._core.environment import environment_fallback
from ..module_utils._core.errors import CiError, OptionError
from ..module_utils._core.libraries import find_missing, missing_library
from ..module_utils._core.option_groups import reject_empty
from ..module_utils._core.read_ahead import read_ahead
from ..plugin_utils import _inventory_sources
from ..plugin_utils._inventory_file import is_encrypted, is_meant_for
from ..plugin_utils._inventory_hosts import InventoryHosts
from ..plugin_utils._inventory_options import check_options
from ..plugin_utils._task_environment import controller_environment

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:  # ansible-core before 2.22

    def register_secret(value: str, /) -> str:
        return value


# Part of the key and the content of cache entries. Entries of other formats are ignored.
CACHE_FORMAT = 2


def _default(option: str) -> Any:
    """Return the value to use if an environment variable is set and empty, which is the same as not set."""
    specified = BITRISE.argument_spec.get(option, {})
    try:
        return environment_fallback(*specified["fallback"][1])
    except (KeyError, AnsibleFallbackNotFound):
        return specified.get("default", "")


class InventoryModule(InventoryHosts, Cacheable):
    NAME = "mobileops.ci.bitrise"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and is_meant_for(self.NAME, path)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Add hosts and groups to the inventory, or report one error and add nothing.

        After an exception ansible-core tries all other parsers, prints their errors too, and goes on. So raise one only
        if its settings make it fail. The playbooks of this collection read the error from _inventory_sources and fail.
        """
        super().parse(inventory, loader, path, cache)
        _inventory_sources.begin(path)
        self._names_this_plugin = not is_encrypted(path)
        try:
            config = self._read_config_data(path)
            self._in_file = frozenset(option for option, value in config.items() if value is not None)
            self.begin_hosts()
            self._add(self._apps(path, cache), inventory, path)
        except (CiError, AnsibleError) as error:
            if isinstance(error, CiError):
                message = with_pointer(error.message, error.kind)
            else:
                message = " ".join(str(error).split())
            if not self._names_this_plugin:
                # An encrypted file that is for another plugin, or that cannot be decrypted.
                raise AnsibleParserError(message) from None
            _inventory_sources.record_failure(path, message)
            if constants.INVENTORY_ANY_UNPARSED_IS_FAILED or constants.INVENTORY_UNPARSED_IS_FAILED:
                raise AnsibleParserError(message) from None
            self.display.error(f"Inventory source {path}: {message}", wrap_text=False)
        except Exception as error:
            _inventory_sources.record_failure(path, f"unexpected {type(error).__name__}: {error}")
            raise

    # Options

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Set and check all options except a token in the file, which is not decrypted unless a request needs it."""
        others = dict(direct or {})
        self._names_this_plugin = self._names_this_plugin or others.get("plugin") == self.NAME
        check_options(self.NAME, others, self.option_definitions)
        self._token_in_file = others.pop("api_token", None)
        super().set_options(task_keys=task_keys, var_options=var_options, direct=others)

    def _value(self, option: str) -> Any:
        """Return an option, templated if the file sets it. Values from the environment are not templates."""
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
            raise OptionError(f"{option}: cannot evaluate the template: {error}") from None

    def _query(self) -> dict[str, Any]:
        """Return the query for find_apps()."""
        filters = {name: self._value(name) for name in ("title", "project_type")}
        reject_empty(filters, *filters)
        owners = [
            (kind, slug_of(kind, str(slug or ""), slug_kind))
            for kind, slug_kind in (("organizations", ORGANIZATION), ("users", USER))
            for slug in self._value(kind)
        ]
        for kind, slug in owners:
            if not slug:
                raise OptionError(f"{kind} must not contain an empty slug.")
        return {"owners": list(dict.fromkeys(owners)), **filters, "sort_by": self.get_option("sort_by")}

    def _include(self) -> list[str]:
        return sorted(set(self.get_option("include")))

    def _clients(self) -> ClientPool:
        if self._token_in_file is not None:
            self.set_option("api_token", self._token_in_file)
        options = {name: self._value(name) for name in BITRISE.argument_spec}
        if not options["api_token"]:
            raise OptionError(
                "api_token is not set. Set this option, or the environment variable BITRISE_API_TOKEN or BITRISE_TOKEN."
            )
        options["api_token"] = register_secret(str(options["api_token"]))
        if missing := find_missing(("requests",)):
            raise missing_library(missing[0])
        clients = ClientPool(options, controller_environment())
        # Warnings go to stderr, so that they are not part of the output of `ansible-inventory`.
        clients.gates.report_progress = lambda line: self.display.warning(f"Inventory: {line}")
        return clients

    # Apps

    def get_cache_key(self, path: str) -> str:
        include = self._include()
        # Details are requested for hosts only, so the entry depends on which apps are hosts.
        hosts = [include, self.get_option("include_disabled")] if include else []
        asked = json.dumps([CACHE_FORMAT, self._value("api_url"), self._query(), *hosts], sort_keys=True)
        return f"{super().get_cache_key(path)}_{hashlib.sha256(asked.encode()).hexdigest()[:16]}"

    def _apps(self, path: str, may_read_cache: bool) -> list[dict[str, Any]]:
        """Return the apps, from the cache if possible, so that neither a token nor a library is needed."""
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
        except (AnsibleError, TypeError, ValueError) as error:  # raised by cache plugins for a damaged entry
            self.display.warning(f"Requesting the apps again, because the cache entry cannot be read: {error}")
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
            include = self._include()
            apps = []
            for app in read_ahead(find_apps(clients.get(), **self._query())):
                apps.append(app)
                if not include and self.is_host(app):
                    # The next page is requested at the same time.
                    self.prepare_host(app)
            if not include:
                return apps
            hosts = [app for app in apps if self.is_host(app)]
            detailed, warnings = with_details(clients, hosts, include, self.get_option("concurrency"))
            for text in warnings:
                self.display.warning(text)
            # Without hosts, the others are the reason.
            return detailed or apps
        finally:
            clients.close()

    def _add(self, apps: list[dict[str, Any]], inventory: Any, path: str) -> None:
        hosts = [app for app in apps if self.is_host(app)]
        self.check_prefix()
        if not hosts:
            _inventory_sources.record_no_hosts(path, self._reason_for_no_hosts(disabled=bool(apps)))
        self.add_hosts(hosts, inventory, path)

    def _reason_for_no_hosts(self, *, disabled: bool) -> str:
        query = self._query()
        filters = [f"{name}: {query[name]}" for name in ("title", "project_type") if query[name]]
        filters += [f"{kind}: {slug}" for kind, slug in query["owners"]]
        matching = f" that match {', '.join(filters)}" if filters else ""
        if disabled:
            return f"all apps{matching} are disabled. Set include_disabled to true to add them."
        meant = (
            ""
            if query["project_type"] in (None, *PROJECT_TYPES)
            else did_you_mean(query["project_type"], PROJECT_TYPES)
        )
        return f"the token has access to no apps{matching}.{meant}"

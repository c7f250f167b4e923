#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.apps.APP_INFO."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_app_info
short_description: List apps on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists the apps that the token sees, those of one owner, or one app.
options:
  app_slug:
    description:
      - Return only the app with this slug. The module fails if there is none, or if the token has no access to it.
    type: str
  organization_slug:
    description:
      - Return only the apps of this organization (called workspace on the service's pages).
    type: str
  user_slug:
    description:
      - Return only the apps of this user.
    type: str
  title:
    description:
      - Return only the apps that have exactly this title.
    type: str
  project_type:
    description:
      - Return only the apps of this project type, for example V(ios) or V(android).
    type: str
  sort_by:
    description:
      - Order of the apps, the latest first. Without it the service's own order is kept, which is by creation.
    type: str
    choices: [created_at, last_build_at]
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise.limit
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
  - mobileops.ci._attributes.bitrise
seealso:
  - plugin: mobileops.ci.bitrise
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: List all apps of an organization
  mobileops.ci.bitrise_app_info:
    api_token: "{{ bitrise_token }}"
    organization_slug: e1ec3dea540bcf21
  register: found

- name: Show title and slug of the iOS apps
  ansible.builtin.debug:
    msg: "{{ found.apps | selectattr('project_type', 'eq', 'ios') | items2dict(key_name='slug', value_name='title') }}"
"""

RETURN = r"""
apps:
  description:
    - The apps as the service reports them. Fields that are not set are V(null).
  returned: success
  type: list
  elements: dict
  contains:
    slug:
      description: Slug of the app.
      type: str
    title:
      description: Title of the app. Several apps may have the same one.
      type: str
    project_type:
      description: Type of the project, for example V(ios).
      type: str
    provider:
      description: Host of the repository, for example V(github).
      type: str
    repo_owner:
      description: Owner of the repository.
      type: str
    repo_slug:
      description: Name of the repository.
      type: str
    repo_url:
      description: URL of the repository.
      type: str
    is_disabled:
      description: Whether the app is disabled.
      type: bool
    is_public:
      description: Whether the app is public.
      type: bool
    status:
      description: V(1) for an active app, V(-1) while its registration is not finished.
      type: int
    is_github_checks_enabled:
      description: Whether the state of builds is told to GitHub as checks.
      type: bool
    project_id:
      description: Identifier of the project that the app belongs to.
      type: str
    avatar_url:
      description: URL of the app's picture.
      type: str
    owner:
      description: Who owns the app.
      type: dict
      contains:
        account_type:
          description: V(user) or V(organization).
          type: str
        name:
          description: Name of the owner.
          type: str
        slug:
          description: Slug of the owner.
          type: str
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit) or V(option).
        - See R(the troubleshooting guide,ansible_collections.mobileops.ci.docsite.troubleshooting) for all kinds.
      type: str
      sample: not_found
    status:
      description: HTTP status of the response.
      type: int
      sample: 404
    method:
      description: HTTP method of the request.
      type: str
      sample: GET
    path:
      description: Path of the request below O(api_url). V(null) for a signed URL.
      type: str
      sample: /apps/93f256e365d929d3/builds
    request_id:
      description: Identifier that the service gave the request.
      type: str
      sample: 8f0c1c1e
"""

from ..module_utils._bitrise.apps import APP_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(APP_INFO)


if __name__ == "__main__":
    main()

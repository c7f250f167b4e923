#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_app_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_app_info
short_description: List apps on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists all apps that the token can access, the apps of one owner, or one app.
options:
  app_slug:
    description:
      - Return only the app with this slug. The module fails if there is none, or if the token has no access to it.
      - Mutually exclusive with O(organization_slug), O(user_slug), O(title), O(project_type), O(sort_by) and O(limit).
    type: str
  organization_slug:
    description:
      - Return only the apps of this organization (called workspace on the website).
    type: str
  user_slug:
    description:
      - Return only the apps of this user. Mutually exclusive with O(organization_slug).
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
      - Order of the apps, latest first. By default, the order in which Bitrise lists them, which is by creation.
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

- name: Show the slugs and titles of the iOS apps
  ansible.builtin.debug:
    msg: "{{ found.apps | selectattr('project_type', 'eq', 'ios') | items2dict(key_name='slug', value_name='title') }}"
"""

RETURN = r"""
apps:
  description:
    - The apps as Bitrise reports them. Fields that are not set are V(null).
  returned: success
  type: list
  elements: dict
  contains:
    slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    title:
      description: Title of the app. Several apps may have the same title.
      type: str
      sample: Shop
    project_type:
      description: Type of the project, for example V(ios).
      type: str
      sample: ios
    provider:
      description: Git host of the repository, for example V(github).
      type: str
      sample: github
    repo_owner:
      description: Owner of the repository.
      type: str
      sample: acme
    repo_slug:
      description: Name of the repository.
      type: str
      sample: shop
    repo_url:
      description: URL of the repository.
      type: str
      sample: https://github.com/acme/shop.git
    is_disabled:
      description: V(true) if the app is disabled.
      type: bool
      sample: false
    is_public:
      description: V(true) if the app is public.
      type: bool
      sample: false
    status:
      description: V(1) for an active app, V(-1) for an app whose registration is not complete.
      type: int
      sample: 1
    is_github_checks_enabled:
      description: V(true) if Bitrise reports the status of builds to GitHub as checks.
      type: bool
      sample: true
    project_id:
      description: Identifier of the project that the app belongs to.
      type: str
      sample: 0191c6b5-0b1e-7d2c-8f3a-6c5d4e3f2a1b
    avatar_url:
      description: URL of the picture of the app.
      type: str
      sample: https://avatars.example.com/shop.png
    owner:
      description: Owner of the app.
      type: dict
      contains:
        account_type:
          description: V(user) or V(organization).
          type: str
          sample: organization
        name:
          description: Name of the owner.
          type: str
          sample: Acme
        slug:
          description: Slug of the owner.
          type: str
          sample: e1ec3dea540bcf21
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

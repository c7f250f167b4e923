#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_organization_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_organization_info
short_description: List organizations on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists the organizations (called workspaces on the website) of the user of the token, or returns one.
options:
  organization_slug:
    description:
      - Return only the organization with this slug. The module fails if there is none.
    type: str
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
  - mobileops.ci._attributes.bitrise
seealso:
  - module: mobileops.ci.bitrise_app_info
  - module: mobileops.ci.bitrise_user_info
"""

EXAMPLES = r"""
- name: List the organizations
  mobileops.ci.bitrise_organization_info:
    api_token: "{{ bitrise_token }}"
  register: found

- name: List the apps of each organization
  mobileops.ci.bitrise_app_info:
    api_token: "{{ bitrise_token }}"
    organization_slug: "{{ item.slug }}"
  loop: "{{ found.organizations }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
organizations:
  description:
    - The organizations. Fields that Bitrise does not report are V(null).
  returned: success
  type: list
  elements: dict
  contains:
    slug:
      description: Slug of the organization.
      type: str
      sample: e1ec3dea540bcf21
    name:
      description: Name of the organization.
      type: str
      sample: Acme
    avatar_icon_url:
      description: URL of the picture of the organization.
      type: str
      sample: https://avatars.example.com/acme.png
    concurrency_count:
      description: Number of builds that can run at the same time.
      type: int
      sample: 4
    owners:
      description: Users who own the organization.
      type: list
      elements: dict
      contains:
        slug:
          description: Slug of the user.
          type: str
          sample: 72dca54d1d1d0ff3
        username:
          description: Name of the user.
          type: str
          sample: ada
        email:
          description: E-mail address of the user.
          type: str
          sample: ada@example.com
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

from ..module_utils._bitrise.accounts.account_info import ORGANIZATION_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(ORGANIZATION_INFO)


if __name__ == "__main__":
    main()

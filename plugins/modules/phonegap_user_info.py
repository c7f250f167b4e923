#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module phonegap_user_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: phonegap_user_info
short_description: Return the account on a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Returns the owner, the apps and the signing keys of the account.
  - The public service closed in 2020. This module works with installations that have the same API, so O(api_url) is
    required.
extends_documentation_fragment:
  - mobileops.ci._phonegap
  - mobileops.ci._phonegap.login
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
  - mobileops.ci._attributes.phonegap
seealso:
  - module: mobileops.ci.phonegap_app_info
"""

EXAMPLES = r"""
- name: Check the token
  mobileops.ci.phonegap_user_info:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
  register: me

- name: Show the address of the account
  ansible.builtin.debug:
    var: me.user.email
"""

RETURN = r"""
user:
  description: The account.
  returned: success
  type: dict
  contains:
    id:
      description: Number of the account.
      type: int
      sample: 7
    username:
      description: Name of the account. V(null) if it has none.
      type: str
      sample: ada
    email:
      description: E-mail address of the account.
      type: str
      sample: owner@example.com
    apps:
      description: Apps that the account can access.
      type: list
      elements: dict
      contains:
        id:
          description: Number of the app.
          type: int
          sample: 8
        title:
          description: Title of the app.
          type: str
          sample: Shop
        role:
          description: Role of the account. V(owner), V(developer) or V(tester).
          type: str
          sample: owner
    signing_keys:
      description: Signing keys of the account.
      type: list
      elements: dict
      contains:
        id:
          description: Number of the key.
          type: int
          sample: 457
        platform:
          description: Platform of the key.
          type: str
          sample: android
        title:
          description: Title of the key.
          type: str
          sample: Release
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(not_found), V(server_error), V(bad_request),
          V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit) or V(option).
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
      sample: /apps/8
    request_id:
      description: Identifier that the service gave the request.
      type: str
      sample: 8f0c1c1e
"""

from ..module_utils._phonegap.info import USER_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(USER_INFO)


if __name__ == "__main__":
    main()

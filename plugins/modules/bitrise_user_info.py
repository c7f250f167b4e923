#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.accounts.modules.USER_INFO."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_user_info
short_description: Look at a user on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Returns the user that the token belongs to, or any other one.
options:
  user_slug:
    description:
      - Slug of the user. Without it the user of the token is returned. The module fails if there is none.
    type: str
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
  - mobileops.ci._attributes.bitrise
notes:
  - For a token of a workspace, which belongs to no person, the service may refuse to name a user.
seealso:
  - module: mobileops.ci.bitrise_organization_info
"""

EXAMPLES = r"""
- name: See whose token this is
  mobileops.ci.bitrise_user_info:
    api_token: "{{ bitrise_token }}"
  register: found

- name: Show the name
  ansible.builtin.debug:
    msg: "{{ found.users[0].username }}"
"""

RETURN = r"""
users:
  description:
    - One user. What the service does not tell is V(null).
  returned: success
  type: list
  elements: dict
  contains:
    slug:
      description: Slug of the user.
      type: str
    username:
      description: Name of the user.
      type: str
    email:
      description: E-mail address.
      type: str
    unconfirmed_email:
      description: A new e-mail address that is not confirmed yet.
      type: str
    avatar_url:
      description: URL of the user's picture.
      type: str
    created_at:
      description: Time at which the user was created, in UTC.
      type: str
      sample: "2017-03-02T10:11:12Z"
    data_id:
      description: A number that the service has for the user.
      type: int
    has_used_organization_trial:
      description: Whether the user has had a trial of an organization.
      type: bool
    payment_processor:
      description: How the user pays.
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

from ..module_utils._bitrise.accounts.modules import USER_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(USER_INFO)


if __name__ == "__main__":
    main()

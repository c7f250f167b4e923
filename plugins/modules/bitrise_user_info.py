#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_user_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_user_info
short_description: Return a user on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Returns the user who owns the token, or another user.
options:
  user_slug:
    description:
      - Slug of the user. The default is the user who owns the token.
      - The module fails if the user does not exist.
    type: str
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
  - mobileops.ci._attributes.bitrise
notes:
  - The token of an organization belongs to no user. The service may refuse the request for such a token.
seealso:
  - module: mobileops.ci.bitrise_organization_info
"""

EXAMPLES = r"""
- name: Return the user who owns the token
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
    - The user, as a list with one entry. Fields that Bitrise does not report are V(null).
  returned: success
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
    unconfirmed_email:
      description: New e-mail address that the user has not confirmed yet.
      type: str
      sample: ada@new.example.com
    avatar_url:
      description: URL of the picture of the user.
      type: str
      sample: https://avatars.example.com/ada.png
    created_at:
      description: Time at which the user was created, in UTC.
      type: str
      sample: "2017-03-02T10:11:12Z"
    data_id:
      description: Number of the user on Bitrise.
      type: int
      sample: 12345
    has_used_organization_trial:
      description: V(true) if the user has had a trial of an organization.
      type: bool
      sample: false
    payment_processor:
      description: Payment method of the user.
      type: str
      sample: Stripe
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

from ..module_utils._bitrise.accounts.account_info import USER_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(USER_INFO)


if __name__ == "__main__":
    main()

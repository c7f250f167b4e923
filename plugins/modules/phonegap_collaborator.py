#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module phonegap_collaborator."""

from __future__ import annotations

DOCUMENTATION = r"""
module: phonegap_collaborator
short_description: Manage a collaborator of an app on a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Ensures that a person is a collaborator of an app with a role, or is not. Only the owner of an app can do
    this.
  - The service invites a person who has no account. The invitation is pending until the person registers. The service
    cannot change or delete a pending invitation, so the task fails if it would have to.
  - The public service closed in 2020. This module works with installations that have the same API, so O(api_url) is
    required.
options:
  email:
    description:
      - E-mail address of the collaborator. Case is ignored.
    type: str
    required: true
  role:
    description:
      - Role of the collaborator. V(dev) can read and write, V(tester) can read. Required with O(state=present).
    type: str
    choices: [dev, tester]
  state:
    description:
      - V(present) ensures that the person is a collaborator. V(absent) removes them.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - mobileops.ci._phonegap
  - mobileops.ci._phonegap.login
  - mobileops.ci._phonegap.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.phonegap
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff shows address and role.
  idempotent:
    support: full
seealso:
  - module: mobileops.ci.phonegap_app
"""

EXAMPLES = r"""
- name: Ensure that a colleague can change the app
  mobileops.ci.phonegap_collaborator:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
    app_id: 8
    email: colleague@example.com
    role: dev

- name: Remove a former colleague
  mobileops.ci.phonegap_collaborator:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
    app_id: 8
    email: former@example.com
    state: absent
"""

RETURN = r"""
collaborator:
  description: The collaborator. V(null) if absent. In check mode, the collaborator as they would be.
  returned: success
  type: dict
  contains:
    id:
      description: Number of the collaborator. V(null) until they have registered.
      type: int
      sample: 9
    email:
      description: E-mail address of the collaborator.
      type: str
      sample: colleague@example.com
    role:
      description: V(dev) or V(tester).
      type: str
      sample: dev
    pending:
      description: V(true) if the collaborator was invited and has not registered yet.
      type: bool
      sample: false
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
    - An action has the first five keys, and only those of the other keys that apply to it.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(invite), V(update) or V(delete).
      type: str
      sample: invite
    kind:
      description: Always V(collaborator).
      type: str
      sample: collaborator
    app_slug:
      description: Number of the app, as text.
      type: str
      sample: "8"
    slug:
      description: Number of the collaborator, as text. V(null) for an invitation.
      type: str
      sample: "9"
    name:
      description: E-mail address of the collaborator.
      type: str
      sample: colleague@example.com
    role:
      description: Role that the collaborator gets. For V(delete), the role that they had.
      type: str
      sample: dev
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(not_found), V(server_error), V(bad_request),
          V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option), V(forbidden),
          V(pending) or V(owner).
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

from ..module_utils._phonegap.collaborators import COLLABORATOR_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(COLLABORATOR_MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.fleet.outcome.CODE_SIGNING_OUTCOME."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_code_signing_outcome
short_description: Give a host the outcome of its app of a fleet task
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - A task with M(mobileops.ci.bitrise_code_signing) or M(mobileops.ci.bitrise_code_signing_export) is about many apps.
    Where apps are hosts, this module makes the part of one app the result of one host, which so is changed, failed or
    unchanged, and shows the diff of its app.
  - It only passes on what it is given, and asks nothing of the service.
options:
  outcome:
    description:
      - The entry of RV(mobileops.ci.bitrise_code_signing#module:apps) or
        RV(mobileops.ci.bitrise_code_signing_export#module:apps) for the app of the host.
    type: dict
    required: true
extends_documentation_fragment:
  - mobileops.ci._run_in
  - mobileops.ci._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: N/A
    details:
      - Says of another task what that has done.
seealso:
  - module: mobileops.ci.bitrise_code_signing
  - module: mobileops.ci.bitrise_code_signing_export
"""

EXAMPLES = r"""
- name: Reconcile the apps of all hosts of the play in one task
  mobileops.ci.bitrise_code_signing:
    apps: "{{ ansible_play_batch | map('extract', hostvars, 'bitrise_app_slug') | list }}"
    provisioning_profiles:
      - src: Wildcard_Adhoc.mobileprovision
  run_once: true
  register: fleet
  failed_when: false
  changed_when: false

- name: Give each host its outcome
  mobileops.ci.bitrise_code_signing_outcome:
    outcome: "{{ fleet.apps[bitrise_app_slug] }}"
"""

RETURN = r"""
files:
  description:
    - The declared files of the app as they are now, as M(mobileops.ci.bitrise_code_signing) returns them; empty where
      they are none of what the task returns.
  returned: always
  type: list
  elements: dict
actions:
  description: What was done (in check mode, would be done) in the app.
  returned: always
  type: list
  elements: dict
error:
  description: What kind of error it was. Keys that do not apply are V(null).
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - What went wrong, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(local_file), V(one_way_flag), V(duplicates), V(unverifiable), V(backup) or V(missing_file).
      type: str
    status:
      description: HTTP status of the answer.
      type: int
    method:
      description: HTTP method of the request.
      type: str
    path:
      description: Path of the request below the base URL of the API. V(null) for a signed URL.
      type: str
    request_id:
      description: The identifier that the service gave the request.
      type: str
"""

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.outcome import CODE_SIGNING_OUTCOME
from ansible_collections.mobileops.ci.plugins.module_utils._module import run_module


def main() -> None:
    run_module(CODE_SIGNING_OUTCOME)


if __name__ == "__main__":
    main()

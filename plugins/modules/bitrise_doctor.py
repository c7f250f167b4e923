#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_doctor."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_doctor
short_description: Check whether this collection works with Bitrise here
version_added: 1.0.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Checks the Python and its libraries, the connection to the service, the token and its rights. On request, finds out
    behaviors of the service that its documentation leaves open.
  - Returns the checks as data. The module does not fail if a check fails.
  - The playbook C(mobileops.ci.doctor) shows the checks as text. It also checks the controller and the declarations of
    an inventory.
options:
  api_token:
    description:
      - Personal access token of a user, or API token of a workspace. If it is omitted, the environment variables
        E(BITRISE_API_TOKEN) and then E(BITRISE_TOKEN) are used.
      - Without a token, the check of the token fails.
    required: false
  checks:
    description:
      - Groups of checks to run.
      - V(environment) checks the Python that runs the module, and its libraries.
      - V(connection) checks proxy, name, connection, TLS, clock, latency, limits and file storage.
      - V(token) checks whether the token is valid, who owns it, which apps it can access, and what it may list there.
      - V(behavior) finds out how the service behaves. It requires O(app_slug) and O(writes).
      - The module also runs checks that others depend on, but does not return them.
    type: list
    elements: str
    choices: [environment, connection, token, behavior]
    default: [environment, connection, token, behavior]
  sample:
    description:
      - Number of apps in which to check the rights of the token. By default, all apps. V(0) checks no app.
    type: int
  app_slug:
    description:
      - Slug of an app for temporary files. Use an app that you created for this purpose.
    type: str
  writes:
    description:
      - Whether to create temporary files in the app O(app_slug) to find out how the service behaves.
      - The names of these files begin with C(mobileops-doctor-) and the ID of the run. The module deletes them at the
        end, and also deletes leftovers of an interrupted run. It does not change any other file. Do not run it twice at
        the same time for one app.
      - The module does not create files in check mode, if the app has running or waiting builds, or if its builds
        cannot be listed.
      - If a build starts meanwhile, the module stops and deletes its files.
    type: bool
    default: false
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._transport
  - mobileops.ci._transport.concurrency
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
requirements:
  - cryptography (Python library on the host that runs the module), to create temporary files
attributes:
  check_mode:
    support: full
    details:
      - In check mode, the module does not examine the behavior of the service.
  diff_mode:
    support: N/A
    details:
      - The module leaves no change.
  idempotent:
    support: full
    details:
      - The module deletes its temporary files.
seealso:
  - module: mobileops.ci.bitrise_user_info
  - module: mobileops.ci.bitrise_app_info
"""

EXAMPLES = r"""
- name: Check the connection to the service and the token
  mobileops.ci.bitrise_doctor:
    api_token: "{{ bitrise_token }}"
    checks: [connection, token]
  register: doctor

- name: Stop if a check failed
  ansible.builtin.assert:
    that: doctor.failed_checks == 0
    fail_msg: "{{ doctor.checks | selectattr('status', 'eq', 'failed') | map(attribute='message') | list }}"

- name: Find out how the service behaves
  mobileops.ci.bitrise_doctor:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    writes: true
  register: doctor
"""

RETURN = r"""
checks:
  description: The checks, in the order in which they ran.
  returned: success
  type: list
  elements: dict
  contains:
    group:
      description: Group of the check, such as V(connection).
      type: str
      sample: connection
    name:
      description: Name of the check in its group.
      type: str
      sample: tls
    status:
      description: One of V(ok), V(warning), V(failed) and V(skipped).
      type: str
      sample: ok
    message:
      description: Result of the check.
      type: str
      sample: TLSv1.3, the certificate of api.bitrise.io was issued by Amazon
    advice:
      description: Remedy. Empty if the check needs none.
      type: str
      sample: ""
failed_checks:
  description: Number of checks with the status V(failed).
  returned: success
  type: int
  sample: 0
warning_checks:
  description: Number of checks with the status V(warning).
  returned: success
  type: int
  sample: 1
record:
  description:
    - Checks and behaviors without private values, for a public report. Pseudonyms such as V(app-1) replace slugs, names
      and addresses.
  returned: success
  type: dict
  contains:
    checks:
      description: The checks without advice, some of them with RV(record.checks[].facts).
      type: list
      elements: dict
      contains:
        group:
          description: See RV(checks[].group).
          type: str
          sample: token
        name:
          description: See RV(checks[].name).
          type: str
          sample: owner
        status:
          description: See RV(checks[].status).
          type: str
          sample: ok
        message:
          description: See RV(checks[].message).
          type: str
          sample: It is the personal token of person-1
        facts:
          description: Numbers and words behind the message.
          type: dict
          sample: {kind: personal}
    behaviors:
      description:
        - Behaviors of the service, by key. V(null) means that the module could not find it out. Empty if the module
          did not examine the behavior.
      type: dict
      sample: {confirm_delay_s: 4, list_order: newest_first, log_chunks: null}
pseudonyms:
  description: Pseudonyms in RV(record), by kind and value. Do not publish them.
  returned: success
  type: dict
  sample: {app: {93f256e365d929d3: app-1}}
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(option) or V(time_limit).
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

from ..module_utils._bitrise.doctor.doctor import BITRISE_DOCTOR
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BITRISE_DOCTOR)


if __name__ == "__main__":
    main()

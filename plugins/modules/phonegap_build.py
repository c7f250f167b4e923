#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module phonegap_build."""

from __future__ import annotations

DOCUMENTATION = r"""
module: phonegap_build
short_description: Build an app on a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Queues builds of an app, which replace the earlier builds. Optionally waits for them.
  - If a build fails, the task fails with the error that the service reports.
  - The public service closed in 2020. This module works with installations that have the same API, so O(api_url) is
    required.
options:
  platforms:
    description:
      - Platforms to build for, for example V(android). The default is all platforms.
      - If a platform needs a signing key and the app has none, the task fails before it builds for any platform. If
        this option is omitted, the task issues a warning instead and does not wait for such platforms.
    type: list
    elements: str
extends_documentation_fragment:
  - mobileops.ci._phonegap
  - mobileops.ci._phonegap.login
  - mobileops.ci._phonegap.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._waiting
  - mobileops.ci._attributes
  - mobileops.ci._attributes.phonegap
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff shows the platforms.
  idempotent:
    support: N/A
    details:
      - Each run starts new builds. The module always reports a change.
seealso:
  - module: mobileops.ci.phonegap_app
  - module: mobileops.ci.phonegap_download
"""

EXAMPLES = r"""
- name: Build for Android and wait for the end of the build
  mobileops.ci.phonegap_build:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
    app_id: 8
    platforms: [android]
    wait: true
    wait_timeout: 900
"""

RETURN = r"""
build:
  description: The builds at the end of the task. In check mode, the builds as they would be queued.
  returned: success, and failure of a build
  type: dict
  contains:
    app_id:
      description: Number of the app.
      type: int
      sample: 8
    title:
      description: Title of the app.
      type: str
      sample: Shop
    build_count:
      description: Number of builds of the app. V(null) before the first build is complete.
      type: int
      sample: 3
    platforms:
      description:
        - Status and error of each platform. C(status) is V(pending), V(complete), V(error), V(skip) or V(needs_key).
          C(error) is the reason why the build failed, or V(null).
      type: dict
      sample: {android: {status: complete, error: null}}
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
    - An action has the first five keys, and only those of the other keys that apply to it.
  returned: success, and failure of a build
  type: list
  elements: dict
  contains:
    action:
      description: Always V(build).
      type: str
      sample: build
    kind:
      description: Always V(build).
      type: str
      sample: build
    app_slug:
      description: Number of the app, as text.
      type: str
      sample: "8"
    slug:
      description: Always V(null), because a build has no number of its own.
      type: str
      sample: null
    name:
      description: Title of the app.
      type: str
      sample: Shop
    platforms:
      description: Platforms to build for. Empty for all platforms.
      type: list
      elements: str
      sample: [android]
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(not_found), V(server_error), V(bad_request),
          V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option), V(needs_key),
          V(build_failed) or V(wait_timeout).
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

from ..module_utils._phonegap.builds import BUILD_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BUILD_MODULE)


if __name__ == "__main__":
    main()

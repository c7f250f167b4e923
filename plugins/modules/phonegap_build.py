#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._phonegap.builds.BUILD_MODULE."""

from __future__ import annotations

DOCUMENTATION = r"""
module: phonegap_build
short_description: Build an app on a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - The public service closed in 2020; this module is for installations that speak its API, so O(api_url) is required.
  - Queues builds of an app, which replace the ones before, and waits for them if asked to.
  - The task fails if a build does, with what the service says of it.
options:
  platforms:
    description:
      - Build for these platforms, for example V(android). Without it for all.
      - If a signing key is needed for one of them and none is chosen, the task fails at once and nothing is built.
        Without the option such platforms are named in a warning and not waited for.
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
      - The diff names the platforms.
  idempotent:
    support: N/A
    details:
      - To build is an action. The module returns V(changed) each time.
seealso:
  - module: mobileops.ci.phonegap_app
  - module: mobileops.ci.phonegap_download
"""

EXAMPLES = r"""
- name: Build for Android and wait for it
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
  description: The builds as they were seen last. In check mode, as they would be after they were queued.
  returned: success, and failure of a build
  type: dict
  contains:
    app_id:
      description: Number of the app.
      type: int
    title:
      description: Title of the app.
      type: str
    build_count:
      description: How often the app was built. V(null) before the first build is over.
      type: int
    platforms:
      description:
        - By platform a dictionary with C(status), which is V(pending), V(complete), V(error), V(skip) or V(needs_key),
          and C(error), which is why the build failed or V(null).
      type: dict
actions:
  description: What was done (in check mode, would be done), in this order. Empty if nothing had to be.
  returned: success, and failure of a build
  type: list
  elements: dict
  contains:
    action:
      description: V(build).
      type: str
    kind:
      description: What it is done to.
      type: str
    app_slug:
      description: Number of the app, as text.
      type: str
    slug:
      description: Number of the thing itself, as text.
      type: str
    name:
      description: Its title or name.
      type: str
    platforms:
      description: The platforms that are built. Empty for all.
      type: list
      elements: str
error:
  description: What kind of error it was. Keys that do not apply are V(null).
  returned: failure, unless an option is of the wrong form
  type: dict
  contains:
    kind:
      description:
        - What went wrong, for example V(unauthorized), V(not_found), V(bad_request), V(server_error),
          V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit),
          V(needs_key), V(build_failed), V(wait_timeout) or V(option).
      type: str
    status:
      description: HTTP status of the answer.
      type: int
    method:
      description: HTTP method of the request.
      type: str
    path:
      description: Path of the request below O(api_url). V(null) for a signed URL.
      type: str
    request_id:
      description: The identifier that the service gave the request.
      type: str
"""

from ..module_utils._phonegap.builds import BUILD_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BUILD_MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._phonegap.info.APP_INFO."""

from __future__ import annotations

DOCUMENTATION = r"""
module: phonegap_app_info
short_description: List apps of a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - The public service closed in 2020; this module is for installations that speak its API, so O(api_url) is required.
  - Lists the apps that the account sees, with keys, collaborators and the state of their builds.
options:
  id:
    description:
      - Return only the app with this number. The module fails if there is none.
    type: int
  title:
    description:
      - Return only the apps that have exactly this title.
    type: str
extends_documentation_fragment:
  - mobileops.ci._phonegap
  - mobileops.ci._phonegap.login
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
  - mobileops.ci._attributes.phonegap
seealso:
  - module: mobileops.ci.phonegap_app
"""

EXAMPLES = r"""
- name: List all apps
  mobileops.ci.phonegap_app_info:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
  register: found

- name: Show the apps whose last build for Android failed
  ansible.builtin.debug:
    msg: "{{ found.apps | selectattr('status.android', 'eq', 'error') | map(attribute='title') }}"
"""

RETURN = r"""
apps:
  description: The apps, in the order of the service.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Number of the app.
      type: int
    title:
      description: Title of the app. Several apps may have the same one.
      type: str
    create_method:
      description: V(file) or V(remote_repo).
      type: str
    package:
      description: Identifier of the package.
      type: str
    version:
      description: Version of the app.
      type: str
    description:
      description: Description of the app.
      type: str
    repo:
      description: URL of the repository. V(null) for an app made from a file.
      type: str
    debug:
      description: Whether the app is built for debugging.
      type: bool
    private:
      description: Whether the app is private.
      type: bool
    phonegap_version:
      description: Version of PhoneGap that the app is built with.
      type: str
    hydrates:
      description: Whether the app is built with hydration.
      type: bool
    role:
      description: What this account is in the app. One of V(admin), V(developer) and V(tester).
      type: str
    build_count:
      description: How often the app was built. V(null) before the first build is over.
      type: int
    status:
      description: By platform V(pending), V(complete), V(error) or V(skip); V(null) where a signing key is missing.
      type: dict
    error:
      description: By platform why its build failed.
      type: dict
    icon:
      description: File name of the icon.
      type: str
    signing_keys:
      description: By platform the number of the signing key that the app uses, or V(null).
      type: dict
    collaborators:
      description: Who works on the app. V(null) if this account is not told, which only the owner is.
      type: list
      elements: dict
      contains:
        id:
          description: Number of the collaborator. V(null) as long as they have not registered.
          type: int
        email:
          description: Their address.
          type: str
        role:
          description: V(dev), V(tester), or V(admin) for the owner.
          type: str
        pending:
          description: Whether they were invited and have not registered yet.
          type: bool
error:
  description: What kind of error it was. Keys that do not apply are V(null).
  returned: failure, unless an option is of the wrong form
  type: dict
  contains:
    kind:
      description:
        - What went wrong, for example V(unauthorized), V(not_found), V(bad_request), V(server_error),
          V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit) or V(option).
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

from ..module_utils._phonegap.info import APP_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(APP_INFO)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module phonegap_app_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: phonegap_app_info
short_description: List apps of a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists the apps that the account can access, with keys, collaborators and the status of their builds.
  - The public service closed in 2020. This module works with installations that have the same API, so O(api_url) is
    required.
options:
  id:
    description:
      - Return only the app with this number. The module fails if there is none.
      - Mutually exclusive with O(title).
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
      sample: 8
    title:
      description: Title of the app. Several apps may have the same title.
      type: str
      sample: Shop
    create_method:
      description: V(file) or V(remote_repo).
      type: str
      sample: file
    package:
      description: Identifier of the package.
      type: str
      sample: com.example.shop
    version:
      description: Version of the app.
      type: str
      sample: 1.2.0
    description:
      description: Description of the app.
      type: str
      sample: The shop of Example
    repo:
      description: URL of the repository. V(null) for an app that was made from a file.
      type: str
      sample: https://github.com/example/shop.git
    debug:
      description: V(true) if the service builds the app for debugging.
      type: bool
      sample: false
    private:
      description: V(true) if the app is private.
      type: bool
      sample: true
    phonegap_version:
      description: Version of PhoneGap that the service builds the app with.
      type: str
      sample: cli-9.0.0
    hydrates:
      description: V(true) if the service builds the app with hydration.
      type: bool
      sample: false
    role:
      description: Role of this account in the app. One of V(admin), V(developer) and V(tester).
      type: str
      sample: admin
    build_count:
      description: Number of builds of the app. V(null) before the first build is complete.
      type: int
      sample: 3
    status:
      description:
        - Status by platform. V(pending), V(complete), V(error) or V(skip). V(null) if a signing key is missing.
      type: dict
      sample: {android: complete, ios: null}
    error:
      description: Reason why the build failed, by platform.
      type: dict
      sample: {android: The keystore password is incorrect}
    icon:
      description: File name of the icon.
      type: str
      sample: icon.png
    signing_keys:
      description: Number of the signing key that the app uses, by platform. V(null) if it uses none.
      type: dict
      sample: {android: 457, ios: null}
    collaborators:
      description: Collaborators of the app. V(null) unless this account owns the app.
      type: list
      elements: dict
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
          description: V(dev), V(tester), or V(admin) for the owner.
          type: str
          sample: dev
        pending:
          description: V(true) if the collaborator was invited and has not registered yet.
          type: bool
          sample: false
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

from ..module_utils._phonegap.info import APP_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(APP_INFO)


if __name__ == "__main__":
    main()

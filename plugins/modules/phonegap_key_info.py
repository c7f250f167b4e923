#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module phonegap_key_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: phonegap_key_info
short_description: List signing keys of a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists the signing keys of the account. The service does not return passwords and files.
  - The public service closed in 2020. This module works with installations that have the same API, so O(api_url) is
    required.
options:
  platform:
    description:
      - Return only the keys of this platform.
    type: str
    choices: [ios, android, blackberry, winphone, windows]
  id:
    description:
      - Return only the keys with this number. Each platform has numbers of its own.
      - With O(platform), the module fails if the key does not exist.
      - Mutually exclusive with O(title).
    type: int
  title:
    description:
      - Return only the keys that have exactly this title.
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
  - module: mobileops.ci.phonegap_key
"""

EXAMPLES = r"""
- name: Fail if a key must be unlocked before the next build
  mobileops.ci.phonegap_key_info:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
  register: found
  failed_when: found.signing_keys | selectattr('locked') | list | length > 0
"""

RETURN = r"""
signing_keys:
  description: The keys by platform, in the order of the service.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Number of the key. Each platform has numbers of its own.
      type: int
      sample: 457
    platform:
      description: Platform of the key.
      type: str
      sample: android
    title:
      description: Title of the key. Several keys may have the same title.
      type: str
      sample: Release
    default:
      description: V(true) if new apps use the key.
      type: bool
      sample: true
    locked:
      description: V(true) if the key must be unlocked before a build can use it. V(null) for a key that has no lock.
      type: bool
      sample: false
    alias:
      description: Alias in the keystore, for V(android).
      type: str
      sample: release
    cert_name:
      description: File name of the certificate, for V(ios).
      type: str
      sample: distribution.p12
    provision:
      description: File name of the provisioning profile, for V(ios).
      type: str
      sample: Shop_AppStore.mobileprovision
    role:
      description: Purpose of the provisioning profile, for V(ios). For example V(developer).
      type: str
      sample: distributor
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

from ..module_utils._phonegap.info import KEY_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(KEY_INFO)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_android_keystore."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_android_keystore
short_description: Manage an Android keystore of an app on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Ensures that an app has an Android keystore with the declared content, or does not have it.
  - Bitrise does not support modifying a keystore. The module sets alias, passwords and name when it uploads a keystore,
    and uploads it again to change them. It cannot set flags.
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise_files.state
  - mobileops.ci._bitrise_files.file
  - mobileops.ci._bitrise_files.verify
  - mobileops.ci._bitrise_files.keystore
  - mobileops.ci._bitrise_files.replace_order
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff shows names, sizes, digests, flags and keys. For alias and passwords it shows only whether they are as
        declared, if Bitrise reports them.
  idempotent:
    support: partial
    details:
      - Not with O(force=true), and not with O(on_unverifiable=replace) for a protected keystore whose digest Bitrise
        does not report.
notes:
  - The API cannot set O(is_protected) and O(is_expose) of a keystore. The module rejects a value that the keystore does
    not have. You can set them on the website.
seealso:
  - module: mobileops.ci.bitrise_android_keystore_info
  - module: mobileops.ci.bitrise_project_file
"""

EXAMPLES = r"""
- name: Ensure that the app has its keystore
  mobileops.ci.bitrise_android_keystore:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    src: keystores/release.jks
    alias: upload
    password: "{{ vault_keystore_password }}"
    private_key_password: "{{ vault_key_password }}"

- name: Add a second keystore, which builds find as ANDROID_KEYSTORE_INTERNAL
  mobileops.ci.bitrise_android_keystore:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    src: keystores/internal.p12
    alias: internal
    password: "{{ vault_internal_password }}"
    keystore_name: INTERNAL

- name: Replace the only keystore, keep its key, and back up the old file
  mobileops.ci.bitrise_android_keystore:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    src: renewed/release.jks
    alias: upload
    password: "{{ vault_keystore_password }}"
    replace_order: delete_first
    backup_dir: ~/keystores-before
    backup_required: true

- name: Delete a keystore
  mobileops.ci.bitrise_android_keystore:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    name: old.jks
    state: absent
"""

RETURN = r"""
android_keystore:
  description:
    - The keystore as Bitrise reports it, without URLs and passwords. V(null) if it is absent.
    - In check mode, the keystore as it would be. A keystore that would be uploaded has no slug yet.
  returned: success
  type: dict
  contains:
    slug:
      description: Slug of the file.
      type: str
      sample: 4d6a1c0b7e9f2358
    upload_file_name:
      description: Name of the file.
      type: str
      sample: release.jks
    upload_file_size:
      description: Size in bytes.
      type: int
      sample: 3218
    processed:
      description: V(true) if the upload was confirmed.
      type: bool
      sample: true
    is_protected:
      description: V(true) if the file is protected.
      type: bool
      sample: false
    is_expose:
      description: V(true) if builds of pull requests get the file.
      type: bool
      sample: false
    sha256:
      description: SHA-256 of the content in hexadecimal. V(null) if it is not known.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    user_env_key:
      description: Key by which builds refer to the file. V(null) if it is not known before the upload.
      type: str
      sample: ANDROID_KEYSTORE
    file_sha256:
      description: SHA-256 of the content as Bitrise reports it. V(null) if Bitrise does not report it.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    certificate_sha256_fingerprint:
      description:
        - Fingerprint of the certificate that Bitrise reads in the keystore. V(null) if Bitrise does not report it.
      type: str
      sample: 5E:FA:5C:54:1D:15:59:06:AA:DB:E1:23:7F:4F:FF:72:FA:FD:70:00:14:78:68:2B:17:C7:74:3C:E4:45:5A:38
    details:
      description:
        - Metadata of the declared file. These are C(type), C(alias), C(sha256_fingerprint), C(not_before),
          C(expires_at) and C(days_left), see M(mobileops.ci.signing_file_info).
        - V(null) without O(src) and O(content), with O(verify=none), and for a file of another type.
      type: dict
      sample: {type: jks, alias: upload, expires_at: '2051-05-04T12:30:15Z', days_left: 9000}
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
  returned: success, and failure after a change
  type: list
  elements: dict
  contains:
    action:
      description: V(upload) or V(delete).
      type: str
      sample: upload
    kind:
      description: Always V(android_keystore).
      type: str
      sample: android_keystore
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    slug:
      description: Slug of the file. V(null) for an upload.
      type: str
      sample: 4d6a1c0b7e9f2358
    name:
      description: Name of the file.
      type: str
      sample: release.jks
    size:
      description: Size in bytes, for an upload. V(null) for other actions.
      type: int
      sample: 3218
    sha256:
      description: SHA-256 of the content in hexadecimal, for an upload. V(null) for other actions.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    changes:
      description: Values that the keystore is created with. V(null) for a deletion. Alias and passwords are masked.
      type: dict
      sample: {alias: '********', password: '********'}
    reason:
      description:
        - Reason of a deletion. V(null) for other actions. One of V(replaced), V(duplicate), V(leftover) and V(absent).
      type: str
      sample: replaced
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(local_file), V(duplicates), V(unverifiable), V(one_way_flag), V(backup), V(missing_file), V(changed_name),
          V(missing_library), V(verify), V(env_key) or V(unchangeable).
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

from ..module_utils._bitrise.files.file_modules import ANDROID_KEYSTORE_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(ANDROID_KEYSTORE_MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.files.modules.ANDROID_KEYSTORE_MODULE."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_android_keystore
short_description: Manage an Android keystore of an app on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Makes sure that an app has an Android keystore with the declared content, or does not have it.
  - The service lets nothing of a keystore be changed. So alias, passwords and name are given when it is created, flags
    cannot be set at all, and any other change means that the keystore is uploaded anew.
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
      - The diff has names, sizes, digests, flags and keys. Of alias and passwords it says only whether they are as
        declared, where the service tells them.
  idempotent:
    support: partial
    details:
      - Not with O(force=true), and not with O(on_unverifiable=replace) for a protected keystore of which the service
        gives no digest.
notes:
  - O(is_protected) and O(is_expose) cannot be set by this module, because the service has no way to do so. A value that
    the keystore does not have is refused. They can be set on the website.
seealso:
  - module: mobileops.ci.bitrise_android_keystore_info
  - module: mobileops.ci.bitrise_project_file
"""

EXAMPLES = r"""
- name: Make sure that the app has its keystore
  mobileops.ci.bitrise_android_keystore:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    src: keystores/release.jks
    alias: upload
    password: "{{ vault_keystore_password }}"
    private_key_password: "{{ vault_key_password }}"

- name: Add a second one, which builds find as ANDROID_KEYSTORE_INTERNAL
  mobileops.ci.bitrise_android_keystore:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    src: keystores/internal.p12
    alias: internal
    password: "{{ vault_internal_password }}"
    keystore_name: INTERNAL

- name: Replace the only keystore and keep its key, with a copy of the old one
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
    - The keystore as the service has it, without URLs and passwords. V(null) if it is absent.
    - In check mode, what it would be. A keystore that would be uploaded has no slug yet.
  returned: success
  type: dict
  contains:
    slug:
      description: Slug of the file.
      type: str
    upload_file_name:
      description: Name of the file.
      type: str
    upload_file_size:
      description: Size in bytes.
      type: int
    processed:
      description: Whether the upload was confirmed.
      type: bool
    is_protected:
      description: Whether the file is protected.
      type: bool
    is_expose:
      description: Whether builds of pull requests get the file.
      type: bool
    sha256:
      description: SHA-256 of the bytes in hexadecimal, or V(null) where it is not known.
      type: str
    user_env_key:
      description: Key by which builds refer to the file. V(null) where it is not known before the upload.
      type: str
    file_sha256:
      description: SHA-256 of the bytes as the service gives it, or V(null).
      type: str
    certificate_sha256_fingerprint:
      description: Fingerprint of the certificate that the service reads in the keystore, or V(null).
      type: str
    details:
      description:
        - What the declared file says of itself, that is C(type), C(alias), C(sha256_fingerprint), C(not_before),
          C(expires_at) and C(days_left), as M(mobileops.ci.signing_file_info) has it.
        - V(null) without O(src) and O(content), with O(verify=none), and for a file that is something else.
      type: dict
actions:
  description: What was done (in check mode, would be done), in this order. Empty if nothing had to be.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(upload) or V(delete).
      type: str
    kind:
      description: Kind of the file, for example V(android_keystore).
      type: str
    app_slug:
      description: Slug of the app.
      type: str
    slug:
      description: Slug of the file. V(null) for an upload, which has none before.
      type: str
    name:
      description: Name of the file.
      type: str
    size:
      description: Bytes, for an upload. Like the keys that follow, V(null) for other actions.
      type: int
    sha256:
      description: SHA-256 of the bytes, for an upload.
      type: str
    changes:
      description: What the keystore is created with, for an upload. Alias and passwords are masked.
      type: dict
    reason:
      description: Why a file is deleted. One of V(replaced), V(duplicate), V(leftover) and V(absent).
      type: str
error:
  description: What kind of error it was. Keys that do not apply are V(null).
  returned: failure, unless an option is of the wrong form
  type: dict
  contains:
    kind:
      description:
        - What went wrong, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(local_file),
          V(missing_library), V(one_way_flag), V(duplicates), V(unverifiable), V(verify), V(backup), V(env_key),
          V(unchangeable), V(missing_file) or V(changed_name).
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

from ..module_utils._bitrise.files.modules import ANDROID_KEYSTORE_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(ANDROID_KEYSTORE_MODULE)


if __name__ == "__main__":
    main()

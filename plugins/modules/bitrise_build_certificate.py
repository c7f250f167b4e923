#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.files.modules.BUILD_CERTIFICATE_MODULE."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_build_certificate
short_description: Manage a build certificate of an app on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Makes sure that an app has a build certificate (a PKCS#12 file) with the declared content, flags and password, or
    does not have it.
  - Uploads only what differs, replaces without a gap, and finishes what an interrupted run has left.
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise_files.state
  - mobileops.ci._bitrise_files.file
  - mobileops.ci._bitrise_files.verify
  - mobileops.ci._bitrise_files.certificate
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff has names, sizes, digests and flags. Of passwords it says only whether they are as declared.
  idempotent:
    support: partial
    details:
      - Not with O(force=true), and not with O(update_password=always) for a protected certificate.
seealso:
  - module: mobileops.ci.bitrise_build_certificate_info
  - module: mobileops.ci.bitrise_provisioning_profile
"""

EXAMPLES = r"""
- name: Make sure that the app has the distribution certificate
  mobileops.ci.bitrise_build_certificate:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    src: certificates/distribution.p12
    certificate_password: "{{ vault_distribution_password }}"
    is_protected: true

- name: Show what a renewed certificate would change
  mobileops.ci.bitrise_build_certificate:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    src: renewed/distribution.p12
    certificate_password: "{{ vault_distribution_password }}"
  check_mode: true
  diff: true

- name: Take the certificate from a lookup instead of a file
  mobileops.ci.bitrise_build_certificate:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    name: development.p12
    content: "{{ vault_development_p12_base64 }}"
    certificate_password: "{{ vault_development_password }}"

- name: Delete a certificate
  mobileops.ci.bitrise_build_certificate:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    name: expired.p12
    state: absent
"""

RETURN = r"""
build_certificate:
  description:
    - The certificate as the service has it, without URLs and password. V(null) if it is absent.
    - In check mode, what it would be. A certificate that would be uploaded has no slug yet.
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
    file_sha256:
      description: SHA-256 of the bytes as the service gives it, or V(null).
      type: str
    certificates:
      description: What the service reads in the PKCS#12 file, each entry with C(serial) and C(expiry_date).
      type: list
      elements: dict
    details:
      description:
        - What the declared file says of itself, that is C(common_name), C(team_id), C(serial), C(sha1), C(sha256),
          C(not_before), C(expires_at), C(days_left), C(has_private_key), C(chain) and C(use), as
          M(mobileops.ci.signing_file_info) has it.
        - V(null) without O(src) and O(content), with O(verify=none), and for a file that is something else.
      type: dict
actions:
  description: What was done (in check mode, would be done), in this order. Empty if nothing had to be.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(upload), V(update) or V(delete).
      type: str
    kind:
      description: Kind of the file, for example V(build_certificate).
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
      description: What is set, for an upload and an update. A password is masked.
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
          V(local_file), V(missing_library), V(one_way_flag), V(duplicates), V(unverifiable), V(password),
          V(concurrent_change), V(verify), V(backup), V(missing_file) or V(changed_name).
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

from ..module_utils._bitrise.files.modules import BUILD_CERTIFICATE_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BUILD_CERTIFICATE_MODULE)


if __name__ == "__main__":
    main()

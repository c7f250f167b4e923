#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_build_certificate."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_build_certificate
short_description: Manage a build certificate of an app on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Ensures that an app has a build certificate (a PKCS#12 file) with the declared content, flags and password, or does
    not have it.
  - Uploads a file only if its content differs, deletes a replaced file last, and completes an interrupted run.
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
      - The diff shows names, sizes, digests and flags. For passwords it shows only whether they are as declared.
  idempotent:
    support: partial
    details:
      - Not with O(force=true), and not with O(update_password=always) for a protected certificate.
seealso:
  - module: mobileops.ci.bitrise_build_certificate_info
  - module: mobileops.ci.bitrise_provisioning_profile
"""

EXAMPLES = r"""
- name: Ensure that the app has the distribution certificate
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

- name: Upload a certificate from a variable instead of a file
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
    - The certificate as Bitrise reports it, without URLs and password. V(null) if it is absent.
    - In check mode, the certificate as it would be. A certificate that would be uploaded has no slug yet.
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
      sample: distribution.p12
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
      sample: true
    is_expose:
      description: V(true) if builds of pull requests get the file.
      type: bool
      sample: false
    sha256:
      description: SHA-256 of the content in hexadecimal. V(null) if it is not known.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    file_sha256:
      description: SHA-256 of the content as Bitrise reports it. V(null) if Bitrise does not report it.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    certificates:
      description: Certificates that Bitrise reads in the PKCS#12 file, each with C(serial) and C(expiry_date).
      type: list
      elements: dict
      sample: [{serial: 4F1A2B3C4D5E6F70, expiry_date: '2027-05-04T12:30:15Z'}]
    details:
      description:
        - Metadata of the declared file. These are C(common_name), C(team_id), C(serial), C(sha1), C(sha256),
          C(not_before), C(expires_at), C(days_left), C(has_private_key), C(chain) and C(use), see
          M(mobileops.ci.signing_file_info).
        - V(null) without O(src) and O(content), with O(verify=none), and for a file of another type.
      type: dict
      sample:
        common_name: 'Apple Distribution: Acme Ltd (A1B2C3D4E5)'
        expires_at: '2027-05-04T12:30:15Z'
        days_left: 364
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
  returned: success, and failure after a change
  type: list
  elements: dict
  contains:
    action:
      description: V(upload), V(update) or V(delete).
      type: str
      sample: upload
    kind:
      description: Always V(build_certificate).
      type: str
      sample: build_certificate
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
      sample: distribution.p12
    size:
      description: Size in bytes, for an upload. V(null) for other actions.
      type: int
      sample: 3218
    sha256:
      description: SHA-256 of the content in hexadecimal, for an upload. V(null) for other actions.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    changes:
      description: Values that an upload or update sets. V(null) for a deletion. Passwords are masked.
      type: dict
      sample: {is_protected: true}
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
          V(missing_library), V(verify), V(password) or V(concurrent_change).
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

from ..module_utils._bitrise.files.file_modules import BUILD_CERTIFICATE_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BUILD_CERTIFICATE_MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_build_certificate_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_build_certificate_info
short_description: List the build certificates of an app on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists the build certificates of an app with their flags, without URLs and passwords.
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise_files.filter
  - mobileops.ci._bitrise.limit
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
  - mobileops.ci._attributes.bitrise
seealso:
  - module: mobileops.ci.bitrise_build_certificate
"""

EXAMPLES = r"""
- name: List all build certificates of an app
  mobileops.ci.bitrise_build_certificate_info:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
  register: found

- name: Show the names of certificates that are not protected
  ansible.builtin.debug:
    msg: "{{ found.build_certificates | rejectattr('is_protected') | map(attribute='upload_file_name') | list }}"
"""

RETURN = r"""
build_certificates:
  description: The certificates as Bitrise reports them, without URLs and passwords.
  returned: success
  type: list
  elements: dict
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
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit) or V(option).
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

from ..module_utils._bitrise.files.file_modules import BUILD_CERTIFICATE_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BUILD_CERTIFICATE_INFO)


if __name__ == "__main__":
    main()

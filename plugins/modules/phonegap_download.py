#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module phonegap_download."""

from __future__ import annotations

DOCUMENTATION = r"""
module: phonegap_download
short_description: Download a package from a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Ensures that a file contains the package of an app for a platform.
  - The module streams the content to a temporary file with mode 0600 beside the destination. It renames the file when
    the content is complete and checked.
  - The public service closed in 2020. This module works with installations that have the same API, so O(api_url) is
    required.
options:
  platform:
    description:
      - Platform of the package, for example V(android). Its build must be complete.
    type: str
    required: true
  dest:
    description:
      - File to write, on the host that runs the module. With O(run_in=controller) that is the controller.
      - If O(dest) is a folder or ends with a slash, the file gets the name that the service reports.
      - The folder must exist.
    type: path
    required: true
  checksum:
    description:
      - Expected digest of the file, in the form V(sha256:) followed by 64 hexadecimal digits.
      - If the download has another digest, the task fails and does not change O(dest). If the file at O(dest) has the
        digest, the module does not download it.
    type: str
  force:
    description:
      - Whether to write the file even if O(dest) already has the content.
    type: bool
    default: false
extends_documentation_fragment:
  - mobileops.ci._phonegap
  - mobileops.ci._phonegap.login
  - mobileops.ci._phonegap.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._file_attributes
  - mobileops.ci._attributes
  - mobileops.ci._attributes.phonegap
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff shows sizes, and digests if they are known before the download.
  idempotent:
    support: partial
    details:
      - Not with O(force=true).
notes:
  - The service does not report size and digest of a package. Without O(checksum), the module downloads the package to
    compare it with O(dest), in check mode too.
seealso:
  - module: mobileops.ci.phonegap_build
  - module: mobileops.ci.bitrise_artifact_download
"""

EXAMPLES = r"""
- name: Download the package for Android
  mobileops.ci.phonegap_download:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
    app_id: 8
    platform: android
    dest: /srv/packages/
    mode: "0644"
"""

RETURN = r"""
dest:
  description: Path of the file.
  returned: success
  type: str
  sample: /srv/packages/Shop-debug.apk
size:
  description: Size of the file in bytes. V(null) in check mode if only a real run shows it.
  returned: success
  type: int
  sample: 607185
sha256:
  description: SHA-256 of the file in hexadecimal. V(null) in check mode if only a real run shows it.
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
app_id:
  description: Number of the app.
  returned: success
  type: int
  sample: 8
platform:
  description: Platform of the package.
  returned: success
  type: str
  sample: android
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
    - An action has the first five keys, and only those of the other keys that apply to it.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(download), or V(set_attributes) for a file of which only the attributes change.
      type: str
      sample: download
    kind:
      description: Always V(package).
      type: str
      sample: package
    app_slug:
      description: Number of the app, as text.
      type: str
      sample: "8"
    slug:
      description: Platform of the package.
      type: str
      sample: android
    name:
      description: Name of the package.
      type: str
      sample: Shop-debug.apk
    dest:
      description: Path of the file.
      type: str
      sample: /srv/packages/Shop-debug.apk
    size:
      description: Size in bytes, for a download. V(null) if it is not known before.
      type: int
      sample: 607185
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(not_found), V(server_error), V(bad_request),
          V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option), V(no_package),
          V(checksum), V(local_file), V(storage) or V(signed_url_expired).
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

from ..module_utils._phonegap.download import DOWNLOAD_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(DOWNLOAD_MODULE)


if __name__ == "__main__":
    main()

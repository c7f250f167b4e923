#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._phonegap.download.DOWNLOAD_MODULE."""

from __future__ import annotations

DOCUMENTATION = r"""
module: phonegap_download
short_description: Download a package from a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - The public service closed in 2020; this module is for installations that speak its API, so O(api_url) is required.
  - Makes sure that the package of an app for a platform is there as a file.
  - The bytes are streamed to a temporary file of mode 0600 beside the destination, which takes its place in one step
    once all of them are there and checked.
options:
  platform:
    description:
      - Platform of the package, for example V(android). Its build has to be complete.
    type: str
    required: true
  dest:
    description:
      - The file to write, on the host that runs the module. With O(run_in=controller) that is the controller.
      - In a directory that exists, or with a slash at the end, the file gets the name that the service has for it.
      - The directory has to be there.
    type: path
    required: true
  checksum:
    description:
      - The digest that the file shall have, in the form V(sha256:) followed by 64 hexadecimal digits.
      - If what was downloaded has another one, the task fails and leaves O(dest) as it was. A file that has it already
        is not downloaded.
    type: str
  force:
    description:
      - Write the file even if O(dest) holds the same already.
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
      - The diff has sizes, and digests where they are known before the download.
  idempotent:
    support: partial
    details:
      - Not with O(force=true).
notes:
  - The service tells neither size nor digest of a package. Without O(checksum) what is in O(dest) is compared by
    downloading the package once more, in check mode too.
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
size:
  description: Size of the file in bytes. V(null) in check mode where only a real run finds it out.
  returned: success
  type: int
sha256:
  description: SHA-256 of the file in hexadecimal. V(null) in check mode where only a real run finds it out.
  returned: success
  type: str
app_id:
  description: Number of the app.
  returned: success
  type: int
platform:
  description: Platform of the package.
  returned: success
  type: str
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
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

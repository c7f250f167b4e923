#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_project_file."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_project_file
short_description: Manage a project file of an app on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Ensures that an app has a project file with the declared content and flags, or does not have it. The website calls
    them generic files.
  - Uploads a file only if its content differs. Bitrise does not report digests of project files, so the module
    downloads an unprotected file of the same size to compare it.
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise_files.state
  - mobileops.ci._bitrise_files.file
  - mobileops.ci._bitrise_files.env_key
  - mobileops.ci._bitrise_files.replace_order
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff shows names, sizes, digests, flags and keys.
  idempotent:
    support: partial
    details:
      - Not with O(force=true), and not with O(on_unverifiable=replace) for a protected file.
seealso:
  - module: mobileops.ci.bitrise_project_file_info
  - module: mobileops.ci.bitrise_android_keystore
"""

EXAMPLES = r"""
- name: Ensure that builds find the configuration as BITRISEIO_GOOGLE_SERVICES_URL
  mobileops.ci.bitrise_project_file:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    src: configuration/google-services.json
    user_env_key: GOOGLE_SERVICES

- name: Hide it from builds of pull requests without changing its content
  mobileops.ci.bitrise_project_file:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    user_env_key: GOOGLE_SERVICES
    is_expose: false

- name: Delete a file by its name
  mobileops.ci.bitrise_project_file:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    name: old.json
    state: absent
"""

RETURN = r"""
project_file:
  description:
    - The file as Bitrise reports it, without URLs. V(null) if it is absent.
    - In check mode, the file as it would be. A file that would be uploaded has no slug yet.
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
      sample: google-services.json
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
      description: Key by which builds refer to the file.
      type: str
      sample: GOOGLE_SERVICES
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
      description: Always V(project_file).
      type: str
      sample: project_file
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
      sample: google-services.json
    size:
      description: Size in bytes, for an upload. V(null) for other actions.
      type: int
      sample: 3218
    sha256:
      description: SHA-256 of the content in hexadecimal, for an upload. V(null) for other actions.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    changes:
      description: Values that an upload or update sets. V(null) for a deletion.
      type: dict
      sample: {user_env_key: GOOGLE_SERVICES}
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
          V(local_file), V(duplicates), V(unverifiable), V(one_way_flag), V(backup), V(missing_file) or V(changed_name).
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

from ..module_utils._bitrise.files.file_modules import PROJECT_FILE_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(PROJECT_FILE_MODULE)


if __name__ == "__main__":
    main()

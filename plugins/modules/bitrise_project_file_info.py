#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_project_file_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_project_file_info
short_description: List the project files of an app on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists the project files of an app with their flags and keys, without URLs.
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
  - module: mobileops.ci.bitrise_project_file
"""

EXAMPLES = r"""
- name: List all project files of an app
  mobileops.ci.bitrise_project_file_info:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
  register: found

- name: Show the names of files that are not protected
  ansible.builtin.debug:
    msg: "{{ found.project_files | rejectattr('is_protected') | map(attribute='upload_file_name') | list }}"
"""

RETURN = r"""
project_files:
  description: The project files as Bitrise reports them, without URLs.
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

from ..module_utils._bitrise.files.file_modules import PROJECT_FILE_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(PROJECT_FILE_INFO)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_artifact_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_artifact_info
short_description: List artifacts of a build on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists the artifacts of a build, or one of them.
options:
  slug:
    description:
      - Return only the artifact with this slug. The module fails if there is none.
      - Mutually exclusive with O(title).
    type: str
  title:
    description:
      - Return only the artifacts that have exactly this title.
    type: str
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise.limit
  - mobileops.ci._bitrise_builds.build
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
  - mobileops.ci._attributes.bitrise
notes:
  - The module does not return download URLs, because anyone who has such a URL can download the artifact. Use
    M(mobileops.ci.bitrise_artifact_download) to download artifacts.
seealso:
  - module: mobileops.ci.bitrise_artifact
  - module: mobileops.ci.bitrise_artifact_download
"""

EXAMPLES = r"""
- name: List the artifacts of a build
  mobileops.ci.bitrise_artifact_info:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    build_slug: 1f2e3d4c5b6a7988
  register: found

- name: Show the size of each artifact
  ansible.builtin.debug:
    msg: "{{ found.artifacts | items2dict(key_name='title', value_name='file_size_bytes') }}"
"""

RETURN = r"""
artifacts:
  description: The artifacts, without download URLs. Fields that are not set are V(null).
  returned: success
  type: list
  elements: dict
  contains:
    slug:
      description: Slug of the artifact.
      type: str
      sample: 5a9f5da8d5f1057c
    title:
      description: Title of the artifact. Several artifacts of a build may have the same title.
      type: str
      sample: app-release.apk
    artifact_type:
      description: Type of the artifact, for example V(android-apk), V(ios-ipa) or V(file).
      type: str
      sample: android-apk
    file_size_bytes:
      description: Size in bytes.
      type: int
      sample: 607185
    is_public_page_enabled:
      description: V(true) if the artifact has a public page from which anyone can install the app.
      type: bool
      sample: false
    public_install_page_url:
      description: Address of the public page. Empty if the artifact has none. V(null) unless O(slug) is set.
      type: str
      sample: ""
    artifact_meta:
      description: Metadata that the build found in the artifact, such as the version of the app.
      type: dict
      sample: {app_info: {version_name: 4.2.0}}
    intermediate_file_info:
      description: Metadata of a file that one stage of a pipeline passes to another. V(null) for other artifacts.
      type: dict
      sample: {env_key: APP_PATH, is_dir: false}
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

from ..module_utils._bitrise.artifacts.artifact import ARTIFACT_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(ARTIFACT_INFO)


if __name__ == "__main__":
    main()

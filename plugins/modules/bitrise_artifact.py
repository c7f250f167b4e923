#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_artifact."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_artifact
short_description: Manage an artifact of a build on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Enables or disables the public page of an artifact, or deletes the artifact.
  - Builds create artifacts. The module cannot create one. With O(state=present) it fails if the artifact does not
    exist.
options:
  state:
    description:
      - V(present) ensures that the artifact exists and has the declared settings. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  is_public_page_enabled:
    description:
      - Whether to give the artifact a public page from which anyone who knows its address can install the app.
      - Only artifacts of the types V(android-apk) and V(ios-ipa) can have a public page. The module rejects this option
        for other types before it changes anything, in check mode too.
      - If omitted, the module does not change this setting.
    type: bool
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise_builds.build
  - mobileops.ci._bitrise_artifacts.artifact
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: mobileops.ci.bitrise_artifact_info
  - module: mobileops.ci.bitrise_artifact_download
  - module: mobileops.ci.bitrise_artifact_retention
"""

EXAMPLES = r"""
- name: Give testers a page to install the app from
  mobileops.ci.bitrise_artifact:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    build_slug: 1f2e3d4c5b6a7988
    title: app-release.apk
    is_public_page_enabled: true
  register: published

- name: Show the address of the page
  ansible.builtin.debug:
    var: published.artifact.public_install_page_url

- name: Delete an artifact
  mobileops.ci.bitrise_artifact:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    build_slug: 1f2e3d4c5b6a7988
    slug: 5a9f5da8d5f1057c
    state: absent
"""

RETURN = r"""
artifact:
  description: The artifact after the task. In check mode, the artifact as it would be. V(null) if it is absent.
  returned: success
  type: dict
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
      sample: true
    public_install_page_url:
      description:
        - Address of the public page. Empty if the artifact has none.
        - V(null) in check mode for a page that would be created.
      type: str
      sample: https://app.bitrise.io/artifact/5a9f5da8d5f1057c/p/6b1c0d
    artifact_meta:
      description: Metadata that the build found in the artifact, such as the version of the app.
      type: dict
      sample: {app_info: {version_name: 4.2.0}}
    intermediate_file_info:
      description: Metadata of a file that one stage of a pipeline passes to another. V(null) for other artifacts.
      type: dict
      sample: {env_key: APP_PATH, is_dir: false}
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(update) or V(delete).
      type: str
      sample: delete
    kind:
      description: Always V(artifact).
      type: str
      sample: artifact
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    slug:
      description: Slug of the artifact.
      type: str
      sample: 5a9f5da8d5f1057c
    name:
      description: Title of the artifact, or its slug if it has no title.
      type: str
      sample: app-release.apk
    build_slug:
      description: Slug of the build.
      type: str
      sample: 3247e2920496e846
    changes:
      description: Values that an update sets. V(null) for a deletion.
      type: dict
      sample: {is_public_page_enabled: false}
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(duplicates) or V(not_installable).
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

from ..module_utils._bitrise.artifacts.artifact import ARTIFACT_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(ARTIFACT_MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.artifacts.modules.ARTIFACT_MODULE."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_artifact
short_description: Manage an artifact of a build on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Opens or closes the public page of an artifact, or deletes the artifact.
  - Artifacts come from builds, so none can be created. An artifact that shall be present and is not there is a failure.
options:
  state:
    description:
      - V(present) makes sure that the artifact is there and has what is declared. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  is_public_page_enabled:
    description:
      - Whether the artifact has a page from which everybody who knows its address can install the app.
      - Only artifacts of the types V(android-apk) and V(ios-ipa) can have one. For any other the task fails, in check
        mode too, before anything is changed.
      - Left out, the artifact keeps what it has.
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

- name: Show its address
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
  description: The artifact as it is now (in check mode, would be). V(null) if it is absent.
  returned: success
  type: dict
  contains:
    slug:
      description: Slug of the artifact.
      type: str
    title:
      description: Title of the artifact. Several artifacts of a build may have the same one.
      type: str
    artifact_type:
      description: Type of the artifact, for example V(android-apk), V(ios-ipa) or V(file).
      type: str
    file_size_bytes:
      description: Size in bytes.
      type: int
    is_public_page_enabled:
      description: Whether the artifact has a page from which everybody can install the app.
      type: bool
    public_install_page_url:
      description:
        - Address of that page. Empty without one. V(null) in check mode for a page that would be opened.
      type: str
    artifact_meta:
      description: What the build has found out about the artifact, such as the version of the app.
      type: dict
    intermediate_file_info:
      description: What the service says of a file that is handed on between the stages of a pipeline.
      type: dict
actions:
  description: What was done (in check mode, would be done). Empty if nothing had to be.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(update) or V(delete).
      type: str
    kind:
      description: V(artifact).
      type: str
    app_slug:
      description: Slug of the app.
      type: str
    build_slug:
      description: Slug of the build.
      type: str
    slug:
      description: Slug of the artifact.
      type: str
    name:
      description: Title of the artifact, or its slug if it has none.
      type: str
    changes:
      description: What is set, for an update. V(null) otherwise.
      type: dict
error:
  description: What kind of error it was. Keys that do not apply are V(null).
  returned: failure, unless an option is of the wrong form
  type: dict
  contains:
    kind:
      description:
        - What went wrong, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit),
          V(duplicates), V(not_installable)
          or V(option).
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

from ..module_utils._bitrise.artifacts.modules import ARTIFACT_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(ARTIFACT_MODULE)


if __name__ == "__main__":
    main()

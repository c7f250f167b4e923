#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.artifacts.retention.ARTIFACT_RETENTION."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_artifact_retention
short_description: Delete or unpublish old artifacts of an app on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Deletes the artifacts of builds that are older than some days, or closes their public pages, and keeps those of the
    newest builds.
  - All builds of the app that are over are looked at, several at a time, before anything is changed.
options:
  state:
    description:
      - V(absent) deletes the artifacts. V(unpublished) closes the public page of those that have one.
    type: str
    choices: [absent, unpublished]
    default: absent
  older_than_days:
    description:
      - Only artifacts of builds that ended more than this many days ago, by the clock of the host that runs the module.
    type: int
    required: true
  keep_builds:
    description:
      - Leave the artifacts of so many of the newest builds alone, however old they are. A build without artifacts does
        not count.
    type: int
    default: 10
  max_artifacts:
    description:
      - If more artifacts than this would be deleted or unpublished, the task fails and changes nothing.
    type: int
    default: 100
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._transport.concurrency
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - The service lists the builds of the last 200 days. It deletes older artifacts by itself.
  - If something fails for an artifact the others are dealt with all the same, and then the task fails. What was done is
    in RV(actions).
seealso:
  - module: mobileops.ci.bitrise_artifact
"""

EXAMPLES = r"""
- name: Look at what would be deleted
  mobileops.ci.bitrise_artifact_retention:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    older_than_days: 30
    max_artifacts: 10000
  check_mode: true
  register: found

- name: Show how much that is
  ansible.builtin.debug:
    var: found.summary

- name: Close the public pages of all but the newest three builds
  mobileops.ci.bitrise_artifact_retention:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    state: unpublished
    older_than_days: 7
    keep_builds: 3
"""

RETURN = r"""
summary:
  description: What was looked at and what was done (in check mode, would be done).
  returned: success, or failure with some of the artifacts
  type: dict
  contains:
    builds:
      description: Builds that are over.
      type: int
    artifacts:
      description: Their artifacts, before anything was changed.
      type: int
    deleted:
      description: Artifacts that were deleted.
      type: int
    unpublished:
      description: Artifacts whose public page was closed.
      type: int
    failed:
      description: Artifacts for which it failed.
      type: int
    freed_bytes:
      description: Size of all artifacts that were deleted.
      type: int
    waited_s:
      description: Seconds in which the task waited because the service limits requests or does not answer.
      type: float
      sample: 12.5
    refused:
      description: Number of requests that the service refused because of a limit, and that were sent again.
      type: int
      sample: 3
actions:
  description: What was done (in check mode, would be done). Empty if nothing had to be.
  returned: success, or failure with some of the artifacts
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
          V(max_artifacts)
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

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention import ARTIFACT_RETENTION
from ansible_collections.mobileops.ci.plugins.module_utils._module import run_module


def main() -> None:
    run_module(ARTIFACT_RETENTION)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_artifact_retention."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_artifact_retention
short_description: Delete or unpublish old artifacts of apps on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Deletes the artifacts of builds that are older than a number of days, or disables their public pages. By default,
    keeps the artifacts of tagged builds, and of the newest successful builds of each branch and workflow.
  - The module reads all finished builds of an app before it changes anything in the app.
options:
  app_slug:
    description:
      - Slug of the app. Set either this or O(apps).
    type: str
  apps:
    description:
      - Apps to process. Each entry is the slug of an app, or a dictionary with the slug and options for this app only.
      - If an app fails, the module continues with the other apps, and then fails.
    type: list
    version_added: 1.0.0
    elements: dict
    suboptions:
      app_slug:
        description: Slug of the app.
        type: str
        required: true
      state:
        description: See O(state).
        type: str
        choices: [absent, unpublished]
      older_than_days:
        description: See O(older_than_days).
        type: int
      keep_builds:
        description: See O(keep_builds).
        type: int
      keep_tagged:
        description: See O(keep_tagged).
        type: bool
      branches:
        description: See O(branches).
        type: list
        elements: str
      tags:
        description: See O(tags).
        type: list
        elements: str
      workflows:
        description: See O(workflows).
        type: list
        elements: str
      statuses:
        description: See O(statuses).
        type: list
        elements: str
        choices: [success, error, aborted, aborted-with-success]
      titles:
        description: See O(titles).
        type: list
        elements: str
      types:
        description: See O(types).
        type: list
        elements: str
      protect_titles:
        description: See O(protect_titles).
        type: list
        elements: str
      protect_types:
        description: See O(protect_types).
        type: list
        elements: str
      max_artifacts:
        description: See O(max_artifacts).
        type: int
  state:
    description:
      - V(absent) deletes the artifacts. V(unpublished) disables the public pages of artifacts that have one.
    type: str
    choices: [absent, unpublished]
    default: absent
  older_than_days:
    description:
      - Number of days. Only artifacts of builds that ended earlier change. The module uses the clock of the service, or
        that of its own host if no response has a date.
      - Required, unless each entry of O(apps) sets it.
    type: int
  keep_builds:
    description:
      - Number of the newest successful builds of each branch and workflow whose artifacts the module keeps, regardless
        of their age.
      - Builds of pull requests count separately from other builds of a branch with the same name. Builds without
        artifacts that the other options select do not count. This option does not keep failed and aborted builds.
    type: int
    default: 10
  keep_tagged:
    description:
      - Whether to keep the artifacts of all builds of a tag, such as releases.
    type: bool
    version_added: 1.0.0
    default: true
  branches:
    description:
      - Branches. Only artifacts of their builds change. Each entry is a pattern as in a shell, for example
        V(feature/*). Case matters. A build of a tag usually has no branch.
    type: list
    version_added: 1.0.0
    elements: str
  tags:
    description:
      - Tags. Only artifacts of their builds change. Each entry is a pattern. Requires O(keep_tagged=false).
    type: list
    version_added: 1.0.0
    elements: str
  workflows:
    description:
      - Workflows. Only artifacts of their builds change. Each entry is a pattern.
    type: list
    version_added: 1.0.0
    elements: str
  statuses:
    description:
      - Statuses. Only artifacts of builds with one of them change.
    type: list
    version_added: 1.0.0
    elements: str
    choices: [success, error, aborted, aborted-with-success]
  titles:
    description:
      - Titles. Only artifacts with one of them change. Each entry is a pattern, for example V(*.apk).
    type: list
    version_added: 1.0.0
    elements: str
  types:
    description:
      - Types, for example V(android-apk), V(ios-ipa) or V(file). Only artifacts of one of them change. Each entry is a
        pattern.
    type: list
    version_added: 1.0.0
    elements: str
  protect_titles:
    description:
      - Titles of artifacts that never change, for example V(*.dSYM.zip) or V(mapping.txt). Use it to keep symbol files
        longer than packages. Each entry is a pattern.
    type: list
    version_added: 1.0.0
    elements: str
  protect_types:
    description:
      - Types of artifacts that never change. Each entry is a pattern.
      - Symbol files usually have the type V(file), as logs and reports do. To protect only symbol files, use
        O(protect_titles).
    type: list
    version_added: 1.0.0
    elements: str
  max_artifacts:
    description:
      - Largest number of artifacts that the module may delete or unpublish in one app. If more would change, the module
        does not change the app, and fails.
    type: int
    default: 100
extends_documentation_fragment:
  - mobileops.ci._bitrise
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
  - An artifact changes only if all options select it. To give branches different rules, use several tasks.
  - Bitrise lists the builds of the last 200 days. It deletes older artifacts automatically.
  - If an artifact fails, the module continues with the other artifacts, unless the token lacks the permission or
    O(time_limit) is over, and then fails. RV(actions) lists the actions
    that succeeded.
seealso:
  - module: mobileops.ci.bitrise_artifact
"""

EXAMPLES = r"""
- name: Find the artifacts that would be deleted
  mobileops.ci.bitrise_artifact_retention:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    older_than_days: 30
    max_artifacts: 10000
  check_mode: true
  register: found

- name: Show their number and size
  ansible.builtin.debug:
    var: found.summary

- name: Delete all artifacts of old builds of feature branches
  mobileops.ci.bitrise_artifact_retention:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    branches: [feature/*, renovate/*]
    older_than_days: 14
    keep_builds: 0

- name: Delete old release packages, but not their symbol files
  mobileops.ci.bitrise_artifact_retention:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    keep_tagged: false
    tags: [v*]
    protect_titles: ["*.dSYM.zip", mapping.txt]
    older_than_days: 150

- name: Disable old public pages except those of the newest three builds of each branch and workflow
  mobileops.ci.bitrise_artifact_retention:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    state: unpublished
    older_than_days: 7
    keep_builds: 3

- name: Delete old artifacts of two apps
  mobileops.ci.bitrise_artifact_retention:
    api_token: "{{ bitrise_token }}"
    apps:
      - 93f256e365d929d3
      - app_slug: f46e89061e967f27
        keep_builds: 2
    older_than_days: 30
"""

RETURN = r"""
summary:
  description: Totals of the task. In check mode, the totals as they would be.
  returned: success, or failure of some of the artifacts or apps
  type: dict
  contains:
    <<: &summary
      builds:
        description: Number of finished builds.
        type: int
        sample: 40
      artifacts:
        description: Number of their artifacts, before the task.
        type: int
        sample: 120
      deleted:
        description: Number of artifacts deleted.
        type: int
        sample: 60
      unpublished:
        description: Number of artifacts whose public page was disabled.
        type: int
        sample: 0
      failed:
        description: Number of artifacts that failed.
        type: int
        sample: 0
      freed_bytes:
        description: Total size of the deleted artifacts in bytes.
        type: int
        sample: 73400320
    requests:
      description: Number of requests that the task sent, including retries.
      type: int
      sample: 182
    refused:
      description: Number of requests that the service refused because of a rate limit. The module sent them again.
      type: int
      sample: 3
    waited_s:
      description: Seconds that the task waited because the service limits requests or did not respond.
      type: float
      sample: 12.5
    seconds:
      description: Duration of the task in seconds.
      type: float
      sample: 3.2
apps:
  description: Result of each app, by its slug.
  returned: with O(apps), when the options are valid
  type: dict
  contains:
    changed:
      description: V(true) if an artifact was changed. In check mode, V(true) if one would be changed.
      type: bool
      sample: true
    summary:
      description: Totals of the app.
      type: dict
      contains: *summary
    actions:
      description: Actions performed for this app, with the keys of RV(actions).
      type: list
      elements: dict
      sample: [{action: delete, kind: artifact, slug: 5a9f5da8d5f1057c, name: app-release.apk}]
    warnings:
      description: Warnings about this app.
      type: list
      elements: str
      sample: []
    diff:
      description:
        - Builds whose artifacts change, as C(before) and C(after), with branch, tag, workflow, status, age and
          artifacts. C(total) has the number and size of all artifacts, and the number of public pages.
      type: dict
      sample: {before: {total: {artifacts: 120}}, after: {total: {artifacts: 60}}}
    error:
      description: Error of this app, with C(msg) and the keys of RV(error). V(null) for an app without an error.
      type: dict
      sample: {msg: 'Could not list the builds: there is no such app.', kind: not_found, status: 404}
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
  returned: success, or failure of some of the artifacts or apps
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
    build_number:
      description: Number of the build.
      type: int
      sample: 421
    branch:
      description: Branch of the build.
      type: str
      sample: main
    tag:
      description: Tag of the build.
      type: str
      sample: v4.2.0
    workflow:
      description: Workflow of the build.
      type: str
      sample: deploy
    status_name:
      description: Status of the build, such as V(success).
      type: str
      sample: success
    age_days:
      description: Number of whole days since the build ended.
      type: int
      sample: 45
    artifact_type:
      description: Type of the artifact.
      type: str
      sample: ios-ipa
    file_size_bytes:
      description: Size of the artifact in bytes.
      type: int
      sample: 73400320
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(max_artifacts) or V(several).
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

from ..module_utils._bitrise.artifacts.retention import ARTIFACT_RETENTION
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(ARTIFACT_RETENTION)


if __name__ == "__main__":
    main()

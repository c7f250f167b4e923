#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_build_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_build_info
short_description: List builds on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists the builds of one app, of a pipeline, or of all apps that the token can access, or returns one build.
  - Bitrise lists the builds of the last 200 days. Use O(archived) for older builds.
options:
  app_slug:
    description:
      - Slug of the app. If omitted, the module lists the builds of all apps.
    type: str
  build_slug:
    description:
      - Return only the build with this slug. The module fails if there is none.
      - Requires O(app_slug).
      - Mutually exclusive with O(pipeline), O(owner_slug), O(branch), O(workflow), O(commit_message),
        O(trigger_event_type), O(pull_request_id), O(build_number), O(after), O(before), O(status),
        O(is_pipeline_build), O(sort_by) and O(limit).
    type: str
  pipeline:
    description:
      - Return the builds of the pipeline with this identifier, as in the result of
        M(mobileops.ci.bitrise_pipeline_info). Workflows that have not started have no build.
      - Requires O(app_slug).
      - Mutually exclusive with O(build_slug), O(owner_slug), O(branch), O(workflow), O(commit_message),
        O(trigger_event_type), O(pull_request_id), O(build_number), O(after), O(before), O(status),
        O(is_pipeline_build), O(sort_by) and O(limit).
    type: str
    version_added: 1.0.0
    aliases: [pipeline_id]
  owner_slug:
    description:
      - Return only builds of apps that belong to the user or organization with this slug.
      - Mutually exclusive with O(app_slug).
    type: str
  archived:
    description:
      - Whether to return builds from the archive, which contains builds that are older than 200 days.
      - Requires O(app_slug), O(after) and O(before). Other filters are not allowed.
      - Bitrise returns up to 1000 builds at once. The module issues a warning if there may be more builds and O(limit)
        allows them.
    type: bool
    default: false
  branch:
    description:
      - Return only builds of this branch. Requires O(app_slug).
    type: str
  workflow:
    description:
      - Return only builds of this workflow. Requires O(app_slug).
    type: str
  commit_message:
    description:
      - Return only builds whose commit message contains this text. Case is ignored. Requires O(app_slug).
    type: str
  trigger_event_type:
    description:
      - Return only builds that this type of event triggered. Requires O(app_slug).
    type: str
    choices: [push, pull-request, tag]
  pull_request_id:
    description:
      - Return only builds of the pull request with this number.
      - Requires O(app_slug) and O(trigger_event_type=pull-request), without which Bitrise would ignore this option.
    type: int
  build_number:
    description:
      - Return only the build with this number. Requires O(app_slug).
    type: int
  after:
    description:
      - Return only builds that were triggered at this time or later.
      - A date and time in ISO 8601, in UTC unless it has a zone, or Unix seconds. The API supports whole seconds only,
        so the module rounds up.
      - Requires O(app_slug).
    type: str
  before:
    description:
      - Return only builds that were triggered at this time or earlier.
      - Same formats as O(after). The module rounds down to whole seconds.
      - Requires O(app_slug).
    type: str
  status:
    description:
      - Return only builds with this status, as a number or a name.
      - V(0) and V(not-finished) include V(in-progress) and V(on-hold). V(1) is V(success), V(2) is V(error) or
        V(failed), V(3) is V(aborted), and V(4) is V(aborted-with-success).
    type: str
    choices:
      - '0'
      - '1'
      - '2'
      - '3'
      - '4'
      - not-finished
      - in-progress
      - on-hold
      - success
      - error
      - failed
      - aborted
      - aborted-with-success
  is_pipeline_build:
    description:
      - V(true) returns only builds that belong to a pipeline. V(false) returns only builds that do not. Requires
        O(app_slug).
    type: bool
  sort_by:
    description:
      - Order of the builds. V(created_at) lists the latest first, which is also the default of Bitrise.
      - V(running_first) lists unfinished builds first. Bitrise returns one page of up to 50 builds in this order. The
        module issues a warning if there are more builds and O(limit) allows them.
      - Requires O(app_slug).
    type: str
    choices: [created_at, running_first]
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise.limit
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
  - mobileops.ci._attributes.bitrise
seealso:
  - module: mobileops.ci.bitrise_build_abort
  - module: mobileops.ci.bitrise_build_log
  - module: mobileops.ci.bitrise_pipeline_info
"""

EXAMPLES = r"""
- name: List builds of the main branch that failed since yesterday
  mobileops.ci.bitrise_build_info:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    branch: main
    status: failed
    after: "{{ now().timestamp() - 86400 }}"
  register: failed

- name: Return the latest build of a pull request
  mobileops.ci.bitrise_build_info:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    trigger_event_type: pull-request
    pull_request_id: 112
    limit: 1

- name: List the builds of an organization that wait for a machine
  mobileops.ci.bitrise_build_info:
    api_token: "{{ bitrise_token }}"
    owner_slug: e1ec3dea540bcf21
    status: on-hold
"""

RETURN = r"""
builds:
  description:
    - The builds. Fields that Bitrise does not report are V(null). The parameters that builds were triggered with are
      left out, because they contain environment variables.
  returned: success
  type: list
  elements: dict
  contains:
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    app_title:
      description: Title of the app. V(null) unless the builds of all apps are listed.
      type: str
      sample: Shop
    slug:
      description: Slug of the build.
      type: str
      sample: 3247e2920496e846
    build_number:
      description: Number of the build, as on the pages of Bitrise.
      type: int
      sample: 421
    status:
      description: V(0) not finished, V(1) success, V(2) error, V(3) aborted, V(4) aborted and counted as a success.
      type: int
      sample: 1
    status_name:
      description:
        - The status as one word. V(on-hold), V(in-progress), V(success), V(error), V(aborted) or V(aborted-with-
          success).
      type: str
      sample: success
    status_text:
      description: The word that Bitrise uses for the status. It is the same for both statuses of aborted builds.
      type: str
      sample: success
    is_on_hold:
      description: V(true) if the build waits for a free machine.
      type: bool
      sample: false
    is_processed:
      description: V(true) if Bitrise has completed the work that follows a build.
      type: bool
      sample: true
    is_status_sent:
      description: V(true) if Bitrise has reported the status to the Git host.
      type: bool
      sample: true
    branch:
      description: Branch that was built.
      type: str
      sample: main
    tag:
      description: Tag that was built.
      type: str
      sample: v4.2.0
    commit_hash:
      description: Commit that was built.
      type: str
      sample: 9d1c2f0
    commit_message:
      description: Message of the commit.
      type: str
      sample: Fix the login
    commit_view_url:
      description: Address of the page of the commit.
      type: str
      sample: https://github.com/acme/shop/commit/9d1c2f0
    triggered_workflow:
      description: Workflow that was started.
      type: str
      sample: deploy
    triggered_by:
      description: User or event that started the build.
      type: str
      sample: api-release-bot
    triggered_at:
      description:
        - Time at which the build was triggered.
        - All times are in UTC and have this format, so you can compare them as text.
      type: str
      sample: "2026-01-31T13:00:00Z"
    started_on_worker_at:
      description: Time at which a machine started the build.
      type: str
      sample: "2026-01-31T13:00:10Z"
    environment_prepare_finished_at:
      description: Time at which the machine was ready.
      type: str
      sample: "2026-01-31T13:00:25Z"
    finished_at:
      description: Time at which the build ended.
      type: str
      sample: "2026-01-31T13:20:00Z"
    abort_reason:
      description: Reason of the abort, as Bitrise reports it.
      type: str
      sample: A newer commit is there
    pull_request_id:
      description: Number of the pull request. V(0) or V(null) for other builds.
      type: int
      sample: 112
    pull_request_target_branch:
      description: Branch that the pull request targets.
      type: str
      sample: main
    pull_request_view_url:
      description: Address of the page of the pull request.
      type: str
      sample: https://github.com/acme/shop/pull/112
    stack_identifier:
      description: Stack that the build ran on.
      type: str
      sample: osx-xcode-16.0.x
    machine_type_id:
      description: Type of the machine.
      type: str
      sample: g2.mac.medium
    credit_cost:
      description: Credits that the build cost.
      type: int
      sample: 6
    pipeline_workflow_id:
      description: Identifier of the workflow in its pipeline. V(null) for a build that belongs to no pipeline.
      type: str
      sample: 0191c6b5-8a10-7000-b7d3-2f4f5b6c7d8e
    log_format:
      description: Format of the log.
      type: str
      sample: json
    rebuildable:
      description: V(true) if the build can be started again.
      type: bool
      sample: true
    utility:
      description: V(true) if Bitrise runs the build for its own purposes.
      type: bool
      sample: false
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

from ..module_utils._bitrise.builds.info import BUILD_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BUILD_INFO)


if __name__ == "__main__":
    main()

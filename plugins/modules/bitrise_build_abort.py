#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_build_abort."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_build_abort
short_description: Abort a build or a pipeline on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Aborts a build or a pipeline that is not finished.
  - The module does not change a build that is finished, with any status. This includes a build that ends before the
    request to abort arrives.
options:
  build_slug:
    description:
      - Slug of the build, as in the address of its page and in the result of M(mobileops.ci.bitrise_build_info).
      - Either O(build_slug) or O(pipeline) is required.
    type: str
  pipeline:
    description:
      - Identifier of one run of a pipeline, as in the result of M(mobileops.ci.bitrise_pipeline_info). The module
        aborts all builds of the run.
    type: str
    version_added: 1.0.0
    aliases: [pipeline_id]
  reason:
    description:
      - Reason of the abort. Bitrise shows it with the build, after the name of the user.
    type: str
  abort_with_success:
    description:
      - Whether to count the build as a success, on Bitrise and at the Git host.
    type: bool
    default: false
  skip_notifications:
    description:
      - Whether to send no e-mails about the abort.
    type: bool
    default: false
  skip_git_status_report:
    description:
      - Whether to report no status to the Git host. Bitrise does not support this for pipelines.
    type: bool
    default: false
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._waiting
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff shows the status of the build or pipeline.
  idempotent:
    support: full
notes:
  - With O(wait), the module waits until the build is finished. A build may take a moment to stop.
seealso:
  - module: mobileops.ci.bitrise_build_info
  - module: mobileops.ci.bitrise_pipeline_info
"""

EXAMPLES = r"""
- name: Abort a build
  mobileops.ci.bitrise_build_abort:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    build_slug: 3247e2920496e846
    reason: A newer commit is there
    wait: true
    wait_timeout: 120

- name: Abort a pipeline
  mobileops.ci.bitrise_build_abort:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    pipeline: 0191c6b5-7f4e-7c3a-9a43-0d6c1b2a3f4e

- name: List the unfinished builds of a deleted branch
  mobileops.ci.bitrise_build_info:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    branch: feature/old
    status: not-finished
  register: found

- name: Abort them without notifications
  mobileops.ci.bitrise_build_abort:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    build_slug: "{{ item.slug }}"
    abort_with_success: true
    skip_notifications: true
    skip_git_status_report: true
  loop: "{{ found.builds }}"
  loop_control:
    label: "{{ item.build_number }}"
"""

RETURN = r"""
build:
  description:
    - The build after the task. In check mode, the build as it would be. V(null) for a pipeline.
    - Fields that Bitrise does not report are V(null). The parameters that it was triggered with are left out, because
      they contain environment variables.
  returned: success, and failure after the request to abort
  type: dict
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
pipeline:
  description:
    - The pipeline at the end of the task. V(null) for a build.
    - Fields that Bitrise does not report are V(null). The parameters that it was triggered with are left out, because
      they contain environment variables.
  returned: success, and failure after the request to abort
  type: dict
  contains:
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    app_title:
      description: Title of the app. V(null) unless the pipelines of all apps are listed.
      type: str
      sample: Shop
    id:
      description: Identifier of this run of the pipeline.
      type: str
      sample: 0191c6b5-7f4e-7c3a-9a43-0d6c1b2a3f4e
    name:
      description: Name of the pipeline.
      type: str
      sample: release
    build_number:
      description: Number of the pipeline, as on the pages of Bitrise.
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
        - V(null) for a status that this collection does not know.
      type: str
      sample: success
    status_text:
      description: The word that Bitrise uses for the status. V(null) in lists.
      type: str
      sample: succeeded
    is_on_hold:
      description: V(true) if the pipeline waits for a free machine.
      type: bool
      sample: false
    branch:
      description: Branch of the pipeline.
      type: str
      sample: main
    tag:
      description: Tag of the pipeline.
      type: str
      sample: v4.2.0
    commit_hash:
      description: Commit of the pipeline.
      type: str
      sample: 9d1c2f0
    commit_message:
      description: Message of the commit.
      type: str
      sample: Fix the login
    pull_request_id:
      description: Number of the pull request.
      type: int
      sample: 112
    triggered_by:
      description: User or event that started the pipeline.
      type: str
      sample: api-release-bot
    triggered_at:
      description: Time at which the pipeline was triggered, in UTC.
      type: str
      sample: "2026-01-31T13:00:00Z"
    started_at:
      description: Time at which its first workflow started, in UTC.
      type: str
      sample: "2026-01-31T13:00:10Z"
    finished_at:
      description: Time at which the pipeline ended, in UTC.
      type: str
      sample: "2026-01-31T13:20:00Z"
    abort_reason:
      description: Reason of the abort. V(null) in lists.
      type: str
      sample: A newer commit is there
    credit_cost:
      description: Credits that the pipeline cost.
      type: int
      sample: 12
    rebuildable:
      description: V(true) if the pipeline can be started again.
      type: bool
      sample: true
    workflows:
      description: Workflows of the pipeline. V(null) in lists.
      type: list
      elements: dict
      contains:
        id:
          description: Identifier of the workflow, as C(pipeline_workflow_id) of its build.
          type: str
          sample: 0191c6b5-8a10-7000-b7d3-2f4f5b6c7d8e
        name:
          description: Name of the workflow.
          type: str
          sample: deploy
        stage:
          description: Stage that the workflow belongs to, in a pipeline with stages.
          type: str
          sample: ship
        build_slug:
          description: Slug of the build. V(null) before the workflow starts.
          type: str
          sample: 3247e2920496e846
        status_name:
          description: Status of the workflow, in the same words as the status of the pipeline.
          type: str
          sample: success
        status_text:
          description: The word that Bitrise uses for the status.
          type: str
          sample: succeeded
        depends_on:
          description: Workflows that must succeed first.
          type: list
          elements: str
          sample: [build]
        start_failure_reason:
          description: Reason why the workflow could not be started.
          type: str
          sample: ""
        credit_cost:
          description: Credits that the workflow cost.
          type: int
          sample: 6
        started_at:
          description: Time at which the workflow started, in UTC.
          type: str
          sample: "2026-01-31T13:00:10Z"
        finished_at:
          description: Time at which the workflow ended, in UTC.
          type: str
          sample: "2026-01-31T13:10:00Z"
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
  returned: success, and failure after the request to abort
  type: list
  elements: dict
  contains:
    action:
      description: Always V(abort).
      type: str
      sample: abort
    kind:
      description: V(build) or V(pipeline).
      type: str
      sample: build
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    slug:
      description: Slug of the build, or identifier of the pipeline.
      type: str
      sample: 3247e2920496e846
    name:
      description: Number of the build or pipeline, as in V(#12).
      type: str
      sample: "#12"
    with_success:
      description: V(true) if the build counts as a success.
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
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option) or
          V(wait_timeout).
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

from ..module_utils._bitrise.builds.abort import BUILD_ABORT
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BUILD_ABORT)


if __name__ == "__main__":
    main()

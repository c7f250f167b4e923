#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.builds.abort.BUILD_ABORT."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_build_abort
short_description: Abort a build or a pipeline on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Aborts a build or a pipeline that is not over. The module changes nothing if it is over, however it ended, also if
    it ends before the request to abort arrives.
options:
  build_slug:
    description:
      - Slug of the build, as in the address of its page and in the result of M(mobileops.ci.bitrise_build_info). Either
        this or O(pipeline) is required.
    type: str
  pipeline:
    description:
      - Identifier of the run of a pipeline, as in the result of M(mobileops.ci.bitrise_pipeline_info). All builds of it
        are aborted.
    type: str
    aliases: [pipeline_id]
  reason:
    description:
      - Why. The service shows it with the build, after the name of the user.
    type: str
  abort_with_success:
    description:
      - Whether the build counts as a success, in its status on the service and at the host of the repository.
    type: bool
    default: false
  skip_notifications:
    description:
      - Send no e-mails about it.
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
      - The diff has the status.
  idempotent:
    support: full
notes:
  - O(wait) waits until the build is over. A build that was told to abort may take a moment to stop.
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

- name: List what runs on a branch that is gone
  mobileops.ci.bitrise_build_info:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    branch: feature/old
    status: not-finished
  register: found

- name: Abort it, without a word to anybody
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
    - The build afterwards. What the service does not tell is V(null). What it was started with is left out, because
      values of environment variables are in there.
    - In check mode, what it would be.
    - V(null) for a pipeline.
  returned: success, and failure once the build was told to abort
  type: dict
  contains:
    app_slug:
      description: Slug of the app that was built.
      type: str
    app_title:
      description: Title of the app. V(null) unless the builds of all apps are listed.
      type: str
    slug:
      description: Slug of the build.
      type: str
    build_number:
      description: Number of the build, as on the service's pages.
      type: int
    status:
      description: V(0) not finished, V(1) success, V(2) error, V(3) aborted, V(4) aborted and counted as a success.
      type: int
    status_name:
      description:
        - The same in one word. V(on-hold), V(in-progress), V(success), V(error), V(aborted) or
          V(aborted-with-success).
      type: str
    status_text:
      description: The service's own word for the status. It does not tell the two aborted states apart.
      type: str
    is_on_hold:
      description: Whether the build waits for a free machine.
      type: bool
    is_processed:
      description: Whether the service is done with what follows a build.
      type: bool
    is_status_sent:
      description: Whether the status was told to the host of the repository.
      type: bool
    branch:
      description: Branch that was built.
      type: str
    tag:
      description: Tag that was built.
      type: str
    commit_hash:
      description: Commit that was built.
      type: str
    commit_message:
      description: Message of the commit.
      type: str
    commit_view_url:
      description: Page of the commit.
      type: str
    triggered_workflow:
      description: Workflow that was started.
      type: str
    triggered_by:
      description: Who or what started the build.
      type: str
    triggered_at:
      description:
        - When it was asked for, as in V(2026-01-31T13:00:00Z). All times are in UTC and have this form, so they can be
          compared as text.
      type: str
    started_on_worker_at:
      description: When a machine began with it.
      type: str
    environment_prepare_finished_at:
      description: When that machine was ready.
      type: str
    finished_at:
      description: When it ended.
      type: str
    abort_reason:
      description: Why it was aborted, in the service's words.
      type: str
    pull_request_id:
      description: Number of the pull request. V(0) or V(null) for other builds.
      type: int
    pull_request_target_branch:
      description: Branch that the pull request is for.
      type: str
    pull_request_view_url:
      description: Page of the pull request.
      type: str
    stack_identifier:
      description: Stack that the build ran on.
      type: str
    machine_type_id:
      description: Type of the machine.
      type: str
    credit_cost:
      description: Credits that the build took.
      type: int
    pipeline_workflow_id:
      description: Identifier of the workflow within a pipeline.
      type: str
    log_format:
      description: Format of the log.
      type: str
    rebuildable:
      description: Whether the build can be started again.
      type: bool
    utility:
      description: Whether this is a build of the service's own.
      type: bool
pipeline:
  description:
    - The pipeline, at the end of the task. V(null) for a build. Values that Bitrise does not report are V(null). What
      it was started with is left out, because values of environment variables are in there.
  returned: success, and failure once it was told to abort
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
        - The same as one word. V(on-hold), V(in-progress), V(success), V(error), V(aborted) or
          V(aborted-with-success). V(null) for a status that this collection does not know.
      type: str
      sample: success
    status_text:
      description: The word that Bitrise uses for the status. V(null) in lists.
      type: str
      sample: succeeded
    is_on_hold:
      description: Whether the pipeline waits for a free machine.
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
      description: Who or what started the pipeline.
      type: str
      sample: api-release-bot
    triggered_at:
      description: When it was triggered, in UTC.
      type: str
      sample: '2026-01-31T13:00:00Z'
    started_at:
      description: When its first workflow started, in UTC.
      type: str
      sample: '2026-01-31T13:00:10Z'
    finished_at:
      description: When it ended, in UTC.
      type: str
      sample: '2026-01-31T13:20:00Z'
    abort_reason:
      description: Why it was aborted. V(null) in lists.
      type: str
      sample: A newer commit is there
    credit_cost:
      description: Credits that the pipeline cost.
      type: int
      sample: 12
    rebuildable:
      description: Whether the pipeline can be started again.
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
          description: Status of the workflow, in the words of RV(pipeline.status_name).
          type: str
          sample: success
        status_text:
          description: The word that Bitrise uses for the status.
          type: str
          sample: succeeded
        depends_on:
          description: Workflows that have to succeed first.
          type: list
          elements: str
          sample: [build]
        start_failure_reason:
          description: Why the workflow could not be started.
          type: str
          sample: ''
        credit_cost:
          description: Credits that the workflow cost.
          type: int
          sample: 6
        started_at:
          description: When it started, in UTC.
          type: str
          sample: '2026-01-31T13:00:10Z'
        finished_at:
          description: When it ended, in UTC.
          type: str
          sample: '2026-01-31T13:10:00Z'
actions:
  description: What was done (in check mode, would be done). Empty if nothing had to be.
  returned: success, and failure once the build was told to abort
  type: list
  elements: dict
  contains:
    action:
      description: V(abort).
      type: str
    kind:
      description: V(build) or V(pipeline).
      type: str
    app_slug:
      description: Slug of the app.
      type: str
    slug:
      description: Slug of the build, or identifier of the pipeline.
      type: str
    name:
      description: Number of the build or pipeline, as in V(#12).
      type: str
    with_success:
      description: Whether the build counts as a success.
      type: bool
error:
  description: What kind of error it was. Keys that do not apply are V(null).
  returned: failure, unless an option is of the wrong form
  type: dict
  contains:
    kind:
      description:
        - What went wrong, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited),
          V(server_error), V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout),
          V(time_limit), V(option)
          or V(wait_timeout).
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

from ..module_utils._bitrise.builds.abort import BUILD_ABORT
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BUILD_ABORT)


if __name__ == "__main__":
    main()

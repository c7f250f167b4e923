#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_pipeline_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_pipeline_info
short_description: List pipelines on Bitrise
version_added: 1.0.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists runs of pipelines of one app, or of all apps that the token can access, newest first, or returns one run.
  - The module does not list builds that do not belong to a pipeline. M(mobileops.ci.bitrise_build_info) lists them.
options:
  app_slug:
    description:
      - Slug of the app. If omitted, the module lists the pipelines of all apps.
    type: str
  pipeline:
    description:
      - Return only the run with this identifier, with its workflows. Requires O(app_slug). The module fails if there is
        none.
      - Mutually exclusive with O(owner_slug), O(name), O(branch), O(commit_message), O(trigger_event_type),
        O(build_number), O(after), O(before), O(status) and O(limit).
    type: str
    aliases: [pipeline_id]
  owner_slug:
    description:
      - Return only pipelines of apps that belong to the user or organization with this slug. Mutually exclusive with
        O(app_slug).
    type: str
  name:
    description:
      - Return only runs of the pipeline with this name. Requires O(app_slug).
    type: str
  branch:
    description:
      - Return only pipelines of this branch. Requires O(app_slug).
    type: str
  commit_message:
    description:
      - Return only pipelines with this commit message. Requires O(app_slug).
    type: str
  trigger_event_type:
    description:
      - Return only pipelines that this type of event triggered. Requires O(app_slug).
    type: str
    choices: [push, pull-request, tag]
  build_number:
    description:
      - Return only the pipeline with this number. Requires O(app_slug).
    type: int
  after:
    description:
      - Return only pipelines that were started after this time.
      - A date and time in ISO 8601, in UTC unless it has a zone, or Unix seconds.
      - Requires O(app_slug).
    type: str
  before:
    description:
      - Return only pipelines that were started before this time. Same formats as O(after). Requires O(app_slug).
    type: str
  status:
    description:
      - Return only pipelines with this status.
    type: str
    choices: [on-hold, in-progress, success, error, aborted, aborted-with-success]
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise.limit
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
  - mobileops.ci._attributes.bitrise
seealso:
  - module: mobileops.ci.bitrise_build_trigger
  - module: mobileops.ci.bitrise_build_abort
  - module: mobileops.ci.bitrise_build_info
"""

EXAMPLES = r"""
- name: Find the latest release pipeline
  mobileops.ci.bitrise_pipeline_info:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    name: release
    limit: 1
  register: latest

- name: Return its workflows
  mobileops.ci.bitrise_pipeline_info:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    pipeline: "{{ latest.pipelines[0].id }}"

- name: List the pipelines of an organization that wait for a machine
  mobileops.ci.bitrise_pipeline_info:
    api_token: "{{ bitrise_token }}"
    owner_slug: e1ec3dea540bcf21
    status: on-hold
"""

RETURN = r"""
pipelines:
  description:
    - The pipelines, newest first. Fields that Bitrise does not report are V(null). The parameters that pipelines were
      triggered with are left out, because they contain environment variables.
  returned: success
  type: list
  elements: dict
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

from ..module_utils._bitrise.builds.pipeline_info import PIPELINE_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(PIPELINE_INFO)


if __name__ == "__main__":
    main()

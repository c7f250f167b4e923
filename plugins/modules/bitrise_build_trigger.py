#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_build_trigger."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_build_trigger
short_description: Start a build or a pipeline on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Starts a build or a pipeline, and optionally waits for its end.
  - The module is not idempotent. Each run starts another build or pipeline.
  - Commonly used options are O(branch), O(workflow), O(pipeline), O(environments) and O(wait).
options:
  branch:
    description:
      - Branch to build. Put a name such as V(1.10) in quotation marks.
      - At least one of O(branch), O(tag), O(commit_hash), O(workflow) and O(pipeline) is required.
    type: str
  tag:
    description:
      - Tag to build. Put a name such as V(1.10) in quotation marks.
    type: str
  commit_hash:
    description:
      - Commit to build.
    type: str
  workflow:
    description:
      - Workflow to start.
      - If neither O(workflow) nor O(pipeline) is set, the triggers of the app select the workflow or pipeline.
      - Mutually exclusive with O(pipeline).
    type: str
  pipeline:
    description:
      - Name of the pipeline to start.
      - Mutually exclusive with O(workflow).
    type: str
    version_added: 1.0.0
  commit_message:
    description:
      - Message to show with the build.
    type: str
  environments:
    description:
      - Environment variables of the build. Ansible and Bitrise show their values. For secrets, use
        O(secret_environments).
      - Either a list of dictionaries, or one dictionary of names and values.
      - Values must be text. The module rejects a value such as V(1.10), V(yes), V(0123) or V(12:30:45) without
        quotation marks, because YAML does not read it as text.
    type: list
    elements: dict
    default: []
    suboptions:
      key:
        description:
          - Name of the variable.
        type: str
        required: true
      value:
        description:
          - Value of the variable.
        type: str
        required: true
      is_expand:
        description:
          - Whether to expand names of other variables in the value, as in V($HOME).
        type: bool
        default: true
  secret_environments:
    description:
      - Secret environment variables, in the same two forms as O(environments). Results and logs of Ansible do not show
        their values.
      - Ansible removes each value from all output, even inside other words. So the module rejects a value with fewer
        than four characters, and a value that equals that of another option, such as O(branch).
    type: list
    elements: dict
    default: []
    suboptions:
      key:
        description:
          - Name of the variable.
        type: str
        required: true
      value:
        description:
          - Value of the variable.
        type: str
        required: true
      is_expand:
        description:
          - Whether to expand names of other variables in the value, as in V($HOME).
        type: bool
        default: false
  secret_environments_as:
    description:
      - How to send O(secret_environments).
      - V(secrets) sends them as secrets, which Bitrise does not show. A service that does not support this ignores
        them, so that the build does not have these variables.
      - V(environments) sends them like O(environments), for such a service. Every user of the app can then read them on
        the page of the build.
    type: str
    version_added: 1.0.0
    choices: [secrets, environments]
    default: secrets
  stack:
    description:
      - Stack to run the build on. The default is the stack of the app.
    type: str
  machine_type_id:
    description:
      - Type of machine to run the build on. The default is the machine type of the app.
    type: str
  priority:
    description:
      - Priority of the build among builds that wait for a machine.
    type: int
  skip_git_status_report:
    description:
      - Whether to report no status to the Git host.
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
    details:
      - Reports that a build would be started, and checks that the token can access the app.
  diff_mode:
    support: full
    details:
      - The diff shows the parameters of the build, and only the names of environment variables.
  idempotent:
    support: N/A
    details:
      - Each run starts another build or pipeline.
notes:
  - With O(wait), the task fails if the build or pipeline fails. The result then contains RV(build) or RV(pipeline) too.
    An aborted build that counts as a success is a success.
  - If the response of the service is lost, the module does not start a second build. It lists the builds. If exactly
    one matching build was started meanwhile, the module continues with it and issues a warning. Otherwise the task
    fails with RV(error.kind) V(unclear_outcome).
seealso:
  - module: mobileops.ci.bitrise_build_info
  - module: mobileops.ci.bitrise_build_log
  - module: mobileops.ci.bitrise_pipeline_info
"""

EXAMPLES = r"""
- name: Build the main branch and wait for the end of the build
  mobileops.ci.bitrise_build_trigger:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    branch: main
    workflow: deploy
    environments:
      - key: TRACK
        value: beta
    secret_environments:
      STORE_PASSWORD: "{{ vault_store_password }}"
    wait: true
    wait_timeout: 5400
  register: deployed

- name: Run the pipeline of a release
  mobileops.ci.bitrise_build_trigger:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    tag: v4.2.0
    pipeline: release
    environments:
      VERSION: "4.20"
    wait: true

- name: Show the number and the address of the build
  ansible.builtin.debug:
    msg: "Build {{ deployed.build.build_number }}: {{ deployed.build_url }}"
"""

RETURN = r"""
build:
  description:
    - The build at the end of the task. In check mode, the requested build, without slug and number. V(null) for a
      pipeline.
    - Fields that Bitrise does not report are V(null). The parameters that it was triggered with are left out, because
      they contain environment variables.
  returned: success, and failure after the build was started
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
  returned: success, and failure after the pipeline was started
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
build_url:
  description:
    - Address of the page of the build or pipeline. V(null) in check mode, and if the response of the service was lost.
  returned: success, and failure after the build was started
  type: str
  sample: https://app.bitrise.io/build/3247e2920496e846
actions:
  description: The action performed. In check mode, the action that would be performed.
  returned: success, and failure after the build was started
  type: list
  elements: dict
  contains:
    action:
      description: Always V(trigger).
      type: str
      sample: trigger
    kind:
      description: V(build) or V(pipeline).
      type: str
      sample: build
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    slug:
      description: Always V(null), because a build has no slug before it is started. See RV(build.slug).
      type: str
      sample: null
    name:
      description: Always V(null).
      type: str
      sample: null
    branch:
      description: The value of O(branch).
      type: str
      sample: main
    tag:
      description: The value of O(tag).
      type: str
      sample: v4.2.0
    commit_hash:
      description: The value of O(commit_hash).
      type: str
      sample: 9d1c2f0
    workflow:
      description: The value of O(workflow).
      type: str
      sample: deploy
    pipeline:
      description: The value of O(pipeline).
      type: str
      sample: release
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(wait_timeout), V(build_failed) or V(unclear_outcome).
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

from ..module_utils._bitrise.builds.trigger import BUILD_TRIGGER
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BUILD_TRIGGER)


if __name__ == "__main__":
    main()

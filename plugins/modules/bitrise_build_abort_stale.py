#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_build_abort_stale."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_build_abort_stale
short_description: Abort builds on Bitrise that take too long
version_added: 1.0.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Aborts builds of many apps that have been running or waiting for a machine for too long.
  - Bitrise does not always report when a build started. The module aborts such a build only if it is older than both
    limits. The module does not abort a build for which Bitrise reports no time at all, and issues a warning.
  - If a build of a pipeline takes too long, the module aborts the whole pipeline, because it cannot succeed without
    that build. If the pipeline is not found, the module aborts the build.
  - If an app fails, the module continues with the other apps, and then fails.
options:
  apps:
    description:
      - Apps to process. Each entry is the slug of an app, or a dictionary with the slug and options for this app only.
    type: list
    elements: dict
    required: true
    suboptions:
      app_slug:
        description: Slug of the app.
        type: str
        required: true
      hours:
        description: See O(hours).
        type: float
      hold_hours:
        description: See O(hold_hours).
        type: float
      reason:
        description: See O(reason).
        type: str
      abort_with_success:
        description: See O(abort_with_success).
        type: bool
      skip_notifications:
        description: See O(skip_notifications).
        type: bool
      skip_git_status_report:
        description: See O(skip_git_status_report).
        type: bool
      wait:
        description: See O(wait).
        type: bool
  hours:
    description:
      - Maximum number of hours that a build may run. Must be greater than 0 and less than 10000.
    type: float
    default: 6
  hold_hours:
    description:
      - Maximum number of hours that a build may wait for a machine. Must be greater than 0 and less than 10000.
      - The default is the value of O(hours).
    type: float
  reason:
    description:
      - Reason that Bitrise shows with the build, after the name of the user.
      - The default is a sentence with the number of hours.
    type: str
  abort_with_success:
    description:
      - Whether to count an aborted build as a success, on Bitrise and at the Git host.
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
  - mobileops.ci._transport
  - mobileops.ci._transport.concurrency
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
      - The diff shows the status of each aborted build.
  idempotent:
    support: full
seealso:
  - module: mobileops.ci.bitrise_build_abort
  - module: mobileops.ci.bitrise_build_info
"""

EXAMPLES = r"""
- name: Abort builds that have run for more than three hours, or waited for more than one
  mobileops.ci.bitrise_build_abort_stale:
    api_token: "{{ bitrise_token }}"
    apps:
      - 93f256e365d929d3
      - app_slug: f46e89061e967f27
        hours: 8
    hours: 3
    hold_hours: 1
"""

RETURN = r"""
apps:
  description: Result of each app, by its slug.
  returned: when the options are valid
  type: dict
  contains:
    changed:
      description: V(true) if a build was aborted. In check mode, V(true) if a build would be aborted.
      type: bool
      sample: true
    builds:
      description: Number of unfinished builds.
      type: int
      sample: 3
    undated:
      description: Slugs of builds for which Bitrise reports no time. The module does not abort them.
      type: list
      elements: str
      sample: []
    actions:
      description: Actions performed for this app, with the keys of RV(actions).
      type: list
      elements: dict
      sample: [{action: abort, kind: build, slug: 3247e2920496e846, name: '#12'}]
    warnings:
      description: Warnings about this app.
      type: list
      elements: str
      sample: []
    diff:
      description: Status of each aborted build or pipeline, as C(before) and C(after).
      type: dict
      sample:
        before: {"build #12 (3247e2920496e846)": {status: in-progress}}
        after: {"build #12 (3247e2920496e846)": {status: aborted}}
    error:
      description: Error of this app, with C(msg) and the keys of RV(error). V(null) for an app without an error.
      type: dict
      sample: {msg: 'Could not list the builds: there is no such app.', kind: not_found, status: 404}
summary:
  description: Totals of the task.
  returned: when the options are valid
  type: dict
  contains:
    apps:
      description: Number of apps.
      type: int
      sample: 60
    changed:
      description: Number of apps with aborted builds.
      type: int
      sample: 2
    failed:
      description: Number of apps that failed.
      type: int
      sample: 0
    builds:
      description: Number of unfinished builds.
      type: int
      sample: 12
    aborted:
      description: Number of aborted builds.
      type: int
      sample: 3
    undated:
      description: Number of builds for which Bitrise reports no time. The module does not abort them.
      type: int
      sample: 0
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
actions:
  description: Actions performed, in order of the apps. In check mode, the actions that would be performed.
  returned: when the options are valid
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
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(wait_timeout) or V(several).
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

from ..module_utils._bitrise.builds.stale import BUILD_ABORT_STALE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BUILD_ABORT_STALE)


if __name__ == "__main__":
    main()

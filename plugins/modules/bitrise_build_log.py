#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.builds.log.BUILD_LOG."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_build_log
short_description: Get the log of a build on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Returns the end of the log of a build, or writes all of it to a file.
  - While a build runs its log is as long as it is so far. Once it is over the log is read from the service's archive.
options:
  dest:
    description:
      - Write the log to this file, on the host that runs the module, instead of returning its text.
      - In a directory the file is named after the build. A new file has mode 0600. It takes its place in one step when
        it is complete.
    type: path
  limit:
    description:
      - Return at most so many characters, from the end of the log and beginning with a whole line. The default is
        100000.
    type: int
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise_builds.build
  - mobileops.ci._waiting
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff has size and digest of the file at O(dest), as far as they are known before the download.
  idempotent:
    support: full
    details:
      - A file at O(dest) that holds the log already stays as it is. The log of a running build grows.
notes:
  - O(wait) waits until the build is over and its log is archived. A build that was aborted may never get an archive. So
    this ends a minute after the build is seen to be over, with a warning and what is there of the log.
  - A build without a log is no failure. RV(state) tells, and there is a warning.
seealso:
  - module: mobileops.ci.bitrise_build_info
"""

EXAMPLES = r"""
- name: Show the end of a log
  mobileops.ci.bitrise_build_log:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    build_slug: 3247e2920496e846
    limit: 2000
  register: found

- name: Keep the whole log, as soon as the build is over
  mobileops.ci.bitrise_build_log:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    build_slug: 3247e2920496e846
    dest: logs/
    wait: true
"""

RETURN = r"""
log:
  description: The end of the log. V(null) with O(dest).
  returned: success, and failure after waiting in vain
  type: str
state:
  description: V(missing) without a log, V(growing) while it is not complete, V(archived) afterwards.
  returned: success, and failure after waiting in vain
  type: str
truncated:
  description: Whether RV(log) lacks the beginning.
  returned: success, and failure after waiting in vain
  type: bool
size:
  description: Bytes of the whole log. V(null) where not all of it was read.
  returned: success, and failure after waiting in vain
  type: int
dest:
  description: The file. V(null) without O(dest).
  returned: success, and failure after waiting in vain
  type: str
sha256:
  description: SHA-256 of the file in hexadecimal. V(null) without O(dest), and in check mode where it was not computed.
  returned: success, and failure after waiting in vain
  type: str
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
  returned: success, and failure after a timeout
  type: list
  elements: dict
  contains:
    action:
      description: Always V(download).
      type: str
      sample: download
    kind:
      description: Always V(build_log).
      type: str
      sample: build_log
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    slug:
      description: Slug of the build.
      type: str
      sample: 3247e2920496e846
    name:
      description: Name of the log.
      type: str
      sample: 3247e2920496e846.log
    dest:
      description: Path of the file.
      type: str
      sample: logs/3247e2920496e846.log
    size:
      description: Size in bytes. V(null) if it is not known before the download.
      type: int
      sample: 48213
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(wait_timeout), V(local_file), V(storage) or V(signed_url_expired).
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

from ..module_utils._bitrise.builds.log import BUILD_LOG
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(BUILD_LOG)


if __name__ == "__main__":
    main()

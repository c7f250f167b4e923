#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_build_log."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_build_log
short_description: Get the log of a build on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Returns the end of the log of a build, or writes the whole log to a file.
  - The log of a running build contains only the lines so far. The log of a finished build comes from the archive of
    Bitrise.
options:
  dest:
    description:
      - File to write the log to, on the host that runs the module. The module then does not return the text.
      - Mutually exclusive with O(limit).
      - If O(dest) is a folder, the name of the file is the slug of the build.
      - A new file has mode 0600. The module writes a temporary file and renames it when it is complete.
    type: path
  limit:
    description:
      - Maximum number of characters to return, from the end of the log. The text begins with a whole line.
      - The default is 100000.
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
      - The diff shows size and digest of the file at O(dest), if they are known before the download.
  idempotent:
    support: full
    details:
      - The module does not change a file at O(dest) that already contains the log. The log of a running build grows.
notes:
  - With O(wait), the module waits until the build is finished and its log is archived. The log of an aborted build may
    never be archived. So the module stops waiting one minute after the build is finished, issues a warning, and returns
    the available part of the log.
  - The module does not fail for a build without a log. It issues a warning, and RV(state) is V(missing).
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

- name: Save the whole log when the build is finished
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
  returned: success, and failure after a timeout
  type: str
  sample: "Bitrise build successful\n"
state:
  description: V(missing) without a log, V(growing) until the log is complete, V(archived) afterwards.
  returned: success, and failure after a timeout
  type: str
  sample: archived
truncated:
  description: V(true) if RV(log) does not contain the beginning of the log.
  returned: success, and failure after a timeout
  type: bool
  sample: false
size:
  description: Size of the whole log in bytes. V(null) if the module did not read all of it.
  returned: success, and failure after a timeout
  type: int
  sample: 48213
dest:
  description: Path of the file. V(null) without O(dest).
  returned: success, and failure after a timeout
  type: str
  sample: logs/3247e2920496e846.log
sha256:
  description:
    - SHA-256 of the file in hexadecimal. V(null) without O(dest), and in check mode if it was not computed.
  returned: success, and failure after a timeout
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
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

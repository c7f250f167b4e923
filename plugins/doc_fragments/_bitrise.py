# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option groups of the bitrise_* modules: module_utils._bitrise.options."""

from __future__ import annotations


class ModuleDocFragment:
    # The connection: BITRISE without TRANSPORT.
    DOCUMENTATION = r"""
options:
  api_token:
    description:
      - Personal access token of a user, or API token of a workspace.
      - Without it the environment variables E(BITRISE_API_TOKEN) and then E(BITRISE_TOKEN) are looked at.
    type: str
    required: true
  api_url:
    description:
      - Base URL of the API, with its version.
      - Without it the environment variable E(BITRISE_API_BASE_URL) is looked at.
      - Plain C(http://) is refused for any host but this very machine.
    type: str
    default: https://api.bitrise.io/v0.1
requirements:
  - requests (Python library on the host that runs the module)
notes:
  - An environment variable that is empty counts as one that is not set.
  - Proxies come from the usual environment variables, also when the task sets them with C(environment).
  - Redirects are not followed, so that the token goes to no other host.
  - Where a task runs as a module on a host, ansible-core shows at C(-vvv) the values that the task sets with
    C(environment). There a token is better given as O(api_token), or set in the environment of Ansible itself.
seealso:
  - name: Bitrise API
    description: Reference of the service's API.
    link: https://api-docs.bitrise.io
"""

    APP = r"""
options:
  app_slug:
    description:
      - Slug of the app, as in the address of its page and in the answer of M(mobileops.ci.bitrise_app_info).
    type: str
    required: true
"""

    LIMIT = r"""
options:
  limit:
    description:
      - Return at most this many entries. Without it all pages are read.
    type: int
"""

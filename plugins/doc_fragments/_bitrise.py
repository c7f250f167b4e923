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
      - If omitted, the environment variables E(BITRISE_API_TOKEN) and then E(BITRISE_TOKEN) are used.
    type: str
    required: true
  api_url:
    description:
      - Base URL of the API, with its version.
      - If omitted, the environment variable E(BITRISE_API_BASE_URL) is used.
      - The module rejects plain C(http://) for any host other than the local machine.
    type: str
    default: https://api.bitrise.io/v0.1
requirements:
  - requests (Python library on the host that runs the module)
notes:
  - An empty environment variable counts as not set.
  - Proxies come from the usual environment variables, also if the task sets them with C(environment).
  - The module does not follow redirects, so that it sends the token to no other host.
  - If a task runs as a module on a host, ansible-core shows at C(-vvv) the values that the task sets with
    C(environment). For such a task, set the token with O(api_token), or in the environment of Ansible itself.
seealso:
  - name: Bitrise API
    description: Reference of the API.
    link: https://api-docs.bitrise.io
"""

    APP = r"""
options:
  app_slug:
    description:
      - Slug of the app, as in the address of its page and in the result of M(mobileops.ci.bitrise_app_info).
    type: str
    required: true
"""

    LIMIT = r"""
options:
  limit:
    description:
      - Maximum number of entries to return. By default, the module reads all pages.
    type: int
"""

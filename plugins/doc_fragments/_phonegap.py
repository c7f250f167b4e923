# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option groups of the phonegap_* modules: module_utils._phonegap.phonegap_options."""

from __future__ import annotations


class ModuleDocFragment:
    # The connection: CONNECTION, without the password.
    DOCUMENTATION = r"""
options:
  api_url:
    description:
      - Base URL of the API, with its version, for example V(https://build.example.com/api/v1).
      - If omitted, the environment variable E(PHONEGAP_API_URL) is used.
      - The module rejects plain C(http://) for any host other than the local machine.
    type: str
    required: true
  api_token:
    description:
      - Authentication token of an account. It takes precedence over O(username). The module sends it in a header, not
        in the URL.
      - If omitted, the environment variable E(PHONEGAP_TOKEN) is used, unless the task sets O(username) or
        O(login_password). Options of the task take precedence over the environment.
      - Either a token or a user name is required.
    type: str
  username:
    description:
      - E-mail address with which the account logs in, instead of O(api_token).
      - If omitted, the environment variable E(PHONEGAP_USERNAME) is used.
    type: str
requirements:
  - requests (Python library on the host that runs the module)
notes:
  - The service at build.phonegap.com closed in October 2020. The module works with any installation that has the same
    API v1.
  - An empty environment variable counts as not set.
  - Proxies come from the usual environment variables, also if the task sets them with C(environment).
  - The module does not follow redirects with credentials, so that it sends them to no other host.
  - If a task runs as a module on a host, ansible-core shows at C(-vvv) the values that the task sets with
    C(environment). For such a task, set secrets as options, or in the environment of Ansible itself.
"""

    LOGIN = r"""
options:
  password:
    description:
      - Password of the account that O(username) names.
      - If omitted, the environment variable E(PHONEGAP_PASSWORD) is used.
      - In C(module_defaults) for the whole group, use the name O(login_password), because O(password) of
        M(mobileops.ci.phonegap_key) is the password of the key.
    type: str
    aliases: [login_password]
"""

    APP = r"""
options:
  app_id:
    description:
      - Number of the app, as in the result of M(mobileops.ci.phonegap_app_info).
    type: int
    required: true
"""

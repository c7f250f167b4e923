# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option groups of the phonegap_* modules: module_utils._phonegap.options."""

from __future__ import annotations


class ModuleDocFragment:
    # The connection: CONNECTION, without the password.
    DOCUMENTATION = r"""
options:
  api_url:
    description:
      - Base URL of the API, with its version, for example V(https://build.example.com/api/v1).
      - Without it the environment variable E(PHONEGAP_API_URL) is looked at.
      - Plain C(http://) is refused for any host but this very machine.
    type: str
    required: true
  api_token:
    description:
      - Authentication token of an account. It counts before a user name, and travels in a header, not in the URL.
      - Without it the environment variable E(PHONEGAP_TOKEN) is looked at, unless the task says O(username) or
        O(login_password), because what a task says counts before the environment. Either a token or a user name is
        required.
    type: str
  username:
    description:
      - Address by which the account logs in, where there is no O(api_token).
      - Without it the environment variable E(PHONEGAP_USERNAME) is looked at.
    type: str
requirements:
  - requests (Python library on the host that runs the module)
notes:
  - The service at build.phonegap.com closed in October 2020. The module works with any installation that speaks the
    same API v1.
  - An environment variable that is empty counts as one that is not set.
  - Proxies come from the usual environment variables, also when the task sets them with C(environment).
  - Redirects are not followed with credentials, so that these go to no other host.
  - Where a task runs as a module on a host, ansible-core shows at C(-vvv) the values that the task sets with
    C(environment). There secrets are better given as options, or set in the environment of Ansible itself.
"""

    LOGIN = r"""
options:
  password:
    description:
      - Password of the account that O(username) names.
      - Without it the environment variable E(PHONEGAP_PASSWORD) is looked at.
      - In C(module_defaults) for the whole group use the name O(login_password), because the O(password) of
        M(mobileops.ci.phonegap_key) is that of the key.
    type: str
    aliases: [login_password]
"""

    APP = r"""
options:
  app_id:
    description:
      - Number of the app, as in the answer of M(mobileops.ci.phonegap_app_info).
    type: int
    required: true
"""

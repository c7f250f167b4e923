# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options about requests, whatever the service: TRANSPORT and CONCURRENCY of module_utils._core.option_groups."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  validate_certs:
    description:
      - Whether to verify the TLS certificate of the service.
    type: bool
    default: true
  ca_path:
    description:
      - Path to a file or folder with the certificate authorities to trust. The module rejects the text of a
        certificate.
      - If omitted, the first of E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) and E(SSL_CERT_FILE) that is set is used, and
        otherwise the store of the system.
    type: path
  timeout:
    description:
      - Seconds to wait for a connection to each address of the host, and for each part of a response.
      - The headers of a response must be complete after four times this time. The same applies to the body of a
        response of the API, which may have up to 64 MiB.
      - Uploads and downloads must transfer at least 1 KiB per second during each period of this length. A download also
        ends with the O(time_limit) of the task. An upload of a signing file or project file to Bitrise fails if it
        takes more than 15 minutes, whatever the value of this option.
    type: float
    default: 30.0
  max_retries:
    description:
      - Number of retries of a request after a connection error or one of the statuses 502 and 504. The waits grow
        exponentially, with random jitter.
      - A rate limit (status 429, or several of 503) does not use up retries. All requests of the task to that host wait
        together, for as long as the service asks in C(Retry-After), C(RateLimit), C(RateLimit-Reset) or
        C(X-RateLimit-Reset). Then the task finds the pace that the service allows.
      - If the service does not respond to any request of the task, the task fails after this number of retries. It
        fails earlier if no connection is possible (after three attempts), or if the host name is unknown or the proxy
        fails (after two attempts). If the service worked before in this task, or responds to all requests with a status
        of 500 or more, it gets 15 seconds for each retry to recover. If it worked before, it gets 30 seconds for each
        retry after the status 503.
      - The task sends a request that creates an object again only after it has checked the effect of the first request.
      - With V(0), the task sends each request once, also after the status 429.
    type: int
    default: 5
  time_limit:
    description:
      - Maximum time in seconds that the task may take, including all waits for the service.
      - A task that reaches it fails. It starts no further action. Actions in progress get up to a minute to reach a
        safe end.
      - If the service asks for a wait that exceeds the remaining time, the task fails at once.
    type: float
    version_added: 1.0.0
    default: 14400.0
"""

    CONCURRENCY = r"""
options:
  concurrency:
    description:
      - Maximum number of requests that the task sends at the same time, from 1 to 64.
      - The task sends fewer while the service limits the number of requests.
    type: int
    default: 16
"""

    # The inventory plugin runs before any task. yamllint of ansible-test 2.18 needs the annotations: it fails at calls.
    INVENTORY: str = DOCUMENTATION.replace(" task", " plugin").replace("The module", "The plugin")

    INVENTORY_CONCURRENCY: str = CONCURRENCY.replace(" task", " plugin")

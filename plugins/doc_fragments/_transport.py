# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options about requests, whatever the service: module_utils._options.TRANSPORT."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  validate_certs:
    description:
      - Whether the certificate of the service has to be trusted.
    type: bool
    default: true
  ca_path:
    description:
      - File or directory with the certificate authorities to trust.
      - Without it E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) and E(SSL_CERT_FILE) are looked at, then the system's store.
    type: path
  timeout:
    description:
      - Seconds to wait for the connection, and for each part of an answer, of one request.
    type: float
    default: 30.0
  max_retries:
    description:
      - How often a request is repeated after a connection error or the statuses 429, 502, 503 and 504.
      - The pauses grow exponentially with random jitter. C(Retry-After) of the service is honoured up to five minutes.
      - A request that creates something is repeated only after a look at what the first one did.
    type: int
    default: 5
"""

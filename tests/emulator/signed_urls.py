# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""URLs with AWS SigV4 query signatures.

This module signs URLs itself, because it does so for every upload and download. botocore verifies them as an
independent implementation.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .clock import amz_date

ALGORITHM = "AWS4-HMAC-SHA256"
EXPIRES = 600


@dataclass(frozen=True)
class SigningKey:
    """Credentials and region of a storage."""

    access_key: str
    secret_key: str
    region: str = "us-west-2"

    def scope(self, date: str) -> str:
        """Return the credential scope of a time stamp."""
        return f"{date[:8]}/{self.region}/s3/aws4_request"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


@functools.lru_cache(maxsize=16)
def _day_key(secret_key: str, scope: str) -> bytes:
    key = b"AWS4" + secret_key.encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def presign(
    key: SigningKey, method: str, base: str, path: str, headers: Mapping[str, str], now: float | None = None
) -> str:
    """Return a URL that allows this method and path, with these lower-case headers, for `EXPIRES` seconds.

    `path` is already percent-encoded. `headers` must contain the host. `now` defaults to the machine's time.
    """
    date = amz_date(time.time() if now is None else now)
    scope = key.scope(date)
    names = ";".join(sorted(headers))
    query = "&".join(
        f"{name}={quote(value, safe='-_.~')}"
        for name, value in (
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
            ("X-Amz-Credential", f"{key.access_key}/{scope}"),
            ("X-Amz-Date", date),
            ("X-Amz-Expires", str(EXPIRES)),
            ("X-Amz-SignedHeaders", names),
        )
    )
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"{method}\n{path}\n{query}\n{lines}\n{names}\nUNSIGNED-PAYLOAD"
    to_sign = f"{ALGORITHM}\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = _hmac(_day_key(key.secret_key, scope), to_sign).hex()
    return f"{base}{path}?{query}&X-Amz-Signature={signature}"


class SignatureChecker:
    """Verifies signatures by signing the received request again."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        self._auth = S3SigV4QueryAuth(Credentials(key.access_key, key.secret_key), "s3", key.region)

    def matches(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        """Return whether the signature in `query` is correct for this request."""
        signed = query["X-Amz-SignedHeaders"].split(";")
        if "host" not in signed or any(name not in headers for name in signed):
            return False
        date = query["X-Amz-Date"]
        if query["X-Amz-Credential"] != f"{self._key.access_key}/{self._key.scope(date)}":
            return False
        try:
            return hmac.compare_digest(self._sign_again(method, path, query, headers), query["X-Amz-Signature"])
        except (ValueError, TypeError):
            # The host cannot be parsed, or the signature is not ASCII.
            return False

    def _sign_again(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
        signed = query["X-Amz-SignedHeaders"].split(";")
        request = AWSRequest(
            method=method,
            url=f"http://{headers['host']}{path}",
            headers={name: headers[name] for name in signed},
            params={name: value for name, value in query.items() if name != "X-Amz-Signature"},
        )
        request.context["timestamp"] = query["X-Amz-Date"]
        to_sign = self._auth.string_to_sign(request, self._auth.canonical_request(request))
        signature: str = self._auth.signature(to_sign, request)
        return signature

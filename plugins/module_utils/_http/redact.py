# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redact secrets in texts of others."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from .._core.text import clean

HIDDEN = "********"
_URL_QUERY = re.compile(r"(https?://[^\s?\"'<>]+)\?[^\s\"'<>]*")
# Keys of objects of a service that may hold a signed URL or a secret, also keys that the service may add later.
_SECRET_KEY = re.compile(r"url|token|password|secret|datastore", re.IGNORECASE)
_SIGNED = re.compile(r"https?://\S*\?", re.IGNORECASE)
_LONGEST_QUOTE = 300
# A shorter text occurs in ordinary words. Its redaction would make messages unreadable, and the gaps would reveal it.
SHORTEST_SECRET = 4


def without_secrets(value: Any) -> Any:
    """Return a value that a service returned, without keys that may hold a secret. URLs with a query become None."""
    if isinstance(value, Mapping):
        return {key: without_secrets(item) for key, item in value.items() if not _SECRET_KEY.search(str(key))}
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return None if isinstance(value, str) and _SIGNED.match(value) else value


class Redactor:
    """Replace known secrets and the queries of URLs, which contain signatures, in a text. All threads may share it."""

    def __init__(self, secrets: Iterable[str | None] = ()) -> None:
        self._secrets: set[str] = set()
        self._lock = threading.Lock()
        self.add(*secrets)

    def add(self, *secrets: str | None) -> None:
        for secret in secrets:
            if secret is None or len(secret) < SHORTEST_SECRET:
                continue
            # Services may quote JSON bodies and URLs, which contain the secret in encoded form.
            encoded = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
            with self._lock:
                self._secrets.update((secret, *encoded, quote(secret, safe=""), quote_plus(secret)))

    def __call__(self, text: str) -> str:
        text = _URL_QUERY.sub(r"\1?" + HIDDEN, text)
        with self._lock:
            secrets = sorted(self._secrets, key=len, reverse=True)
        for secret in secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def quote(self, text: str) -> str:
        """Return a text of others in a form for one line of a message."""
        text = self(clean(self(text))).strip()
        return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "..."

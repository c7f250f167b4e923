# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be read by anybody, taken out of text that comes from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from .._core.text import clean

HIDDEN = "********"
_URL_QUERY = re.compile(r"(https?://[^\s?\"'<>]+)\?[^\s\"'<>]*")
_LONGEST_QUOTE = 300
# A shorter text occurs in ordinary words: hiding it would spoil every message and reveal the secret by the gaps.
SHORTEST_SECRET = 4


class Redactor:
    """Takes known secrets and the queries of URLs (there the signatures are) out of text."""

    def __init__(self, secrets: Iterable[str | None] = ()) -> None:
        self._secrets: set[str] = set()
        self.add(*secrets)

    def add(self, *secrets: str | None) -> None:
        for secret in secrets:
            if secret is None or len(secret) < SHORTEST_SECRET:
                continue
            # Also as it stands in a JSON body or in a URL, which a service may quote.
            encoded = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
            self._secrets.update((secret, *encoded, quote(secret, safe=""), quote_plus(secret)))

    def __call__(self, text: str) -> str:
        text = _URL_QUERY.sub(r"\1?" + HIDDEN, text)
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text

    def quote(self, text: str) -> str:
        """Somebody else's words, fit for one line of a message."""
        text = self(clean(self(text))).strip()
        return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "..."

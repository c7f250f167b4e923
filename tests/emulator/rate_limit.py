# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rate limits of the kinds that services use, and their response headers."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate

AREAS = ("api", "storage", "all")
RETRY_AFTER, RETRY_DATE, RATELIMIT, X_RATELIMIT, X_EPOCH, IETF, NOTHING = (
    "retry-after",
    "retry-after-date",
    "ratelimit",
    "x-ratelimit",
    "x-ratelimit-epoch",
    "ietf",
    "nothing",
)
HEADER_STYLES = (RETRY_AFTER, RETRY_DATE, RATELIMIT, X_RATELIMIT, X_EPOCH, IETF, NOTHING)
_WINDOW = re.compile(r"([0-9]{1,9})/([0-9]{1,6}(?:\.[0-9]{1,3})?)s")
_BUCKET = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)/s")
_CONCURRENCY = re.compile(r"at-once=([0-9]{1,9})")


class BadRateLimit(ValueError):
    """The text of a rate limit is invalid."""


class Counter(ABC):
    """Base class of the counters that admit requests. Times are seconds of the service's clock."""

    quota: int
    seconds: float = 0.0  # length of the window of the quota, 0 if there is no window

    @abstractmethod
    def admit(self, now: float) -> bool:
        """Count a request and return whether it is within the limit."""

    @abstractmethod
    def remaining(self, now: float) -> int:
        """Return how many more requests would be admitted now."""

    @abstractmethod
    def wait_s(self, now: float) -> float | None:
        """Return the seconds until a request is admitted, or None if that depends on other requests."""

    def leave(self) -> None:  # noqa: B027 (only concurrency limits need it)
        """Record the end of an admitted request."""


class Window(Counter):
    """Limit of requests per window. A window begins with its first request."""

    def __init__(self, quota: int, seconds: float) -> None:
        self.quota, self.seconds = quota, seconds
        self._began = -math.inf
        self._count = 0

    def _refresh(self, now: float) -> None:
        if not self._began <= now < self._began + self.seconds:
            self._began, self._count = now, 0

    def admit(self, now: float) -> bool:
        self._refresh(now)
        self._count += 1
        return self._count <= self.quota

    def remaining(self, now: float) -> int:
        self._refresh(now)
        return max(0, self.quota - self._count)

    def wait_s(self, now: float) -> float | None:
        self._refresh(now)
        return self._began + self.seconds - now


class Bucket(Counter):
    """Token bucket: a rate of requests per second, with a burst after a pause."""

    def __init__(self, rate: float, burst: int) -> None:
        self.quota = burst
        self.seconds = burst / rate
        self._rate = rate
        self._tokens = float(burst)
        self._at = -math.inf

    def _refresh(self, now: float) -> None:
        # Setting the clock back must not add tokens.
        gained = max(0.0, now - self._at) * self._rate if self._at > -math.inf else 0.0
        self._tokens = min(float(self.quota), self._tokens + gained)
        self._at = now

    def admit(self, now: float) -> bool:
        self._refresh(now)
        admitted = self._tokens >= 1
        self._tokens -= admitted
        return admitted

    def remaining(self, now: float) -> int:
        self._refresh(now)
        return int(self._tokens)

    def wait_s(self, now: float) -> float | None:
        self._refresh(now)
        return max(0.0, 1 - self._tokens) / self._rate


class ConcurrencyLimit(Counter):
    """Limit of concurrent requests."""

    def __init__(self, quota: int) -> None:
        self.quota = quota
        self._running = 0

    def admit(self, now: float) -> bool:
        admitted = self._running < self.quota
        self._running += admitted
        return admitted

    def remaining(self, now: float) -> int:
        return self.quota - self._running

    def wait_s(self, now: float) -> float | None:
        return None

    def leave(self) -> None:
        self._running -= 1


@dataclass(frozen=True)
class RateLimit:
    """A rate limit: its counter, the status of rejections, the headers and the limited area."""

    counter: Counter
    status: int
    header_styles: tuple[str, ...]
    area: str

    def matches(self, area: str) -> bool:
        """Return whether requests to this area count."""
        return self.area in ("all", area) or (self.area == "api" and area != "storage")

    def headers(self, now: float, *, refused: bool) -> list[tuple[bytes, bytes]]:
        """Return the headers that describe the limit, for a normal response or a rejection."""
        found: dict[str, str] = {}
        wait = self.counter.wait_s(now)
        seconds = None if wait is None else max(0, math.ceil(wait))
        if refused and seconds is not None:
            if RETRY_AFTER in self.header_styles:
                found["Retry-After"] = str(seconds)
            elif RETRY_DATE in self.header_styles:
                found["Retry-After"] = formatdate(math.ceil(now + seconds), usegmt=True)
        left = self.counter.remaining(now)
        for word, prefix, base in ((RATELIMIT, "", 0), (X_RATELIMIT, "X-", 0), (X_EPOCH, "X-", math.ceil(now))):
            if word in self.header_styles:
                found[f"{prefix}RateLimit-Limit"] = str(self.counter.quota)
                found[f"{prefix}RateLimit-Remaining"] = str(left)
                if seconds is not None:
                    found[f"{prefix}RateLimit-Reset"] = str(base + seconds)
        if IETF in self.header_styles:
            found["RateLimit"] = f'"default";r={left}' + (f";t={seconds}" if seconds is not None else "")
            window = f";w={math.ceil(self.counter.seconds)}" if self.counter.seconds else ""
            found["RateLimit-Policy"] = f'"default";q={self.counter.quota}{window}'
        return [(name.lower().encode(), value.encode()) for name, value in found.items()]


def parse_rate_limit(text: str) -> RateLimit | None:
    """Return the limit for a text such as `10/s,burst=20,503`, None for an empty text. Raise BadRateLimit."""
    if not text:
        return None
    first, *words = [word.strip() for word in text.split(",")]
    status, area = 429, "api"
    header_styles: tuple[str, ...] = (RETRY_AFTER,)
    burst: int | None = None
    for word in words:
        name, _separator, value = word.partition("=")
        if word in ("429", "503"):
            status = int(word)
        elif name == "burst" and value.isascii() and value.isdigit() and int(value) > 0 and _BUCKET.fullmatch(first):
            burst = int(value)
        elif name == "of" and value in AREAS:
            area = value
        elif name == "tell" and value and set(value.split("+")) <= set(HEADER_STYLES):
            header_styles = tuple(value.split("+"))
        else:
            raise BadRateLimit(
                f"'{word}' must be 429, 503, burst=N (with N/s), of={'|'.join(AREAS)}, or tell= with one of "
                f"{', '.join(HEADER_STYLES)}, or several joined by +"
            )
    return RateLimit(_counter(first, burst)(), status, header_styles, area)


def _counter(text: str, burst: int | None) -> Callable[[], Counter]:
    if (found := _WINDOW.fullmatch(text)) and int(found[1]) and float(found[2]):
        quota, seconds = int(found[1]), float(found[2])
        return lambda: Window(quota, seconds)
    if (found := _BUCKET.fullmatch(text)) and float(found[1]):
        rate = float(found[1])
        return lambda: Bucket(rate, burst or max(1, int(rate)))
    if (found := _CONCURRENCY.fullmatch(text)) and int(found[1]):
        number = int(found[1])
        return lambda: ConcurrencyLimit(number)
    raise BadRateLimit(f"'{text}' must be N/Ts (a window), N/s (a bucket) or at-once=N, such as 200/60s")

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A storage without sockets, and the callbacks of a task that downloads from it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core import progress as _progress
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, ConnectionFailedError
from ansible_collections.mobileops.ci.plugins.module_utils._download import download as _download
from ansible_collections.mobileops.ci.plugins.module_utils._download.destination import Digest
from ansible_collections.mobileops.ci.plugins.module_utils._download.download import Saved, Source
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext

Response = Callable[[Digest], None]
TAG = '"tag"'
# The time at which a Clock starts.
STARTED = 1000.0


def gives(data: bytes, error: CiError | None = None, *, tag: str = TAG) -> Response:
    """Return a response that sends the bytes, and then breaks with the error."""

    def respond(sink: Digest) -> None:
        sink.validator = tag
        sink.write(data)
        if error:
            raise error

    return respond


def broken(data: bytes) -> Response:
    return gives(data, ConnectionFailedError("The connection broke."))


def expired(data: bytes = b"") -> Response:
    return gives(data, CiError("The URL has expired.", kind="signed_url_expired"))


class Storage:
    """The part of a ServiceClient that downloads. It gives its responses one after the other."""

    def __init__(self, *responses: Response) -> None:
        self._responses = list(responses)
        self.urls = 0
        self.requests: list[tuple[str, int, str]] = []

    def fresh_url(self) -> str:
        self.urls += 1
        return f"url {self.urls}"

    def download_on(self, url: str, sink: Digest, what: str) -> None:
        assert what == "download artifact app.ipa"
        self.requests.append((url, sink.position, sink.validator))
        self._responses.pop(0)(sink)

    @property
    def asked(self) -> list[tuple[str, int]]:
        return [(url, start) for url, start, _validator in self.requests]


@dataclass
class Download:
    """One download to a path, with what its callbacks were called with."""

    path: str
    storage: Storage
    check_mode: bool = False
    differs: bool = False
    context_calls: list[tuple[str, bool]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def run(self, options: Mapping[str, Any] | None = None, **source: Any) -> Saved:
        given = Source("artifact app.ipa", self.storage.fresh_url, **source)
        client: Any = self.storage
        return _download.save(client, given, self.path, options or {}, self.context)

    @property
    def context(self) -> TaskContext:
        def set_attributes(_options: Mapping[str, Any], path: str, only_compare: bool) -> bool:
            self.context_calls.append((path, only_compare))
            return self.differs

        return TaskContext(
            {}, check_mode=self.check_mode, report_progress=self.lines.append, set_attributes=set_attributes
        )


class Clock:
    """The clock that measures the intervals of progress."""

    def __init__(self) -> None:
        self.now = STARTED

    def monotonic(self) -> float:
        return self.now


@contextlib.contextmanager
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    own = Clock()
    with monkeypatch.context() as patched:
        patched.setattr(_progress, "time", own)
        yield own


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())

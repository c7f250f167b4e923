# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_log: return the log of a build as text, or save it to a file."""

from __future__ import annotations

from typing import Any

from ..._core.errors import CiError, OptionError
from ..._core.option_groups import RUN, OptionGroup, reject_empty
from ..._core.plan import Plan
from ..._core.polling import WAIT, Polling
from ..._download.destination import path_of
from ..._download.download import Saved, Source, save, save_bytes
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client import BitriseClient
from ..options import APP, BITRISE
from .build_fields import is_over, label
from .build_options import BUILD
from .endpoints import read_build
from .log_source import (
    ARCHIVED,
    MISSING,
    LogSource,
    archived_text,
    chunks_text,
    find_log,
    fresh_url,
)
from .waiting import StateReport

DEFAULT_LIMIT = 100_000
# Time to wait for the archive after the end of a build. It usually takes seconds. An aborted build may never have one.
ARCHIVING_S = 60.0

LOG = OptionGroup({"dest": {"type": "path"}, "limit": {"type": "int"}}, mutually_exclusive=(("dest", "limit"),))


class _LogTask:
    """One task that reads the log of one build."""

    def __init__(self, options: dict[str, Any], client: BitriseClient, context: TaskContext) -> None:
        self._client, self._context = client, context
        self._app_slug: str = options["app_slug"]
        self._build_slug: str = options["build_slug"]
        self._dest: str | None = options["dest"]
        self._wait: bool = options["wait"]
        self._limit: int = DEFAULT_LIMIT if options["limit"] is None else options["limit"]
        self._polling = Polling(options, client.sleep)
        self._warnings: list[str] = []

    def outcome(self) -> Outcome:
        # Check dest before waiting for the log.
        path = path_of(self._dest, f"{self._build_slug}.log") if self._dest is not None else None
        source = self._find()
        error = None
        if self._wait and source.state != ARCHIVED and not self._warnings:
            what = f"the log of build {self._build_slug} is {source.state}"
            error = self._polling.error(f"{what}, because its build is not over or its log is not archived")
        values: dict[str, Any] = {"state": source.state, "log": None, "truncated": False, "dest": path}
        if path is None:
            return self._as_text(source, values, error)
        saved = None if source.state == MISSING else self._save(source, path)
        plan = Plan()
        if saved:
            name = f"{self._build_slug}.log"
            plan = saved.plan(kind="build_log", app_slug=self._app_slug, slug=self._build_slug, name=name)
        values.update(size=saved.size if saved else None, sha256=saved.sha256 if saved else None)
        return Outcome(values, plan, tuple(self._warnings), error)

    def _find(self) -> LogSource:
        """Return the log as it is now. With option wait, wait until the build is over and its log archived."""
        report = StateReport(self._polling, self._context.report_progress)
        over_at: float | None = None
        while True:
            source = find_log(self._client, self._app_slug, self._build_slug)
            if source.state == ARCHIVED or (source.state != MISSING and not self._wait):
                return source
            build = read_build(self._client, self._app_slug, self._build_slug)
            waited = self._polling.waited_s
            if is_over(build):
                over_at = waited if over_at is None else over_at
            if not self._wait:
                advice = "" if is_over(build) else " yet. Set wait=true to wait for it"
                self._warnings.append(f"{label(build)} has no log{advice}.")
                return source
            if over_at is not None and waited - over_at >= ARCHIVING_S:
                self._warnings.append(
                    f"{label(build)} has been over for more than {ARCHIVING_S:.0f} s, but its log is not archived. The "
                    "result has the available part of it."
                )
                return source
            if self._polling.is_over:
                return source
            report(build, "waiting for the archive of its log" if is_over(build) else None)
            self._polling.pause()

    def _as_text(self, source: LogSource, values: dict[str, Any], error: CiError | None) -> Outcome:
        build = (self._client, self._app_slug, self._build_slug)
        found = (archived_text if source.state == ARCHIVED else chunks_text)(*build, source, self._limit)
        values.update(log=found.text, truncated=found.truncated, size=found.size, sha256=None)
        return Outcome(values, Plan(), tuple(self._warnings), error)

    def _save(self, source: LogSource, path: str) -> Saved:
        build = (self._client, self._app_slug, self._build_slug)
        what = f"the log of build {self._build_slug}"
        if source.url is None:
            data = chunks_text(*build, source).text.encode("utf-8", "replace")
            return save_bytes(data, what, path, {}, self._context)
        # The first URL is known. Ask the service only if it has expired.
        known_urls = [source.url]
        download = Source(what, lambda: known_urls.pop() if known_urls else fresh_url(*build))
        return save(self._client, download, path, {}, self._context)


def _run_build_log(options: dict[str, Any], client: BitriseClient, context: TaskContext) -> Outcome:
    reject_empty(options, "dest")
    limit = options["limit"]
    if limit is not None and limit < 1:
        raise OptionError(
            f"limit must be 1 or greater, got {limit}. Omit it to return the last {DEFAULT_LIMIT} characters."
        )
    return _LogTask(options, client, context).outcome()


BUILD_LOG = ModuleSpec(
    "bitrise_build_log", BITRISE + RUN + APP + BUILD + LOG + WAIT, BitriseClient.from_options, _run_build_log
)

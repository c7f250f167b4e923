# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Terminal output of the demo. It uses color and progress only on a terminal, and honors NO_COLOR."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.status import Status
from rich.table import Table

from . import differences
from .checks import Traffic
from .fleet import ORGANIZATIONS, App, State
from .playbook import Run

WIDTH = 96
APPS_SHOWN = 6
STYLES = {"-": "red", "+": "green", " ": "dim"}


class Display:
    def __init__(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            # Replace letters that the terminal cannot show by question marks.
            with contextlib.suppress(AttributeError):
                stream.reconfigure(errors="replace")  # type: ignore[union-attr]
        probe = Console()
        self._console = Console(highlight=False, width=min(probe.width, WIDTH) if probe.is_terminal else WIDTH)

    def title(self) -> None:
        self._console.print(
            "[bold]mobileops.ci[/]: a declared rollout of iOS signing files to a fleet with outdated and missing files"
        )

    def step(self, label: str, text: str = "") -> None:
        self._console.print(f"\n[bold cyan]{escape(label)}[/]  {escape(text)}", soft_wrap=True)

    def note(self, text: str, style: str = "default") -> None:
        self._console.print(f"  [{style}]{escape(text)}[/]", soft_wrap=True)

    def file(self, name: str, content: str = "") -> None:
        """Print a YAML file without its comments."""
        self._console.print(f"  [bold]{escape(name)}[/]")
        for line in content.splitlines():
            if line.strip() and not line.lstrip().startswith("#") and line != "---":
                self._console.print(f"    [cyan]{escape(line)}[/]", soft_wrap=True)

    def fleet(self, apps: Sequence[App]) -> None:
        """Print the signing files of the service before the first run."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        for heading in ("app", "certificate", "profile"):
            table.add_column(heading)
        for organization in ORGANIZATIONS:
            table.add_row(f"[bold]{escape(organization.name)}[/]")
            for app in apps:
                if app.organization == organization:
                    table.add_row(f"  {escape(app.title)}", *_states(app))
        self._console.print(Padding(table, (0, 0, 0, 2)))

    def differences(self, run: Run) -> None:
        examples = differences.example_apps(run, APPS_SHOWN)
        for app in examples:
            self._console.print(f"  [bold]{escape(app)}[/]")
            for diff in differences.diffs_of(run, app):
                for line in diff:
                    self._console.print(f"    [{STYLES[line[0]]}]{escape(line)}[/]", soft_wrap=True)
        rest = [app for app in differences.changed_apps(run) if app not in examples]
        if rest:
            self.note(f"... and {len(rest)} more: {', '.join(rest)}", "dim")

    @contextlib.contextmanager
    def progress(self, files: int) -> Iterator[Progress]:
        """Show the progress on a terminal while the `with` block runs."""
        if not self._console.is_terminal:
            yield Progress(None, files)
            return
        with self._console.status("  starting") as status:
            yield Progress(status, files)

    def summary(self, rows: Sequence[tuple[Run, Traffic]]) -> None:
        """Print one row for each run. The counts of a check are in brackets, because it changes nothing."""
        table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0), pad_edge=False)
        table.add_column("run", no_wrap=True)
        for heading in ("apps", "files ok", "changed", "uploaded", "deleted", "requests", "writes", "time"):
            table.add_column(heading, justify="right", no_wrap=True)
        for run, traffic in rows:
            uploaded, deleted = str(run.count("upload")), str(run.count("delete"))
            table.add_row(
                run.name,
                str(run.in_play),
                str(run.unchanged),
                f"[{'green' if run.changed == 0 else 'yellow'}]changed={run.changed}[/]",
                f"({uploaded})" if run.is_check else uploaded,
                f"({deleted})" if run.is_check else deleted,
                str(traffic.requests),
                str(traffic.writes),
                f"{run.seconds:.1f}s",
            )
        self._console.print()
        self._console.print(table)
        self._console.print(
            "[dim]In brackets: planned by check mode, not sent. The emulator counted the requests.[/]\n"
        )

    def success(self, text: str) -> None:
        self._console.print(f"[bold green]{escape(text)}[/]", soft_wrap=True)

    def failure(self, text: str, details: Iterable[str] = ()) -> None:
        self._console.print(f"\n[bold red]{escape(text)}[/]", soft_wrap=True)
        for detail in details:
            self._console.print(f"  {escape(detail)}", soft_wrap=True)


class Progress:
    def __init__(self, status: Status | None, files: int) -> None:
        self._status = status
        self._files = files

    def __call__(self, run: Run) -> None:
        if self._status:
            self._status.update(f"  {len(run.files)} of {self._files} files")


def _states(app: App) -> tuple[str, str]:
    if app.is_disabled:
        return "[dim]disabled: not in the inventory[/]", ""
    if not app.is_rolled_out:
        return f"[dim]{app.project_type}: not in the inventory[/]", ""
    certificate, profile = (_state(state) for state in (app.certificate, app.profile))
    if app.has_undeclared_profile:
        profile += " + an undeclared one"
    return certificate, profile


def _state(state: State) -> str:
    return f"[{'default' if state is State.IN_PLACE else 'yellow'}]{state.value}[/]"

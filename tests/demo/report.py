# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the playbook mobileops.ci.report for a fleet of 300 apps in the emulator.

``python -m tests.demo.report``
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

from tests.emulator.process import Emulator

from .playbook import clean_environment
from .report_fleet import APPS, ReportFleet
from .workspace import CHECKOUT, Workspace

INVENTORY = "plugin: mobileops.ci.bitrise\n"
VARIABLES = {
    "code_signing_report_title": "Code signing at Example",
    "code_signing_report_formats": "html,json,csv,ics,prometheus,markdown",
}


def main() -> int:
    workspace = Workspace(CHECKOUT / ".build" / "report-demo")
    workspace.prepare()
    (workspace.project / "fleet.bitrise.yml").write_text(INVENTORY, encoding="utf-8")
    print(f"Creating signing files for {APPS} apps ...", flush=True)
    fleet = ReportFleet()
    folder = workspace.project / "code-signing-report"
    try:
        with Emulator(fleet.fixture(week_before=True)) as emulator:
            if status := _run(workspace, emulator):
                return status
            _date_back(folder / "report.json")
            emulator.load(fleet.fixture())
            if status := _run(workspace, emulator):
                return status
    finally:
        workspace.remove_secrets()
    print(f"\nThe report is in {workspace.display_path(folder)}: open {workspace.display_path(folder / 'index.html')}.")
    return 0


def _run(workspace: Workspace, emulator: Emulator) -> int:
    environment = clean_environment(workspace)
    del environment["ANSIBLE_CALLBACKS_ENABLED"]
    environment |= {"BITRISE_API_TOKEN": emulator.tokens["owner"], "BITRISE_API_BASE_URL": emulator.api_url}
    command = ["playbook", "mobileops.ci.report", "-i", "fleet.bitrise.yml"]
    for name, value in VARIABLES.items():
        command += ["-e", json.dumps({name: value})]
    print(f"\n$ ansible-{' '.join(command[:4])} ...", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "ansible", *command], cwd=workspace.project, env=environment, check=False
    ).returncode


def _date_back(report: Path) -> None:
    """Change the date of the first report to a week ago, so that the second one has a comparison."""
    report_data = json.loads(report.read_text(encoding="utf-8"))
    report_data["date"] = (dt.date.fromisoformat(report_data["date"]) - dt.timedelta(days=7)).isoformat()
    report.write_text(json.dumps(report_data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

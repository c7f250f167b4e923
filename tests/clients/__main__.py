# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the npm package phonegap-build-api against the emulator: ``python -m tests.clients``."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.emulator.process import CHECKOUT, Emulator

SOURCE = Path(__file__).parent / "phonegap-build-api"
FOLDER = CHECKOUT / ".build" / "clients" / "phonegap-build-api"
OLDEST_NODE = 18
MISSING = 2


def main() -> int:
    """Install the package if needed, start the emulator, and run the calls. Return the exit status."""
    problem = _missing_requirement()
    if problem:
        print(f"test-clients: not run: {problem}", file=sys.stderr)
        return MISSING
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "main_calls.js"):
        shutil.copy(SOURCE / name, FOLDER / name)
    if not (FOLDER / "node_modules" / "phonegap-build-api").is_dir():
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], cwd=FOLDER, check=True)
    with Emulator("empty") as emulator:
        connection = {
            "admin": emulator.admin_url,
            "phonegap": emulator.phonegap_url,
            "phonegap_tokens": emulator.phonegap_tokens,
            "phonegap_logins": emulator.phonegap_logins,
        }
        # Bypass proxies, and hide deprecation warnings of the old package.
        overrides = {"EMULATOR": json.dumps(connection), "NO_PROXY": "127.0.0.1", "NODE_OPTIONS": "--no-deprecation"}
        return subprocess.run(
            ["node", "main_calls.js"], cwd=FOLDER, env={**os.environ, **overrides}, check=False
        ).returncode


def _missing_requirement() -> str:
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"{program} is required, but not installed"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    found = re.match(r"v(\d+)", version)
    if found is None or int(found[1]) < OLDEST_NODE:
        return f"node {OLDEST_NODE} or newer is required, got {version}"
    return ""


if __name__ == "__main__":
    sys.exit(main())

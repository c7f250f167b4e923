# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pass the package index in the configuration of pip to other tools."""

from __future__ import annotations

import ast
import configparser
import os
import subprocess
from pathlib import Path

# The name in pip, the environment variable of uv, and the separator of several values there.
_FOR_UV = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "proxy": ("ALL_PROXY", " "),
}


def pip_settings(python: str) -> dict[str, str]:
    """Return the settings that pip reads from its files and variables."""
    listed = subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", "config", "list"],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    settings: dict[str, str] = {}
    from_variables: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        name, separator, value = line.partition("=")
        section, _dot, key = name.rpartition(".")
        if not separator or section not in {"global", "install", ":env:"}:
            continue
        try:
            value = str(ast.literal_eval(value))
        except (ValueError, SyntaxError):
            continue
        (from_variables if section == ":env:" else settings)[key] = value
    return {**settings, **from_variables}


def uv_environment(python: str) -> dict[str, str]:
    """Return variables for uv, which does not read the configuration of pip. Variables that are set already win."""
    settings = pip_settings(python)
    variables = {
        variable: separator.join(settings[key].split())
        for key, (variable, separator) in _FOR_UV.items()
        if settings.get(key)
    }
    if "UV_INDEX" in variables:
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # as pip does with several indexes
    return {variable: value for variable, value in variables.items() if variable not in os.environ}


def write_pip_configuration(python: str, home: Path) -> None:
    """Write the settings of pip to a file, because ansible-test does not pass on variables of the user."""
    configuration = configparser.RawConfigParser()
    configuration["global"] = {
        key: value
        for key, value in pip_settings(python).items()
        if key not in {"require-virtualenv", "user", "target", "prefix"}
    }
    configuration["global"]["disable-pip-version-check"] = "true"
    file = home / ".config" / "pip" / "pip.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        configuration.write(stream)

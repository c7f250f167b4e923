# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pass the package index in the configuration of pip to uv and to ansible-test, which do not read it."""

from __future__ import annotations

import ast
import configparser
import functools
import os
import subprocess
from pathlib import Path

from isolated import BUILD, TOOLS

PYTHON = f"{TOOLS}/python"  # of .venv

# The name in pip, the environment variable of uv, and the separator of several values there.
_FOR_UV = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "proxy": ("ALL_PROXY", " "),
}


@functools.cache
def pip_settings() -> dict[str, str]:
    """Return the settings that pip reads from its files and variables."""
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    listed = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
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


def install_environment() -> dict[str, str]:
    """Return the variables of the user for pip, and for uv with the settings of pip. UV_* that are set already win."""
    foreign = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    environment = {name: value for name, value in os.environ.items() if name not in foreign}
    environment |= {"PYTHONNOUSERSITE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_PYTHON_DOWNLOADS": "never"}
    if not can_write_cache():
        environment |= {"PIP_CACHE_DIR": str(BUILD / "cache" / "pip"), "UV_CACHE_DIR": str(BUILD / "cache" / "uv")}
    settings = pip_settings() if Path(PYTHON).exists() else {}
    for key, (variable, separator) in _FOR_UV.items():
        if settings.get(key) and variable not in environment:
            environment[variable] = separator.join(settings[key].split())
            if variable == "UV_INDEX":
                environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # as pip does with several indexes
    return environment


def can_write_cache() -> bool:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK)


def write_pip_configuration(home: Path) -> None:
    """Write the settings of pip to a file, because ansible-test does not pass on variables of the user."""
    configuration = configparser.RawConfigParser()
    configuration["global"] = {
        key: value
        for key, value in pip_settings().items()
        if key not in {"require-virtualenv", "user", "target", "prefix"}
    }
    configuration["global"]["disable-pip-version-check"] = "true"
    file = home / ".config" / "pip" / "pip.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        configuration.write(stream)

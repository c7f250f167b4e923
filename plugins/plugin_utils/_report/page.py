# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as an HTML page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from . import words
from .view import Json, Report, plain

_FOLDER = Path(__file__).with_name("html")
_CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def page(found: Json, today: str, title: str, app_url: str, links: dict[str, str]) -> str:
    """`app_url`: the page of an app without its slug; `links`: addresses of other forms of the report, by label."""
    # Not Ansible's own templating: there nothing is escaped by itself, and expressions are slow.
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = (_FOLDER.joinpath(name).read_text(encoding="utf-8").rstrip() for name in ("page.css", "page.js"))
    return environment.get_template("page.html.j2").render(
        report=Report(plain(found, _shown), today),
        title=_shown(title),
        app_url=app_url,
        links=links,
        style=style,
        style_digest=_digest(style),
        script=script,
        script_digest=_digest(script),
        words=words,
    )


def _digest(text: str) -> str:
    """As a content security policy has it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _shown(text: str) -> str:
    return _CONTROL_CHARACTERS.sub("\ufffd", text)

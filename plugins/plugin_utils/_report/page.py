# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as an HTML page without external resources."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from . import words
from .answer import NAMED, answer
from .changes import changes
from .model import App, Model, clean
from .page_data import page_data
from .tasks import tasks
from .timeline import timeline

# Most apps in the table without scripts, in which readers cannot filter or sort.
MAX_PLAIN_APPS = 200

_FOLDER = Path(__file__).with_name("html")
_STYLES = ("base.css", "overview.css", "apps.css")
_SCRIPTS = ("data.js", "view.js", "table.js", "panel.js", "main.js")


def page(model: Model, app_url: str, links: Mapping[str, str]) -> str:
    """Return the page. `app_url`: the page of an app without its slug. `links`: addresses of other forms by label."""
    style = "\n".join(map(_source, _STYLES))
    script = '"use strict";\n(() => {\n' + "\n".join(map(_source, _SCRIPTS)) + "\n})();"
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            model=model,
            answer=answer(model),
            named_apps=NAMED,
            changes=changes(model),
            tasks=tasks(model),
            timeline=timeline(model),
            data=page_data(model, clean(app_url)),
            app_url=clean(app_url),
            links={clean(label): clean(address) for label, address in links.items()},
            max_plain_apps=MAX_PLAIN_APPS,
            findings_of=_findings,
            style=style,
            style_digest=_digest(style),
            script=script,
            script_digest=_digest(script),
            words=words,
        )
    )


@cache
def _environment() -> Environment:
    # Not Ansible's own templating, which does not escape and is slow.
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _source(name: str) -> str:
    """Return the code of a file without its license header, which the page has once."""
    return _FOLDER.joinpath(name).read_text(encoding="utf-8").partition("*/\n")[2].rstrip()


def _digest(text: str) -> str:
    """Return a digest as a content security policy has it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _findings(app: App) -> str:
    """Return the findings of an app in a few words."""
    if app.error:
        return f"Could not be read: {app.error}"
    if not app.files:
        return "No signing files"
    found = [
        words.count(app.finding_counts[one.name], one.label.lower(), one.label.lower())
        for one in words.REPORTED_FINDINGS
        if app.finding_counts[one.name]
    ]
    return words.enumerated(found) if found else "In order"

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found in the code-signing files of many apps, for people and for programs."""

from __future__ import annotations

DOCUMENTATION = r"""
name: code_signing_report
short_description: A report on code-signing files as HTML, CSV or JSON
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Makes a report of what M(mobileops.ci.bitrise_code_signing_info) has found, as a self-contained HTML page, as a
    table, or for other programs.
  - The role P(mobileops.ci.code_signing_report#role) does all of it. This filter is for those who want the report
    somewhere else.
  - The same result and date give the same text.
  - The page loads nothing from elsewhere, and forbids that to itself. Text from the service is shown as text.
positional: _input, format
options:
  _input:
    description: The result of M(mobileops.ci.bitrise_code_signing_info), as registered.
    type: dict
    required: true
  format:
    description:
      - V(html) is a page with what to do first, what expires in which month, and all apps with their files.
      - V(csv) has a row for each file, and one for each app that could not be read. What a spreadsheet would take for a
        formula gets an apostrophe in front.
      - V(json) has what was found, without what differs from run to run although nothing has changed.
    type: str
    choices: [html, csv, json]
    required: true
  title:
    description: Title of the report.
    type: str
    default: Code signing
  date:
    description: The day of the report, as in V(2026-11-21). Left out, it is today's in UTC.
    type: str
  app_url:
    description: The page of an app, without its slug, to which the HTML page links. An empty one leaves the links out.
    type: str
    default: https://app.bitrise.io/app/
  links:
    description: Where other forms of the report are, to which the HTML page links. A dictionary from label to address.
    type: dict
    default: {}
seealso:
  - module: mobileops.ci.bitrise_code_signing_info
"""

EXAMPLES = r"""
- name: Look into the files of all apps
  mobileops.ci.bitrise_code_signing_info:
  register: found

- name: Write the page
  ansible.builtin.copy:
    content: "{{ found | mobileops.ci.code_signing_report('html', title='Signing at Example') }}"
    dest: /var/www/signing/index.html
    mode: "0644"
  delegate_to: web.example.com
"""

RETURN = r"""
_value:
  description: The report.
  type: str
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ansible.errors import AnsibleFilterError
from jinja2 import TemplateError

from ansible_collections.mobileops.ci.plugins.plugin_utils._report.page import page
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.table import table
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.view import plain
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.words import STATES

NAME = "mobileops.ci.code_signing_report"
FORMATS = ("html", "csv", "json")
_FROM_RUN_TO_RUN = {"seconds", "requests"}


def code_signing_report(
    found: Any,
    format: str,  # noqa: A002 -- how users call it
    title: str = "Code signing",
    date: str | None = None,
    app_url: str = "https://app.bitrise.io/app/",
    links: Mapping[str, str] = MappingProxyType({}),
) -> str:
    if format not in FORMATS:
        raise AnsibleFilterError(f"{NAME}: format is {format!r} and has to be one of {', '.join(FORMATS)}.")
    wanted = {"apps", "unreadable", "expires_within", "summary", *(state.name for state in STATES)}
    missing = wanted - set(found) if isinstance(found, Mapping) else wanted
    if missing:
        raise AnsibleFilterError(
            f"{NAME}: the input is not what mobileops.ci.bitrise_code_signing_info returns: "
            f"it lacks {', '.join(sorted(missing))}."
        )
    if not isinstance(links, Mapping):
        raise AnsibleFilterError(f"{NAME}: links is not a dictionary from label to address.")
    today, shown_title = _day(date), str(title)
    try:
        if format == "html":
            return page(found, today, shown_title, str(app_url or ""), plain(links, str))
        if format == "csv":
            return table(found, today)
        return _json(found, today, shown_title)
    except (LookupError, TypeError, ValueError, AttributeError, TemplateError) as error:
        raise AnsibleFilterError(
            f"{NAME}: the input is not what mobileops.ci.bitrise_code_signing_info returns: {error!r}."
        ) from error


def _day(date: str | None) -> str:
    if date is None:
        return dt.datetime.now(dt.timezone.utc).date().isoformat()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", str(date)):
            return dt.date.fromisoformat(str(date)).isoformat()
    except ValueError:
        pass
    raise AnsibleFilterError(f"{NAME}: date is {date!r} and has to be a day such as 2026-11-21.")


def _json(found: Mapping[str, Any], today: str, title: str) -> str:
    known = plain(found, str)
    lists = {name: known[name] for name in (*(state.name for state in STATES), "unreadable")}
    report = {
        "title": title,
        "date": today,
        "expires_within": known["expires_within"],
        "summary": {key: value for key, value in known["summary"].items() if key not in _FROM_RUN_TO_RUN},
        **lists,
        "apps": known["apps"],
    }
    return json.dumps(report, indent=1) + "\n"


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"code_signing_report": code_signing_report}

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn what was found in the code-signing files of many apps into a report."""

from __future__ import annotations

DOCUMENTATION = r"""
name: code_signing_report
short_description: A report on code-signing files in several formats
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Turns the result of M(mobileops.ci.bitrise_code_signing_info) into a report, for example a self-contained HTML page,
    a table, a calendar or metrics.
  - The role P(mobileops.ci.code_signing_report#role) gathers the data and writes the report. Use this filter to write
    the report yourself.
  - The same result and date give the same text.
  - The HTML page loads nothing from elsewhere, and its content security policy forbids that. Text from the service is
    escaped in all formats.
positional: _input, format
options:
  _input:
    description: The result of M(mobileops.ci.bitrise_code_signing_info), as registered.
    type: dict
    required: true
  format:
    description:
      - V(html) is a page with the answer in one sentence, tasks, dates of expiry, and all apps with their files.
      - V(json) contains what the module found, without values that differ from run to run although nothing has changed.
      - V(csv) has a row for each file, and one for each app that has no files or could not be read. Values that a
        spreadsheet would take for a formula start with an apostrophe.
      - V(ics) is a calendar (RFC 5545) with an all-day event for each day and kind of files that expire.
      - V(prometheus) has metrics in the text format of Prometheus.
      - V(markdown) is a short summary for a chat.
    type: str
    choices: [html, json, csv, ics, prometheus, markdown]
    required: true
  title:
    description: Title of the report.
    type: str
    default: Code signing
  date:
    description: Day of the report, such as V(2026-11-21). The default is the current day in UTC.
    type: str
  app_url:
    description:
      - Address of the page of an app, without its slug, to which the HTML page links. An empty text leaves out the
        links.
    type: str
    default: https://app.bitrise.io/app/
  links:
    description: Addresses of other formats of the report, by label, to which the HTML page links.
    type: dict
    default: {}
  previous:
    description:
      - An earlier report in the format V(json), parsed. The page and the summary then show what has changed since.
    type: dict
seealso:
  - module: mobileops.ci.bitrise_code_signing_info
"""

EXAMPLES = r"""
- name: Inspect the files of all apps
  mobileops.ci.bitrise_code_signing_info:
  register: found

- name: Write the page
  ansible.builtin.copy:
    content: "{{ found | mobileops.ci.code_signing_report('html', title='Signing at Example') }}"
    dest: /var/www/signing/index.html
    mode: "0644"
  delegate_to: web.example.com

- name: Send the summary to a chat
  ansible.builtin.uri:
    url: "{{ chat_webhook }}"
    method: POST
    body_format: json
    body:
      text: "{{ found | mobileops.ci.code_signing_report('markdown') }}"
"""

RETURN = r"""
_value:
  description: The report.
  type: str
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ansible.errors import AnsibleFilterError
from jinja2 import TemplateError

from ..plugin_utils._report.formats import Links, format_problem, render
from ..plugin_utils._report.model import Earlier, Model, plain
from ..plugin_utils._report.words import STATES

NAME = "mobileops.ci.code_signing_report"


def code_signing_report(
    found: Any,
    format: str,  # noqa: A002 -- the name in the documentation
    title: str = "Code signing",
    date: str | None = None,
    app_url: str = "https://app.bitrise.io/app/",
    links: Mapping[str, str] = MappingProxyType({}),
    previous: Any = None,
) -> str:
    problem = format_problem(format)
    if problem:
        raise AnsibleFilterError(f"{NAME}: {problem}")
    wanted = {"apps", "unreadable", "expires_within", "summary", *(state.name for state in STATES)}
    missing = wanted - set(found) if isinstance(found, Mapping) else wanted
    if missing:
        raise AnsibleFilterError(
            f"{NAME}: the input is not a result of mobileops.ci.bitrise_code_signing_info: "
            f"it lacks {', '.join(sorted(missing))}."
        )
    if not isinstance(links, Mapping):
        raise AnsibleFilterError(f"{NAME}: links must be a dictionary from label to address.")
    today = _day(date)
    try:
        earlier = None if previous is None else Earlier(previous)
    except ValueError as error:
        raise AnsibleFilterError(f"{NAME}: previous cannot be used: {error}.") from error
    try:
        return render(format, Model(found, today, str(title), earlier), Links(str(app_url or ""), plain(links)))
    except (LookupError, TypeError, ValueError, AttributeError, TemplateError) as error:
        raise AnsibleFilterError(
            f"{NAME}: the input is not a result of mobileops.ci.bitrise_code_signing_info: {error!r}."
        ) from error


def _day(date: str | None) -> dt.date:
    if date is None:
        return dt.datetime.now(dt.timezone.utc).date()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", str(date)):
            return dt.date.fromisoformat(str(date))
    except ValueError:
        pass
    raise AnsibleFilterError(f"{NAME}: date must be a day such as 2026-11-21, got {date!r}.")


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"code_signing_report": code_signing_report}

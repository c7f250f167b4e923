# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render the findings about the signing files of many apps as a report."""

from __future__ import annotations

DOCUMENTATION = r"""
name: code_signing_report
short_description: Render a report on signing files
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Renders the result of M(mobileops.ci.bitrise_code_signing_info) as a report, for example as a self-contained HTML
    page, a table, a calendar or metrics.
  - The role P(mobileops.ci.code_signing_report#role) collects the data and writes the report. Use this filter to write
    the report yourself.
  - The same input and date always return the same text.
  - The HTML page does not load other resources, and its content security policy forbids it. The filter escapes text
    from the service in all formats.
positional: _input, format
options:
  _input:
    description: Registered result of M(mobileops.ci.bitrise_code_signing_info).
    type: dict
    required: true
  format:
    description:
      - V(html) is a page with a one-sentence summary, tasks, expiry dates, and all apps with their files.
      - V(json) contains the result of the module, without values that differ from run to run without a change.
      - V(csv) has a row for each file, and a row for each app that has no files or could not be read. Values that a
        spreadsheet would treat as a formula start with an apostrophe.
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
      - Address of the page of an app, without its slug, to which the HTML page links. An empty string disables the
        links.
    type: str
    default: https://app.bitrise.io/app/
  links:
    description: Addresses of other formats of the report, by label, to which the HTML page links.
    type: dict
    default: {}
  previous:
    description:
      - An earlier report in the format V(json), parsed. The page and the summary then show the changes since that
        report.
    type: dict
    version_added: 1.0.0
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
  sample: "# Code signing\n"
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
from ..plugin_utils._report.words import REPORTED_FINDINGS

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
    required = {"apps", "unreadable", "expires_within", "summary", *(finding.name for finding in REPORTED_FINDINGS)}
    missing = required - set(found) if isinstance(found, Mapping) else required
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

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide's table of findings, generated from the code that reports them.

`python -m tests.unit.docs.findings` writes the page.
"""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.mobileops.ci.plugins.module_utils._signing.findings import FINDINGS
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import (
    CERTIFICATE,
    KEYSTORE,
    PROFILE,
    SIGNING_KINDS,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst" / "signing_findings.rst"

_HEAD = """\
.. Copyright (c) 2026, the mobileops.ci contributors
.. GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
.. SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.mobileops.ci.docsite.signing_findings:

Findings about signing files
============================

Modules that inspect signing files report what they find as findings. A finding has a ``code``, a ``severity`` and a
``message``. Codes are stable, so playbooks can branch on them. Messages may change.

- An ``error`` means that nothing can be signed with the file as it is. With ``verify: strict`` it is not uploaded.
- A ``warning`` means that the file may work. It does not stop an upload.

.. list-table::
   :header-rows: 1
   :widths: 20 15 10 30 25

   * - Code
     - Files
     - Severity
     - Meaning
     - What to do
"""
_NAMES = {PROFILE: "profile", CERTIFICATE: "build certificate", KEYSTORE: "keystore"}


def page() -> str:
    """Return the text of the page."""
    rows = [
        f"   * - ``{code}``\n"
        f"     - {'all' if entry.kinds == SIGNING_KINDS else ', '.join(_NAMES[kind] for kind in entry.kinds)}\n"
        f"     - {entry.severity}\n"
        f"     - {_markup(entry.meaning)}\n"
        f"     - {_markup(entry.remedy)}\n"
        for code, entry in FINDINGS.items()
    ]
    return _HEAD + "".join(rows)


def _markup(text: str) -> str:
    return re.sub(r"C\(([^)]*)\)", r"``\1``", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

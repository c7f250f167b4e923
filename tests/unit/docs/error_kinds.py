# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate the troubleshooting guide, which lists each kind of error with its meaning and a remedy.

`python -m tests.unit.docs.error_kinds` writes the page.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import ErrorKind

CHECKOUT = Path(__file__).resolve().parents[3]
PAGE = CHECKOUT / "docs" / "docsite" / "rst" / "troubleshooting.rst"
UTILS = CHECKOUT / "plugins" / "module_utils"

# What to do, by section and kind. The meaning of each kind is in the class ErrorKind.
REMEDIES: Mapping[str, Mapping[ErrorKind, str]] = {
    "Options and local files": {
        ErrorKind.OPTION: "The message names the option, and what is allowed or the closest name. Correct the task.",
        ErrorKind.LOCAL_FILE: (
            "Check the path in the message. For a missing ``src`` it lists the folders that were searched."
        ),
        ErrorKind.MISSING_LIBRARY: "Install it into the interpreter that the message names.",
        ErrorKind.VERIFY: (
            "See :ref:`the findings <ansible_collections.mobileops.ci.docsite.signing_findings>`. ``verify: warn`` "
            "uploads the file and issues a warning."
        ),
        ErrorKind.PASSWORD: "Set ``certificate_password``.",
    },
    "Access": {
        ErrorKind.UNAUTHORIZED: "Create a new token. Check that it is the token of the service at ``api_url``.",
        ErrorKind.FORBIDDEN: "Signing files need the role owner or admin. Ask an owner of the app.",
        ErrorKind.NOT_FOUND: (
            "Check the slug. :ansplugin:`mobileops.ci.bitrise_app_info#module` lists the apps of the token."
        ),
    },
    "Network and service": {
        ErrorKind.DNS: "Check ``api_url`` and the name service.",
        ErrorKind.CONNECTION: "Check ``api_url``, the network and the firewall. Run the task again.",
        ErrorKind.PROXY: "Check ``https_proxy`` and ``no_proxy`` in the environment of the task.",
        ErrorKind.TLS: "Set ``ca_path`` to the certificate authority of your proxy or server.",
        ErrorKind.TIMEOUT: (
            "Run the task again. If it fails again, raise ``timeout``. For an upload of more than 15 minutes, use a "
            "faster network, or lower ``concurrency`` (``code_signing_concurrency``)."
        ),
        ErrorKind.RATE_LIMITED: (
            "Run the task later, or raise ``time_limit`` (``code_signing_time_limit``). If other jobs use the same "
            "token, lower ``concurrency`` (``code_signing_concurrency``)."
        ),
        ErrorKind.SERVER_ERROR: "Run the task later. The next run completes what was interrupted.",
        ErrorKind.REDIRECT: (
            "Set ``api_url`` to the final address. The collection does not send the token to another host."
        ),
        ErrorKind.BAD_REQUEST: "Correct the value that the message quotes.",
        ErrorKind.INVALID_RESPONSE: "Check ``api_url``, and whether a proxy responds instead of the service.",
        ErrorKind.STORAGE: "Run the task again. If it fails again, check whether a proxy changes requests.",
        ErrorKind.SIGNED_URL_EXPIRED: "The transfer is too slow, or the clock of the machine is wrong.",
        ErrorKind.CHECKSUM: "Check ``checksum``, and that the artifact is the right one.",
        ErrorKind.NO_EFFECT: "Run the task again. Report it to the operator of the service if it persists.",
        ErrorKind.SERVICE: "Read the message.",
    },
    "Rejected before any change": {
        ErrorKind.ONE_WAY_FLAG: (
            "Leave the flag out. To get an unprotected file, delete it in a play of your own, with a task "
            "``bitrise_build_certificate`` or ``bitrise_provisioning_profile`` and ``state: absent``. Builds have no "
            "such file until the next task or rollout uploads it."
        ),
        ErrorKind.UNCHANGEABLE: "Set ``src`` to upload the file again, or change the property on the website.",
        ErrorKind.CHANGED_NAME: "Set ``name`` to the name in the message.",
        ErrorKind.DUPLICATES: (
            "Set ``slug`` or ``id``. For signing files, ``duplicates: remove`` keeps the declared one."
        ),
        ErrorKind.UNVERIFIABLE: (
            "``replace`` uploads the declared file, ``trust`` and ``warn`` keep the one in the app."
        ),
        ErrorKind.MISSING_FILE: "Set ``src`` or ``content``, or correct ``name`` or ``slug``.",
        ErrorKind.BACKUP: "Protected files cannot be downloaded. Leave ``backup_required`` out for them.",
        ErrorKind.ENV_KEY: (
            "Set ``keystore_name`` to accept another key, or ``replace_order: delete_first`` to keep it."
        ),
        ErrorKind.MAX_PURGE: (
            "Check that the declaration is complete, or raise ``max_purge`` (``code_signing_max_purge``)."
        ),
        ErrorKind.MAX_PURGE_TOTAL: (
            "Check that inventory and declarations are complete, or raise ``max_purge_total`` "
            "(``code_signing_max_purge_total``)."
        ),
        ErrorKind.MAX_ARTIFACTS: "Review them in check mode with a higher limit, then raise the limit.",
        ErrorKind.NOT_INSTALLABLE: "Leave ``is_public_page_enabled`` out.",
        ErrorKind.OTHER_ARTIFACT: (
            "Use another ``dest`` for each artifact, or a directory. ``force: true`` replaces the file."
        ),
    },
    "During a run": {
        ErrorKind.CONCURRENT_CHANGE: "Run the task again when the other run has ended.",
        ErrorKind.UNCLEAR_OUTCOME: "Check on the service. The message says what is known.",
        ErrorKind.TIME_LIMIT: "Run the task again to continue, or raise ``time_limit`` (``code_signing_time_limit``).",
        ErrorKind.WAIT_TIMEOUT: "The build continues. Raise ``wait_timeout``.",
        ErrorKind.BUILD_FAILED: "Read its log, for example with :ansplugin:`mobileops.ci.bitrise_build_log#module`.",
        ErrorKind.NOT_DONE: "Run the task again. The app of the first error has the cause.",
        ErrorKind.SEVERAL: "See ``apps`` in the result: each failed app has an ``error`` of its own.",
        ErrorKind.BUG: "Report it with the traceback.",
        ErrorKind.ERROR: "Read the message.",
    },
    "PhoneGap Build": {
        ErrorKind.IMMUTABLE: "Delete it and create it again, or create a key with another title.",
        ErrorKind.LOCKED_KEY: (
            "Set its passwords in ``keys``, or unlock it with :ansplugin:`mobileops.ci.phonegap_key#module`."
        ),
        ErrorKind.NEEDS_KEY: "Choose one with ``keys`` of :ansplugin:`mobileops.ci.phonegap_app#module`.",
        ErrorKind.NO_PACKAGE: "Build the app first.",
        ErrorKind.OWNER: "Remove the task for this person.",
        ErrorKind.PENDING: "Wait until the person has registered.",
    },
}

_HEAD = """\
.. Copyright (c) 2026, the mobileops.ci contributors
.. GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
.. SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.mobileops.ci.docsite.troubleshooting:

Troubleshooting by error.kind
=============================

If a task fails, its result has a message in ``msg`` and the kind of the error in ``error.kind``. If several hosts of a
role fail for the same cause, the message is in the summary. Kinds are stable, so playbooks can branch on them. Messages
may change. ``error`` also has ``status``, ``method``, ``path``, ``request_id`` of the request, or ``null``. Ansible
itself rejects an option of a wrong type, without ``error``.

The tables name the options of modules. In the role ``code_signing``, and so in a rollout, options of a task begin with
``code_signing_``, such as ``code_signing_time_limit``. Options of a file are keys of its entry, such as
``is_protected``.

.. code-block:: yaml

   - name: Branch on the kind of an error
     hosts: localhost
     gather_facts: false
     tasks:
       - name: Show an app that may be gone
         mobileops.ci.bitrise_app_info:
           app_slug: 93f256e365d929d3
         register: app
         failed_when: app.error is defined and app.error.kind != 'not_found'

       - name: Show the two possible causes
         ansible.builtin.debug:
           msg: The app does not exist, or the token has no access to it.
         when: app.error is defined

Three things to try first
-------------------------

- Run with ``--check --diff``. Errors in options, files and access appear without a change.
- Run with ``-vvv``. Tokens, passwords, file contents and signed URLs do not appear.
- Run the task again. It continues where the last run ended.
"""

_TABLE = """
{title}
{line}

.. list-table::
   :header-rows: 1
   :widths: 20 40 40

   * - Kind
     - Meaning
     - What to do
"""


def page() -> str:
    """Return the text of the page."""
    parts = [_HEAD]
    for title, remedies in REMEDIES.items():
        parts.append(_TABLE.format(title=title, line="-" * len(title)))
        parts += [f"   * - ``{kind}``\n     - {kind.meaning}\n     - {remedy}\n" for kind, remedy in remedies.items()]
    return "".join(parts)


def kinds_in_code() -> set[str]:
    """Return every kind that an error of the collection can have, as the source shows it."""
    return {kind for file in UTILS.rglob("*.py") for kind in _kinds_of(ast.parse(file.read_text(encoding="utf-8")))}


def _kinds_of(tree: ast.Module) -> Iterator[str]:
    constants = {
        _name(target): text
        for line in tree.body
        if isinstance(line, ast.Assign)
        for target in line.targets
        for text in _texts(line.value, {})
    }
    for node in ast.walk(tree):
        for expression in _expressions(node):
            yield from _texts(expression, constants)


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions of a node that are the kind of an error."""
    if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
        # class OptionError(CiError): kind = "option"
        yield from (value for line in node.body for value in _assigned(line, "kind"))
    elif isinstance(node, ast.Call) and (_name(node.func).endswith("Error") or _name(node.func) == "__init__"):
        # RejectedError(..., kind="verify"), or CiError(message, **{"kind": "several", **common})
        yield from (keyword.value for keyword in node.keywords if keyword.arg == "kind")
        yield from (kind for keyword in node.keywords if keyword.arg is None for kind in _kind_of(keyword.value))
    elif isinstance(node, ast.Call) and _name(node.func) == "as_service_error":
        # as_service_error(call, response, words, "storage")
        yield from node.args[3:4]
    elif isinstance(node, ast.FunctionDef) and node.name == "refusal":
        # if status >= 500: kind = "server_error"; or kind = _KINDS.get(status, "bad_request")
        for value in (value for line in ast.walk(node) for value in _assigned(line, "kind")):
            yield from value.args[1:] if isinstance(value, ast.Call) else [value]
    elif isinstance(node, ast.FunctionDef) and node.name == "classify":
        # return "dns", reason, remedy
        yield from (
            line.value.elts[0]
            for line in ast.walk(node)
            if isinstance(line, ast.Return) and isinstance(line.value, ast.Tuple)
        )
    elif isinstance(node, ast.Dict) and any(isinstance(key, ast.Constant) and key.value == 401 for key in node.keys):
        # {401: "unauthorized", ...}
        yield from node.values
    else:
        # details = {**cause.as_dict(), "kind": "unclear_outcome"}
        yield from (kind for value in _assigned(node, "details") for kind in _kind_of(value))


def _assigned(node: ast.AST, name: str) -> list[ast.expr]:
    """Return the value if the node assigns one to this name."""
    return [node.value] if isinstance(node, ast.Assign) and name in map(_name, node.targets) else []


def _kind_of(node: ast.expr) -> list[ast.expr]:
    """Return the value of the key "kind" of a dictionary."""
    if not isinstance(node, ast.Dict):
        return []
    pairs = zip(node.keys, node.values, strict=True)
    return [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "kind"]


def _texts(node: ast.expr, constants: Mapping[str, str]) -> list[str]:
    """Return the texts that an expression can have, as far as the file shows them."""
    if isinstance(node, ast.Attribute) and _name(node.value) == "ErrorKind":
        return [ErrorKind[node.attr].value]
    if isinstance(node, ast.IfExp):
        return _texts(node.body, constants) + _texts(node.orelse, constants)
    text = node.value if isinstance(node, ast.Constant) else constants.get(_name(node))
    return [text] if isinstance(text, str) else []


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


if __name__ == "__main__":
    if missing := set(ErrorKind) - {kind for remedies in REMEDIES.values() for kind in remedies}:
        raise SystemExit(f"Add a remedy to REMEDIES for each of these kinds: {', '.join(sorted(missing))}")
    PAGE.write_text(page(), encoding="utf-8")

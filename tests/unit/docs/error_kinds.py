# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The troubleshooting guide: a table of all values of error.kind. A test compares it with the errors in the code.

`python -m tests.unit.docs.error_kinds` writes the page.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
PAGE = CHECKOUT / "docs" / "docsite" / "rst" / "troubleshooting.rst"
UTILS = CHECKOUT / "plugins" / "module_utils"

# By section and kind: what it means, and what to do.
KINDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Options and local files": {
        "option": (
            "An option has a value that cannot be used, or two options contradict each other.",
            "The message names the option and what is allowed. Correct the value.",
        ),
        "local_file": (
            "A file or folder on the machine that runs the task cannot be found, read, decrypted or written.",
            "Check the path in the message. For a missing ``src`` it lists the folders that were searched.",
        ),
        "missing_library": (
            "The Python that runs the task lacks ``requests`` or ``cryptography``.",
            "Install it into the interpreter that the message names.",
        ),
        "verify": (
            (
                "A signing file is not usable: expired, wrong password, no private key, another kind of file, or a "
                "profile that embeds none of the declared certificates."
            ),
            (
                "See :ref:`the findings <ansible_collections.mobileops.ci.docsite.signing_findings>`. "
                "``verify: warn`` uploads the file and issues a warning."
            ),
        ),
        "password": (
            "The password of a protected certificate is not known, and the declared file does not open without one.",
            "Set ``certificate_password``.",
        ),
    },
    "Access": {
        "unauthorized": (
            "The service rejects the token (HTTP status 401). The task ends, because each request would fail.",
            "Create a new token. Check that it is the token of the service at ``api_url``.",
        ),
        "forbidden": (
            "The user of the token has no sufficient role in the app (403).",
            "Signing files need the role owner or admin. Ask an owner of the app.",
        ),
        "not_found": (
            "The app, build, file or key does not exist, or the user of the token has no access to it (404).",
            "Check the slug. :ansplugin:`mobileops.ci.bitrise_app_info#module` lists the apps of the token.",
        ),
    },
    "Network and service": {
        "dns": ("The host name is unknown.", "Check ``api_url`` and the name service."),
        "connection": (
            "No connection is possible, or it ended before the response was complete.",
            "Check ``api_url``, the network and the firewall. Run the task again.",
        ),
        "proxy": ("The proxy failed.", "Check ``https_proxy`` and ``no_proxy`` in the environment of the task."),
        "tls": (
            "The TLS certificate of the server is not trusted, or the port does not speak TLS.",
            "Set ``ca_path`` to the certificate authority of your proxy or server.",
        ),
        "timeout": ("The server did not respond in time.", "Raise ``timeout``. Run the task again."),
        "rate_limited": (
            "The service refused requests because there were too many (429), for longer than the task may wait.",
            "Run the task later, or raise ``time_limit``. Lower ``concurrency`` if other jobs use the same token.",
        ),
        "server_error": (
            "The service has a problem (status 500 and above), also after several retries.",
            "Run the task later. The next run completes what was interrupted.",
        ),
        "redirect": (
            "The server redirects to another address. The collection does not send the token to another host.",
            "Set ``api_url`` to the final address.",
        ),
        "bad_request": (
            "The service rejected the request (400 and other client errors). The message quotes its reason.",
            "Correct the value that the message quotes.",
        ),
        "invalid_response": (
            "The response is not what the API documents, for example an HTML page of a proxy.",
            "Check ``api_url``, and whether a proxy responds instead of the service.",
        ),
        "storage": (
            "The storage behind an upload or download URL rejected the request.",
            "Run the task again. If it fails again, check whether a proxy changes requests.",
        ),
        "signed_url_expired": (
            "An upload or download URL expired before the transfer ended, also after it was renewed.",
            "The transfer is too slow, or the clock of the machine is wrong.",
        ),
        "checksum": (
            "A downloaded file does not have the declared ``checksum``. The file at ``dest`` was not changed.",
            "Check ``checksum``, and that the artifact is the right one.",
        ),
        "no_effect": (
            "The service accepted a request, but the change is not there.",
            "Run the task again. Report it to the operator of the service if it persists.",
        ),
        "service": ("The service reported an error of no other kind.", "Read the message."),
    },
    "Rejected before any change": {
        "one_way_flag": (
            "Protection cannot be removed, and ``is_expose`` of a protected file cannot be changed.",
            "Leave the flag out. To get an unprotected file, delete it first (``state: absent``).",
        ),
        "unchangeable": (
            "The API cannot set this property of a file that exists, such as the alias of a keystore.",
            "Set ``src`` to upload the file again, or change the property on the website.",
        ),
        "changed_name": (
            "The service would store the file under another name, so the next run would not find it.",
            "Set ``name`` to the name in the message.",
        ),
        "duplicates": (
            "Several files, artifacts, apps or keys have the same name, and more than one may be wanted.",
            "Set ``slug`` or ``id``. For signing files, ``duplicates: remove`` keeps the declared one.",
        ),
        "unverifiable": (
            "The content of a protected file cannot be compared, and ``on_unverifiable`` is ``fail``.",
            "``replace`` uploads the declared file, ``trust`` and ``warn`` keep the one in the app.",
        ),
        "missing_file": (
            "The app has no such file, and the task has no content to upload.",
            "Set ``src`` or ``content``, or correct ``name`` or ``slug``.",
        ),
        "backup": (
            "``backup_required`` is set, and a file that would be deleted cannot be saved.",
            "Protected files cannot be downloaded. Leave ``backup_required`` out for them.",
        ),
        "env_key": (
            "A replaced keystore would lose the key by which builds refer to it.",
            "Set ``keystore_name`` to accept another key, or ``replace_order: delete_first`` to keep it.",
        ),
        "max_purge": (
            "The purge would delete more files of an app than ``max_purge``.",
            "Check that the declaration is complete, or raise ``max_purge``.",
        ),
        "max_purge_total": (
            "The purge would delete more files of all apps together than ``max_purge_total``.",
            "Check that inventory and declarations are complete, or raise ``max_purge_total``.",
        ),
        "max_artifacts": (
            "More artifacts would change than ``max_artifacts``.",
            "Review them in check mode with a higher limit, then raise the limit.",
        ),
        "not_installable": (
            "This type of artifact has no public install page.",
            "Leave ``is_public_page_enabled`` out.",
        ),
        "other_artifact": (
            "The file at ``dest`` is another artifact of the same build.",
            "Use another ``dest`` for each artifact, or a directory. ``force: true`` replaces the file.",
        ),
        "refused": ("The request is not allowed for another reason.", "Read the message."),
    },
    "The course of a run": {
        "concurrent_change": (
            "Another run or person changes the same file at the same time.",
            "Run the task again when the other run has ended.",
        ),
        "unclear_outcome": (
            "A request that must not be repeated, such as a trigger, got no response. It may have had an effect.",
            "Check on the service. The message says what is known.",
        ),
        "time_limit": (
            "The task reached its ``time_limit``.",
            "Run the task again to continue, or raise ``time_limit``.",
        ),
        "wait_timeout": (
            "The task waited for a build or its log, and ``wait_timeout`` was over.",
            "The build continues. Raise ``wait_timeout``.",
        ),
        "build_failed": (
            "The build that the task waited for failed or was aborted.",
            "Read its log, for example with :ansplugin:`mobileops.ci.bitrise_build_log#module`.",
        ),
        "not_done": (
            "The task stopped before it completed this app. The app of the first error has the cause.",
            "Run the task again.",
        ),
        "several": (
            "Several apps failed, for different causes.",
            "See ``apps`` in the result: each failed app has an ``error`` of its own.",
        ),
        "bug": ("The collection has a bug. Other apps were processed.", "Report it with the traceback."),
        "error": ("An error of no other kind.", "Read the message."),
    },
    "PhoneGap Build": {
        "immutable": (
            "The service cannot change how an app or key was created.",
            "Delete it and create it again, or create a key with another title.",
        ),
        "locked_key": (
            "A locked key cannot be chosen for an app.",
            "Set its passwords in ``keys``, or unlock it with :ansplugin:`mobileops.ci.phonegap_key#module`.",
        ),
        "needs_key": (
            "A platform needs a signing key, and the app has none.",
            "Choose one with ``keys`` of :ansplugin:`mobileops.ci.phonegap_app#module`.",
        ),
        "no_package": ("There is no package to download for this platform.", "Build the app first."),
        "owner": ("The owner of an app cannot be changed or removed.", "Remove the task for this person."),
        "pending": (
            "An invitation that was not accepted cannot be changed or removed.",
            "Wait until the person has registered.",
        ),
    },
}

_HEAD = """\
.. Copyright (c) 2026, the mobileops.ci contributors
.. GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
.. SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.mobileops.ci.docsite.troubleshooting:

Troubleshooting by error.kind
=============================

If a task fails, its result has a message in ``msg`` and the kind of the error in ``error.kind``. Kinds are stable, so
playbooks can branch on them. Messages may change. ``error`` also has ``status``, ``method``, ``path``, ``request_id``
of the request, or ``null``. Ansible itself rejects an option of a wrong type, without ``error``.

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

       - name: Say so
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
    for title, kinds in KINDS.items():
        parts.append(_TABLE.format(title=title, line="-" * len(title)))
        parts += [
            f"   * - ``{kind}``\n     - {meaning}\n     - {remedy}\n" for kind, (meaning, remedy) in kinds.items()
        ]
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
        # RefusedError(..., kind="verify"), or CiError(message, **{"kind": "several", **common})
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
    if isinstance(node, ast.IfExp):
        return _texts(node.body, constants) + _texts(node.orelse, constants)
    text = node.value if isinstance(node, ast.Constant) else constants.get(_name(node))
    return [text] if isinstance(text, str) else []


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

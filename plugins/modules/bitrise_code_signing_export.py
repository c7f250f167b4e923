#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.adopt.entry.CODE_SIGNING_EXPORT."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_code_signing_export
short_description: Write down the signing files that apps on Bitrise have, as a declaration
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Writes, for each app, the variables of the role P(mobileops.ci.code_signing#role) that say what the app has at the
    moment, and the files themselves where the service gives their bytes. So an existing fleet can be taken over; a
    rollout right after it changes nothing but uploads that were never completed, which it removes where they are in the
    way of a declared file.
  - Runs on the controller unless it is told otherwise. With a vault secret at hand (C(--ask-vault-pass), C(--vault-id))
    files, passwords and aliases are written encrypted with ansible-vault, as C(ansible-vault encrypt) would do it.
    Without one, files are written as they are and passwords are not written at all; what has to be filled in is said.
    There is none where it runs as a module, that is with O(run_in=target), another connection, become or async.
  - A protected file cannot be downloaded. It is declared by its name and its flags, so that a rollout leaves it alone.
  - Of several files of one name, each is declared by its slug besides. An upload that was never completed is not
    declared; one that has the name of a declared file (or its key, where that is declared) is removed by the next
    rollout, which is said.
  - Nothing on the service is changed.
options:
  apps:
    description:
      - The apps. An entry is the slug of an app, or a dict with the slug and with the name of its host.
    type: list
    elements: dict
    required: true
    suboptions:
      app_slug:
        description: Slug of the app.
        type: str
        required: true
      host:
        description:
          - Name of the host in the inventory that stands for the app. The default is the slug.
          - A name that is no name for a folder, such as V(../shop), is refused.
        type: str
  dest:
    description:
      - Folder to write to, in general that of the inventory. The variables go to C(host_vars/HOST/code_signing.yml) and
        the files to C(files/code_signing/APP/), which is where the role looks for them. All of it has mode 0600.
      - A file such as C(host_vars/HOST.yml) would no longer be read beside a folder of that name, so it is refused.
    type: path
    required: true
  force:
    description:
      - Write anew what has been written for an app before. By default an app that has its variables is left alone, so
        that a run which was stopped can be run again.
    type: bool
    default: false
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._transport
  - mobileops.ci._transport.concurrency
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
attributes:
  check_mode:
    support: full
    details:
      - In check mode no file is downloaded, so only the real run can come upon a file that is not protected and of
        which the service gives no bytes all the same, or one that is itself encrypted with ansible-vault. That one
        becomes part of the variables instead of a file.
  diff_mode:
    support: full
    details:
      - The diff names the files that are written, and nothing of what is in them.
  idempotent:
    support: partial
    details:
      - Not with O(force=true).
seealso:
  - module: mobileops.ci.bitrise_code_signing
"""

EXAMPLES = r"""
- name: Write down what two apps have, beside the inventory
  mobileops.ci.bitrise_code_signing_export:
    api_token: "{{ bitrise_token }}"
    apps:
      - app_slug: 93f256e365d929d3
        host: Shop
      - app_slug: f46e89061e967f27
        host: Bank
    dest: "{{ inventory_dir }}"
  register: adopted

- name: Say what has to be filled in
  ansible.builtin.debug:
    msg: "{{ adopted.apps['93f256e365d929d3'].missing }}"
"""

RETURN = r"""
apps:
  description: What came of each app, by its slug.
  returned: when the options are usable
  type: dict
  contains:
    changed:
      description: Whether something was written (in check mode, would be).
      type: bool
    host:
      description: Name of the host.
      type: str
    path:
      description: Path of the variables.
      type: str
    actions:
      description: What was written, as in RV(actions).
      type: list
      elements: dict
    missing:
      description:
        - What is not in the declaration, and what has to be filled in, in whole sentences. They are at the top of the
          variables too.
        - Of an app that is left alone, those that are still there.
      type: list
      elements: str
    error:
      description: V(null), or C(msg) and the keys of RV(error).
      type: dict
    diff:
      description: What is written, as C(before), which is empty, and C(after), by path.
      type: dict
encrypted:
  description: Whether there is a vault secret to encrypt with.
  returned: when the options are usable
  type: bool
summary:
  description: The run in numbers.
  returned: when the options are usable
  type: dict
  contains:
    apps:
      description: Number of apps.
      type: int
    changed:
      description: Number of apps for which something was written.
      type: int
    failed:
      description: Number of apps that failed.
      type: int
    files:
      description: Number of files that were written, without the variables.
      type: int
actions:
  description: What was written (in check mode, would be), in order of the apps.
  returned: when the options are usable
  type: list
  elements: dict
  contains:
    action:
      description: Always V(write).
      type: str
    kind:
      description: Kind of the file, for example V(build_certificate), or V(declaration) for the variables.
      type: str
    app_slug:
      description: Slug of the app.
      type: str
    slug:
      description: Slug of the file on the service. V(null) for the variables.
      type: str
    name:
      description: Name of the file on the service.
      type: str
    path:
      description: Path that is written.
      type: str
error:
  description: What kind of error it was. Keys that do not apply are V(null).
  returned: failure, unless an option is of the wrong form
  type: dict
  contains:
    kind:
      description:
        - What went wrong, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit),
          V(option) or V(local_file).
      type: str
    status:
      description: HTTP status of the answer.
      type: int
    method:
      description: HTTP method of the request.
      type: str
    path:
      description: Path of the request below O(api_url). V(null) for a signed URL.
      type: str
    request_id:
      description: The identifier that the service gave the request.
      type: str
"""

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.entry import CODE_SIGNING_EXPORT
from ansible_collections.mobileops.ci.plugins.module_utils._module import run_module


def main() -> None:
    run_module(CODE_SIGNING_EXPORT)


if __name__ == "__main__":
    main()

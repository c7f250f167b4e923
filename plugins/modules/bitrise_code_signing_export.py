#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_code_signing_export."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_code_signing_export
short_description: Write the signing files of apps on Bitrise as a declaration
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Writes variables of the role P(mobileops.ci.code_signing#role) that declare the current files of each app. Also
    writes the files themselves if Bitrise returns their content. Use it to adopt an existing fleet.
  - A rollout right after the export does not change anything, except that it deletes leftovers of interrupted uploads
    with the name or key of a declared file.
  - Writes a file that several apps have only once, to C(files/code_signing/shared/).
  - Declares files that all hosts of a group have only once, in the variables of the group. See O(groups).
  - With a vault secret (C(--ask-vault-pass), C(--vault-id)), a task in the controller encrypts files, passwords and
    aliases with ansible-vault.
  - Without a vault secret, and in a task that runs as a module, the module does not encrypt files, does not write
    passwords, and issues a warning. The result lists the values that you have to add. See O(run_in) for the tasks that
    run as a module. On macOS, set O(run_in=controller).
  - Bitrise does not return the content of a protected file. The module declares it by name and flags, so that a rollout
    does not change it.
  - If an app has several files with the same name, the module declares each by its slug. It does not declare leftovers
    of interrupted uploads.
  - The module does not change anything on Bitrise.
options:
  apps:
    description:
      - Apps to export. Each entry is the slug of an app, or a dictionary.
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
          - Name of the host of the app in the inventory. The default is the slug.
          - The name must be usable as the name of a folder.
        type: str
      declares:
        description:
          - Variables of the role that the host already gets from another source, for example from variables of a group.
          - The module overrides them in the variables of the host. It writes an empty list if the app has no such file.
        type: list
        elements: str
        choices: [code_signing_certificates, code_signing_profiles, code_signing_keystores, code_signing_project_files]
        default: []
  groups:
    description:
      - Groups of the inventory with the names of their hosts, as in the variable C(groups).
      - If all hosts of a group have the same files of a kind, the module declares them in the variables of the group.
        It does not use a group that has other hosts, or whose variables are in a file such as C(group_vars/GROUP.yml).
      - If omitted, each host gets a declaration of its own.
    type: dict
    version_added: 1.0.0
  dest:
    description:
      - Folder to write to, usually the folder of the inventory.
      - The module writes variables to C(host_vars/HOST/code_signing.yml) and C(group_vars/GROUP/code_signing.yml). It
        writes files to C(files/code_signing/APP/) and C(files/code_signing/shared/), where the role finds them. All of
        them have mode 0600.
      - An app fails if a file such as C(host_vars/HOST.yml) exists, because ansible-core would no longer read it.
    type: path
    required: true
  force:
    description:
      - Whether to replace existing declarations. By default, the module skips an app whose variables exist, so that you
        can repeat an interrupted run.
    type: bool
    default: false
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._transport
  - mobileops.ci._transport.concurrency
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
requirements:
  - PyYAML (Python library on the host that runs the module)
attributes:
  check_mode:
    support: full
    details:
      - Check mode downloads a file only if the download decides whether apps share it. So only a real run finds
        unprotected files whose content Bitrise does not return. Only a real run finds files that are themselves
        encrypted with ansible-vault, which become part of the variables.
  diff_mode:
    support: full
    details:
      - The diff shows the names of written files. It does not show their content.
  idempotent:
    support: partial
    details:
      - Not with O(force=true).
seealso:
  - module: mobileops.ci.bitrise_code_signing
"""

EXAMPLES = r"""
- name: Export two apps to the folder of the inventory
  mobileops.ci.bitrise_code_signing_export:
    api_token: "{{ bitrise_token }}"
    apps:
      - app_slug: 93f256e365d929d3
        host: Shop
      - app_slug: f46e89061e967f27
        host: Bank
    groups: "{{ groups }}"
    dest: "{{ inventory_dir }}"
  register: adopted

- name: Show the values that you have to add
  ansible.builtin.debug:
    var: adopted.notes
"""

RETURN = r"""
apps:
  description: Result of each app, by its slug.
  returned: when the options are valid
  type: dict
  contains:
    changed:
      description: V(true) if files were written for this app. In check mode, V(true) if they would be written.
      type: bool
      sample: true
    host:
      description: Name of the host.
      type: str
      sample: Shop
    path:
      description: Path of the variables.
      type: str
      sample: /srv/fleet/host_vars/Shop/code_signing.yml
    actions:
      description: Files written for this app only, with the keys of RV(actions).
      type: list
      elements: dict
      sample: [{action: write, kind: declaration, path: /srv/fleet/host_vars/Shop/code_signing.yml}]
    missing:
      description:
        - Values that the declaration does not contain, one sentence for each file. The variables contain the same
          sentences as comments.
        - For a skipped app, the comments that its variables still contain.
      type: list
      elements: str
      sample: ["build certificate dist.p12: Bitrise does not return its certificate_password."]
    error:
      description: Error of this app, with C(msg) and the keys of RV(error). V(null) for an app without an error.
      type: dict
      sample: {msg: 'Could not list the builds: there is no such app.', kind: not_found, status: 404}
    diff:
      description: Kind and name of the written files, by path, as C(before) and C(after). C(before) is empty.
      type: dict
      sample:
        before: {}
        after:
          /srv/fleet/host_vars/Shop/code_signing.yml: {kind: declaration, name: code_signing.yml}
groups:
  description: Groups that declare files of all their hosts, by name.
  returned: when the options are valid
  type: dict
  sample:
    owner_acme: {path: /srv/fleet/group_vars/owner_acme/code_signing.yml, variables: [code_signing_certificates]}
notes:
  description: Values that the declarations do not contain, by cause.
  returned: when the options are valid
  type: list
  elements: dict
  contains:
    cause:
      description: Cause and remedy.
      type: str
      sample: Bitrise does not return its certificate_password.
    files:
      description: Names of the hosts, by file.
      type: dict
      sample: {build certificate dist.p12: [Shop, Bank]}
encrypted:
  description: V(true) if the task runs in the controller and there is a vault secret, so that the module encrypts.
  returned: when the options are valid
  type: bool
  sample: true
summary:
  description: Totals of the task.
  returned: when the options are valid
  type: dict
  contains:
    apps:
      description: Number of apps.
      type: int
      sample: 60
    changed:
      description: Number of apps for which files were written.
      type: int
      sample: 60
    failed:
      description: Number of apps that failed.
      type: int
      sample: 0
    files:
      description: Number of written files, without files of variables.
      type: int
      sample: 64
    shared_files:
      description: Number of written files that several apps share.
      type: int
      sample: 4
    groups:
      description: Number of groups that declare files of all their hosts.
      type: int
      sample: 1
actions:
  description: Files written. In check mode, the files that would be written.
  returned: when the options are valid
  type: list
  elements: dict
  contains:
    action:
      description: Always V(write).
      type: str
      sample: write
    kind:
      description: Kind of the file, for example V(build_certificate), or V(declaration) for variables.
      type: str
      sample: declaration
    app_slug:
      description: Slug of the app. V(null) for a file that several apps share.
      type: str
      sample: 93f256e365d929d3
    slug:
      description: Slug of the file on Bitrise. V(null) for variables, and for a file that several apps share.
      type: str
      sample: 4d6a1c0b7e9f2358
    name:
      description: Name of the file on Bitrise.
      type: str
      sample: distribution.p12
    path:
      description: Path of the file.
      type: str
      sample: /srv/fleet/host_vars/Shop/code_signing.yml
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(local_file) or V(several).
        - See R(the troubleshooting guide,ansible_collections.mobileops.ci.docsite.troubleshooting) for all kinds.
      type: str
      sample: not_found
    status:
      description: HTTP status of the response.
      type: int
      sample: 404
    method:
      description: HTTP method of the request.
      type: str
      sample: GET
    path:
      description: Path of the request below O(api_url). V(null) for a signed URL.
      type: str
      sample: /apps/93f256e365d929d3/builds
    request_id:
      description: Identifier that the service gave the request.
      type: str
      sample: 8f0c1c1e
"""

from ..module_utils._bitrise.adopt.code_signing_export import CODE_SIGNING_EXPORT
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(CODE_SIGNING_EXPORT)


if __name__ == "__main__":
    main()

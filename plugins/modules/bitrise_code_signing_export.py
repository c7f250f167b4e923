#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module. module_utils._bitrise.adopt.module.CODE_SIGNING_EXPORT does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_code_signing_export
short_description: Write the signing files of apps on Bitrise as a declaration
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Writes the variables of the role P(mobileops.ci.code_signing#role) that declare the files that each app has, and the
    files themselves where Bitrise returns their content. Use it to adopt an existing fleet.
  - A rollout right after it changes nothing, except for uploads that were never completed. The rollout removes those
    that have the name or key of a declared file.
  - Writes a file that several apps have once, to C(files/code_signing/shared/).
  - Declares what all hosts of a group have once, in the variables of the group. See O(groups).
  - With a vault secret (C(--ask-vault-pass), C(--vault-id)), files, passwords and aliases are encrypted with
    ansible-vault. Without one, files are not encrypted, and passwords are not written. The module reports what you have
    to add. There is no vault secret where the task runs as a module, that is with O(run_in=target), another connection,
    become or async.
  - Bitrise does not return the content of a protected file. It is declared by its name and its flags, so that a rollout
    does not change it.
  - Of several files of one name, each is declared by its slug. An upload that was never completed is not declared.
  - Does not change anything on Bitrise.
options:
  apps:
    description:
      - The apps. An entry is the slug of an app, or a dict.
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
          - Variables of the role that the host already has from elsewhere, for example from variables of a group.
          - The module overrides them in the variables of the host, with an empty list if the app has no such file.
        type: list
        elements: str
        choices: [code_signing_certificates, code_signing_profiles, code_signing_keystores, code_signing_project_files]
        default: []
  groups:
    description:
      - Groups of the inventory, with the names of all hosts of each, as in the variable C(groups).
      - If all hosts of a group have the same files of a kind, the group declares them. A group is not used if it has
        other hosts, or if its variables are in a file such as C(group_vars/GROUP.yml).
      - Without groups, each host has a declaration of its own.
    type: dict
  dest:
    description:
      - Folder to write to, usually that of the inventory. Variables are written to C(host_vars/HOST/code_signing.yml)
        and C(group_vars/GROUP/code_signing.yml), files to C(files/code_signing/APP/) and
        C(files/code_signing/shared/), where the role finds them. Their mode is 0600.
      - The app fails if there is a file such as C(host_vars/HOST.yml), because ansible-core would no longer read it.
    type: path
    required: true
  force:
    description:
      - Whether to replace existing declarations. By default, the module does not change an app that has its variables,
        so that you can repeat a run that was interrupted.
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
      - Check mode downloads a file only if the download decides whether apps share it. So only a real run finds files
        whose content Bitrise does not return although they are not protected, and files that are themselves encrypted
        with ansible-vault, which become part of the variables.
  diff_mode:
    support: full
    details:
      - The diff names the files that are written. It does not show their content.
  idempotent:
    support: partial
    details:
      - Not with O(force=true).
seealso:
  - module: mobileops.ci.bitrise_code_signing
"""

EXAMPLES = r"""
- name: Write what two apps have, beside the inventory
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

- name: Show what has to be added
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
      description: Whether something was written for this app. In check mode, whether it would be written.
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
      description: What was written for this app only, as in RV(actions).
      type: list
      elements: dict
    missing:
      description:
        - What the declaration does not contain, one sentence for each file. The variables have the same as comments.
        - If the app was not changed, the comments that are still there.
      type: list
      elements: str
      sample: ["build certificate dist.p12: Bitrise does not return its certificate_password."]
    error:
      description: V(null), or C(msg) and the keys of RV(error).
      type: dict
    diff:
      description: Written files, as C(before), which is empty, and C(after), by path.
      type: dict
groups:
  description: Groups that declare what all their hosts have, by name.
  returned: when the options are valid
  type: dict
  sample:
    owner_acme: {path: /srv/fleet/group_vars/owner_acme/code_signing.yml, variables: [code_signing_certificates]}
notes:
  description: What the declarations do not contain, by cause.
  returned: when the options are valid
  type: list
  elements: dict
  contains:
    cause:
      description: The cause, and what to do.
      type: str
      sample: Bitrise does not return its certificate_password.
    files:
      description: Names of the hosts, by file.
      type: dict
      sample: {build certificate dist.p12: [Shop, Bank]}
encrypted:
  description: Whether there is a vault secret to encrypt with.
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
      description: Number of apps for which something was written.
      type: int
      sample: 60
    failed:
      description: Number of apps that failed.
      type: int
      sample: 0
    files:
      description: Number of files that were written, without variables.
      type: int
      sample: 64
    shared_files:
      description: How many of these files several apps share.
      type: int
      sample: 4
    groups:
      description: Number of groups that declare what all their hosts have.
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

from ..module_utils._bitrise.adopt.module import CODE_SIGNING_EXPORT
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(CODE_SIGNING_EXPORT)


if __name__ == "__main__":
    main()

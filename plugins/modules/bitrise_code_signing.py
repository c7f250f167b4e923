#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.fleet.module.CODE_SIGNING."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_code_signing
short_description: Manage the signing files of many apps on Bitrise in one task
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Reconciles the build certificates, provisioning profiles, Android keystores and project files of many apps against
    one declaration, several apps at a time, over connections that are kept open.
  - The task plans each app completely before it changes anything in the app. It uploads all new files before it deletes
    any file that they replace, so that an app with a certificate and profiles that fit always has such a pair.
  - A run that was interrupted is finished by the next one, on any machine. The task keeps no state outside of the
    service.
  - An app that fails does not stop the others. The task fails at the end and names the apps that failed.
  - Commonly used options are O(apps), O(build_certificates), O(provisioning_profiles), O(android_keystores),
    O(project_files), O(purge) and O(digest_cache). Commonly used keys of a file are C(src), C(name), C(is_protected),
    C(certificate_password) of a certificate, C(alias) and C(password) of a keystore, and C(user_env_key) of a project
    file. The other options have defaults that rarely need a change.
options:
  apps:
    description:
      - The apps. An entry is the slug of an app, or a dict with the slug and with files that are declared for this
        app in addition to the common ones.
    type: list
    elements: dict
    required: true
    suboptions:
      app_slug:
        description: Slug of the app.
        type: str
        required: true
      provisioning_profiles: &provisioning_profiles
        description: Provisioning profiles. Left out, the profiles of the app are left alone.
        type: list
        elements: dict
        suboptions:
          <<: &file
            src:
              description:
                - Path to the file to upload, up to 100 MiB, searched on the controller as M(ansible.builtin.copy)
                  does it.
                - The collection decrypts a file that is encrypted with ansible-vault in memory.
                - With neither C(src) nor C(content), the task manages the flags of a file that the app has already.
              type: path
            content:
              description: The bytes of the file, base64 encoded, instead of C(src). Requires C(name).
              type: str
            name:
              description:
                - Name of the file on the service. It identifies the file within the app.
                - The default is the base name of C(src).
              type: str
            slug:
              description: Slug of one file on the service, if several have the same name.
              type: str
            is_protected:
              description:
                - Whether the file is protected, that is, can never be downloaded again.
                - Bitrise does not support removing protection, so V(false) is rejected for a protected file, in check
                  mode too.
                - If omitted, the file keeps its current setting, even if its content is replaced.
              type: bool
            is_expose:
              description:
                - Whether builds of pull requests get the file. It cannot be changed once the file is protected.
                - If omitted, the file keeps its current setting, even if its content is replaced.
              type: bool
              aliases: [is_exposed]
            on_unverifiable:
              description:
                - What to do if nothing proves that a protected file on the service has the declared content or
                  another one, see M(mobileops.ci.bitrise_provisioning_profile).
                - V(warn) keeps the file and issues a warning. V(trust) keeps it without a warning. V(replace) uploads
                  the declared file on every run. V(fail) fails.
              type: str
              choices: [warn, trust, replace, fail]
              default: warn
            duplicates:
              description:
                - What to do if the app has several files of that name and more than one of them may be wanted, see
                  M(mobileops.ci.bitrise_provisioning_profile).
                - V(fail) lists their slugs and fails. V(remove) keeps exactly one, the declared one.
              type: str
              choices: [fail, remove]
              default: fail
            backup_dir:
              description:
                - Directory where the task saves the bytes of a file, with mode 0600, before the file is replaced or
                  deleted. The service returns those of unprotected files only. The task warns about a file that it
                  could not save.
              type: path
            backup_required:
              description:
                - Fail, before anything is changed, if a file that is to be deleted cannot be saved in C(backup_dir).
              type: bool
              default: false
            force:
              description: Upload the file even if the service has the same file already.
              type: bool
              default: false
          verify: &verify
            description:
              - A look inside the file before it is sent, see M(mobileops.ci.bitrise_build_certificate). V(strict)
                refuses to send what is of no use, V(warn) says so and sends it, V(none) does not look.
              - Of no use is also a profile that embeds none of the certificates which are declared for the app with
                their content.
            type: str
            choices: [strict, warn, none]
            default: strict
      build_certificates: &build_certificates
        description: Build certificates. Left out, the certificates of the app are left alone.
        type: list
        elements: dict
        suboptions:
          <<: *file
          verify: *verify
          certificate_password:
            description:
              - Password of the PKCS#12 file. An empty string removes it.
              - If omitted, a new file gets the password of the file that it replaces. The service does not return the
                password of a protected certificate. The task then rejects a replacement, unless the new file opens
                without a password.
            type: str
          update_password:
            description:
              - V(on_change) sets the password with new content, or when the one that the service returns differs.
              - V(always) sets it with each run unless the service shows that it is set already.
            type: str
            choices: [on_change, always]
            default: on_change
      android_keystores: &android_keystores
        description:
          - Android keystores. Left out, the keystores of the app are left alone.
          - Flags of a keystore cannot be set; a value that it does not have is refused.
        type: list
        elements: dict
        suboptions:
          <<: *file
          verify: *verify
          alias:
            description:
              - Alias of the key in the keystore. Like the passwords it is given when the keystore is created; a change
                of it alone is noticed only where the service tells the one it has.
            type: str
          password:
            description: Password of the keystore.
            type: str
          private_key_password:
            description: Password of the key. Left out, a new file has C(password) for it.
            type: str
          keystore_name:
            description:
              - What the service makes the key of a keystore from, by which builds refer to it, unless it is the first
                one of the app. Letters, digits and underscores.
              - Left out, a new file gets the name of the file that it replaces, else one that is made of C(name).
            type: str
          replace_order: &replace_order
            description:
              - V(upload_first) uploads the new file before it deletes the old one. That is refused where the new file
                would get another key than the old one, see M(mobileops.ci.bitrise_android_keystore).
              - V(delete_first) deletes the old file first. The key stays, and for a moment there is no file.
            type: str
            choices: [upload_first, delete_first]
            default: upload_first
      project_files: &project_files
        description: Files in the generic file storage. Left out, the project files of the app are left alone.
        type: list
        elements: dict
        suboptions:
          <<: *file
          user_env_key:
            description:
              - Key by which builds refer to the file. Where it is given it identifies the file instead of C(name).
              - The service wants it for a new file. Left out, a new file takes over the key of the file that it
                replaces.
            type: str
          replace_order: *replace_order
  build_certificates: *build_certificates
  provisioning_profiles: *provisioning_profiles
  android_keystores: *android_keystores
  project_files: *project_files
  purge:
    description:
      - Kinds of files of which an app keeps only those that are declared. The task deletes all others after everything
        that is declared for the app is in place.
      - The task does not purge a kind for which nothing is declared, not even an empty list. It does not purge files
        of a declared name, nor unfinished uploads that are younger than an hour.
    type: list
    elements: str
    choices: [build_certificates, provisioning_profiles, android_keystores, project_files]
    default: []
  max_purge:
    description:
      - Largest number of files that O(purge) may delete in one app. The task does not change an app that exceeds it.
    type: int
    default: 10
  max_purge_total:
    description:
      - Largest number of files that O(purge) may delete in all apps together, as a number or as a percentage of the
        files that the task observes. A percentage never allows fewer files than O(max_purge).
      - If the limit is exceeded, the task fails before it changes any app. It plans all apps first if O(purge) is set.
    type: str
    default: 25%
  fail_fast:
    description:
      - Begin with no further app once one has failed. Those that are under way end with the file that they are at.
    type: bool
    default: false
  digest_cache:
    description:
      - File that keeps the digests of what lies behind the slugs of remote files, so that a later run downloads
        nothing to compare. It contains only slugs and digests. Several tasks may use it at the same time.
      - A new file gets mode 0600. The mode of an existing file does not change. Only regular files are used. A damaged
        file, or one of another form, is renamed with the suffix C(.damaged) and replaced.
      - Use V(none) or an empty value to have no cache.
      - With it, the content of a protected profile that was uploaded by such a task can be verified too.
      - If omitted, the environment variable E(MOBILEOPS_CI_DIGEST_CACHE) is used.
    type: path
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
  diff_mode:
    support: full
    details:
      - The diff has the apps that change, with names, sizes, digests and flags of their files.
  idempotent:
    support: partial
    details:
      - Not with C(force=true), not with C(on_unverifiable=replace) for a protected profile, and not with
        C(update_password=always) for a protected certificate.
notes:
  - After an answer that there were too many requests (status 429) all connections wait together.
  - If the token is refused, no further app is begun with.
seealso:
  - module: mobileops.ci.bitrise_build_certificate
  - module: mobileops.ci.bitrise_provisioning_profile
  - module: mobileops.ci.bitrise_android_keystore
  - module: mobileops.ci.bitrise_project_file
"""

EXAMPLES = r"""
- name: Roll a renewed certificate and its profile out to three apps
  mobileops.ci.bitrise_code_signing:
    api_token: "{{ bitrise_token }}"
    apps:
      - 93f256e365d929d3
      - f46e89061e967f27
      - app_slug: 8e82ac7601178f17
        provisioning_profiles:
          - src: profiles/Watch_AppStore.mobileprovision
    build_certificates:
      - src: certificates/distribution.p12
        certificate_password: "{{ vault_distribution_password }}"
        is_protected: true
    provisioning_profiles:
      - src: profiles/Shop_AppStore.mobileprovision

- name: Give Android apps their keystore and a configuration file
  mobileops.ci.bitrise_code_signing:
    api_token: "{{ bitrise_token }}"
    apps: [93f256e365d929d3, f46e89061e967f27]
    android_keystores:
      - src: keystores/release.jks
        alias: upload
        password: "{{ vault_keystore_password }}"
    project_files:
      - src: configuration/google-services.json
        user_env_key: GOOGLE_SERVICES

- name: List the apps of an organization
  mobileops.ci.bitrise_app_info:
    api_token: "{{ bitrise_token }}"
    organization_slug: e1ec3dea540bcf21
  register: found

- name: Declare the files of all apps of an organization, and delete all other profiles
  mobileops.ci.bitrise_code_signing:
    api_token: "{{ bitrise_token }}"
    apps: "{{ found.apps | map(attribute='slug') | list }}"
    provisioning_profiles:
      - src: profiles/Wildcard_Adhoc.mobileprovision
    purge: [provisioning_profiles]
    max_purge: 5
    digest_cache: ~/.cache/mobileops.ci/digests
"""

RETURN = r"""
apps:
  description: What came of each app, by its slug.
  returned: when the options are usable
  type: dict
  contains:
    changed:
      description: Whether something was done (in check mode, would be done).
      type: bool
    actions:
      description: What was done, as in RV(actions).
      type: list
      elements: dict
    error:
      description:
        - V(null), or C(msg) and the keys of RV(error). Its C(kind) is V(not_done) if the task was stopped before.
      type: dict
    files:
      description:
        - The declared files as they are now, each with C(kind), C(name), C(slug), C(sha256) (V(null) where it is not
          known), C(is_protected) and C(is_expose).
      type: list
      elements: dict
    unverified:
      description:
        - The files that were kept although their content could not be compared, with the keys of C(files). See
          C(on_unverifiable).
      type: list
      elements: dict
    diff:
      description:
        - What changes, as C(before) and C(after), by kind and name of the file. Both are empty if nothing changes.
      type: dict
summary:
  description: The run in numbers.
  returned: when the options are usable
  type: dict
  contains:
    apps:
      description: Number of apps.
      type: int
    changed:
      description: Number of apps in which something was done.
      type: int
    failed:
      description: Number of apps that failed or were not dealt with.
      type: int
    uploaded:
      description: Number of files that were uploaded.
      type: int
    updated:
      description: Number of files whose flags or password were set without an upload.
      type: int
    deleted:
      description: Number of files that were deleted.
      type: int
    unverified:
      description: Number of files that were kept although their content could not be compared.
      type: int
    requests:
      description: Number of requests that were sent, repetitions included.
      type: int
    refused:
      description: Number of requests that the service refused because of a rate limit. The module sent them again.
      type: int
      sample: 3
    waited_s:
      description: Seconds that the task waited because the service limits requests or did not respond.
      type: float
      sample: 12.5
    seconds:
      description: Duration in seconds.
      type: float
actions:
  description:
    - Actions performed, in order of the apps. In check mode, the actions that would be performed. Empty if no change is
      needed.
  returned: when the options are valid
  type: list
  elements: dict
  contains:
    action:
      description: V(upload), V(update) or V(delete).
      type: str
      sample: upload
    kind:
      description: V(build_certificate), V(provisioning_profile), V(android_keystore) or V(project_file).
      type: str
      sample: build_certificate
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    slug:
      description: Slug of the file. V(null) for an upload.
      type: str
      sample: 4d6a1c0b7e9f2358
    name:
      description: Name of the file.
      type: str
      sample: distribution.p12
    size:
      description: Size in bytes, for an upload. V(null) for other actions.
      type: int
      sample: 3218
    sha256:
      description: SHA-256 of the content in hexadecimal, for an upload. V(null) for other actions.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    changes:
      description: Values that an upload or update sets. V(null) for a deletion. Passwords are masked.
      type: dict
      sample: {is_protected: true}
    reason:
      description:
        - Reason of a deletion. V(null) for other actions. One of V(replaced), V(duplicate), V(leftover) and
          V(undeclared).
      type: str
      sample: replaced
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(local_file), V(missing_library), V(max_purge_total) or V(several).
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

from ..module_utils._bitrise.fleet.module import CODE_SIGNING
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(CODE_SIGNING)


if __name__ == "__main__":
    main()

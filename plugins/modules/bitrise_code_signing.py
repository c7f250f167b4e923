#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_code_signing."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_code_signing
short_description: Manage the signing files of many apps on Bitrise in one task
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Reconciles the build certificates, provisioning profiles, Android keystores and project files of many apps with one
    declaration. It processes several apps concurrently over keep-alive connections.
  - Commonly used options are O(apps), O(build_certificates), O(provisioning_profiles), O(android_keystores),
    O(project_files), O(purge) and O(digest_cache). Commonly used keys of a file are C(src), C(name), C(is_protected),
    C(certificate_password) of a certificate, C(alias) and C(password) of a keystore, and C(user_env_key) of a project
    file. The other options have defaults that rarely need a change.
  - The task plans each app completely before it changes anything in the app. It uploads all new files before it deletes
    any file that they replace, so that an app always has a certificate and the profiles that embed it.
  - The next run completes an interrupted run, on any machine. The task keeps no state outside of the service.
  - An app that fails does not stop the others. The task fails at the end and names the apps that failed. It also stops
    after five apps in a row have failed because of the network or the service.
options:
  apps:
    description:
      - Apps to process. Each entry is the slug of an app, or a dictionary with the slug and files that are declared for
        this app in addition to the common files.
    type: list
    elements: dict
    required: true
    suboptions:
      app_slug:
        description: Slug of the app.
        type: str
        required: true
      provisioning_profiles: &provisioning_profiles
        description: Provisioning profiles. If omitted, the task does not change profiles.
        type: list
        elements: dict
        suboptions:
          <<: &file
            src:
              description:
                - Path to the file to upload, up to 100 MiB. A signing file may have up to 1 MiB, unless C(verify) is
                  V(warn) or V(none).
                - The task searches it on the controller like M(ansible.builtin.copy).
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
                - Whether to protect the file. A protected file cannot be downloaded.
                - Bitrise does not support removing protection. The task rejects V(false) for a protected file, in
                  check mode too.
                - If omitted, the file keeps its current setting, even if its content is replaced.
              type: bool
            is_expose:
              description:
                - Whether to give the file to builds of pull requests. Bitrise does not support changing this for a
                  protected file.
                - If omitted, the file keeps its current setting, even if its content is replaced.
              type: bool
              aliases: [is_exposed]
            on_unverifiable:
              description:
                - Action if the content of a protected file cannot be compared with the declared content. See
                  M(mobileops.ci.bitrise_provisioning_profile).
                - V(warn) keeps the file and issues a warning. V(trust) keeps it without a warning. V(replace) uploads
                  the declared file on every run. V(fail) fails.
              type: str
              choices: [warn, trust, replace, fail]
              default: warn
            duplicates:
              description:
                - Action if the app has several files of this name and more than one of them may be needed. See
                  M(mobileops.ci.bitrise_provisioning_profile).
                - V(fail) lists their slugs and fails. V(remove) keeps only the declared file.
              type: str
              choices: [fail, remove]
              default: fail
            backup_dir:
              description:
                - Folder where the task saves the content of a file before it replaces or deletes the file. Copies have
                  mode 0600.
                - Bitrise returns the content of unprotected files only. The task issues a warning about a file that it
                  cannot save.
              type: path
            backup_required:
              description:
                - Whether to fail before any change if a file to replace or delete cannot be saved in C(backup_dir).
              type: bool
              default: false
            force:
              description: Whether to upload the file even if it is in sync.
              type: bool
              default: false
          verify: &verify
            description:
              - How to validate the file before the upload. See M(mobileops.ci.bitrise_build_certificate).
              - V(strict) rejects an unusable file. V(warn) issues a warning and uploads it. V(none) does not validate.
              - A profile is also unusable if it does not embed any of the certificates that the app declares with their
                content. If the task deletes a certificate, this also applies to declared profiles that the app already
                has. It is a warning if the app keeps certificates that are not declared.
            type: str
            choices: [strict, warn, none]
            default: strict
      build_certificates: &build_certificates
        description: Build certificates. If omitted, the task does not change certificates.
        type: list
        elements: dict
        suboptions:
          <<: *file
          verify: *verify
          certificate_password:
            description:
              - Password of the PKCS#12 file. An empty string removes it.
              - If omitted, a new file gets the password of the file that it replaces. Bitrise does not return the
                password of a protected certificate. The task then rejects a replacement, unless the new file opens
                without a password.
            type: str
          update_password:
            description:
              - V(on_change) sets the password with new content, or if the password that Bitrise returns differs.
              - V(always) sets it on every run, unless Bitrise returns the same password.
            type: str
            choices: [on_change, always]
            default: on_change
      android_keystores: &android_keystores
        description:
          - Android keystores. If omitted, the task does not change keystores.
          - The API cannot set flags of a keystore. The task rejects a value that the keystore does not have.
        type: list
        elements: dict
        suboptions:
          <<: *file
          verify: *verify
          alias:
            description:
              - Alias of the key in the keystore. Bitrise accepts it only with an upload. If only the alias or a
                password changes, the task detects that only if Bitrise reports the current value.
            type: str
          password:
            description: Password of the keystore.
            type: str
          private_key_password:
            description: Password of the key. The default is C(password).
            type: str
          keystore_name:
            description:
              - Name from which Bitrise makes the key of the keystore, by which builds refer to it. The first keystore
                of an app does not need it. The name consists of letters, digits and underscores.
              - If omitted, a new file gets the name of the file that it replaces, or otherwise a name made from
                C(name).
            type: str
          replace_order: &replace_order
            description:
              - V(upload_first) uploads the new file before it deletes the old file. The task rejects that if the new
                file would get another key, see M(mobileops.ci.bitrise_android_keystore).
              - V(delete_first) deletes the old file first. The key does not change, but the app has no file for a
                moment.
            type: str
            choices: [upload_first, delete_first]
            default: upload_first
      project_files: &project_files
        description: Project files. If omitted, the task does not change project files.
        type: list
        elements: dict
        suboptions:
          <<: *file
          user_env_key:
            description:
              - Key by which builds refer to the file. If set, it identifies the file instead of C(name).
              - Required for a new file. If omitted, a new file gets the key of the file that it replaces.
            type: str
          replace_order: *replace_order
  build_certificates: *build_certificates
  provisioning_profiles: *provisioning_profiles
  android_keystores: *android_keystores
  project_files: *project_files
  purge:
    description:
      - Kinds of files to purge. The task deletes undeclared files of these kinds after all declared files of the app
        are in sync.
      - The task does not purge a kind that the app does not declare. An empty list declares that the app has no file of
        the kind. The task does not purge files with a declared name, or leftovers that are younger than an hour.
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
    version_added: 1.0.0
    default: 25%
  fail_fast:
    description:
      - Whether to start no further app after one has failed. Apps in progress stop after their current file.
    type: bool
    default: false
  digest_cache:
    description:
      - File that stores the digests of remote files by slug, so that a later run does not download them to compare. It
        contains only slugs and digests. Several tasks may use it at the same time.
      - With the cache, the task can also compare a protected profile that a task with the same cache uploaded.
      - A new file gets mode 0600. The mode of an existing file does not change. Only regular files are used. The task
        renames a damaged file with the suffix C(.damaged) and replaces it.
      - V(none) or an empty value disables the cache.
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
      - The diff shows the apps that change, with names, sizes, digests and flags of their files.
  idempotent:
    support: partial
    details:
      - Not with C(force=true), not with C(on_unverifiable=replace) for a protected profile, and not with
        C(update_password=always) for a protected certificate.
notes:
  - After a response with the status 429 (too many requests), all connections wait together.
  - If the service refuses the token, or if five apps in a row have failed because of the network or the service, the
    task does not start any further app. RV(error.kind) of these apps is V(not_done).
seealso:
  - module: mobileops.ci.bitrise_build_certificate
  - module: mobileops.ci.bitrise_provisioning_profile
  - module: mobileops.ci.bitrise_android_keystore
  - module: mobileops.ci.bitrise_project_file
"""

EXAMPLES = r"""
- name: Roll out a renewed certificate and its profile to three apps
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
  description: Result of each app, by its slug.
  returned: when the options are valid
  type: dict
  contains:
    changed:
      description: V(true) if the app was changed. In check mode, V(true) if it would be changed.
      type: bool
      sample: true
    actions:
      description: Actions performed for this app, with the keys of RV(actions).
      type: list
      elements: dict
      sample: [{action: upload, kind: build_certificate, name: distribution.p12}]
    error:
      description:
        - Error of this app, with C(msg) and the keys of RV(error). V(null) for an app without an error.
        - The C(kind) is V(not_done) if the task stopped before it completed the app.
      type: dict
      sample: {msg: 'Could not list the builds: there is no such app.', kind: not_found, status: 404}
    files:
      description:
        - Declared files after the task, with C(kind), C(name), C(slug), C(sha256), C(is_protected) and C(is_expose).
          C(sha256) is V(null) if it is not known.
      type: list
      elements: dict
      sample: [{kind: build_certificate, name: distribution.p12, slug: 4d6a1c0b7e9f2358, is_protected: true}]
    unverified:
      description:
        - Files that the task kept although it could not compare their content, with the keys of C(files). See
          C(on_unverifiable).
      type: list
      elements: dict
      sample: []
    diff:
      description:
        - Changes of the app, as C(before) and C(after), by kind and name of the file. Both are empty if nothing
          changes.
      type: dict
      sample: {before: {}, after: {build_certificates: {distribution.p12: {size: 3218}}}}
summary:
  description: Counts over all apps of the task.
  returned: when the options are valid
  type: dict
  contains:
    apps:
      description: Number of apps.
      type: int
      sample: 60
    changed:
      description: Number of apps that were changed.
      type: int
      sample: 2
    failed:
      description: Number of apps that failed or that the task did not process.
      type: int
      sample: 0
    uploaded:
      description: Number of uploaded files.
      type: int
      sample: 4
    updated:
      description: Number of files whose flags or password the task changed without an upload.
      type: int
      sample: 1
    deleted:
      description: Number of deleted files.
      type: int
      sample: 2
    unverified:
      description: Number of files that the task kept although it could not compare their content.
      type: int
      sample: 0
    leftovers:
      description:
        - Number of unfinished uploads of declared names that the task left, because another run may still have them in
          progress. A run deletes them once they are an hour old. Apps that failed in the plan do not count.
      type: int
      sample: 0
    requests:
      description: Number of requests that the task sent, including retries.
      type: int
      sample: 182
    refused:
      description: Number of requests that the service refused because of a rate limit. The module sent them again.
      type: int
      sample: 3
    waited_s:
      description: Seconds that the task waited because the service limits requests or did not respond.
      type: float
      sample: 12.5
    seconds:
      description: Duration of the task in seconds.
      type: float
      sample: 3.2
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

from ..module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(CODE_SIGNING)


if __name__ == "__main__":
    main()

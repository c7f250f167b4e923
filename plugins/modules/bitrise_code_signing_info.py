#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_code_signing_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_code_signing_info
short_description: Inspect the signing files of many apps on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists and inspects the signing files of many apps concurrently. Reports files that have expired or expire soon, that
    are unpaired, that are unusable, or that cannot be inspected.
  - Commonly used options are O(apps), O(kinds), O(expires_within) and O(digest_cache).
  - The module downloads a file that several apps have only once, if Bitrise reports its digest or O(digest_cache)
    contains it. It does not write files to the disk. Results do not contain keys, passwords or contents of files.
  - A protected file cannot be downloaded. Bitrise reports the expiry date of a protected certificate.
  - If the files of an app cannot be listed, the module issues a warning and adds the app to RV(unreadable). It fails
    only if this happens for all apps.
options:
  apps:
    description:
      - Apps to inspect. Each entry is the slug of an app, or a dictionary with the slug, and with title and owner for
        the results.
      - If omitted, all apps that the token can access, without disabled apps.
      - The list must not be empty or contain an app twice.
    type: list
    elements: dict
    suboptions:
      app_slug:
        description:
          - Slug of the app.
        type: str
        required: true
      title:
        description:
          - Title of the app, for the results.
        type: str
      owner:
        description:
          - Name of the organization or user that owns the app, for the results.
        type: str
  kinds:
    description:
      - Kinds of files to list. Each kind takes one request per app. The module does not inspect project files.
    type: list
    elements: str
    choices: [build_certificates, provisioning_profiles, android_keystores, project_files]
    default: [build_certificates, provisioning_profiles, android_keystores]
  expires_within:
    description:
      - Number of days. RV(expiring) lists files that expire within this time.
    type: int
    default: 30
  digest_cache:
    description:
      - File that stores the digests of remote files by slug. M(mobileops.ci.bitrise_code_signing) can use the same
        file. With the cache, the module downloads a profile that several apps have only once.
      - It contains only slugs and digests. A new file gets mode 0600. Check mode does not change it.
      - V(none) or an empty value disables the cache.
      - If omitted, the environment variable E(MOBILEOPS_CI_DIGEST_CACHE) is used.
    type: path
requirements:
  - cryptography
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._transport
  - mobileops.ci._transport.concurrency
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
  - mobileops.ci._attributes.bitrise
seealso:
  - module: mobileops.ci.signing_file_info
  - module: mobileops.ci.bitrise_code_signing
"""

EXAMPLES = r"""
- name: Find files that expire within six weeks in all apps that the token can access
  mobileops.ci.bitrise_code_signing_info:
    api_token: "{{ bitrise_token }}"
    expires_within: 42
  register: signing

- name: Show them
  ansible.builtin.debug:
    msg: "{{ item.app_title }}: {{ item.name }}: {{ item.reason }}"
  loop: "{{ signing.expired + signing.expiring }}"
  loop_control:
    label: "{{ item.name }}"

- name: Inspect profiles and certificates of all hosts of the inventory plugin in one task
  mobileops.ci.bitrise_code_signing_info:
    api_token: "{{ bitrise_token }}"
    apps: "{{ ansible_play_hosts | map('extract', hostvars, 'bitrise_app_slug') | list }}"
    kinds: [build_certificates, provisioning_profiles]
    concurrency: 16
  run_once: true
"""

RETURN = r"""
apps:
  description:
    - Files of each app, by its slug. A list is absent if O(kinds) does not name its kind.
  returned: success
  type: dict
  contains:
    title:
      description: Title of the app. V(null) if it is not known.
      type: str
      sample: Shop
    owner:
      description: Name of the organization or user that owns the app. V(null) if it is not known.
      type: str
      sample: Acme
    error:
      description:
        - Reason why the files of this app could not be listed, with C(msg) and the keys of RV(error). V(null) for an
          app without an error.
      type: dict
      sample: {msg: 'Could not list the builds: there is no such app.', kind: not_found, status: 404}
    build_certificates:
      description: Certificates as M(mobileops.ci.bitrise_build_certificate_info) returns them, with two more keys.
      type: list
      elements: dict
      contains: &inspected
        details:
          description:
            - Metadata of the file, with the keys that M(mobileops.ci.signing_file_info) documents.
            - For a file that cannot be inspected, the metadata that Bitrise reports, with V(null) for other keys.
              V(null) if Bitrise reports none.
          type: dict
          sample: {common_name: "Apple Distribution: Acme Ltd (A1B2C3D4E5)", days_left: 364}
        findings:
          description:
            - Findings, each with C(code), C(severity) (V(error) or V(warning)) and C(message).
            - See R(the guide on findings,ansible_collections.mobileops.ci.docsite.signing_findings) for all codes.
          type: list
          elements: dict
          sample: [{code: expired, severity: error, message: "The profile expired on 2026-05-04T12:30:15Z."}]
    provisioning_profiles:
      description:
        - Profiles as M(mobileops.ci.bitrise_provisioning_profile_info) returns them, with two more keys.
      type: list
      elements: dict
      contains: *inspected
    android_keystores:
      description: Keystores as M(mobileops.ci.bitrise_android_keystore_info) returns them, with two more keys.
      type: list
      elements: dict
      contains: *inspected
    project_files:
      description:
        - Project files as M(mobileops.ci.bitrise_project_file_info) returns them. The module does not inspect them.
      type: list
      elements: dict
      contains: *inspected
expired:
  description:
    - Files that have expired.
  returned: success
  type: list
  elements: dict
  contains: &finding
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    app_title:
      description: Title of the app. V(null) if it is not known.
      type: str
      sample: Shop
    kind:
      description: V(build_certificate), V(provisioning_profile), V(android_keystore) or V(project_file).
      type: str
      sample: provisioning_profile
    slug:
      description: Slug of the file.
      type: str
      sample: 4d6a1c0b7e9f2358
    name:
      description: Name of the file.
      type: str
      sample: Shop_AppStore.mobileprovision
    reason:
      description: Reason why the file is in this list, as a sentence.
      type: str
      sample: The profile expired on 2026-05-04T12:30:15Z.
    expires_at:
      description: Time at which the content of the file expires, in ISO 8601. V(null) if it is not known.
      type: str
      sample: "2026-05-04T12:30:15Z"
    days_left:
      description:
        - Number of days until then, rounded down. Negative if the file has expired. V(null) if it is not known.
      type: int
      sample: -3
invalid:
  description:
    - Files that are unusable for another reason than expiry, for example a wrong password, a missing private key,
      another kind of file, or an invalid signature.
  returned: success
  type: list
  elements: dict
  contains: *finding
expiring:
  description:
    - Files that expire within O(expires_within) days, in order of expiry.
  returned: success
  type: list
  elements: dict
  contains: *finding
unpaired:
  description:
    - Profiles that do not embed any certificate of the app, and certificates that no profile of the app embeds.
    - The list has no file of an app with an unreadable file that may be the counterpart.
    - Certificates for installers and for Developer ID need no profile and are not listed.
  returned: success
  type: list
  elements: dict
  contains: *finding
unprocessed:
  description:
    - Leftovers of interrupted uploads.
  returned: success
  type: list
  elements: dict
  contains: *finding
duplicated:
  description:
    - Files of one app and kind that have the same name or the same content.
    - Profiles of an app that has a newer profile with the same internal name, team and app ID.
    - Names are compared in one Unicode form.
  returned: success
  type: list
  elements: dict
  contains: *finding
unverifiable:
  description:
    - Files whose expiry date is not known because they cannot be inspected, such as protected profiles, or keystores
      whose password Bitrise does not return.
    - A protected certificate is not listed if Bitrise reports its expiry date.
  returned: success
  type: list
  elements: dict
  contains: *finding
unreadable:
  description:
    - Apps whose files could not be listed.
  returned: success
  type: list
  elements: dict
  contains:
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    app_title:
      description: Title of the app. V(null) if it is not known.
      type: str
      sample: Shop
    reason:
      description: Message of the error.
      type: str
      sample: "Could not list the build certificates: there is no such app."
expires_within:
  description: Value of O(expires_within).
  returned: success
  type: int
  sample: 30
summary:
  description: Counts over all apps.
  returned: success
  type: dict
  contains:
    apps:
      description: Number of apps.
      type: int
      sample: 60
    files:
      description: Number of files.
      type: int
      sample: 240
    unreadable:
      description: Number of apps in RV(unreadable).
      type: int
      sample: 0
    expired:
      description: Number of files in RV(expired).
      type: int
      sample: 1
    invalid:
      description: Number of files in RV(invalid).
      type: int
      sample: 0
    expiring:
      description: Number of files in RV(expiring).
      type: int
      sample: 2
    unpaired:
      description: Number of files in RV(unpaired).
      type: int
      sample: 0
    unprocessed:
      description: Number of files in RV(unprocessed).
      type: int
      sample: 0
    duplicated:
      description: Number of files in RV(duplicated).
      type: int
      sample: 0
    unverifiable:
      description: Number of files in RV(unverifiable).
      type: int
      sample: 4
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
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option) or
          V(missing_library).
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

from ..module_utils._bitrise.inspection.code_signing_info import CODE_SIGNING_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(CODE_SIGNING_INFO)


if __name__ == "__main__":
    main()

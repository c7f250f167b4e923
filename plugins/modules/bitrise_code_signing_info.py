#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.inspection.module.CODE_SIGNING_INFO."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_code_signing_info
short_description: Look into the signing files of many apps on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Lists the signing files of many apps, several apps at a time, looks inside of them, and says which have expired or
    will soon, which do not belong together, and which cannot be used or cannot be looked into.
  - A file that several apps have is downloaded once, where the service tells its digest or O(digest_cache) knows it.
    Nothing is written to the disk, and results hold no keys, passwords or bytes of files.
  - A protected file cannot be downloaded. Of a protected certificate the service tells when it expires.
  - An app whose files cannot be listed is in RV(unreadable), and there is a warning. The module fails only if it is so
    with all of them.
options:
  apps:
    description:
      - The apps. An entry is the slug of an app, or a dict with the slug, and the title and owner to use in results.
      - If omitted, all apps that the token can access, without disabled ones.
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
          - Name of the organization or user that has the app, for the results.
        type: str
  kinds:
    description:
      - The kinds of files to list. Each takes a request per app. Project files are listed only, nobody looks inside.
    type: list
    elements: str
    choices: [build_certificates, provisioning_profiles, android_keystores, project_files]
    default: [build_certificates, provisioning_profiles, android_keystores]
  expires_within:
    description:
      - Files that expire within this number of days are in RV(expiring).
    type: int
    default: 30
  digest_cache:
    description:
      - File that keeps the digests of what lies behind the slugs of remote files, the same that
        M(mobileops.ci.bitrise_code_signing) uses. With it a profile that is in several apps is downloaded once.
      - It contains only slugs and digests. A new file gets mode 0600. Check mode does not change it.
      - Use V(none) or an empty value to have no cache.
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
- name: Find out what breaks within six weeks in all apps that the token sees
  mobileops.ci.bitrise_code_signing_info:
    api_token: "{{ bitrise_token }}"
    expires_within: 42
  register: signing

- name: Show it
  ansible.builtin.debug:
    msg: "{{ item.app_title }}: {{ item.name }}: {{ item.reason }}"
  loop: "{{ signing.expired + signing.expiring }}"
  loop_control:
    label: "{{ item.name }}"

- name: Look into the profiles and certificates of the hosts of the inventory plugin, once for all of them
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
    - The files of each app, by its slug. The lists of kinds that O(kinds) does not name are not there.
  returned: success
  type: dict
  contains:
    title:
      description: Title of the app. V(null) if it is not known.
      type: str
      sample: Shop
    owner:
      description: Name of the organization or user that has the app. V(null) if it is not known.
      type: str
      sample: Acme
    error:
      description: Why the files of this app could not be listed, with the keys of RV(error) and C(msg); or V(null).
      type: dict
    build_certificates:
      description: Certificates as M(mobileops.ci.bitrise_build_certificate_info) returns them, and what is inside.
      type: list
      elements: dict
      contains: &inside
        details:
          description:
            - What the file itself says, with the keys that M(mobileops.ci.signing_file_info) documents.
            - Where nobody can look inside it is what the service says of it, with V(null) for all else, or V(null).
          type: dict
        findings:
          description:
            - What is wrong with the file, each with C(code), C(severity) (V(error) or V(warning)) and C(message).
            - See R(the guide on findings,ansible_collections.mobileops.ci.docsite.signing_findings) for all codes.
          type: list
          elements: dict
    provisioning_profiles:
      description:
        - Profiles as M(mobileops.ci.bitrise_provisioning_profile_info) returns them, and what is inside.
      type: list
      elements: dict
      contains: *inside
    android_keystores:
      description: Keystores as M(mobileops.ci.bitrise_android_keystore_info) returns them, and what is inside.
      type: list
      elements: dict
      contains: *inside
    project_files:
      description: Files as M(mobileops.ci.bitrise_project_file_info) returns them. Nothing is said of their inside.
      type: list
      elements: dict
      contains: *inside
expired:
  description:
    - Files of which the content has expired.
  returned: success
  type: list
  elements: dict
  contains: &trouble
    app_slug:
      description: Slug of the app.
      type: str
    app_title:
      description: Title of the app. V(null) where it was not given.
      type: str
    kind:
      description: V(build_certificate), V(provisioning_profile), V(android_keystore) or V(project_file).
      type: str
    slug:
      description: Slug of the file.
      type: str
    name:
      description: Name of the file.
      type: str
    reason:
      description: A sentence that says why the file is in this list.
      type: str
    expires_at:
      description: When what is in the file expires, in ISO 8601. V(null) if that is not known.
      type: str
    days_left:
      description: Whole days until then, negative once it is over. V(null) if that is not known.
      type: int
invalid:
  description:
    - Files that are of no use by what is inside, other than expired; for example a wrong password, no private key,
      not the right kind of file, a signature that does not hold.
  returned: success
  type: list
  elements: dict
  contains: *trouble
expiring:
  description:
    - Files that expire within O(expires_within) days, the next first.
  returned: success
  type: list
  elements: dict
  contains: *trouble
unpaired:
  description:
    - Profiles that embed none of the app's certificates, and certificates that no profile of the app embeds. Empty for
      an app with a file that cannot be read and may be the counterpart.
    - Certificates for installers and for Developer ID need no profile and are not listed.
  returned: success
  type: list
  elements: dict
  contains: *trouble
unprocessed:
  description:
    - Leftovers of uploads that were never finished.
  returned: success
  type: list
  elements: dict
  contains: *trouble
duplicated:
  description:
    - Files of one app and kind that have the same name or the same content, and profiles that have a newer one of the
      same own name, team and app ID beside them. Names are compared in one Unicode form.
  returned: success
  type: list
  elements: dict
  contains: *trouble
unverifiable:
  description:
    - Files whose date of expiry is not known because they cannot be inspected, such as protected profiles, or keystores
      whose password the service does not give. A protected certificate is not listed if the service tells its expiry.
  returned: success
  type: list
  elements: dict
  contains: *trouble
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
    app_title:
      description: Title of the app. V(null) where it was not given.
      type: str
    reason:
      description: What went wrong.
      type: str
expires_within:
  description: The option.
  returned: success
  type: int
summary:
  description: Numbers over all apps.
  returned: success
  type: dict
  contains:
    apps:
      description: Number of apps.
      type: int
    files:
      description: Number of files.
      type: int
    unreadable:
      description: Number of apps in RV(unreadable).
      type: int
    expired:
      description: Number of files in RV(expired).
      type: int
    invalid:
      description: Number of files in RV(invalid).
      type: int
    expiring:
      description: Number of files in RV(expiring).
      type: int
    unpaired:
      description: Number of files in RV(unpaired).
      type: int
    unprocessed:
      description: Number of files in RV(unprocessed).
      type: int
    duplicated:
      description: Number of files in RV(duplicated).
      type: int
    unverifiable:
      description: Number of files in RV(unverifiable).
      type: int
    requests:
      description: Number of requests that were sent.
      type: int
    waited_s:
      description: Seconds that the task waited because the service limits requests or did not respond.
      type: float
      sample: 12.5
    refused:
      description: Number of requests that the service refused because of a rate limit. The module sent them again.
      type: int
      sample: 3
    seconds:
      description: How long it took.
      type: float
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

from ..module_utils._bitrise.inspection.module import CODE_SIGNING_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(CODE_SIGNING_INFO)


if __name__ == "__main__":
    main()

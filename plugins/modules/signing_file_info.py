#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module signing_file_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: signing_file_info
short_description: Inspect signing files
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Inspects provisioning profiles, PKCS#12 files with certificates, and Android keystores. Returns their details and
    findings. The module sends no requests.
  - A finding, for example that a file has expired or that its password is wrong, does not make the task fail. The task
    fails if a file cannot be read or is empty.
  - The module never returns private keys, passwords or contents of files.
options:
  files:
    description:
      - Files to inspect. A path is short for an entry with O(files[].src).
      - If the list has both profiles and certificates, the module reports those that do not belong together. It also
        reports profiles that have a newer one of the same name, team and app ID in the list.
    type: list
    elements: dict
    required: true
    suboptions:
      src:
        description:
          - Path to the file on the controller. The module searches it like M(ansible.builtin.copy), in C(files) of the
            role, in C(files) beside the playbook, and beside the playbook.
          - Names are compared in one Unicode form, so that the module finds a name that macOS wrote.
          - The collection decrypts a file that is encrypted with ansible-vault in memory.
          - Either this or O(files[].content) is required.
        type: path
      content:
        description:
          - Content of the file as base64, instead of O(files[].src). The module ignores a byte-order mark, and the
            header and footer that C(certutil) on Windows writes.
        type: str
      name:
        description:
          - Name of the file in the result. The default is the base name of O(files[].src).
        type: str
      type:
        description:
          - Expected type of the file. Another type is a finding.
          - V(auto) uses the extension of the name if it is C(.mobileprovision), C(.provisionprofile), C(.jks),
            C(.keystore) or C(.bks), and the content otherwise.
          - With V(auto), a PKCS#12 file is a keystore if O(files[].alias) or O(files[].private_key_password) is set, or
            if its certificate is self-signed. Otherwise it is a build certificate.
        type: str
        choices: [auto, provisioning_profile, build_certificate, android_keystore]
        default: auto
      password:
        description:
          - Password of the PKCS#12 file or of the keystore. Quote it in YAML if it consists of digits.
          - Profiles have no password. The module can read certificates of JKS, JCEKS and BKS keystores without it.
        type: str
      alias:
        description:
          - Name of the key in a keystore. Case is ignored. Java numbers keys without a name, starting with V(1).
          - If omitted, the result describes the first key.
        type: str
      private_key_password:
        description:
          - Password of the key in a keystore. The module checks whether it opens the key, and whether the key belongs
            to its certificate.
          - If omitted, the module tries the password of the keystore.
        type: str
extends_documentation_fragment:
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
requirements:
  - cryptography
notes:
  - The module checks whether the signature of a profile is valid, and whether its signer has a name of Apple's signers
    of profiles. It checks the certificates of the signer up to Apple's roots if the file contains them.
  - The module rejects files that take more than 3,700,000 rounds of key derivation, or more than 64 MiB of memory.
  - The module does not read keystores of the type UBER. It reports the finding V(not_inspected).
  - See R(the guide on findings,ansible_collections.mobileops.ci.docsite.signing_findings) for all findings and their
    remedies.
seealso:
  - module: mobileops.ci.bitrise_build_certificate
  - module: mobileops.ci.bitrise_provisioning_profile
"""

EXAMPLES = r"""
- name: Inspect a profile and the certificate that belongs to it
  mobileops.ci.signing_file_info:
    files:
      - src: shop.mobileprovision
      - src: distribution.p12
        password: "{{ certificate_password }}"
  register: found

- name: Stop if one of them cannot be used for signing
  ansible.builtin.assert:
    that: errors == []
    fail_msg: "{{ errors | map(attribute='message') | join(' ') }}"
  vars:
    errors: "{{ found.files | map(attribute='findings') | flatten | selectattr('severity', 'eq', 'error') | list }}"

- name: Inspect all profiles in a folder
  mobileops.ci.signing_file_info:
    files: "{{ query('ansible.builtin.fileglob', playbook_dir ~ '/signing/*.mobileprovision') }}"
  register: profiles

- name: Show those that expire within 30 days
  ansible.builtin.debug:
    msg: "{{ item.src }} expires in {{ item.details.days_left }} days."
  loop: "{{ profiles.files | selectattr('details.days_left', 'defined') | rejectattr('details.days_left', 'none') }}"
  loop_control:
    label: "{{ item.name }}"
  when: item.details.days_left < 30

- name: Check the passwords and the alias of a keystore
  mobileops.ci.signing_file_info:
    files:
      - src: upload.keystore
        password: "{{ keystore_password }}"
        alias: upload
        private_key_password: "{{ upload_key_password }}"
  register: keystore
  failed_when: keystore.files[0].findings | length > 0
"""

RETURN = r"""
files:
  description: The files, in the order of O(files).
  returned: success
  type: list
  elements: dict
  contains:
    src:
      description: Value of O(files[].src). V(null) for O(files[].content).
      type: str
      sample: files/shop.mobileprovision
    name:
      description: O(files[].name), or the base name of the path.
      type: str
      sample: shop.mobileprovision
    sha256:
      description: SHA-256 of the file, after decryption if it was encrypted with ansible-vault.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    type:
      description:
        - V(provisioning_profile), V(build_certificate) or V(android_keystore). V(null) for another type of file.
      type: str
      sample: provisioning_profile
    details:
      description:
        - Metadata of the file. It has all keys of the type, with V(null) for values that could not be read. It is empty
          if the file has another type than expected.
        - A profile has C(name), C(uuid), C(team_id), C(team_name), C(app_id), C(bundle_id), C(type), C(platforms),
          C(created_at), C(expires_at), C(days_left), C(devices), C(certificates) and C(entitlements).
        - A build certificate has C(common_name), C(team_id), C(serial), C(sha1), C(sha256), C(not_before),
          C(expires_at), C(days_left), C(has_private_key), C(chain) and C(use). If the file contains several
          certificates, the values describe the valid certificate that expires last.
        - A keystore has C(type), C(alias), C(sha256_fingerprint), C(not_before), C(expires_at) and C(days_left).
      type: dict
      contains:
        name:
          description: Name of the profile.
          type: str
          sample: Acme Shop
        uuid:
          description: Identifier of the profile.
          type: str
          sample: 12345678-90ab-cdef-1234-567890abcdef
        team_id:
          description: Identifier of the team. In a certificate it is the organizational unit.
          type: str
          sample: A1B2C3D4E5
        team_name:
          description: Name of the team.
          type: str
          sample: Acme Ltd
        app_id:
          description: Identifier of the app. It begins with a prefix, usually the identifier of the team.
          type: str
          sample: A1B2C3D4E5.com.acme.shop
        bundle_id:
          description: Identifier of the app without the prefix. V(*) for a profile for all apps.
          type: str
          sample: com.acme.shop
        type:
          description:
            - For a profile, V(development), V(ad-hoc), V(app-store), V(enterprise) or V(developer-id). Profiles for
              macOS and Mac Catalyst are V(development), V(app-store) or V(developer-id).
            - For a keystore, V(pkcs12), V(jks), V(jceks) or V(bks).
          type: str
          sample: app-store
        platforms:
          description: Platforms of the profile.
          type: list
          elements: str
          sample: [iOS, xrOS, visionOS]
        created_at:
          description: Time at which the profile was created.
          type: str
          sample: "2026-05-04T12:30:15Z"
        not_before:
          description: Time at which the certificate becomes valid.
          type: str
          sample: "2026-05-04T12:30:15Z"
        expires_at:
          description: Time at which the profile or the certificate expires. A year after 9999 is shown as 9999.
          type: str
          sample: "2027-05-04T12:30:15Z"
        days_left:
          description: Number of days until then, rounded down. Negative if the file has expired.
          type: int
          sample: 364
        devices:
          description: Number of devices in the profile.
          type: int
          sample: 0
        certificates:
          description: SHA-1 of the certificates that the profile embeds.
          type: list
          elements: str
          sample: [da39a3ee5e6b4b0d3255bfef95601890afd80709]
        entitlements:
          description: Entitlements that the profile allows.
          type: dict
          sample: {get-task-allow: false}
        common_name:
          description: Common name of the certificate.
          type: str
          sample: "Apple Distribution: Acme Ltd (A1B2C3D4E5)"
        serial:
          description: Serial number of the certificate, hexadecimal.
          type: str
          sample: 4F1A2B3C4D5E6F70
        sha1:
          description: SHA-1 of the certificate, as in the certificates of a profile.
          type: str
          sample: da39a3ee5e6b4b0d3255bfef95601890afd80709
        sha256:
          description: SHA-256 of the certificate.
          type: str
          sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
        has_private_key:
          description:
            - V(true) if the file contains the private key of the certificate, or only a private key.
          type: bool
          sample: true
        chain:
          description: Number of other certificates in the file.
          type: int
          sample: 2
        use:
          description:
            - Purpose for which Apple issued the certificate, V(development), V(distribution), V(developer-id),
              V(mac-installer) or V(developer-id-installer). V(null) for other certificates.
            - Certificates for installers and for Developer ID are used without a provisioning profile.
          type: str
          sample: distribution
        alias:
          description: Name of the key.
          type: str
          sample: upload
        sha256_fingerprint:
          description: SHA-256 of the certificate of the key, as C(keytool) and Google Play write it.
          type: str
          sample: 5E:FA:5C:54:1D:15:59:06:AA:DB:E1:23:7F:4F:FF:72:FA:FD:70:00:14:78:68:2B:17:C7:74:3C:E4:45:5A:38
    findings:
      description: Findings about the file. Empty if there is none.
      type: list
      elements: dict
      contains:
        code:
          description:
            - For all files, V(expired), V(not_yet_valid), V(too_large), V(unknown_format) or V(no_certificates).
            - For a profile, V(not_a_profile), V(invalid_signature), V(signature_not_checked), V(untrusted_signer),
              V(certificates_expired), V(superseded) or V(unpaired).
            - For a PKCS#12 file or a keystore, V(wrong_password), V(password_needed), V(damaged), V(too_many_rounds),
              V(unsupported_algorithm), V(checksum_not_checked), V(no_private_key), V(key_mismatch),
              V(wrong_private_key_password), V(several_identities) or V(unusual_certificate).
            - For a PKCS#12 file with a build certificate, V(unpaired), V(not_pkcs12), V(partly_expired) or
              V(not_importable_on_macos).
            - For a keystore, V(not_a_keystore), V(private_key_password_needed), V(alias_missing) or V(not_inspected).
          type: str
          sample: expired
        severity:
          description:
            - V(error) if the file cannot be used for signing. V(warning) if it may work.
          type: str
          sample: error
        message:
          description: Finding and remedy, as sentences.
          type: str
          sample: >-
            The profile expired on 2026-05-04T12:30:15Z, 3 days ago. Renew the profile in Apple's developer portal and
            download it again.
error:
  description: Kind of the error. The other keys are always V(null), because the module sends no requests.
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(local_file), V(option) or V(missing_library).
        - See R(the troubleshooting guide,ansible_collections.mobileops.ci.docsite.troubleshooting) for all kinds.
      type: str
      sample: local_file
    status:
      description: Always V(null).
      type: int
      sample: null
    method:
      description: Always V(null).
      type: str
      sample: null
    path:
      description: Always V(null).
      type: str
      sample: null
    request_id:
      description: Always V(null).
      type: str
      sample: null
"""

from ..module_utils._signing.signing_file_info import SIGNING_FILE_INFO
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(SIGNING_FILE_INFO)


if __name__ == "__main__":
    main()

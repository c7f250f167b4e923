#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._signing.entry.SIGNING_FILE_INFO."""

from __future__ import annotations

DOCUMENTATION = r"""
module: signing_file_info
short_description: Look inside signing files
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Reads provisioning profiles, PKCS#12 files with certificates and Android keystores, and returns what they say of
    themselves, and what is wrong with them. No service is asked for anything.
  - What is wrong with a file, for example that it has expired or that its password is another one, is returned as a
    finding and does not make the task fail. The task fails for a file that cannot be read at all, or is empty.
  - Private keys, passwords and bytes of the files are never returned.
options:
  files:
    description:
      - The files to look into. A path alone stands for an entry with O(files[].src).
      - Where profiles as well as certificates are among them, those that do not belong to each other are found.
    type: list
    elements: dict
    required: true
    suboptions:
      src:
        description:
          - The file. It is searched on the controller, as M(ansible.builtin.copy) does it; in C(files) of the role,
            in C(files) beside the playbook, beside the playbook; or its path is absolute.
          - If it is encrypted with ansible-vault it is decrypted in memory.
          - Either this or O(files[].content) is required.
        type: path
      content:
        description:
          - The bytes of the file, base64 encoded, instead of O(files[].src).
        type: str
      name:
        description:
          - What the file is called in the result. The default is the base name of O(files[].src).
        type: str
      type:
        description:
          - What the file is expected to be. If it is something else, that is a finding.
          - V(auto) goes by the ending of the name, where it is C(.mobileprovision), C(.provisionprofile), C(.jks),
            C(.keystore) or C(.bks), else by the content. A PKCS#12 file is taken for a keystore if
            O(files[].alias) or O(files[].private_key_password) is given or if its certificate is self-signed, as
            those for Android are; else for a build certificate.
        type: str
        choices: [auto, provisioning_profile, build_certificate, android_keystore]
        default: auto
      password:
        description:
          - Password of the PKCS#12 file or of the keystore.
          - Profiles have none. A keystore of the type JKS shows its certificates without it.
        type: str
      alias:
        description:
          - Name of the key in a keystore that matters; upper and lower case are the same. Without it the result is
            about the first key.
        type: str
      private_key_password:
        description:
          - Password of the key in a keystore, to try whether it opens the key.
        type: str
extends_documentation_fragment:
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.info
requirements:
  - cryptography
  - pyasn1
  - pyasn1-modules
notes:
  - Whether the signature of a profile holds is checked. Whether its signer is Apple is not.
  - Keystores of the types JCEKS and BKS are recognised and not looked into, which is the finding V(not_looked_into).
seealso:
  - module: mobileops.ci.bitrise_build_certificate
  - module: mobileops.ci.bitrise_provisioning_profile
"""

EXAMPLES = r"""
- name: Look into a profile and the certificate that belongs to it
  mobileops.ci.signing_file_info:
    files:
      - src: shop.mobileprovision
      - src: distribution.p12
        password: "{{ certificate_password }}"
  register: found

- name: Stop if one of them is of no use
  ansible.builtin.assert:
    that: errors == []
    fail_msg: "{{ errors | map(attribute='message') | join(' ') }}"
  vars:
    errors: "{{ found.files | map(attribute='findings') | flatten | selectattr('severity', 'eq', 'error') | list }}"

- name: Look into all profiles in a folder
  mobileops.ci.signing_file_info:
    files: "{{ query('ansible.builtin.fileglob', playbook_dir ~ '/signing/*.mobileprovision') }}"
  register: profiles

- name: Name those that expire within thirty days
  ansible.builtin.debug:
    msg: "{{ item.src }} expires in {{ item.details.days_left }} days."
  loop: "{{ profiles.files | selectattr('details.days_left', 'defined') | rejectattr('details.days_left', 'none') }}"
  loop_control:
    label: "{{ item.name }}"
  when: item.details.days_left < 30

- name: Check that the passwords of a keystore and its alias are right
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
  description: The files in the order given.
  returned: success
  type: list
  elements: dict
  contains:
    src:
      description: The path that was given, V(null) for content.
      type: str
    name:
      description: O(files[].name), or the base name of the path.
      type: str
    sha256:
      description: SHA-256 of the file, decrypted if it was encrypted with ansible-vault.
      type: str
    type:
      description: V(provisioning_profile), V(build_certificate), V(android_keystore), or V(null) for what is none.
      type: str
    details:
      description:
        - What the file says of itself. All keys of its type are there, V(null) if they could not be read; or none at
          all, if the file is not what it should be.
        - A profile has C(name), C(uuid), C(team_id), C(team_name), C(app_id), C(bundle_id), C(type), C(platforms),
          C(created_at), C(expires_at), C(days_left), C(devices), C(certificates) and C(entitlements).
        - A build certificate has C(common_name), C(team_id), C(serial), C(sha1), C(sha256), C(not_before),
          C(expires_at), C(days_left), C(has_private_key) and C(chain).
        - A keystore has C(type), C(alias), C(sha256_fingerprint), C(expires_at) and C(days_left).
      type: dict
      contains:
        name:
          description: Name of the profile.
          type: str
        uuid:
          description: Identifier of the profile.
          type: str
        team_id:
          description: Identifier of the team, in a certificate its organizational unit.
          type: str
        team_name:
          description: Name of the team.
          type: str
        app_id:
          description: Identifier of the app, which begins with a prefix, usually that of the team.
          type: str
        bundle_id:
          description: The same without the prefix. V(*) for a profile that fits all apps.
          type: str
        type:
          description:
            - Of a profile V(development), V(ad-hoc), V(app-store) or V(enterprise).
            - Of a keystore V(pkcs12), V(jks), V(jceks) or V(bks).
          type: str
        platforms:
          description: For which platforms the profile is, for example V(iOS).
          type: list
          elements: str
        created_at:
          description: When the profile was made, for example V(2026-05-04T12:30:15Z).
          type: str
        not_before:
          description: When the certificate begins to be valid.
          type: str
        expires_at:
          description: When the profile or certificate expires.
          type: str
        days_left:
          description: How many whole days are left until then. Negative once it has expired.
          type: int
        devices:
          description: How many devices the profile lists.
          type: int
        certificates:
          description: SHA-1 of the certificates that the profile embeds.
          type: list
          elements: str
        entitlements:
          description: What an app that is signed with the profile may do.
          type: dict
        common_name:
          description: Whose certificate it is.
          type: str
        serial:
          description: Serial number of the certificate, hexadecimal.
          type: str
        sha1:
          description: SHA-1 of the certificate, as profiles name it.
          type: str
        sha256:
          description: SHA-256 of the certificate.
          type: str
        has_private_key:
          description: Whether the private key is in the file.
          type: bool
        chain:
          description: How many other certificates are in the file.
          type: int
        alias:
          description: Name of the key.
          type: str
        sha256_fingerprint:
          description: SHA-256 of the key's certificate, as C(keytool) and Google Play write it.
          type: str
    findings:
      description: What is wrong with the file. Nothing is, if it is empty.
      type: list
      elements: dict
      contains:
        code:
          description:
            - Of any file V(expired), V(not_yet_valid), V(too_large) or V(unknown_format).
            - Of a profile V(not_a_profile), V(invalid_signature), V(signature_not_checked), V(no_certificates),
              V(certificates_expired) or V(unpaired).
            - Of a PKCS#12 file or a keystore V(not_pkcs12), V(not_a_keystore), V(wrong_password), V(password_needed),
              V(damaged), V(no_certificates), V(no_private_key), V(wrong_private_key_password), V(alias_missing),
              V(several_identities), V(not_looked_into) or V(unpaired).
          type: str
        severity:
          description:
            - V(error) if the file is of no use as it is, V(warning) if it may well be of use.
          type: str
        message:
          description: What was found, and what to do.
          type: str
error:
  description: What kind of error it was. Keys that do not apply, as here all others, are V(null).
  returned: failure, unless an option is of the wrong form
  type: dict
  contains:
    kind:
      description: V(local_file) if a file cannot be read, V(option) or V(missing_library).
      type: str
    status:
      description: Always V(null).
      type: int
    method:
      description: Always V(null).
      type: str
    path:
      description: Always V(null).
      type: str
    request_id:
      description: Always V(null).
      type: str
"""

from ansible_collections.mobileops.ci.plugins.module_utils._module import run_module
from ansible_collections.mobileops.ci.plugins.module_utils._signing.entry import SIGNING_FILE_INFO


def main() -> None:
    run_module(SIGNING_FILE_INFO)


if __name__ == "__main__":
    main()

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options about the files of an app: module_utils._bitrise.files.options, and FILE_FILTER of .entries."""

from __future__ import annotations


class ModuleDocFragment:
    STATE = r"""
options:
  state:
    description:
      - V(present) makes sure that the app has exactly this file. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
"""

    FILE = r"""
options:
  src:
    description:
      - The file to upload, up to 100 MiB. It is searched on the controller, as M(ansible.builtin.copy) does it; in
        C(files) of the role, in C(files) beside the playbook, beside the playbook; or its path is absolute.
      - If it is encrypted with ansible-vault it is decrypted in memory.
      - Where the module runs on another host, it gets the file for the time of the task, with mode 0600.
      - With neither O(src) nor O(content) the flags of a file that is there already are managed.
    type: path
  content:
    description:
      - The bytes of the file, base64 encoded, instead of O(src). Needs O(name).
    type: str
  name:
    description:
      - Name of the file on the service. It is what identifies the file within the app.
      - The default is the base name of O(src).
    type: str
  slug:
    description:
      - Slug of one file on the service, where O(name) is not enough because several have it.
      - Replacing a file gives it a new slug. A slug that is not there any more does no harm as long as the app has
        a file of this name with the declared content.
    type: str
  is_protected:
    description:
      - Whether the file is protected, that is, can never be downloaded again.
      - The service never takes protection away, so V(false) is refused for a protected file, in check mode too.
      - Left out, a file keeps what it has, also when its content is replaced.
    type: bool
  is_expose:
    description:
      - Whether builds of pull requests get the file.
      - It cannot be changed any more once the file is protected.
      - Left out, a file keeps what it has, also when its content is replaced.
    type: bool
    aliases: [is_exposed]
  on_unverifiable:
    description:
      - What to do when name and size agree but the bytes cannot be compared, because the file is protected and the
        service gives no digest of it.
      - V(trust) takes it for equal, V(replace) uploads it anew with each run, V(fail) fails.
    type: str
    choices: [trust, replace, fail]
    default: trust
  duplicates:
    description:
      - What to do when the app has several files of that name which do not all have the declared content.
      - V(fail) lists their slugs and fails. V(remove) keeps exactly one, the declared one.
      - Several that all have it are left as they are. With V(fail), none of them is protected where the service gives
        no digest of it, because nobody could say any more that they are equal.
      - Two files that are left of a replacement which was interrupted on this machine are told from those, and the
        replacement is finished. Slugs of replacements under way are kept below C(~/.local/state/mobileops.ci) for this.
    type: str
    choices: [fail, remove]
    default: fail
  backup_dir:
    description:
      - Directory, on the host that runs the module, where the bytes of a file are saved before it is replaced or
        deleted. It is made if need be. The copies have mode 0600 and are named after app, slug and file.
      - The service gives the bytes of unprotected files only. What could not be saved is a warning.
    type: path
  backup_required:
    description:
      - Fail, before anything is changed, if a file that is to be replaced or deleted cannot be saved in O(backup_dir).
    type: bool
    default: false
  force:
    description:
      - Upload the file even if the service has the same already.
    type: bool
    default: false
notes:
  - "Contents are compared by the digest that the service gives, else by size, else by a download, else as
    O(on_unverifiable) says."
  - A file is replaced by uploading the new one first and deleting the old one last, so that a build which starts in
    between always finds a usable file.
  - An unfinished upload of the same name, as an interrupted run leaves it, is removed. So two tasks must not upload the
    same file to the same app at the same time.
"""

    VERIFY = r"""
options:
  verify:
    description:
      - A look inside the file, or at a new password for it, before it is sent. It finds what has expired or is not
        valid yet, a wrong password, a missing private key or alias, a file that is something else, and a profile that
        embeds none of the certificates which are declared beside it in M(mobileops.ci.bitrise_code_signing).
      - V(strict) refuses to send what is of no use, V(warn) says so and sends it, V(none) does not look. A file that
        the app has already is neither refused nor warned about.
      - V(strict) and V(warn) need the library cryptography where the module runs.
    type: str
    choices: [strict, warn, none]
    default: strict
"""

    CERTIFICATE = r"""
options:
  certificate_password:
    description:
      - Password of the PKCS#12 file. It is set after the upload. An empty string removes it.
      - Left out, a new file takes over the password of the file that it replaces, where the service tells it.
    type: str
  update_password:
    description:
      - V(on_change) sets the password with new content, or when the one that the service returns differs. The service
        returns none for a protected certificate.
      - V(always) sets it with each run unless the service shows that it is set already.
    type: str
    choices: [on_change, always]
    default: on_change
"""

    KEYSTORE = r"""
options:
  alias:
    description:
      - Alias of the key in the keystore.
      - The service takes it, like the passwords, only when a keystore is created, and hardly ever tells it. Where it
        does and another one is declared, the keystore is uploaded anew; where it does not, a change of this option
        alone has no effect. O(force=true) uploads the keystore in any case.
      - Left out, a new file takes over what the service tells of the file that it replaces.
    type: str
  password:
    description:
      - Password of the keystore. What is said of O(alias) holds for it too.
    type: str
  private_key_password:
    description:
      - Password of the key. A keystore that is a PKCS#12 file has one password for both.
      - Left out, a new file has O(password) for it.
    type: str
  keystore_name:
    description:
      - What the service makes the key of the keystore from, by which builds refer to it. Letters, digits, underscores.
      - The first keystore of an app has the key C(ANDROID_KEYSTORE). The service wants a name for each further one, and
        its key becomes C(ANDROID_KEYSTORE_) with the name.
      - Left out, a new file gets the name of the file that it replaces, else one that is made of O(name).
    type: str
"""

    ENV_KEY = r"""
options:
  user_env_key:
    description:
      - Key by which builds refer to the file. They find its address in C(BITRISEIO_) with the key and C(_URL).
      - Where it is given it identifies the file, and O(name) is only what a new file is called.
      - The service wants it for a new file. Left out, a new file takes over the key of the file that it replaces.
    type: str
"""

    REPLACE_ORDER = r"""
options:
  replace_order:
    description:
      - V(upload_first) uploads the new file before it deletes the old one, so that no build finds none. But the service
        gives a keystore the key C(ANDROID_KEYSTORE) only if the app has no other, so a keystore with that key cannot be
        replaced in this way without getting another key. That is refused, before anything is changed. It may also
        refuse two project files of one key; then the task fails, and the old file stays.
      - V(delete_first) deletes the old file first. The key stays, but a build that starts in between finds no file. If
        the upload fails the app is without the file until the next run; O(backup_dir) keeps a copy.
    type: str
    choices: [upload_first, delete_first]
    default: upload_first
"""

    FILTER = r"""
options:
  name:
    description:
      - Return only the files of this name.
    type: str
  slug:
    description:
      - Return only the file with this slug. The module fails if there is none.
    type: str
"""

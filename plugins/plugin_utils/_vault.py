# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypt with the vault secrets of ansible-playbook, and explain why a variable cannot be decrypted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible import constants
from ansible.parsing import vault as ansible_vault
from ansible.parsing.vault import VaultLib, match_encrypt_secret

_Vaulted: Any = getattr(ansible_vault, "EncryptedString", None)
if _Vaulted is None:  # before ansible-core 2.19
    from ansible.parsing.yaml import objects

    _Vaulted = objects.AnsibleVaultEncryptedUnicode

_NOT_DECRYPTED = frozenset({"AnsibleVaultError", "UndecryptableVaultError"})
_ADVICE = (
    "Pass its vault password with --ask-vault-pass or --vault-password-file, or in AWX with a vault credential of the "
    "job template"
)


def why_not_decrypted(
    chain: Iterable[BaseException], variables: Mapping[str, Any], place_of: Callable[[Any], str]
) -> str:
    """Return why a vaulted value cannot be decrypted, with the name of its variable if known. Else an empty text."""
    error = next((error for error in chain if type(error).__name__ in _NOT_DECRYPTED), None)
    if error is None:
        return ""
    vaulted = {name: value for name, value in variables.items() if isinstance(value, _Vaulted)}
    place = place_of(error)  # only from ansible-core 2.19 on
    names = [name for name, value in vaulted.items() if (place_of(value) == place if place else not _opens(value))]
    subject = f"{names[0]} is" if len(names) == 1 else "it is, or uses a value that is,"
    return f"{subject} encrypted with ansible-vault, and no given vault password decrypts it. {_ADVICE}"


def _opens(value: Any) -> bool:
    try:
        str(value)
    except Exception:  # of several types, by ansible-core
        return False
    return True


def encryption(vault: VaultLib) -> Callable[[bytes], str] | None:
    """Return a function that encrypts like `ansible-vault encrypt`, or None without a secret."""
    if not vault.secrets:
        return None

    def encrypt(data: bytes) -> str:
        chosen = constants.config.get_config_value("DEFAULT_VAULT_ENCRYPT_IDENTITY")
        vault_id, secret = match_encrypt_secret(vault.secrets, encrypt_vault_id=chosen)
        return bytes(vault.encrypt(data, secret, vault_id=vault_id)).decode()

    return encrypt

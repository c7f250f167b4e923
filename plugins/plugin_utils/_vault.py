# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypt with the vault secrets of ansible-playbook."""

from __future__ import annotations

from collections.abc import Callable

from ansible import constants
from ansible.parsing.vault import VaultLib, match_encrypt_secret


def encryption(vault: VaultLib) -> Callable[[bytes], str] | None:
    """Return a function that encrypts like `ansible-vault encrypt`, or None without a secret."""
    if not vault.secrets:
        return None

    def encrypt(data: bytes) -> str:
        chosen = constants.config.get_config_value("DEFAULT_VAULT_ENCRYPT_IDENTITY")
        vault_id, secret = match_encrypt_secret(vault.secrets, encrypt_vault_id=chosen)
        return bytes(vault.encrypt(data, secret, vault_id=vault_id)).decode()

    return encrypt

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PhoneGap Build part of the fixture `demo`: two keys, one of them locked, and three apps."""

from __future__ import annotations

from tests.emulator.model import Json

PASSWORD = "demo-password"


def phonegap_demo() -> Json:
    """Return the part `phonegap` of the fixture `demo`."""
    return {
        "keys": [
            {
                "platform": "android",
                "title": "Acme release",
                "passwords": {"key_pw": PASSWORD, "keystore_pw": PASSWORD},
            },
            {"platform": "ios", "title": "Acme distribution"},
        ],
        "apps": [
            {
                "title": "Acme Tickets",
                "package": "com.example.acme.tickets",
                "version": "1.2.0",
                "keys": {"android": 1},
                "collaborators": [
                    {"email": "member@example.com", "role": "developer"},
                    {"email": "newcomer@example.com", "role": "tester"},
                ],
            },
            {"title": "Acme Menu", "repo": "https://github.com/example/acme-menu.git", "private": False},
            {"title": "Acme Legacy", "builds": {"winphone": {"status": "error", "error": "SDK was withdrawn"}}},
        ],
    }

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redaction of secrets and signatures in texts of other programs."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._http.redact import Redactor, without_secrets


def test_known_secrets() -> None:
    redact = Redactor(["s3cret", None, ""])
    redact.add("another", None)
    assert redact("s3cret and another, s3cret!") == "******** and ********, ********!"


def test_a_secret_that_is_part_of_another() -> None:
    assert Redactor(["abcd", "abcdef"])("abcdef abcd") == "******** ********"


def test_a_short_secret_does_not_damage_messages() -> None:
    assert Redactor(["a"])("Keystore file name is required") == "Keystore file name is required"


def test_queries_of_urls() -> None:
    text = "GET https://s3.example/f?X-Amz-Signature=1&a=\"2 and http://h/p?q=1' or https://h/p"
    assert Redactor()(text) == "GET https://s3.example/f?********\"2 and http://h/p?********' or https://h/p"


def test_quote_is_one_short_line() -> None:
    quoted = Redactor(["s3cret"]).quote("  a\r\n\tb\x1b[0m s3cret " + "x" * 1000)
    assert quoted.startswith("a b ******** x")
    assert len(quoted) <= 303
    assert quoted.endswith("...")


def test_objects_of_a_service_without_secrets() -> None:
    secrets = dict.fromkeys(("upload_URL", "apiToken", "password", "client_secret", "exposed_meta_datastore"), "x")
    signed = "https://storage.example/f?X-Amz-Signature=x"
    given = {**secrets, "name": "a", "more": [{**secrets, "size": 1}, signed], "page": "https://h/p"}
    assert without_secrets(given) == {"name": "a", "more": [{"size": 1}, None], "page": "https://h/p"}


TEXTS = st.text("ab?=&/: <'\"\n0")


@settings(max_examples=100)
@given(TEXTS, st.text("ab?=&/:0", min_size=4), TEXTS)
def test_no_secret_gets_through(before: str, secret: str, after: str) -> None:
    assert secret not in Redactor([secret])(before + secret + after)

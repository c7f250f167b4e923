# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Request bodies in all forms that clients send."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.emulator.phonegap.body import complete_body
from tests.emulator.process import Emulator

from .client import Client

FIELDS = {"title": "Café & Co", "create_method": "remote_repo", "repo": "https://example.com/a.git", "debug": True}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    "options",
    [
        {"files": {"data": (None, json.dumps(FIELDS))}},
        {"files": {"data": ("blob", json.dumps(FIELDS), "application/json")}},
        {"data": {"data": json.dumps(FIELDS)}},
        {"json": FIELDS},
        {"json": {"data": FIELDS}},
        {"data": {f"data[{name}]": str(value).lower() if value is True else value for name, value in FIELDS.items()}},
        {"data": {**FIELDS, "debug": "true"}},
        {"files": {name: (None, "true" if value is True else value) for name, value in FIELDS.items()}},
        {"files": {"data": (None, json.dumps({"title": FIELDS["title"], "debug": 1})), "repo": (None, FIELDS["repo"])}},
        {
            "data": 'data={"title":"Caf\u00e9 %26 Co","repo":"https://example.com/a.git","debug":"true"}',
            "headers": FORM,
        },
    ],
    ids=["part", "blob", "form", "json", "wrapped", "nested", "flat form", "flat parts", "mixed", "curl"],
)
def test_each_encoding(owner: Client, options: dict[str, Any]) -> None:
    response = owner.raw("POST", "/api/v1/apps/", **options)
    assert response.status_code == 201, response.text
    app = response.json()
    assert {name: app[name] for name in ("title", "repo", "debug")} == {
        name: FIELDS[name] for name in ("title", "repo", "debug")
    }


def test_nested_field_names_with_a_file(owner: Client) -> None:
    key = owner.key("ios")
    response = owner.raw(
        "POST",
        "/api/v1/apps",
        data={"data[title]": "Nested", "data[create_method]": "file", "data[keys][ios][id]": str(key["id"])},
        files={"file": ("index.html", b"<p>")},
    )
    assert response.json()["keys"]["ios"]["id"] == key["id"]


def test_lists_in_text_fields(owner: Client) -> None:
    app = owner.app()
    for options in ({"data": {"platforms": "android,ios"}}, {"data": {"platforms": '["android","ios"]'}}):
        before = owner.ok("GET", f"/apps/{app['id']}")["last_build"]
        assert owner.raw("POST", f"/api/v1/apps/{app['id']}/build", **options).status_code == 202
        assert before is not None


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"files": {"data": (None, "{broken")}}, "data is not valid JSON"),
        ({"data": {"data": "[1]"}}, "data must be a JSON object"),
        (
            {"data": {"data[a][b]": "1", "data[a]": "2", "data[a][c]": "3"}},
            "the names of the fields contradict each other",
        ),
        ({"data": {"title": "x", "repo": "y", "debug": "perhaps"}}, "debug must be true or false"),
        ({"json": {"title": {"a": 1}, "repo": "y"}}, "title must be a string"),
        ({"json": {"title": "x", "repo": "y", "keys": 3}}, "keys must be an object"),
        ({"data": b"x", "headers": {"Content-Type": "multipart/form-data"}}, "the multipart body has no boundary"),
        (
            {"data": b"--other--", "headers": {"Content-Type": "multipart/form-data; boundary=this"}},
            "the multipart body cannot be read",
        ),
    ],
)
def test_rejects_invalid_bodies(owner: Client, options: dict[str, Any], text: str) -> None:
    response = owner.raw("POST", "/api/v1/apps", **options)
    assert (response.status_code, response.json()) == (400, {"error": text})


@pytest.mark.parametrize("cut", [True, False])
def test_accepts_a_content_length_in_characters(emulator: Emulator, cut: bool) -> None:
    """Send a header that ends with a semicolon, and a Content-Length that counts umlauts as one byte."""
    boundary = "----client"
    text = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="title";\r\n\r\nÜöä\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="ignore";\r\n\r\n\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="repo";\r\n\r\nowner/name\r\n--{boundary}--'
    )
    closing = "Connection: close\r\n" if cut else ""
    head = (
        f"POST /api/v1/apps HTTP/1.1\r\nHost: {emulator.phonegap_url.split('/')[2]}\r\n"
        f"Authorization: token {emulator.phonegap_tokens['owner']}\r\n{closing}"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    host, port = emulator.phonegap_url.split("/")[2].split(":")
    # The client either cuts its body to that length, or sends all of it.
    sent = text.encode()[: len(text)] if cut else text.encode()
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head.encode() + sent)
        response = b""
        while chunk := connection.recv(65536):
            response += chunk
    assert b" 201 " in response.splitlines()[0]
    app = json.loads(response.partition(b"\r\n\r\n")[2])
    assert (app["title"], app["repo"]) == ("Üöä", "owner/name")


@given(st.binary(max_size=60), st.integers(min_value=0, max_value=12))
def test_complete_body_restores_the_final_delimiter(content: bytes, missing: int) -> None:
    whole = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n' + content + b"x\r\n--b--"
    assert complete_body(whole[: len(whole) - min(missing, 6)], b"b").rstrip() == whole

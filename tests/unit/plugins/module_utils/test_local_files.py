# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local files: names that macOS decomposed, and contents that are not quite base64."""

from __future__ import annotations

import base64
import unicodedata
from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import LocalFileError, OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import (
    composed,
    decode_content,
    find_in_other_form,
    read_file,
)
from ansible_collections.mobileops.ci.plugins.plugin_utils._file_finder import FileFinder
from tests.signing_files import OddCertificate
from tests.signing_files.pkcs12 import certificate_bag, key_bag, pfx, plain_part

NFC = unicodedata.normalize("NFC", "Zürich/Müller é.p12")
NFD = unicodedata.normalize("NFD", NFC)


@pytest.mark.parametrize(("on_disk", "declared"), [(NFD, NFC), (NFC, NFD), (NFC, NFC)])
def test_names_are_found_in_either_form(tmp_path: Path, on_disk: str, declared: str) -> None:
    folder, _slash, name = on_disk.partition("/")
    (tmp_path / folder).mkdir()
    (tmp_path / folder / name).write_bytes(b"content")
    assert read_file(str(tmp_path / declared)).data == b"content"
    loader = DataLoader()
    for path in (declared, str(tmp_path / declared)):

        def find(path: str) -> str:
            """Find a file as an action plugin does."""
            return str(loader.path_dwim_relative_stack([str(tmp_path)], "files", path))

        assert FileFinder(find, bytes).read(path).data == b"content"


def test_other_names_are_not_found(tmp_path: Path) -> None:
    (tmp_path / "Muller.p12").write_bytes(b"x")
    for name in ("Müller.p12", "Muller.p13", "nowhere/Müller.p12", "Muller.p12/Müller"):
        assert find_in_other_form(str(tmp_path / name)) is None
        with pytest.raises(LocalFileError):
            read_file(str(tmp_path / name))


def test_composed() -> None:
    assert NFC != NFD
    assert composed(NFC) == composed(NFD) == NFC


def keystore() -> bytes:
    odd = OddCertificate()
    return pfx([plain_part(key_bag(odd.key, "secret1"), certificate_bag(odd.der))], "secret1")


def test_a_byte_order_mark_and_the_frame_of_certutil_are_removed() -> None:
    data = keystore()
    text = base64.encodebytes(data).decode()
    framed = f"-----BEGIN CERTIFICATE-----\r\n{text}-----END CERTIFICATE-----\r\n"
    for given in (text, f"\ufeff{text}", framed, f"\ufeff{framed}"):
        assert decode_content(given).data == data


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no base64!", "characters that base64 does not have"),
        (base64.urlsafe_b64encode(b"\xff\xfe\xfd" * 9).decode(), "variant of base64 for URLs"),
        (base64.b64encode(b"x" * 30).decode()[:-1], "cut off or has wrong padding"),
        (base64.b64encode(b"x" * 31).decode()[:-1], "cut off or has wrong padding"),
        ("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----", "text in PEM form"),
        ("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----", "text in PEM form"),
    ],
)
def test_errors_of_a_content_are_named(text: str, words: str) -> None:
    with pytest.raises(OptionError) as error:
        decode_content(text, "files: entry 2: content")
    assert error.value.message.startswith("files: entry 2: content: this is ")
    assert words in error.value.message
    assert text not in error.value.message

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged and hostile files: no exception, bounded time and memory, and the usual result.

`make fuzz-signing` inspects 100,000 mutations of all kinds. These tests inspect a few of them, the
same in each run, and files that are slow to read.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import SIGNING_KINDS, Inspection
from tests.helpers.signing.samples import NOW, Sample, authority
from tests.helpers.signing.tools import MANY_ROUNDS
from tests.signing_files import der

from .fuzz import changed_inside, check, genuine, mutated

MUTATIONS = 12
# The limit is two seconds. A machine that does several things at once gets more.
A_LONG_TIME_S = 5.0


def quickly(sample: Sample, data: bytes, expected: str | None) -> Inspection:
    started = time.thread_time()
    found = sample.inspected(data, expected)
    assert time.thread_time() - started < A_LONG_TIME_S
    check(found)
    return found


@pytest.mark.parametrize("name", [name for name in genuine() if name not in MANY_ROUNDS])
def test_changed_files(name: str) -> None:
    dice = random.Random(name)
    sample = genuine()[name]
    quickly(sample, sample.data, None)
    for _turn in range(MUTATIONS):
        quickly(sample, mutated(sample.data, dice), dice.choice((None, None, *SIGNING_KINDS)))


def test_files_changed_inside() -> None:
    dice = random.Random(2)
    for _turn in range(100):
        sample = changed_inside(dice)
        for expected in ("android_keystore", "build_certificate"):
            quickly(sample, sample.data, expected)


@pytest.mark.parametrize("name", ["profile, streamed", "identity, no password", "keystore JKS", "keystore BKS"])
def test_cut_off_everywhere(name: str) -> None:
    sample = genuine()[name]
    for size in range(0, len(sample.data), max(1, len(sample.data) // 60)):
        assert quickly(sample, sample.data[:size], None).findings


BEGINNINGS = (
    b"",
    b"\x30\x80",
    b"\xfe\xed\xfe\xed\x00\x00\x00\x02",
    b"\x30\x82\x10\x00\x02\x01\x03\x30",
    b"\x00\x00\x00\x02\x00\x00\x00\x14",
)


def test_random_bytes() -> None:
    dice = random.Random(1)
    for _turn in range(100):
        data = dice.choice(BEGINNINGS) + dice.randbytes(dice.choice((0, 1, 10, 100, 5000)))
        for expected in (None, *SIGNING_KINDS):
            quickly(Sample(data, "x", "y", "z"), data, expected)


def in_signed_data(*parts: bytes) -> bytes:
    return der.sequence(der.identifier("1.2.840.113549.1.7.2"), der.tagged(0, der.sequence(der.INTEGER_1, *parts)))


def in_pfx(safe: bytes) -> bytes:
    content = der.sequence(der.identifier("1.2.840.113549.1.7.1"), der.tagged(0, der.octets(safe)))
    return der.sequence(der.integer(3), content)


def in_profile(body: bytes) -> bytes:
    head = b'<plist version="1.0"><dict><key>UUID</key><string>a</string><key>ExpirationDate</key>'
    date = b"<date>2027-01-01T00:00:00Z</date><key>Entitlements</key><dict><key>a</key><array>"
    return authority().sign(head + date + body + b"</array></dict></dict></plist>")


def bombs() -> Iterator[tuple[str, bytes]]:
    """Yield small files that would take long, or much memory, if they were read to the end."""
    many = b"\x30\x00" * 450_000
    data = der.identifier("1.2.840.113549.1.7.1")
    no_digests, content = b"\x31\x00", der.sequence(data, der.tagged(0, der.octets(b"x")))
    yield "certificates", in_signed_data(no_digests, content, der.tagged(0, many), b"\x31\x00")
    yield "signers", in_signed_data(no_digests, content, b"\x31" + der.sequence(many)[1:])
    chunks = der.open_sequence(data, der.open_tagged(0, der.open_octets(b"\x04\x00" * 450_000)))
    yield "chunks", in_signed_data(no_digests, chunks)
    yield "nested", in_signed_data(b"\x30\x80" * 450_000)
    bag = der.sequence(der.identifier("1.2.840.113549.1.12.10.1.2"), der.tagged(0, b"\x30\x00"))
    yield "bags", in_pfx(der.sequence(der.sequence(data, der.tagged(0, der.octets(der.sequence(bag * 40_000))))))
    # bytes() of a number is that many zeros.
    number = der.sequence(data, der.tagged(0, der.integer(2**31)))
    bag = der.sequence(der.identifier("1.2.840.113549.1.12.10.1.3"), der.tagged(0, number))
    yield "number", in_pfx(der.sequence(der.sequence(data, der.tagged(0, der.octets(der.sequence(bag))))))
    yield "elements", in_profile(b"<true/>" * 30_000)
    yield "levels", in_profile(b"<array>" * 20_000)
    yield "closed levels", in_profile(b"<array>" * 20_000 + b"</array>" * 20_000)
    yield "digits", in_profile(b"<integer>" + b"9" * 900_000 + b"</integer>")
    yield "jks", b"\xfe\xed\xfe\xed\x00\x00\x00\x02\xff\xff\xff\xff" + bytes(900_000)


BOMBS = dict(bombs())


@pytest.mark.parametrize("name", list(BOMBS))
def test_bombs(name: str) -> None:
    data = BOMBS[name]
    inspect_file(b"", expected=None, now=NOW)
    tracemalloc.start()
    try:
        found = quickly(Sample(data), data, None)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.errors, name
    assert peak < 150 * 1024 * 1024

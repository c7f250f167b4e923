# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged and hostile files: never an exception, bounded time and memory, and the same shape of answer.

With MOBILEOPS_CI_TEST_CASES=all in the environment for a minute instead of seconds.
"""

from __future__ import annotations

import json
import os
import random
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import (
    CERTIFICATE_KEYS,
    KEYSTORE_KEYS,
    KINDS,
    PROFILE_KEYS,
    Inspection,
)
from tests.signing_files import der

from . import tools
from .samples import NOW, Sample, authority, samples

ROUNDS = 1500 if os.environ.get("MOBILEOPS_CI_TEST_CASES") == "all" else 20
# What is said is a second; a machine that does several things at once gets more.
A_LONG_TIME_S = 5.0
KEYS = dict(zip(KINDS, (PROFILE_KEYS, CERTIFICATE_KEYS, KEYSTORE_KEYS), strict=True))
LENGTHS = (0x00, 0x7F, 0x80, 0x81, 0x84, 0xFF, 0x24, 0x30, 0x31, 0xA0)


def check(found: Inspection) -> None:
    json.dumps(found.details, allow_nan=False)
    assert found.kind is None or found.kind in KINDS
    assert tuple(found.details) in ((), KEYS.get(found.kind or "", ()))
    for finding in found.findings:
        assert finding.message.endswith(".")
        assert len(finding.message) < 1500


def quickly(sample: Sample, data: bytes, expected: str | None) -> Inspection:
    started = time.thread_time()
    found = sample.inspected(data, expected)
    assert time.thread_time() - started < A_LONG_TIME_S
    check(found)
    return found


def genuine() -> dict[str, Sample]:
    recordings = {
        name: Sample(facts["data"], tools.PASSWORD, facts.get("alias"), facts.get("private_key_password"))
        for name, facts in tools.recorded().items()
    }
    return {**samples(), **recordings, "identity, open lengths": Sample(der.open_lengths(samples()["identity"].data))}


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Changed in a few places; more often where the structure is, which is mostly at the beginning."""
    changed = bytearray(data)
    for _turn in range(dice.choice((1, 1, 1, 2, 3, 8))):
        at = dice.choice((dice.randrange(len(changed)), min(len(changed) - 1, int(dice.expovariate(1 / 60)))))
        way = dice.randrange(6)
        if way == 0:
            changed[at] = dice.randrange(256)
        elif way == 1:
            changed[at] ^= 1 << dice.randrange(8)
        elif way == 2:
            del changed[at : at + dice.randrange(1, 50)]
        elif way == 3:
            changed[at:at] = dice.randbytes(dice.randrange(1, 20))
        elif way == 4:
            changed[at] = dice.choice(LENGTHS)
        else:
            del changed[at + 1 :]
        if not changed:
            break
    return bytes(changed)


@pytest.mark.parametrize("name", list(genuine()))
def test_changed_files(name: str) -> None:
    dice = random.Random(name)
    sample = genuine()[name]
    quickly(sample, sample.data, None)
    for _turn in range(ROUNDS):
        quickly(sample, mutated(sample.data, dice), dice.choice((None, None, *KINDS)))


@pytest.mark.parametrize("name", ["profile, streamed", "identity, no password", "keystore JKS"])
def test_cut_off_everywhere(name: str) -> None:
    sample = genuine()[name]
    for size in range(0, len(sample.data), max(1, len(sample.data) // (3 * ROUNDS))):
        assert quickly(sample, sample.data[:size], None).errors


BEGINNINGS = (
    b"",
    b"\x30\x80",
    b"\xfe\xed\xfe\xed\x00\x00\x00\x02",
    b"\x30\x82\x10\x00\x02\x01\x03\x30",
    b"\x00\x00\x00\x02\x00\x00\x00\x14",
)


def test_random_bytes() -> None:
    dice = random.Random(1)
    for _turn in range(10 * ROUNDS):
        data = dice.choice(BEGINNINGS) + dice.randbytes(dice.choice((0, 1, 10, 100, 5000)))
        for expected in (None, *KINDS):
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
    """Little files that would take long, or much memory, if they were read to the end."""
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
    yield "elements", in_profile(b"<true/>" * 60_000)
    yield "levels", in_profile(b"<array>" * 50_000)
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

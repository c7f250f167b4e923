# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutations of genuine signing files, inspected under limits of time and memory.

    python -m tests.unit.plugins.signing.fuzz --count 100000

It ends with an error if an inspection raises an exception, takes more than two seconds of processor time, or if the
process grows by more than 200 MiB.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import (
    CERTIFICATE_KEYS,
    KEYSTORE_KEYS,
    PROFILE_KEYS,
    SIGNING_KINDS,
    Inspection,
)
from tests.helpers.signing import tools
from tests.helpers.signing.samples import Sample, android_key, samples
from tests.signing_files import JavaKey, OddCertificate, bks_keystore, der, jceks_keystore, jks_keystore
from tests.signing_files.pkcs12 import (
    WITHOUT_ZEROS,
    certificate_bag,
    encrypted_part,
    key_bag,
    legacy_key_bag,
    nested_bag,
    pfx,
    plain_part,
    private_bytes,
)

SECONDS, MIB = 2.0, 200
KEYS = dict(zip(SIGNING_KINDS, (PROFILE_KEYS, CERTIFICATE_KEYS, KEYSTORE_KEYS), strict=True))
LENGTHS = (0x00, 0x7F, 0x80, 0x81, 0x84, 0xFF, 0x24, 0x30, 0x31, 0xA0)
PASSWORD = "secret1"


@cache
def genuine() -> dict[str, Sample]:
    """Return files of all kinds."""
    recordings = {
        name: Sample(facts["data"], tools.PASSWORD, facts.get("alias"), facts.get("private_key_password"))
        for name, facts in tools.recorded().items()
    }
    odd = OddCertificate(null_parameters=True)
    key, certificate = key_bag(odd.key, PASSWORD, name="upload"), certificate_bag(odd.der, name="upload")
    made = {
        "nested": pfx([plain_part(nested_bag(key, nested_bag(certificate)))], PASSWORD),
        "encrypted parts": pfx(
            [encrypted_part(PASSWORD, nested_bag(key)), encrypted_part(PASSWORD, certificate)], None
        ),
        "PBMAC1": pfx([plain_part(key, certificate)], PASSWORD, pbmac1=True),
        "JKS": jks_keystore([JavaKey.of(android_key())], PASSWORD, trusted=[("root", odd.der)]),
        "JCEKS": jceks_keystore([JavaKey.of(android_key())], PASSWORD),
        "BKS": bks_keystore([JavaKey.of(android_key())], PASSWORD),
        "BKS, version 1": bks_keystore([JavaKey.of(android_key())], PASSWORD, version=1),
    }
    empty = pfx([plain_part(legacy_key_bag(odd.key, WITHOUT_ZEROS), certificate)], None, bmp=WITHOUT_ZEROS)
    return {
        **samples(),
        **recordings,
        **{name: Sample(data, PASSWORD, "upload", PASSWORD) for name, data in made.items()},
        "an empty password without zeros": Sample(empty),
        "identity, open lengths": Sample(der.open_lengths(samples()["identity"].data), samples()["identity"].password),
    }


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Return the data with a few changes, more of them at the beginning, where the structure is."""
    changed = bytearray(data)
    for _turn in range(dice.choice((1, 1, 1, 2, 3, 8))):
        at = dice.choice((dice.randrange(len(changed)), min(len(changed) - 1, int(dice.expovariate(1 / 60)))))
        way = dice.randrange(7)
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
        elif way == 5:
            start = dice.randrange(len(changed))
            changed[at:at] = changed[start : start + dice.randrange(1, 400)]
        else:
            del changed[at + 1 :]
        if not changed:
            break
    return bytes(changed)


def changed_inside(dice: random.Random) -> Sample:
    """Return a file with changes that its password and its checksum do not show."""
    odd, way = OddCertificate(null_parameters=True), dice.randrange(5)
    plain = mutated(private_bytes(odd.key), dice) if way == 0 else private_bytes(odd.key)
    own = mutated(odd.der, dice) if way == 1 else odd.der
    key = key_bag(plain, dice.choice((PASSWORD, None)), name="upload", local_id=b"1", rounds=20)
    bags = key + certificate_bag(own, name="upload", local_id=b"1")
    if way == 2:
        part = encrypted_part(PASSWORD, rounds=20, content=mutated(der.sequence(bags), dice))
    else:
        part = plain_part(mutated(bags, dice) if way == 3 else bags)
    data = pfx([mutated(part, dice) if way == 4 else part], dice.choice((PASSWORD, None)), rounds=20)
    return Sample(data, PASSWORD, dice.choice(("upload", None)), dice.choice((PASSWORD, None)))


def check(found: Inspection) -> None:
    json.dumps(found.details, allow_nan=False)
    assert found.kind is None or found.kind in SIGNING_KINDS
    assert tuple(found.details) in ((), KEYS.get(found.kind or "", ()))
    for finding in found.findings:
        assert finding.message.endswith("."), finding.message
        assert len(finding.message) < 1500


def run(count: int, seed: int) -> dict[str, object]:
    """Inspect this number of mutations. Return what happened."""
    files, dice = list(genuine().items()), random.Random(seed)
    codes: Counter[str] = Counter()
    failures: list[str] = []
    slowest = 0.0
    reset_peak()
    before = peak_mib()
    for turn in range(count):
        if turn % 4 == 0:
            name, sample = "changed inside", changed_inside(dice)
            data = sample.data
        else:
            name, sample = files[turn % len(files)]
            data = mutated(sample.data, dice)
        started = time.thread_time()
        try:
            found = sample.inspected(data, dice.choice((None, None, *SIGNING_KINDS)))
            check(found)
        except Exception as error:
            failures.append(f"seed {seed}, turn {turn}, {name}: {type(error).__name__}: {error}: {data.hex()}")
            continue
        took = time.thread_time() - started
        slowest = max(slowest, took)
        if took > SECONDS:
            failures.append(f"seed {seed}, turn {turn}, {name}: {took:.1f} s: {data.hex()}")
        codes.update(finding.code for finding in found.findings)
    grown = peak_mib() - before
    if grown > MIB:
        failures.append(f"seed {seed}: the process grew by {grown:.0f} MiB")
    return {
        "count": count,
        "slowest_s": round(slowest, 2),
        "grown_mib": round(grown),
        "codes": codes,
        "failures": failures,
    }


def reset_peak() -> None:
    """Begin to measure memory: a process starts with the peak of its parent."""
    with Path("/proc/self/clear_refs").open("w", encoding="ascii") as file:
        file.write("5")


def peak_mib() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    if given.workers == 1:
        print(json.dumps(run(given.count, given.seed)))
        return 0
    share = -(-given.count // given.workers)
    command = [sys.executable, "-m", __spec__.name, "--workers", "1", "--count", str(share), "--seed"]
    started = [
        subprocess.Popen([*command, str(given.seed + number)], stdout=subprocess.PIPE, text=True)
        for number in range(given.workers)
    ]
    results = [json.loads(process.communicate()[0] or '{"failures": ["no result"]}') for process in started]
    codes: Counter[str] = sum((Counter(one.pop("codes", {})) for one in results), Counter())
    for one in results:
        print({key: value for key, value in one.items() if key != "failures"})
    print("Findings:", ", ".join(f"{code} {number}" for code, number in codes.most_common()))
    failures = [failure for one in results for failure in one["failures"]]
    for failure in failures:
        print(failure[:2000])
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

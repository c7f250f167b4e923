# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which provisioning profiles and certificates belong together."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, Optional, TypeVar

Label = TypeVar("Label", bound=Hashable)
Fingerprints = Optional[Collection[str]]


@dataclass(frozen=True)
class Unpaired(Generic[Label]):
    """Labels of files that lack their counterpart, in the order given."""

    profiles: tuple[Label, ...]  # embed none of the certificates
    certificates: tuple[Label, ...]  # are embedded by no profile


def unpaired(profiles: Mapping[Label, Fingerprints], certificates: Mapping[Label, Fingerprints]) -> Unpaired[Label]:
    """What does not belong together, told by `Inspection.sha1s` of each file.

    None for a file that could not be read: nothing that it might belong to is called unpaired.
    """
    embedded = _all(profiles)
    held = _all(certificates)
    return Unpaired(
        profiles=tuple(label for label, own in profiles.items() if _lacks(own, held)),
        certificates=tuple(label for label, own in certificates.items() if _lacks(own, embedded)),
    )


def _all(files: Mapping[Label, Fingerprints]) -> Fingerprints:
    found: set[str] = set()
    for fingerprints in files.values():
        if fingerprints is None:
            return None
        found.update(fingerprint.lower() for fingerprint in fingerprints)
    return found


def _lacks(own: Fingerprints, others: Fingerprints) -> bool:
    if own is None or others is None:
        return False
    return not any(fingerprint.lower() in others for fingerprint in own)

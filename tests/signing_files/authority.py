# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certification authority shaped like Apple's: a root, the intermediate for developers, and a signer of profiles."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cryptography import x509

from . import certificates, cms, profile
from .certificates import Signer, Validity
from .identity import Identity, IdentityKind
from .keys import elliptic_key, private_key
from .keystore import AndroidKey
from .profile import ProfileType, ProvisioningProfile, Team

ONE_YEAR = dt.timedelta(days=365)
A_DEVICE = "00008110-000A1B2C3D4E5F60"


@dataclasses.dataclass(frozen=True)
class Authority:
    """Issues identities and signs profiles. ``clock`` is the moment that all default dates refer to."""

    root: Signer
    developer_relations: Signer
    profile_signer: Signer
    clock: dt.datetime
    _count: Iterator[int] = dataclasses.field(default_factory=itertools.count, repr=False)

    @classmethod
    def create(cls, clock: dt.datetime | None = None) -> Authority:
        moment = (clock or dt.datetime.now(dt.UTC)).replace(microsecond=0)
        decades = Validity(moment - 8 * ONE_YEAR, moment + 12 * ONE_YEAR)
        root = certificates.issue_authority(
            certificates.apple_name("Apple Root CA", "Apple Certification Authority"),
            private_key("root"),
            issuer=None,
            validity=decades,
        )
        developer_relations = certificates.issue_authority(
            certificates.apple_name("Apple Worldwide Developer Relations Certification Authority", "G3"),
            private_key("developer relations"),
            issuer=root,
            validity=decades,
            marks=(certificates.MARK_WWDR_INTERMEDIATE,),
        )
        profile_signer = certificates.issue_signing(
            certificates.apple_name("Apple iPhone OS Provisioning Profile Signing"),
            private_key("profile signer"),
            issuer=developer_relations,
            validity=decades,
        )
        return cls(root, developer_relations, profile_signer, moment)

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        return (self.developer_relations.certificate, self.root.certificate)

    def identity(
        self,
        kind: IdentityKind,
        team: Team,
        *,
        common_name: str | None = None,
        not_before: dt.datetime | None = None,
        not_after: dt.datetime | None = None,
        elliptic: bool = False,
    ) -> Identity:
        """A new certificate with a key of its own; without dates it began yesterday and holds for a year."""
        number = next(self._count)
        begin = not_before or self.clock - dt.timedelta(days=1)
        signer = certificates.issue_signing(
            certificates.developer_name(
                user_id=f"{team.identifier}{number:04}",
                common_name=common_name or f"{kind.value}: {team.name} ({team.identifier})",
                team_id=team.identifier,
                team_name=team.name,
            ),
            (elliptic_key if elliptic else private_key)(f"identity {number}"),
            issuer=self.developer_relations,
            validity=Validity(begin, not_after or begin + ONE_YEAR),
            marks=kind.marks,
        )
        return Identity(kind, signer.certificate, signer.key, self.chain)

    def profile(
        self,
        *,
        name: str,
        type: ProfileType,  # noqa: A002 -- the word that Apple's portal uses
        bundle_id: str,
        identities: Sequence[Identity],
        team: Team,
        created_at: dt.datetime | None = None,
        expires_at: dt.datetime | None = None,
        devices: Sequence[str] | None = None,
        platforms: Sequence[str] = ("iOS", "xrOS", "visionOS"),
        uuid: str | None = None,
        extra_entitlements: Mapping[str, Any] | None = None,
    ) -> ProvisioningProfile:
        """A signed profile that embeds the certificates of the identities, and no others."""
        begin = created_at or self.clock - dt.timedelta(days=1)
        if devices is None:
            devices = [A_DEVICE] if type.lists_devices else []
        return self.sign_profile(
            profile.properties(
                name=name,
                type=type,
                bundle_id=bundle_id,
                identities=identities,
                team=team,
                created_at=begin,
                expires_at=expires_at or begin + ONE_YEAR,
                devices=devices,
                platforms=platforms,
                uuid=uuid,
                extra_entitlements=extra_entitlements or {},
            )
        )

    def sign_profile(
        self,
        properties: Mapping[str, Any],
        *,
        digest: str = "sha256",
        streamed: bool = False,
        with_chain: bool = False,
        signer: Signer | None = None,
    ) -> ProvisioningProfile:
        """Sign any property list as a profile, also one that Apple would never write."""
        content = profile.to_plist(properties)
        signed = self.sign(content, digest=digest, streamed=streamed, with_chain=with_chain, signer=signer)
        return ProvisioningProfile(properties, signed)

    def sign(
        self,
        content: bytes,
        *,
        digest: str = "sha256",
        streamed: bool = False,
        with_chain: bool = False,
        signer: Signer | None = None,
    ) -> bytes:
        """Return CMS signed data around the content.

        `digest`: "sha256", or "sha1" as in old profiles. `streamed`: with open lengths, as Apple's tools write them.
        `with_chain`: with the certificates that issued the signer's, as Apple writes them. They show that this
        authority is not Apple's, which is why they are left out by default.
        """
        chain = self.chain if with_chain else ()
        return cms.signed_data(content, signer or self.profile_signer, chain, digest=digest, streamed=streamed)

    def android_key(
        self,
        alias: str,
        *,
        common_name: str = "Acme Ltd",
        not_before: dt.datetime | None = None,
        not_after: dt.datetime | None = None,
        elliptic: bool = False,
    ) -> AndroidKey:
        """A key for an Android keystore; it vouches for itself. Without dates it holds for 27 years."""
        begin = not_before or self.clock - dt.timedelta(days=1)
        signer = certificates.issue_self_signed(
            certificates.android_name(common_name),
            (elliptic_key if elliptic else private_key)(f"android {alias}"),
            validity=Validity(begin, not_after or begin + 27 * ONE_YEAR),
        )
        return AndroidKey(alias, signer.certificate, signer.key)

# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certification authority like Apple's: a root, the intermediate for developers, and a signer of profiles."""

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
    """Issues identities and signs profiles. All default dates are relative to ``clock``."""

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
        """Return a new certificate with its own key. By default it began yesterday and is valid for a year."""
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
        type: ProfileType,  # noqa: A002 -- the term of Apple's portal
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
        """Return a signed profile that embeds only the certificates of these identities."""
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
        """Return a signed profile with any property list, even one that Apple would not write."""
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
        """Return CMS signed data with the content.

        `digest` is "sha256", or "sha1" as in old profiles. `streamed` writes indefinite lengths, as Apple's tools do.
        `with_chain` includes the issuers of the signer's certificate, as Apple does. They show that this authority is
        not Apple's, so they are omitted by default.
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
        """Return a self-signed key for an Android keystore. By default it is valid for 27 years."""
        begin = not_before or self.clock - dt.timedelta(days=1)
        signer = certificates.issue_self_signed(
            certificates.android_name(common_name),
            (elliptic_key if elliptic else private_key)(f"android {alias}"),
            validity=Validity(begin, not_after or begin + 27 * ONE_YEAR),
        )
        return AndroidKey(alias, signer.certificate, signer.key)

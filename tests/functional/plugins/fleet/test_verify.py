# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation in fleets: each file is inspected once, and profiles are compared with the declared certificates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files import verify
from tests.helpers.fleet import APPS, ONE, TWO, Fleet, check_then_run_then_rerun, declared
from tests.helpers.service import CERTIFICATES, PROFILES, READING, a_file, sha256
from tests.signing_files import Authority, Identity, IdentityKind, ProfileType, Team

TEAM = Team("A1B2C3D4E5", "Acme Ltd")


class Files:
    def __init__(self) -> None:
        authority = Authority.create()
        own, other = (authority.identity(IdentityKind.DISTRIBUTION, TEAM) for _number in range(2))

        def profile(identities: Sequence[Identity]) -> bytes:
            return authority.profile(
                name="Shop", type=ProfileType.APP_STORE, bundle_id="com.acme.shop", identities=identities, team=TEAM
            ).content

        self.p12, self.other_p12 = own.pkcs12("one"), other.pkcs12("one")
        self.fits, self.fits_not = profile([other, own]), profile([other])


@pytest.fixture(scope="module")
def files() -> Files:
    return Files()


def strict(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    return declared(name, content, verify="strict", **more)


def test_each_file_is_validated_once(fleet: Fleet, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    look = verify.inspect_file

    def counted(data: bytes, **options: Any) -> Any:
        looked.append(sha256(data))
        return look(data, **options)

    monkeypatch.setattr(verify, "inspect_file", counted)
    fleet.holds(APPS[:6])
    task = fleet.task(
        APPS[:6],
        build_certificates=[strict("dist.p12", files.p12, certificate_password="one")],
        provisioning_profiles=[strict("dist", files.fits)],
    )
    check_then_run_then_rerun(task)
    # In check mode and in the run. The second run has nothing to upload, so it validates no file.
    assert sorted(looked) == sorted([sha256(files.p12), sha256(files.fits)] * 2)


def test_profile_that_does_not_fit(fleet: Fleet, files: Files) -> None:
    """Reject it in the apps that would get it, before anything in them changes."""
    fleet.holds({ONE: {}, TWO: {PROFILES: [a_file("dist", files.fits_not)]}})
    task = fleet.task(
        [ONE, TWO],
        build_certificates=[strict("dist.p12", files.p12, certificate_password="one")],
        provisioning_profiles=[strict("dist", files.fits_not)],
    )
    fleet.forget()
    failed = task.fail(check_mode=True)
    assert set(fleet.asked()) <= READING
    assert failed["apps"] == task.result(check_mode=True)["apps"]
    failed = task.fail()
    error = failed["apps"][ONE]["error"]
    assert error["kind"] == "verify"
    for part in ("Provisioning profile dist", ONE, "does not embed any certificate", "dist.p12", "Set verify=warn"):
        assert part in error["msg"]
    assert fleet.contents(CERTIFICATES) == {ONE: [], TWO: [("dist.p12", sha256(files.p12))]}
    warned = task.with_options(provisioning_profiles=[declared("dist", files.fits_not, verify="warn")]).run()
    assert any("does not embed any certificate" in text for text in warned["warnings"])


def test_a_new_certificate_that_no_profile_in_sync_embeds(fleet: Fleet, files: Files) -> None:
    """Reject it before anything changes: builds could no longer sign with the profile that stays."""
    old, new = [("dist.p12", sha256(files.other_p12))], [("dist.p12", sha256(files.p12))]
    fleet.holds(
        {ONE: {CERTIFICATES: [a_file("dist.p12", files.other_p12)], PROFILES: [a_file("dist", files.fits_not)]}}
    )
    task = fleet.task(
        [ONE],
        build_certificates=[strict("dist.p12", files.p12, certificate_password="one")],
        provisioning_profiles=[strict("dist", files.fits_not)],
    )
    fleet.forget()
    for check_mode in (True, False):
        error = task.fail(check_mode=check_mode)["apps"][ONE]["error"]
        assert error["kind"] == "verify"
        for part in (
            "Provisioning profile dist",
            "does not embed any certificate",
            "Set verify=warn to continue anyway.",
        ):
            assert part in error["msg"]
    assert set(fleet.asked()) <= READING
    assert fleet.contents(CERTIFICATES) == {ONE: old}
    warned = task.with_options(provisioning_profiles=[declared("dist", files.fits_not, verify="warn")]).run()
    assert any("does not embed any certificate" in text for text in warned["warnings"])
    assert fleet.contents(CERTIFICATES) == {ONE: new}


def test_profiles_in_sync_are_not_rejected_without_a_reason(fleet: Fleet, files: Files) -> None:
    """Accept them if their certificate may stay in the app, or is declared without validation."""
    other, profile = a_file("old.p12", files.other_p12), a_file("dist", files.fits_not)
    own = strict("dist.p12", files.p12, certificate_password="one")
    profiles = [strict("dist", files.fits_not)]

    fleet.holds({ONE: {CERTIFICATES: [other], PROFILES: [profile]}})
    assert "warnings" not in fleet.task([ONE], build_certificates=[own], provisioning_profiles=profiles).run()

    replaced = a_file("dist.p12", b"another one")
    fleet.holds({ONE: {CERTIFICATES: [other, replaced], PROFILES: [profile]}})
    warned = fleet.task([ONE], build_certificates=[own], provisioning_profiles=profiles).run()
    assert any("builds may no longer be able to sign with it" in text for text in warned["warnings"])

    fleet.holds({ONE: {CERTIFICATES: [other, replaced], PROFILES: [profile]}})
    both = [own, declared("old.p12", files.other_p12, verify="none")]
    assert "warnings" not in fleet.task([ONE], build_certificates=both, provisioning_profiles=profiles).run()


def test_the_certificate_of_a_profile_in_sync_is_purged(fleet: Fleet, files: Files) -> None:
    fleet.holds({ONE: {CERTIFICATES: [a_file("old.p12", files.other_p12)], PROFILES: [a_file("dist", files.fits_not)]}})
    task = fleet.task(
        [ONE],
        build_certificates=[strict("dist.p12", files.p12, certificate_password="one")],
        provisioning_profiles=[strict("dist", files.fits_not)],
        purge=["build_certificates"],
    )
    for check_mode in (True, False):
        error = task.fail(check_mode=check_mode)["apps"][ONE]["error"]
        assert error["kind"] == "verify"
        assert "does not embed any certificate" in error["msg"]
    assert fleet.contents(CERTIFICATES) == {ONE: [("old.p12", sha256(files.other_p12))]}


@pytest.mark.parametrize("certificates", [None, [], [{"name": "dist.p12", "is_expose": True, "verify": "strict"}]])
def test_no_warning_if_no_certificate_is_declared_with_its_content(
    fleet: Fleet, files: Files, certificates: Any
) -> None:
    fleet.holds({ONE: {CERTIFICATES: [a_file("dist.p12", files.p12)]}})
    task = fleet.task([ONE], build_certificates=certificates, provisioning_profiles=[strict("dist", files.fits_not)])
    assert "warnings" not in task.run()


def test_one_app_of_many(fleet: Fleet, files: Files) -> None:
    fleet.holds([ONE, TWO])
    own = {"app_slug": TWO, PROFILES: [strict("own", b"no profile")]}
    failed = fleet.task([ONE, own], provisioning_profiles=[strict("dist", files.fits)]).fail()
    assert failed["apps"][ONE]["error"] is None
    assert failed["apps"][TWO]["error"]["kind"] == "verify"
    assert fleet.contents(PROFILES)[TWO] == []

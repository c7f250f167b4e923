# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The upload of a file, request by request: what the service may refuse, change, delay or ignore."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files import upload
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.evidence import LATEST_CONFIRMATION_S
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import (
    CiError,
    ServiceError,
    UnclearOutcomeError,
)

from .application import BY, NEW, STOP, UPLOAD, FaultyClient, ModelClient, Run, refused
from .client import LOST
from .planning import Declaration
from .scenarios import file
from .service import File, ulid

CERTIFICATE = Declaration("X", is_expose=False, has_password=True)
TENTH = ulid(10, is_old=False)
LATER = "A run deletes it when it is an hour old."
UNCHANGED = "The files that it was to replace are unchanged."


def failed_transfer(kind: str = "storage") -> ServiceError:
    """Return a new error, because a run adds notes to it."""
    return refused(403, "PUT", kind)


def uploaded(client: ModelClient, declaration: Declaration = NEW) -> Run:
    """Run, and check that nothing but the upload has changed."""
    before = client.now
    run = Run(client, declaration)
    assert client.now[: len(before)] == before
    assert run.requests[:2] == [STOP, STOP]
    assert run.actions == [] if run.error else len(run.actions) == 1
    return run


@pytest.mark.parametrize(
    ("times", "requests", "left"),
    [
        pytest.param(1, ["POST", "PUT", "DELETE 10", *UPLOAD], [11], id="once"),
        pytest.param(2, ["POST", "PUT", "DELETE 10", "POST", "PUT", "DELETE 11"], [], id="twice"),
    ],
)
def test_an_expired_url_needs_a_new_file(times: int, requests: list[str], left: list[int]) -> None:
    client = FaultyClient((BY,), {"PUT": failed_transfer("signed_url_expired")}, times=times)
    run = uploaded(client)
    assert run.requests[2:] == requests
    assert [one.slug for one in client.now] == [1, *left]
    assert bool(run.error) is not bool(left)


def test_a_service_that_changes_the_name_is_asked_once() -> None:
    client = FaultyClient((BY,), changes={"POST": {"upload_file_name": "N_1"}})
    first = uploaded(client)
    assert first.requests[2:] == ["POST", "DELETE 10"]
    second = uploaded(client)
    assert second.requests[2:] == []
    for run in (first, second):
        assert run.error
        assert run.error.kind == "changed_name"
        assert "changes the name of the provisioning profile 'N' of app app1 to 'N_1'" in run.error.message


@pytest.mark.parametrize("name", ["N", "", None, 5])
def test_a_response_without_another_name_is_accepted(name: Any) -> None:
    assert uploaded(FaultyClient((BY,), changes={"POST": {"upload_file_name": name}})).error is None


def test_a_new_file_must_sort_behind_the_others() -> None:
    client = FaultyClient((BY, file(5, "X", name="other")), changes={"POST": {"slug": ulid(3, is_old=True)}})
    run = uploaded(client)
    assert run.requests[2:4] == ["POST", "DELETE 3"]
    assert run.error
    assert run.error.kind == "invalid_response"
    assert f"which sorts before {ulid(5, is_old=True)} although it is newer" in run.error.message


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 422])
def test_values_are_set_after_the_confirmation_if_the_service_refuses_them_before(status: int) -> None:
    client = FaultyClient((BY,), {"PATCH slot": refused(status, "PATCH")}, kind=BUILD_CERTIFICATE)
    run = uploaded(client, CERTIFICATE)
    assert run.error is None
    assert run.requests[2:] == [
        *("POST", "PUT", "PATCH slot", "CONFIRM", "PATCH certificate_password", "PATCH is_expose")
    ]
    assert run.outcome.files[0][1].is_expose is False
    # A missing file shows nothing about the service.
    assert client.observed.changes_unconfirmed is (None if status == 404 else False)


def test_another_failure_before_the_confirmation_ends_the_upload() -> None:
    error = refused(500, "PATCH")
    run = uploaded(FaultyClient((BY,), {"PATCH slot": error}, kind=BUILD_CERTIFICATE), CERTIFICATE)
    assert run.error is error
    assert run.requests[2:] == ["POST", "PUT", "PATCH slot", "DELETE 10"]


@pytest.mark.parametrize("is_known", [True, False])
def test_values_that_the_service_ignores_before_the_confirmation_are_set_after_it(*, is_known: bool) -> None:
    client = FaultyClient((BY,), changes={"PATCH slot": {"is_expose": True}}, kind=BUILD_CERTIFICATE)
    if is_known:
        client.observed.changes_unconfirmed = False
    before = [] if is_known else ["PATCH slot"]
    run = uploaded(client, CERTIFICATE)
    assert run.requests[2:] == ["POST", "PUT", *before, "CONFIRM", "PATCH certificate_password", "PATCH is_expose"]
    assert client.observed.changes_unconfirmed is False


@pytest.mark.parametrize("value", ["is_expose", "certificate_password"])
def test_values_that_the_service_ignores_at_last_are_an_error(value: str) -> None:
    ignored = {"is_expose": True, "certificate_password": "other"}[value]
    client = FaultyClient(
        (BY,),
        {"PATCH slot": refused(409, "PATCH")},
        {f"PATCH {value}": {value: ignored}},
        kind=BUILD_CERTIFICATE,
    )
    run = uploaded(client, CERTIFICATE)
    assert run.error
    assert run.error.kind == "invalid_response"
    assert f"accepted {value} for the uploaded build certificate of app app1 (slug {TENTH})" in run.error.message
    assert UNCHANGED in run.error.message


class Slow(FaultyClient):
    """A service that needs time to process a file after its confirmation. `reads`: how often the file is read."""

    unprocessed = 99
    reads = 0

    def _file(self, slug: str) -> dict[str, Any]:
        self.reads += 1
        return super()._file(slug)

    def _data(self, file: File) -> dict[str, Any]:
        data = super()._data(file)
        if self.requests[-1:] == ["CONFIRM"] or "WAIT" in self.requests[-1]:
            self.unprocessed -= 1
            data["processed"] = self.unprocessed < 0
        return data


@pytest.mark.parametrize(("unprocessed", "waits", "reads"), [(0, 1, 0), (1, 1, 1), (2, 2, 2), (9, 9, 9), (99, 9, 9)])
def test_a_run_waits_until_the_file_is_processed(unprocessed: int, waits: int, reads: int) -> None:
    client = Slow((BY,))
    client.unprocessed = unprocessed
    run = uploaded(client)
    assert run.requests[2:] == [*UPLOAD, *(f"WAIT {number}" for number in range(2, waits + 1))]
    assert client.reads == reads
    assert bool(run.error) is (unprocessed == 99)
    if run.error:
        assert run.error.kind == "invalid_response"
        assert f"(slug {TENTH}): it still returns processed=false. {UNCHANGED}" in run.error.message


def test_a_confirmed_file_that_is_gone_was_deleted_by_another_run() -> None:
    run = uploaded(FaultyClient((BY,), {"CONFIRM": refused(404, "POST", "not_found")}))
    assert run.requests[2:] == UPLOAD
    assert run.error
    assert run.error.kind == "concurrent_change"
    assert f"(slug {TENTH}) disappeared" in run.error.message


def test_a_file_that_disappears_while_it_is_processed_was_deleted_by_another_run() -> None:
    class Deleted(Slow):
        def back_off(self, tries: int) -> None:
            super().back_off(tries)
            self.now = self.now[:1]

    run = uploaded(Deleted((BY,)))
    assert run.error
    assert run.error.kind == "concurrent_change"


def test_a_file_that_cannot_be_read_while_it_is_processed_is_an_error() -> None:
    error = refused(500, "GET")

    class Failing(Slow):
        def _file(self, slug: str) -> dict[str, Any]:
            raise error

    run = uploaded(Failing((BY,)))
    assert run.error is error


def test_a_confirmation_whose_response_is_lost_is_not_repeated() -> None:
    def lose(client: ModelClient, _number: int) -> str:
        return LOST if client.requests[-1:] == ["PUT"] else ""

    run = uploaded(FaultyClient((BY,), disturb=lose))
    assert run.error is None
    assert run.requests[2:] == ["POST", "PUT", f"CONFIRM{LOST}"]


def test_a_refused_confirmation_is_not_repeated() -> None:
    error = refused(409)
    client = FaultyClient((BY,), {"CONFIRM": error})
    run = uploaded(client)
    assert run.error is error
    assert run.requests[2:] == UPLOAD  # the service may have confirmed it, so it stays
    assert run.error.notes == []


@pytest.mark.parametrize(
    ("kind", "times", "waits", "fails"),
    [
        pytest.param("timeout", 1, 0, False, id="no response, then one"),
        pytest.param("timeout", 2, 0, True, id="never a response"),
        pytest.param("invalid_response", 1, 0, False, id="a response without a body, then one"),
        pytest.param("invalid_response", 2, 8, True, id="never a body"),
    ],
)
def test_an_unclear_confirmation_is_read_and_repeated(kind: str, times: int, waits: int, *, fails: bool) -> None:
    error = UnclearOutcomeError(ServiceError("No response.", kind=kind))
    run = uploaded(FaultyClient((BY,), {"CONFIRM": error}, times=times))
    assert run.requests[2:] == [*UPLOAD, "CONFIRM", *(f"WAIT {number}" for number in range(2, waits + 2))]
    assert (run.error is error) is fails


@pytest.mark.parametrize(
    ("fault", "stored", "reason"),
    [
        pytest.param(" swallowed", None, "its storage does not return it", id="no bytes"),
        pytest.param("", "Y", "its content differs from the declared file", id="other bytes"),
    ],
)
def test_content_that_did_not_arrive_is_an_error(fault: str, stored: str | None, reason: str) -> None:
    class OtherBytes(FaultyClient):
        def upload(self, url: str, data: bytes, what: str) -> str | None:
            tag = super().upload(url, data, what)
            self.now = tuple(one._replace(stored=stored) if one.slug == 10 else one for one in self.now)
            return f"{tag} of another"

    def disturb(client: ModelClient, _number: int) -> str:
        return fault if client.requests[-1:] == ["POST"] else ""

    run = uploaded(OtherBytes((BY,), disturb=disturb))
    assert run.error
    assert run.error.kind == "invalid_response"
    assert f"confirmed the provisioning profile N of app app1 (slug {TENTH}), but {reason}. {UNCHANGED}" in str(
        run.error
    )


def test_a_listed_digest_counts_more_than_the_tag_of_the_storage() -> None:
    client = FaultyClient((BY,), changes={"CONFIRM": {"file_sha256": "b" * 64}}, kind=ANDROID_KEYSTORE)
    run = uploaded(client)
    assert run.error
    assert "but its content differs from the declared file." in run.error.message


def test_the_reason_of_a_failed_deletion_is_enough() -> None:
    second = ServiceError("Could not delete build certificate 10. No.", kind="bad_request", status=409)
    second.reason = "No."
    run = uploaded(FaultyClient((BY,), {"PUT": failed_transfer(), "DELETE 10": second}))
    assert run.error
    assert run.error.notes == [f"Could not delete the unfinished upload of N (slug {TENTH}): No. {LATER}"]


def test_an_interrupt_is_not_hidden_by_a_refused_deletion() -> None:
    client = FaultyClient((BY,), {"PUT": KeyboardInterrupt(), "DELETE 10": refused(409, "DELETE")})
    with pytest.raises(KeyboardInterrupt):
        Run(client, NEW)
    assert client.requests[2:] == ["POST", "PUT", "DELETE 10"]


def test_a_storage_that_encrypts_returns_another_tag() -> None:
    class Encrypting(FaultyClient):
        def upload(self, url: str, data: bytes, what: str) -> str | None:
            return f"{super().upload(url, data, what)} encrypted"

    run = uploaded(Encrypting((BY,)))
    assert run.error is None
    assert run.outcome.files[0][1].sha256 == run.outcome.actions[0].sha256  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("deletion", "note"),
    [
        pytest.param({}, "Deleted the unfinished upload of {}.", id="deleted"),
        pytest.param(
            {"DELETE 10": refused(409, "DELETE")},
            f"Could not delete the unfinished upload of {{}}: It refused. {LATER}",
            id="refused",
        ),
        pytest.param(
            {"DELETE 10": refused(403, "DELETE", "storage")},
            f"Could not delete the unfinished upload of {{}} for the same reason. {LATER}",
            id="refused for the same reason",
        ),
        pytest.param(
            {"DELETE 10": refused(409, "DELETE", "storage")},
            f"Could not delete the unfinished upload of {{}}: It refused. {LATER}",
            id="refused with another status",
        ),
    ],
)
def test_a_failed_upload_is_deleted(deletion: dict[str, CiError], note: str) -> None:
    run = uploaded(FaultyClient((BY,), {"PUT": failed_transfer(), **deletion}))
    assert run.requests[2:] == ["POST", "PUT", "DELETE 10"]
    assert run.error
    assert run.error.notes == [note.format(f"N (slug {TENTH})")]


@pytest.mark.parametrize(
    ("response", "is_listed", "is_deleted"),
    [({}, True, False), (None, True, False), ({}, False, True), (None, False, True), ({"slug": "10"}, True, True)],
)
def test_the_list_shows_whether_a_failed_upload_is_deleted(
    response: dict[str, Any] | None, *, is_listed: bool, is_deleted: bool
) -> None:
    class Deleting(FaultyClient):
        def _delete_file(self, slug: str) -> dict[str, Any] | None:
            self._request("DELETE 10")
            self.now = self.now if is_listed else self.now[:1]
            return response

    run = uploaded(Deleting((BY,), {"PUT": failed_transfer()}))
    assert run.requests[2:] == ["POST", "PUT", "DELETE 10", *([] if response else ["LIST"])]
    assert run.error
    of_name = f"nfinished upload of N (slug {TENTH})"
    still = f"The u{of_name} is still listed. {LATER}"
    assert run.error.notes == [f"Deleted the u{of_name}." if is_deleted else still]


class Clock:
    """The time in the place of `time.monotonic`, which `disturb` advances when the latest request was `words`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, words: str, seconds: float) -> None:
        self._now = 1000.0
        self._words, self._seconds = words, seconds
        monkeypatch.setattr(upload.time, "monotonic", lambda: self._now)

    def disturb(self, client: ModelClient, _number: int) -> str:
        if client.requests[-1:] == [self._words]:
            self._now += self._seconds
            self._seconds = 0
        return ""


@pytest.mark.parametrize("is_late", [False, True])
def test_an_upload_that_took_too_long_is_not_confirmed(monkeypatch: pytest.MonkeyPatch, *, is_late: bool) -> None:
    clock = Clock(monkeypatch, "PUT", LATEST_CONFIRMATION_S + is_late)
    run = uploaded(FaultyClient((BY,), kind=BUILD_CERTIFICATE, disturb=clock.disturb), CERTIFICATE)
    assert run.requests[2:] == ["POST", "PUT", "PATCH slot", "DELETE 10" if is_late else "CONFIRM"]
    assert bool(run.error) is is_late
    if run.error:
        assert run.error.kind == "timeout"
        assert f"took longer than {LATEST_CONFIRMATION_S // 60} minutes" in run.error.message


@pytest.mark.parametrize("is_late", [False, True])
def test_a_confirmation_is_not_repeated_too_late(monkeypatch: pytest.MonkeyPatch, *, is_late: bool) -> None:
    clock = Clock(monkeypatch, "CONFIRM", LATEST_CONFIRMATION_S + is_late)
    unclear = UnclearOutcomeError(ServiceError("No response.", kind="timeout"))

    class Reading(FaultyClient):
        def _file(self, slug: str) -> dict[str, Any]:
            clock.disturb(self, 0)
            return super()._file(slug)

    run = uploaded(Reading((BY,), {"CONFIRM": unclear}, times=1))
    assert run.requests[2:] == [*UPLOAD, *([] if is_late else ["CONFIRM"])]
    assert bool(run.error) is is_late

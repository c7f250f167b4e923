# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every status and every form of error body becomes one message and one kind."""

from __future__ import annotations

import json

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.endpoints import delete_file, list_files
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import PROVISIONING_PROFILE as PROFILE
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, ServiceError
from ansible_collections.mobileops.ci.plugins.module_utils._http.service_clock import ServiceClock
from tests.helpers.clock import VirtualClock
from tests.helpers.servers import CannedResponse, serving
from tests.helpers.service import APP, PROFILES, Service, a_file

from .conftest import MakeClient


def refusal(client: BitriseClient) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        client.app(APP)
    error = caught.value
    assert error.message.startswith(f"Could not read app {APP}: GET /apps/{APP}")
    assert (error.method, error.path) == ("GET", f"/apps/{APP}")
    return error


STATUSES = {
    400: ("bad_request", ""),
    401: ("unauthorized", "Check api_token"),
    403: ("forbidden", "role admin or owner"),
    404: ("not_found", "the service gives the same response for both"),
    405: ("bad_request", ""),
    409: ("bad_request", ""),
    422: ("bad_request", ""),
    429: ("rate_limited", "limits the number of requests"),
    500: ("server_error", "has a problem"),
    502: ("server_error", "has a problem"),
    503: ("server_error", "has a problem"),
    504: ("server_error", "has a problem"),
}


@pytest.mark.parametrize("status", STATUSES)
def test_status(service: Service, client: BitriseClient, status: int) -> None:
    service.emulator.fault(status=status, body=json.dumps({"message": "Words of the service."}))
    error = refusal(client)
    kind, hint = STATUSES[status]
    assert (error.kind, error.status) == (kind, status)
    assert f"returned {status}: Words of the service." in error.message
    assert hint in error.message


BODIES = {
    '{"message": "Not found"}': "returned 400: Not found.",
    '{"error_msg": "Build already finished."}': "returned 400: Build already finished.",
    '{"error": "Revoked"}': "returned 400: Revoked.",
    '{"errors": ["one", "two"]}': "returned 400: one; two.",
    '{"message": "Unprocessable Entity", "errors": ["one"]}': "returned 400: Unprocessable Entity.",
    '{"message": "", "error_msg": "second"}': "returned 400: second.",
    '{"message": null, "error": "third"}': "returned 400: third.",
    '{"status": "error", "message": "no such branch", "slug": "x"}': "returned 400: no such branch.",
    "{}": "returned 400: Bad Request.",
    "[]": "returned 400: Bad Request.",
    '{"message": {"deep": 1}}': "returned 400: Bad Request.",
    "": "returned 400: Bad Request.",
    "plain words": "returned 400: plain words.",
    "<!DOCTYPE html><html>page</html>": "returned 400: an HTML page, not a response of the API.",
    '{"message": "two\\nlines\\u001b[31m"}': "returned 400: two lines.",
}


@pytest.mark.parametrize("body", BODIES)
def test_form_of_the_body(service: Service, client: BitriseClient, body: str) -> None:
    service.emulator.fault(status=400, body=body)
    assert BODIES[body] in refusal(client).message


def test_long_texts_are_cut(service: Service, client: BitriseClient) -> None:
    service.emulator.fault(status=400, body=json.dumps({"message": "x" * 5000}))
    assert len(refusal(client).message) < 500


def test_html_of_the_edge(service: Service, client: BitriseClient) -> None:
    service.emulator.fault(status=502, html=True)
    error = refusal(client)
    assert error.kind == "server_error"
    assert "an HTML page" in error.message
    assert "<" not in error.message


def test_wrong_token(make_client: MakeClient) -> None:
    error = refusal(make_client(token="wr0ng-t0ken"))
    assert (error.kind, error.status) == ("unauthorized", 401)
    assert "BITRISE_API_TOKEN" in error.message
    assert "wr0ng" not in error.message


def test_token_may_bring_its_prefix(service: Service, make_client: MakeClient) -> None:
    assert make_client(token=f" token {service.emulator.tokens['owner']}\n").app(APP)["slug"] == APP


def test_role_without_rights(service: Service, make_client: MakeClient) -> None:
    service.holds(PROFILES, roles={"viewer": "viewer"})
    client = make_client(token=service.emulator.tokens["viewer"])
    with pytest.raises(ServiceError) as caught:
        list(list_files(client, PROFILE, APP))
    assert caught.value.kind == "forbidden"
    assert f"list the provisioning profiles of app {APP}" in caught.value.message


def test_app_of_others_and_app_that_does_not_exist(service: Service, make_client: MakeClient) -> None:
    client = make_client(token=service.emulator.tokens["member"])
    assert refusal(client).kind == "not_found"


NO_JSON = {
    "malformed": ("{", "application/json", "not a JSON object (application/json)"),
    "html": ("<html></html>", "text/html; charset=x", "not a JSON object (text/html; charset=x)"),
    "list": ("[]", "application/json", "not a JSON object"),
    "text": ('"ok"', "application/json", "not a JSON object"),
    "no data": ("{}", "application/json", "no usable data"),
    "data of another type": ('{"data": []}', "application/json", "no usable data"),
    "nothing": ("", "application/json", "no usable data"),
}


@pytest.mark.parametrize(("body", "content_type", "words"), NO_JSON.values(), ids=NO_JSON.keys())
def test_invalid_success(make_client: MakeClient, body: str, content_type: str, words: str) -> None:
    with serving(CannedResponse(200, body.encode(), {"Content-Type": content_type})) as server:
        error = refusal(make_client(server.url))
    assert error.kind == "invalid_response"
    assert words in error.message
    assert "Check api_url" in error.message


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(make_client: MakeClient, status: int) -> None:
    with serving(CannedResponse()) as other:
        away = CannedResponse(status, b"", {"Location": f"{other.url}/apps"})
        with serving(away) as server:
            error = refusal(make_client(server.url))
        assert other.seen == []
    assert (error.kind, error.status) == ("redirect", status)
    assert "Check api_url" in error.message


def test_request_id_is_passed_on(make_client: MakeClient) -> None:
    with serving(CannedResponse(500, b"{}", {"X-Request-Id": "r-1"})) as server:
        error = refusal(make_client(server.url))
    assert error.as_dict() == {
        "kind": "server_error",
        "status": 500,
        "method": "GET",
        "path": f"/apps/{APP}",
        "request_id": "r-1",
    }


def test_secrets_in_texts_of_the_service_are_redacted(service: Service, client: BitriseClient) -> None:
    token = service.emulator.tokens["owner"]
    words = f"bad {token}, see https://storage.example/f?X-Amz-Signature=c4nary&x=1 for more"
    service.emulator.fault(status=400, body=json.dumps({"message": words}))
    message = refusal(client).message
    assert token not in message
    assert "c4nary" not in message
    assert "https://storage.example/f?******** for more" in message


def test_deleting_a_missing_object_is_no_error(client: BitriseClient) -> None:
    delete_file(client, PROFILE, APP, "01GONE")


def test_a_delete_with_404_of_an_existing_object(service: Service, client: BitriseClient) -> None:
    """Fail, because a service also sends 404 to users without the right to delete."""
    service.holds(PROFILES, a_file("dist", b"content"))
    service.emulator.fault(method="DELETE", status=404)
    with pytest.raises(CiError) as caught:
        delete_file(client, PROFILE, APP, service.files()[0]["slug"])
    assert caught.value.kind == "not_found"


def test_other_refusals_of_a_delete_are_errors(service: Service, client: BitriseClient) -> None:
    service.emulator.fault(status=403)
    with pytest.raises(CiError) as caught:
        delete_file(client, PROFILE, APP, "01GONE")
    assert caught.value.kind == "forbidden"


def test_a_delete_may_have_an_empty_response(make_client: MakeClient) -> None:
    with serving(CannedResponse(204, b"", {})) as server:
        delete_file(make_client(server.url), PROFILE, APP, "A")
    assert server.lines == [f"DELETE /apps/{APP}/provisioning-profiles/A"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b'{"data": {"slug": "A"}}', {"slug": "A"}), (b"{}", {}), (b'{"data": null}', {}), (b"", {})],
)
def test_delete_returns_the_object_of_the_response(
    make_client: MakeClient, body: bytes, expected: dict[str, str]
) -> None:
    with serving(CannedResponse(200, body)) as server:
        assert make_client(server.url).delete("/apps/a", "delete it") == expected


def test_delete_of_a_missing_object_returns_none(make_client: MakeClient) -> None:
    with serving(CannedResponse(404)) as server:
        assert make_client(server.url).delete("/apps/a", "delete it") is None


@pytest.mark.parametrize("gone", [True, False])
def test_delete_with_a_response_of_a_proxy(make_client: MakeClient, gone: bool) -> None:
    """Accept a page of HTML only if the object is really gone."""
    html = CannedResponse(200, b"<html>", {"Content-Type": "text/html"})
    with serving(lambda line: CannedResponse(404) if line.startswith("GET") and gone else html) as server:
        client = make_client(server.url)
        if gone:
            assert client.delete("/apps/a", "delete it") == {}
        else:
            with pytest.raises(ServiceError) as caught:
                client.delete("/apps/a", "delete it")
            assert caught.value.kind == "invalid_response"


def test_service_time(make_client: MakeClient, clock: VirtualClock) -> None:
    """Return the time of the service, which advances between its responses."""
    dated = {"Content-Type": "application/json", "Date": "Fri, 02 Jan 2099 00:00:00 GMT"}
    with serving(CannedResponse(200, b'{"data": {"slug": "x"}}', dated)) as server:
        client = make_client(server.url)
        assert client.service_time() is None
        client.app(APP)
        first = client.service_time()
        assert first == 4070995200
        clock.sleep(30)
        assert client.service_time() == first + 30


@pytest.mark.parametrize("value", ["", "now", "-1", "Thu, 99 Foo"])
def test_service_time_without_a_usable_header(value: str) -> None:
    clock = ServiceClock(lambda: 0.0)
    clock.observe(value)
    assert clock.now() is None

"""The wire contract of `/v1/…`, as the SDKs rely on it."""

import base64
import gzip
import json

import psycopg
import pytest
from django.db import connection

from profiles.models import InboxItem
from tests.profiles.collecting import Sender

TRACK = {"type": "track", "userId": "u1", "event": "Signed Up"}


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/track", "track"), ("/v1/t", "track"), ("/v1/identify", "identify"),
        ("/v1/i", "identify"), ("/v1/page", "page"), ("/v1/p", "page"), ("/v1/screen", "screen"),
        ("/v1/s", "screen"), ("/v1/group", "group"), ("/v1/g", "group"), ("/v1/alias", "alias"),
        ("/v1/a", "alias"), ("/v1/track/", "track"),
    ],
)  # fmt: skip
def test_single_routes_store_the_message_and_answer_exactly_200(sender: Sender, path, route):
    answer = sender.post(path, TRACK)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert list(InboxItem.objects.values_list("route", "source_id", "message_count")) == [
        (route, sender.source_id, 1)
    ]


@pytest.mark.parametrize(("path", "route"), [("/v1/batch", "batch"), ("/v1/b", "batch"),
                                             ("/v1/import", "import")])  # fmt: skip
def test_batch_routes_store_the_request_in_one_row(sender: Sender, path, route):
    assert sender.post(path, {"batch": [TRACK, TRACK]}).status_code == 200
    assert list(InboxItem.objects.values_list("route", "message_count")) == [(route, 2)]


def test_the_key_may_come_in_the_body_or_by_basic_authentication_without_colon(sender: Sender):
    body = sender.client.post("/v1/track", json={**TRACK, "writeKey": sender.write_key})
    bare = base64.b64encode(sender.write_key.encode()).decode()
    basic = sender.client.post("/v1/track", json=TRACK, headers={"Authorization": f"Basic {bare}"})
    bearer = sender.client.post(
        "/v1/track", json={**TRACK, "writeKey": sender.write_key},
        headers={"Authorization": "Bearer token"},
    )  # fmt: skip
    assert [body.status_code, basic.status_code, bearer.status_code] == [200, 200, 200]
    assert InboxItem.objects.count() == 3


@pytest.mark.parametrize("auth", [None, ("wk_wrong", "")])
def test_an_unknown_key_is_refused_and_nothing_is_stored(sender: Sender, auth):
    answer = sender.client.post("/v1/track", json=TRACK, auth=auth)
    assert answer.status_code == 401
    assert answer.json()["code"] == "unknown_write_key"
    assert "write key" in answer.json()["message"]
    assert not InboxItem.objects.exists()


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("/v1/track", b"{", "invalid_json"),
        ("/v1/track", b"", "invalid_json"),
        ("/v1/track", b"[1]", "invalid_body"),
        ("/v1/batch", b"{}", "missing_batch"),
        ("/v1/batch", b'{"batch": 3}', "invalid_body"),
        ("/v1/batch", json.dumps({"batch": [{}] * 2501}).encode(), "too_many_messages"),
        ("/v1/track", json.dumps({"event": "x" * 33_000}).encode(), "message_too_large"),
        ("/v1/batch", json.dumps({"batch": [{"event": "x" * 33_000}]}).encode(),
         "message_too_large"),
        ("/v1/batch", b'{"batch": [' + b" " * 600_000 + b"]}", "request_too_large"),
        ("/v1/batch", gzip.compress(b'{"batch": [' + b" " * 50_000_000 + b"]}"),
         "request_too_large"),
        ("/v1/batch", b"\x1f\x8bnot gzip", "invalid_gzip"),
        ("/v1/track", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "request_too_large"),
        ("/v1/track", b"[" * 5_000 + b"]" * 5_000, "invalid_json"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_can_never_work_is_refused_with_code_and_message(sender: Sender, path, content, code):
    answer = sender.client.post(path, content=content, auth=(sender.write_key, ""))
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json()["message"]
    assert not InboxItem.objects.exists()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_gzip_is_read_whatever_the_content_type_says(sender: Sender, content_type):
    answer = sender.client.post(
        "/v1/batch", content=gzip.compress(json.dumps({"batch": [TRACK]}).encode()),
        headers={"Content-Type": content_type, "Content-Encoding": "gzip"},
        auth=(sender.write_key, ""),
    )  # fmt: skip
    assert answer.status_code == 200
    assert json.loads(bytes(InboxItem.objects.get().body))["batch"] == [TRACK]


def test_browsers_may_call_from_any_origin(sender: Sender):
    answer = sender.client.options("/v1/t", headers={"Origin": "https://shop.example"})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Max-Age"] == "86400"


def test_wrong_methods_and_addresses_are_named_and_never_redirected(sender: Sender):
    wrong_method = sender.client.get("/v1/track")
    missing = sender.client.post("/v1/nothing", json={})
    assert (wrong_method.status_code, wrong_method.headers["Allow"]) == (405, "POST, OPTIONS")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_self_metrics_of_the_browser_are_dropped(sender: Sender):
    assert sender.client.post("/v1/m", content='{"series":[]}').json() == {"success": True}
    assert not InboxItem.objects.exists()


def test_the_settings_answer_points_the_browser_back_here(sender: Sender):
    answer = sender.client.get(f"/v1/projects/{sender.write_key}/settings")
    assert answer.json() == {
        "integrations": {
            "Segment.io": {
                "apiKey": sender.write_key, "apiHost": "mcps.test/v1", "protocol": "http",
            }
        },
        "metrics": {"sampleRate": 0},
    }  # fmt: skip
    assert sender.client.get("/v1/projects/wk_wrong/settings").status_code == 401


def test_a_pixel_records_the_event_and_always_answers_a_picture(sender: Sender):
    message = json.dumps({**TRACK, "writeKey": sender.write_key}).encode()
    good = sender.client.get("/v1/pixel/track", params={"data": base64.b64encode(message).decode()})
    bad = sender.client.get("/v1/pixel/track", params={"data": "%%%"})
    assert [(a.status_code, a.headers["Content-Type"]) for a in (good, bad)] == [
        (200, "image/gif")
    ] * 2
    assert good.content[:6] == b"GIF89a"
    assert list(InboxItem.objects.values_list("route", flat=True)) == ["track"]


def test_a_full_inbox_asks_senders_to_wait(sender: Sender, settings):
    settings.COLLECTION_MAX_BACKLOG_MB = 0
    answer = sender.post("/v1/track", TRACK)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "5"
    assert answer.json()["code"] == "overloaded"
    assert not InboxItem.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_web_process_whose_connection_died_asks_once_to_send_again_and_recovers(sender: Sender):
    with pytest.raises(psycopg.OperationalError):
        connection.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    refused = sender.post("/v1/track", TRACK)
    assert (refused.status_code, refused.json()["code"]) == (503, "not_stored")
    assert refused.headers["Retry-After"] == "2"
    assert sender.post("/v1/track", TRACK).status_code == 200
    assert InboxItem.objects.count() == 1

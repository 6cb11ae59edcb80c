"""The client API of messages: a user's own inbox and devices, and nobody else's."""

import base64
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.channels.devices import retire_address
from campaigns.channels.models import Card, Device
from campaigns.channels.services import create_sender
from campaigns.contracts import Channel, SenderDraft
from campaigns.deliveries.models import Delivery, DeliveryEvent
from campaigns.deliveries.services.send import send_shard
from profiles.consent.models import Suppression
from profiles.contracts import CustomerId
from profiles.models import Consent, ConsentEntry, Customer, Source, Touchpoint
from tests.campaigns.builders import key, make_words, plan
from tests.profiles.clients.test_api import App

POINT = base64.urlsafe_b64encode(b"\x04" + bytes(64)).decode().rstrip("=")
AUTH = base64.urlsafe_b64encode(bytes(16)).decode().rstrip("=")
BROWSER = {
    "channel": "webpush",
    "address": "https://push.example/abc",
    "keys": {"p256dh": POINT, "auth": AUTH},
}


@pytest.fixture
def app(sender):
    for user in ("u1", "u2"):
        sender.deliver({"type": "identify", "userId": user, "traits": {"first_name": user}})
    return App(Source.objects.get(name="Shop"))


def person(user="u1"):
    return Customer.objects.get(traits__first_name=user)


@pytest.fixture
def fill(db):
    template = make_words(
        "News", Channel.INAPP, subject="Hi {{ first_name }}", text="New tents",
        url="https://shop.example/",
    )  # fmt: skip

    def send(user="u1"):
        delivery = plan(person(user), template, due_at=timezone.now())
        send_shard(delivery.shard or 0, now=timezone.now())
        return delivery

    return send


def test_a_user_reads_the_own_inbox_newest_first(app, fill):
    older, newer, _ = fill(), fill(), fill("u2")
    body = app.ask("inbox/").json()
    assert [row["key"] for row in body["results"]] == [str(newer.key), str(older.key)]
    assert (body["unread"], body["next"]) == (2, None)
    assert body["results"][0]["title"] == "Hi u1"
    page = app.ask("inbox/?limit=1").json()
    following = page["next"].partition("/client/v1/")[2]
    assert [row["key"] for row in app.ask(following).json()["results"]] == [str(older.key)]


def test_polling_an_unchanged_inbox_costs_a_304(app, fill):
    delivery = fill()
    tag = app.ask("inbox/").headers["ETag"]
    headers = {"Authorization": f"Bearer {app.token()}", "If-None-Match": tag}
    assert Client().get("/client/v1/inbox/", headers=headers).status_code == 304
    app.ask(f"inbox/{delivery.key}/", "post", {"act": "read"})
    assert Client().get("/client/v1/inbox/", headers=headers).status_code == 200


def test_what_a_user_does_is_recorded_once(app, fill):
    delivery = fill()
    for act in ("read", "clicked", "clicked", "dismissed", "dismissed"):
        found = app.ask(f"inbox/{delivery.key}/", "post", {"act": act})
        assert found.status_code == 200, found.content
    kinds = DeliveryEvent.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["opened", "clicked"]
    assert Delivery.objects.get().status == "confirmed"
    assert Touchpoint.objects.filter(event__name="Message Dismissed").count() == 1
    assert app.ask("inbox/").json() == {"results": [], "next": None, "unread": 0}


def test_nobody_marks_the_message_of_somebody_else(app, fill):
    delivery = fill("u2")
    found = app.ask(f"inbox/{delivery.key}/", "post", {"act": "read"})
    assert found.status_code == 404
    assert Card.objects.get().read_at is None
    assert app.ask(f"inbox/{delivery.key}/", "post", {"act": "burn"}).status_code == 422


def test_everything_is_read_at_once(app, fill):
    fill(), fill(), fill("u2")
    assert app.ask("inbox/read/", "post").json() == {"read": 2}
    assert app.ask("inbox/").json()["unread"] == 0
    assert app.ask("inbox/", user="u2").json()["unread"] == 1


def test_what_has_expired_is_not_shown(app, fill):
    fill()
    Card.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert app.ask("inbox/").json()["results"] == []


def test_a_phone_is_registered_once_and_changes_hands(app):
    phone = {"channel": "push", "address": "token-12345", "platform": "android"}
    first = app.ask("devices/", "post", phone)
    assert first.status_code == 201, first.content
    assert app.ask("devices/", "post", phone).json()["key"] == first.json()["key"]
    assert Device.objects.get().customer_id == person().pk
    app.ask("devices/", "post", phone, user="u2")
    assert Device.objects.get().customer_id == person("u2").pk
    assert app.ask("devices/").json() == {"results": []}
    assert not Consent.objects.exists()


def test_a_browser_is_registered_with_consent_and_its_proof(app):
    found = app.ask("devices/", "post", {**BROWSER, "consent": "push-v1"})
    assert found.status_code == 201, found.content
    assert Device.objects.get().secrets == BROWSER["keys"]
    entry = ConsentEntry.objects.get()
    assert (entry.channel, entry.state, entry.text_version) == ("webpush", "granted", "push-v1")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"address": "http://push.example/abc"}, "address"),
        ({"address": "https://x"[:5]}, "address"),
        ({"keys": {"p256dh": "AAAA", "auth": AUTH}}, "keys.p256dh"),
        ({"keys": {"p256dh": POINT, "auth": "?"}}, "keys.auth"),
        ({"keys": {"p256dh": POINT}}, "keys.auth"),
        ({"channel": "push"}, "keys"),
        ({"channel": "email"}, "channel"),
    ],
)
def test_a_wrong_device_names_what_is_wrong(app, change, path):
    found = app.ask("devices/", "post", {**BROWSER, **change})
    assert (found.status_code, found.json()["errors"][0]["path"]) == (422, path)
    assert not Device.objects.exists()


def test_a_device_is_forgotten_by_its_owner_only(app):
    made = app.ask("devices/", "post", BROWSER).json()
    assert app.ask(f"devices/{made['key']}/", "delete", user="u2").status_code == 404
    assert app.ask(f"devices/{made['key']}/", "delete").status_code == 204
    assert app.ask("devices/").json() == {"results": []}


def test_a_device_that_comes_back_is_pushed_to_again(app):
    app.ask("devices/", "post", BROWSER)
    now = timezone.now()
    retire_address(Channel.WEBPUSH, BROWSER["address"], reason="unregistered", now=now)
    assert app.ask("devices/").json() == {"results": []}
    app.ask("devices/", "post", BROWSER)
    assert len(app.ask("devices/").json()["results"]) == 1
    assert not Suppression.objects.filter(released_at=None).exists()


def test_scopes_keep_inbox_and_devices_apart(app, fill):
    assert app.ask("inbox/", scope="devices").status_code == 403
    assert app.ask("inbox/", scope="inbox:read").status_code == 200
    assert app.ask("devices/", "post", BROWSER, scope="devices:read").status_code == 403


def test_a_page_finds_the_key_and_the_worker(app):
    assert app.ask("webpush/").status_code == 404
    draft = SenderDraft(
        name="Browsers", channel=Channel.WEBPUSH, kind="webpush",
        config={"contact": "mailto:a@shop.example"},
    )  # fmt: skip
    create_sender(draft, key=key(9), actor="user:1", now=timezone.now())
    found = app.ask("webpush/").json()
    assert len(base64.urlsafe_b64decode(found["public_key"] + "==")) == 65
    assert app.ask("webpush/").json() == found
    worker = Client().get("/client/v1/webpush/worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert b'addEventListener("push"' in worker.content
    assert found["worker_url"].endswith("/client/v1/webpush/worker.js")


def test_merged_people_have_one_inbox(app, fill):
    from campaigns.people import CampaignsMerger
    from profiles.contracts import MergePair

    fill(), fill("u2")
    app.ask("devices/", "post", BROWSER, user="u2")
    one, two = CustomerId(person().pk), CustomerId(person("u2").pk)
    pair = MergePair(merge_id=3, winner_id=one, loser_id=two)
    CampaignsMerger().merge_customers([pair], now=timezone.now())
    assert app.ask("inbox/").json()["unread"] == 2
    assert len(app.ask("devices/").json()["results"]) == 1
    CampaignsMerger().unmerge_customers([pair], now=timezone.now())
    assert app.ask("inbox/").json()["unread"] == 1
    assert app.ask("devices/").json() == {"results": []}

"""E-mail services: the wire format of Postmark, and reports of Postmark and Mailgun."""

import base64
import hashlib
import hmac
import json

import pytest
from django.test import Client

from campaigns.channels.providers.anymail_services.provider import (
    SERVICES,
    AnymailConfig,
    AnymailProvider,
)
from campaigns.channels.services import create_sender
from campaigns.contracts import Channel, SenderDraft
from campaigns.deliveries.models import DeliveryEvent
from profiles.consent.models import Suppression
from tests.campaigns.builders import NOW, key, make_customer, make_template, plan
from tests.campaigns.channels.http_contract import HttpProviderContract
from tests.campaigns.channels.provider_contract import make_message

SECRET = "hook:s3cret"


class TestPostmark(HttpProviderContract):
    provider = AnymailProvider()

    @pytest.fixture(autouse=True)
    def _address(self, server, settings):
        settings.ANYMAIL = {"POSTMARK_API_URL": server.url}

    def config(self, server):
        return AnymailConfig(service="postmark", api_key="pm-k3y", timeout_seconds=0.3)

    def number_of(self, request):
        return int(json.loads(request.body)["To"].partition("@")[0].strip('"p'))

    def answer_for(self, request):
        body = {"ErrorCode": 0, "Message": "OK", "MessageID": f"pm-{self.number_of(request)}",
                "To": json.loads(request.body)["To"]}  # fmt: skip
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()

    def test_the_mail_is_what_the_service_wants(self, server):
        message = make_message(
            1, subject="Grüße", html="<p>Hi</p>", from_name="Läden & Co",
            headers={"List-Unsubscribe": "<https://m.example/u/t>"},
        )  # fmt: skip
        [result] = self.provider.send([message], config=self.config(server), now=NOW)
        assert (result.outcome, result.provider_id) == ("accepted", "pm-1")
        call = server.calls[0]
        body = json.loads(call.body)
        assert call.headers["x-postmark-server-token"] == "pm-k3y"
        assert (body["Subject"], body["TextBody"], body["HtmlBody"]) == (
            "Grüße", "Text 1", "<p>Hi</p>",
        )  # fmt: skip
        assert body["Metadata"] == {"delivery": str(key(1))}
        assert {"Name": "List-Unsubscribe", "Value": "<https://m.example/u/t>"} in body["Headers"]


@pytest.fixture
def delivery(db):
    customer = make_customer(email="ada@example.com")
    return plan(customer, make_template(), status="handed_over", address="ada@example.com")


def add_sender(service, secret):
    config = {"service": service, "api_key": "k", "report_secret": secret}
    draft = SenderDraft(name=service, channel=Channel.EMAIL, kind="anymail", config=config)
    return create_sender(draft, key=key(900), actor="user:1", now=NOW)


def report(sender, body, secret=SECRET):
    password = base64.b64encode(secret.encode()).decode()
    return Client().post(
        f"/reports/{sender.key}/", json.dumps(body), content_type="application/json",
        headers={"Authorization": f"Basic {password}"},
    )  # fmt: skip


def bounce(delivery):
    return {
        "RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "TypeCode": 1, "MessageID": "pm-1",
        "Email": "ada@example.com", "BouncedAt": "2026-03-10T12:05:00Z", "Inactive": True,
        "Metadata": {"delivery": str(delivery.key)}, "Description": "gone", "Details": "",
    }  # fmt: skip


def test_a_bounce_is_recorded_once_and_suppresses_the_address(delivery):
    sender = add_sender("postmark", SECRET)
    for _ in range(2):
        assert report(sender, bounce(delivery)).status_code == 200
    event = DeliveryEvent.objects.get()
    assert (event.kind, event.raw["event"]["ID"]) == ("bounced", 42)
    delivery.refresh_from_db()
    assert delivery.status == "failed"
    assert Suppression.objects.values_list("address", "reason").get() == (
        "ada@example.com", "hard_bounce",
    )  # fmt: skip


def test_a_wrong_password_and_none_change_nothing(delivery):
    sender = add_sender("postmark", SECRET)
    assert report(sender, bounce(delivery), "hook:guess").status_code == 403
    open_sender = type(sender).objects.get()
    open_sender.config["report_secret"] = ""
    open_sender.save()
    assert report(open_sender, bounce(delivery), "").status_code == 403
    assert not DeliveryEvent.objects.exists()


def test_a_report_that_cannot_be_read_or_is_of_another_mail_is_no_event(delivery):
    sender = add_sender("postmark", SECRET)
    assert report(sender, ["nothing"]).status_code == 400
    assert report(sender, {**bounce(delivery), "Metadata": {}}).status_code == 200
    assert not DeliveryEvent.objects.exists()


def test_a_signed_report_of_mailgun_confirms_and_a_forged_one_does_not(delivery):
    sender = add_sender("mailgun", "mg-signing-key")
    said = {"event": "delivered", "id": "e1", "timestamp": 1773144300.0,
            "recipient": "ada@example.com", "user-variables": {"delivery": str(delivery.key)},
            "message": {"headers": {"message-id": "m1"}}}  # fmt: skip

    def send(signing_key):
        signature = hmac.digest(signing_key.encode(), b"1773144300tok", hashlib.sha256).hex()
        signed = {"timestamp": "1773144300", "token": "tok", "signature": signature}
        return report(sender, {"signature": signed, "event-data": said})

    assert send("guess").status_code == 403
    assert not DeliveryEvent.objects.exists()
    assert send("mg-signing-key").status_code == 200
    assert DeliveryEvent.objects.values_list("kind", "key").get() == ("delivered", "mailgun:tok")


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_can_be_opened(service):
    config = AnymailConfig(service=service, api_key="k")
    assert AnymailProvider().send([], config=config, now=NOW) == []
    from campaigns.channels.providers.anymail_services import provider

    provider._open(config).close()

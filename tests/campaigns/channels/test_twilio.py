"""Text messages: the wire format of the Messages API, its reports, and what people answer."""

import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from campaigns.channels.providers.twilio.provider import TwilioConfig, TwilioProvider
from campaigns.channels.services import create_sender
from campaigns.contracts import Channel, SenderDraft
from campaigns.deliveries import queries
from campaigns.deliveries.models import Decision, DeliveryEvent
from campaigns.deliveries.services.send import send_shard
from kernel.errors import Invalid
from profiles.consent.models import Consent, Suppression
from profiles.contracts import IdentityRef
from profiles.customers.models import Customer
from profiles.facade import identify_customer
from profiles.models import Touchpoint
from tests.campaigns.builders import NOW, give_consent, key, make_words, plan
from tests.campaigns.channels.http_contract import KnowsDeadAddresses
from tests.campaigns.channels.http_server import HttpServer
from tests.campaigns.channels.provider_contract import make_message

PHONE = "+491512345678"
TOKEN = "t0ken-secret"


class TestTwilio(KnowsDeadAddresses):
    provider = TwilioProvider()
    channel = Channel.SMS
    addresses = "+4915100000{number}"
    dead = (400, b'{"code": 21614, "message": "not a mobile number"}')

    def config(self, server):
        return TwilioConfig(
            account_sid="AC1", auth_token=TOKEN, api_url=server.url, timeout_seconds=0.3
        )

    def number_of(self, request):
        return int(request.form["To"][-1]) if request.method == "POST" else None

    def answer_for(self, request):
        if request.method == "GET":
            return 200, {}, b'{"status": "active"}'
        return 201, {}, json.dumps({"sid": f"SM{self.number_of(request)}"}).encode()

    def test_the_message_is_what_the_api_wants(self, server):
        message = make_message(
            1, channel=Channel.WHATSAPP, address=PHONE, text="Grüße", from_address="+1555",
            report_url="https://m.example/reports/k/",
        )  # fmt: skip
        [result] = self.provider.send([message], config=self.config(server), now=NOW)
        assert result.provider_id == "SM8"
        call = server.calls[0]
        assert call.path == "/2010-04-01/Accounts/AC1/Messages.json"
        assert call.form == {
            "To": f"whatsapp:{PHONE}",
            "From": "whatsapp:+1555",
            "Body": "Grüße",
            "StatusCallback": f"https://m.example/reports/k/?delivery={key(1)}",
        }
        pair = base64.b64encode(f"AC1:{TOKEN}".encode()).decode()
        assert call.headers["authorization"] == f"Basic {pair}"
        assert call.headers["i-twilio-idempotency-token"] == str(key(1))

    def test_the_check_really_asks_for_the_account(self, server):
        said = self.provider.check(config=self.config(server), now=NOW)
        assert said == "The account is known; its status is “active”."
        assert server.calls[0].path == "/2010-04-01/Accounts/AC1.json"

    def test_the_check_names_the_setting_that_is_wrong(self, server):
        self.answer_for = lambda _: (401, {}, b"")
        with pytest.raises(Invalid) as refused:
            self.provider.check(config=self.config(server), now=NOW)
        assert refused.value.field == "auth_token"


def sign(url, values, token=TOKEN):
    text = url + "".join(f"{name}{value}" for name, value in sorted(values.items()))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), hashlib.sha1)).decode()


@pytest.fixture
def sender(db):
    draft = SenderDraft(
        name="Texts", channel=Channel.SMS, kind="twilio", from_address="+15550100",
        config={"account_sid": "AC1", "auth_token": TOKEN, "help_text": "Fernway & Co: call us"},
    )  # fmt: skip
    return create_sender(draft, key=key(900), actor="user:1", now=NOW)


@pytest.fixture
def person(db):
    identity = IdentityRef(kind="phone", value=PHONE)
    found = identify_customer(identity, traits={"phone": PHONE, "first_name": "Ada"}, now=NOW)
    customer = Customer.objects.get(pk=found)
    give_consent(customer, channel="sms")
    return customer


def report(sender, values, *, query="", token=TOKEN):
    path = f"/reports/{sender.key}/{query}"
    signature = sign(f"http://127.0.0.1:8000{path}", values, token)
    return Client().post(
        path, urlencode(values), content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )  # fmt: skip


def say(sender, text, sid="SM1", **more):
    values = {"MessageSid": sid, "From": PHONE, "To": "+15550100", "Body": text, **more}
    return report(sender, values)


def test_a_report_moves_the_delivery_once(sender, person):
    delivery = plan(person, make_words("Text", Channel.SMS), status="handed_over", address=PHONE)
    values = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": PHONE}
    for _ in range(2):
        assert report(sender, values, query=f"?delivery={delivery.key}").status_code == 200
    event = DeliveryEvent.objects.get()
    assert (event.kind, event.key, event.raw) == ("delivered", "twilio:SM1:delivered", values)
    delivery.refresh_from_db()
    assert delivery.status == "confirmed"


def test_a_forged_report_changes_nothing(sender, person):
    delivery = plan(person, make_words("Text", Channel.SMS), status="handed_over", address=PHONE)
    values = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    query = f"?delivery={delivery.key}"
    assert report(sender, values, query=query, token="guess").status_code == 403
    assert Client().post(f"/reports/{sender.key}/{query}", values).status_code == 403
    assert not DeliveryEvent.objects.exists()


def test_a_report_to_nobody_and_one_without_a_delivery_are_refused(sender):
    assert Client().post(f"/reports/{key(5)}/").status_code == 404
    assert Client().get(f"/reports/{sender.key}/").status_code == 405
    assert report(sender, {"MessageSid": "S", "MessageStatus": "sent"}).status_code == 400


def test_a_number_that_is_gone_is_suppressed(sender, person):
    delivery = plan(person, make_words("Text", Channel.SMS), status="handed_over", address=PHONE)
    values = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30005"}
    report(sender, values, query=f"?delivery={delivery.key}")
    assert Suppression.objects.values_list("channel", "address", "reason").get() == (
        "sms", PHONE, "hard_bounce",
    )  # fmt: skip


def test_stop_withdraws_consent_once_and_start_gives_it_back(sender, person):
    for _ in range(2):
        answer = say(sender, " Stop. ")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml")
    assert Consent.objects.get(customer=person).state == "withdrawn"
    assert Touchpoint.objects.filter(event__name="Message Received").count() == 1
    delivery = plan(person, make_words("Text", Channel.SMS))
    send_shard(delivery.shard or 0, now=NOW)
    assert Decision.objects.get().reason == "suppressed"
    say(sender, "START", sid="SM2")
    assert Consent.objects.get(customer=person).state == "granted"
    assert not Suppression.objects.filter(released_at=None).exists()
    say(sender, "stop", sid="SM1")
    assert Consent.objects.get(customer=person).state == "granted"


def test_stop_of_a_stranger_holds_the_number_back(sender):
    say(sender, "STOP")
    assert Suppression.objects.get().address == PHONE
    assert not Consent.objects.exists()


def test_help_is_answered_and_small_talk_is_not(sender, person):
    assert "<Message>Fernway &amp; Co: call us</Message>" in say(sender, "help").content.decode()
    answer = say(sender, "please stop sending tents to my mother", sid="SM2")
    assert b"<Message>" not in answer.content
    assert Consent.objects.get(customer=person).state == "granted"


def test_a_message_goes_all_the_way_and_a_dead_number_is_not_tried_again(person, settings):
    settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    answers = [(201, {}, b'{"sid": "SM77"}'), (400, {}, b'{"code": 21211}')]
    with HttpServer(lambda _: answers.pop(0)) as server:
        draft = SenderDraft(
            name="Texts", channel=Channel.SMS, kind="twilio", from_address="+15550100",
            config={"account_sid": "AC1", "auth_token": TOKEN, "api_url": server.url},
        )  # fmt: skip
        create_sender(draft, key=key(900), actor="user:1", now=NOW)
        template = make_words("Text", Channel.SMS, text="Hi {{ first_name }}")
        for _ in range(3):
            delivery = plan(person, template)
            send_shard(delivery.shard or 0, now=NOW)
        assert [call.form["Body"] for call in server.calls] == ["Hi Ada", "Hi Ada"]
        assert f"/reports/{key(900)}/?delivery=" in server.calls[0].form["StatusCallback"]
    assert list(Decision.objects.order_by("id").values_list("outcome", "reason")) == [
        ("sent", "accepted"), ("failed", "invalid_number"), ("held_back", "suppressed"),
    ]  # fmt: skip
    assert not queries.list_due_shards(now=NOW)

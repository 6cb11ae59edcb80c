"""Push to phones: the access token, the wire format of HTTP v1, phones that are gone."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from campaigns.channels.models import Device
from campaigns.channels.providers.fcm.provider import FcmConfig, FcmProvider
from campaigns.channels.services import create_sender
from campaigns.contracts import Channel, SenderDraft
from campaigns.deliveries.models import Decision
from campaigns.deliveries.services.send import send_shard
from kernel.errors import Invalid
from tests.campaigns.builders import NOW, after, give_consent, key, make_customer, make_words, plan
from tests.campaigns.channels.http_contract import KnowsDeadAddresses
from tests.campaigns.channels.http_server import HttpServer
from tests.campaigns.channels.keys import google_key, key_file


def gone(code="UNREGISTERED"):
    detail = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}
    return json.dumps({"error": {"code": 404, "status": "NOT_FOUND", "details": [detail]}}).encode()


def answer(request):
    """What Google answers: a token for an assertion, a name for a message."""
    if request.path == "/token":
        return 200, {}, b'{"access_token": "ya29.x", "expires_in": 3599}'
    token = json.loads(request.body)["message"]["token"]
    return 200, {}, json.dumps({"name": f"projects/shop-1/messages/{token}"}).encode()


class TestFcm(KnowsDeadAddresses):
    provider = FcmProvider()
    channel = Channel.PUSH
    addresses = "phone-token-{number}"
    dead = (404, gone())

    def config(self, server):
        account = key_file(f"{server.url}/token")
        return FcmConfig(service_account=account, api_url=server.url, timeout_seconds=0.3)

    def number_of(self, request):
        if request.path == "/token":
            return None
        return int(json.loads(request.body)["message"]["token"].rpartition("-")[2])

    def answer_for(self, request):
        return answer(request)

    def parts(self, number):
        return {"values": {"url": "https://m.example/e/c/t", "image": ""}}

    def test_the_message_is_what_the_api_wants(self, server):
        results = self.send(server, 1)
        assert results[0].provider_id == "projects/shop-1/messages/phone-token-1"
        call = self.carried(server)[0]
        assert call.path == "/v1/projects/shop-1/messages:send"
        assert call.headers["authorization"] == "Bearer ya29.x"
        message = json.loads(call.body)["message"]
        assert message["notification"] == {"title": "Subject 1", "body": "Text 1"}
        assert message["data"] == {"delivery": str(key(1)), "url": "https://m.example/e/c/t"}
        assert message["android"]["collapse_key"] == key(1).hex

    def test_the_assertion_is_signed_by_the_account_and_the_token_is_kept(self, server):
        config = self.config(server)
        for at in (NOW, after(minutes=50), after(minutes=56)):
            self.provider.send(self.messages(1), config=config, now=at)
        asked = [call for call in server.calls if call.path == "/token"]
        assert len(asked) == 2
        head, body, signature = asked[0].form["assertion"].split(".")
        google_key().public_key().verify(
            decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        claims = json.loads(decoded(body))
        assert claims["iss"] == "push@shop-1.example"
        assert claims["aud"] == f"{server.url}/token"
        assert claims["exp"] - claims["iat"] == 3600
        assert json.loads(decoded(head)) == {"alg": "RS256", "typ": "JWT"}

    def test_without_a_token_nothing_is_lost(self, server):
        self.answer_for = lambda _: (503, {}, b"")
        config = self.config(server)
        results = self.provider.send(self.messages(2), config=config, now=NOW)
        assert [(r.outcome, r.reason) for r in results] == [("retry", "no_access_token")] * 2

    def test_the_check_names_the_account_or_says_that_google_refuses_it(self, server):
        config = self.config(server)
        assert "push@shop-1.example" in self.provider.check(config=config, now=NOW)
        self.answer_for = lambda _: (400, {}, b'{"error": "invalid_grant"}')
        with pytest.raises(Invalid):
            self.provider.check(config=config, now=NOW)


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("text", ["", "{}", '{"project_id": 1}', key_file("x").replace("MI", "XX")])
def test_a_file_that_is_no_key_file_is_refused_without_being_repeated(text):
    draft = SenderDraft(
        name="P", channel=Channel.PUSH, kind="fcm", config={"service_account": text}
    )
    with pytest.raises(Invalid) as refused:
        create_sender(draft, key=key(1), actor="user:1", now=NOW)
    assert refused.value.field == "config.service_account"
    assert "BEGIN" not in str(refused.value)


@pytest.mark.django_db
def test_a_phone_that_is_gone_gives_way_to_the_one_before(settings):
    settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    person = make_customer(consent=None)
    give_consent(person, channel="push")
    for number in (1, 2):
        Device.objects.create(
            key=key(number), customer=person, channel="push", address=f"phone-token-{number}",
            created_at=NOW, seen_at=after(days=number),
        )  # fmt: skip

    def answer_or_gone(request):
        return (404, {}, gone()) if b"phone-token-2" in request.body else answer(request)

    with HttpServer(answer_or_gone) as server:
        config = {"service_account": key_file(f"{server.url}/token"), "api_url": server.url}
        draft = SenderDraft(name="Push", channel=Channel.PUSH, kind="fcm", config=config)
        create_sender(draft, key=key(900), actor="user:1", now=NOW)
        template = make_words("Push", Channel.PUSH, subject="Hi", text="There")
        for _ in range(2):
            delivery = plan(person, template)
            send_shard(delivery.shard or 0, now=NOW)
    assert list(Decision.objects.order_by("id").values_list("outcome", "reason")) == [
        ("failed", "unregistered"), ("sent", "accepted"),
    ]  # fmt: skip
    assert Device.objects.get(address="phone-token-2").gone_at == NOW

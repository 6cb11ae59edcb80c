"""Messages to a server of one's own: Standard Webhooks, checked as a receiver would."""

import base64
import hashlib
import hmac
import json

import pytest

from campaigns.channels.providers.webhook.provider import WebhookConfig, WebhookProvider
from campaigns.channels.services import create_sender
from campaigns.contracts import Channel, SenderDraft
from kernel.errors import Invalid, Unavailable
from tests.campaigns.builders import NOW, key
from tests.campaigns.channels.http_contract import HttpProviderContract
from tests.campaigns.channels.provider_contract import make_message

SECRET = base64.b64encode(bytes(range(24))).decode()


def is_genuine(call, secret=SECRET):
    """Check a post as the specification tells receivers to."""
    at, name = call.headers["webhook-timestamp"], call.headers["webhook-id"]
    signed = f"{name}.{at}.".encode() + call.body
    digest = hmac.digest(base64.b64decode(secret), signed, hashlib.sha256)
    return call.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


class TestWebhook(HttpProviderContract):
    provider = WebhookProvider()
    channel = Channel.WEBHOOK

    def config(self, server):
        return WebhookConfig(url=f"{server.url}/in", secret=f"whsec_{SECRET}", timeout_seconds=0.3)

    def parts(self, number):
        return {"subject": "cart.lost", "text": json.dumps({"number": number})}

    def number_of(self, request):
        return json.loads(request.body)["data"].get("number")

    def answer_for(self, request):
        return 204, {}, b""

    def test_the_receiver_can_check_it(self, server):
        self.send(server, 1)
        call = server.calls[0]
        assert is_genuine(call)
        assert not is_genuine(call, base64.b64encode(bytes(24)).decode())
        assert call.headers["webhook-id"] == f"msg_{key(1).hex}"
        assert call.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
        assert json.loads(call.body) == {
            "type": "cart.lost", "timestamp": NOW.isoformat(), "data": {"number": 1},
        }  # fmt: skip

    def test_a_text_that_is_not_json_is_refused(self, server):
        message = make_message(1, channel=self.channel, subject="a", text='{"name": }')
        [result] = self.provider.send([message], config=self.config(server), now=NOW)
        assert (result.outcome, result.reason) == ("refused", "not_json")

    def test_the_check_posts_a_signed_event_and_says_what_came_back(self, server):
        assert "204" in self.provider.check(config=self.config(server), now=NOW)
        assert is_genuine(server.calls[0])
        assert json.loads(server.calls[0].body)["type"] == "mcps.check"
        self.answer_for = lambda _: (500, {}, b"")
        with pytest.raises(Unavailable):
            self.provider.check(config=self.config(server), now=NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "not base64 at all, is it?"])
def test_a_weak_secret_is_refused(secret):
    draft = SenderDraft(
        name="W", channel=Channel.WEBHOOK, kind="webhook",
        config={"url": "https://a.example", "secret": secret},
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        create_sender(draft, key=key(1), actor="user:1", now=NOW)
    assert refused.value.field == "config.secret"

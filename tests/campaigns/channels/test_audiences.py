"""Audiences of platforms: only hashes leave, people are added and removed one batch at a time."""

import hashlib
import json

import pytest

from campaigns.channels.providers.audiences.google import GoogleAudienceProvider, GoogleConfig
from campaigns.channels.providers.audiences.meta import MetaAudienceProvider, MetaConfig
from campaigns.contracts import Channel
from campaigns.deliveries.models import Decision
from campaigns.deliveries.services.send import send_shard
from kernel.errors import Invalid
from tests.campaigns.builders import NOW, give_consent, make_customer, make_words, plan
from tests.campaigns.channels.http_contract import HttpProviderContract
from tests.campaigns.channels.keys import key_file
from tests.campaigns.channels.provider_contract import make_message


def hashed(number):
    return hashlib.sha256(f"p{number}@example.com".encode()).hexdigest()


class AudienceContract(HttpProviderContract):
    """A batch goes in one call for each audience; here every message has one of its own."""

    channel = Channel.AUDIENCE

    def parts(self, number):
        return {"subject": str(1000 + number), "values": {"action": "add"}}

    def together(self, server, *people):
        """Send messages to one audience; `people` are (number, action)."""
        messages = [
            make_message(
                n, channel=self.channel, address=f" P{n}@Example.com ", subject="1001",
                values={"action": action},
            )
            for n, action in people
        ]  # fmt: skip
        return self.provider.send(messages, config=self.config(server), now=NOW)


class TestMeta(AudienceContract):
    provider = MetaAudienceProvider()

    def config(self, server):
        return MetaConfig(access_token="m3ta", api_url=server.url, timeout_seconds=0.3)

    def number_of(self, request):
        return int(request.path.split("/")[1]) - 1000 if request.path.endswith("/users") else None

    def answer_for(self, request):
        if request.path == "/me":
            return 200, {}, b'{"name": "Fernway ads"}'
        return 200, {}, b'{"session_id": "77", "num_invalid_entries": 0}'

    def test_one_call_adds_and_one_removes_and_no_address_leaves(self, server):
        results = self.together(server, (1, "add"), (2, "remove"), (3, "add"))
        assert [result.outcome for result in results] == ["accepted"] * 3
        assert [(call.method, call.path) for call in server.calls] == [
            ("POST", "/1001/users"), ("DELETE", "/1001/users"),
        ]  # fmt: skip
        added, removed = (json.loads(call.body)["payload"] for call in server.calls)
        assert added == {"schema": ["EMAIL_SHA256"], "data": [[hashed(1)], [hashed(3)]]}
        assert removed["data"] == [[hashed(2)]]
        assert not any(b"xample" in call.body for call in server.calls)
        assert server.calls[0].headers["authorization"] == "Bearer m3ta"

    def test_a_person_that_meta_cannot_read_is_refused_alone(self, server):
        bad = {"session_id": "7", "num_invalid_entries": 1, "invalid_entry_samples": [hashed(2)]}
        self.answer_for = lambda _: (200, {}, json.dumps(bad).encode())
        results = self.together(server, (1, "add"), (2, "add"), (3, "add"))
        assert [result.outcome for result in results] == ["accepted", "refused", "accepted"]

    def test_the_check_asks_who_the_token_belongs_to(self, server):
        assert "Fernway ads" in self.provider.check(config=self.config(server), now=NOW)
        self.answer_for = lambda _: (400, {}, b"{}")
        with pytest.raises(Invalid):
            self.provider.check(config=self.config(server), now=NOW)


class TestGoogle(AudienceContract):
    provider = GoogleAudienceProvider()

    def config(self, server):
        account = key_file(f"{server.url}/token")
        return GoogleConfig(
            service_account=account, account_id="123456", api_url=server.url, timeout_seconds=0.3
        )

    def number_of(self, request):
        if request.path == "/token":
            return None
        return int(json.loads(request.body)["destinations"][0]["productDestinationId"]) - 1000

    def answer_for(self, request):
        if request.path == "/token":
            return 200, {}, b'{"access_token": "ya29.y", "expires_in": 3599}'
        return 200, {}, b'{"requestId": "r1"}'

    def test_consent_goes_along_with_those_who_are_added(self, server):
        results = self.together(server, (1, "add"), (2, "remove"))
        assert [result.provider_id for result in results] == ["r1", "r1"]
        added, removed = self.carried(server)
        assert (added.path, removed.path) == (
            "/audienceMembers:ingest", "/audienceMembers:remove",
        )  # fmt: skip
        body = json.loads(added.body)
        [member] = body["audienceMembers"]
        assert member == {"userData": {"userIdentifiers": [{"emailAddress": hashed(1)}]}}
        assert body["consent"]["adUserData"] == "CONSENT_GRANTED"
        assert body["destinations"][0]["operatingAccount"]["accountId"] == "123456"
        assert "consent" not in json.loads(removed.body)


@pytest.mark.django_db
def test_nobody_is_added_who_did_not_agree_to_it():
    yes, no = make_customer(), make_customer()
    give_consent(yes, channel="audience")
    template = make_words("Lookalike", Channel.AUDIENCE, subject="1001", text="", action="add")
    for person in (yes, no):
        delivery = plan(person, template)
        send_shard(delivery.shard or 0, now=NOW)
    reasons = dict(Decision.objects.values_list("customer_id", "reason"))
    assert reasons == {yes.pk: "no_sender", no.pk: "no_consent"}

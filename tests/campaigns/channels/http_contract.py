"""What every provider that speaks HTTP keeps, beyond the contract of all providers."""

from datetime import timedelta

import pytest

from campaigns.contracts import SendOutcome
from campaigns.deliveries.services import send as sending
from tests.campaigns.builders import NOW, key
from tests.campaigns.channels.http_server import HttpServer, Received
from tests.campaigns.channels.provider_contract import ProviderContract, make_message


class HttpProviderContract(ProviderContract):
    """`answer_for` says what the provider's own server answers to one request.

    `key_of` finds the key of the message in a request; `refusals` holds the answers of numbers
    that are refused.
    """

    addresses = "p{number}@example.com"

    @pytest.fixture
    def server(self, settings):
        settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
        self.refusals: dict[int, tuple[int, dict, bytes]] = {}
        with HttpServer(self._answer) as server:
            yield server

    def answer_for(self, request: Received) -> tuple[int, dict, bytes]:
        raise NotImplementedError

    def number_of(self, request: Received) -> int | None:
        """The number of the message that a request carries, or None for other requests."""
        raise NotImplementedError

    def _answer(self, request):
        return self.refusals.get(self.number_of(request)) or self.answer_for(request)

    def received(self, server):
        numbers = [self.number_of(call) for call in server.calls]
        return [key(n) for n in numbers if n is not None and n not in self.refusals]

    def refuse(self, server, number, *, permanently):
        self.refusals[number] = (
            (400, {}, b"{}") if permanently else (429, {"Retry-After": "90"}, b"")
        )

    def address(self, number):
        return self.addresses.format(number=number)

    def messages(self, count):
        return [
            make_message(n, channel=self.channel, address=self.address(n), **self.parts(n))
            for n in range(1, count + 1)
        ]

    def parts(self, number) -> dict:
        return {}

    def carried(self, server):
        return [call for call in server.calls if self.number_of(call) is not None]

    def test_a_repetition_carries_the_same_key(self, server):
        self.send(server, 1)
        self.send(server, 1)
        first, second = self.carried(server)
        assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == str(key(1))

    def test_the_wait_that_is_asked_for_is_passed_on(self, server):
        self.refuse(server, 1, permanently=False)
        assert self.send(server, 1)[0].retry_after == timedelta(seconds=90)

    def test_an_answer_that_does_not_come_is_uncertain_and_the_rest_waits(self, server):
        self.send(server, 1)
        server.is_slow = True
        results = self.send(server, 3)
        assert results[0].outcome is SendOutcome.UNCERTAIN
        assert {result.outcome for result in results[1:]} <= {"retry", "uncertain"}
        assert len(self.carried(server)) == 2

    def test_a_broken_provider_is_uncertain(self, server):
        self.refusals[1] = (500, {}, b"oops")
        assert self.send(server, 1)[0].outcome is SendOutcome.UNCERTAIN

    def test_wrong_credentials_lose_nothing(self, server):
        self.refusals[1] = (401, {}, b"")
        assert self.send(server, 1)[0].outcome is SendOutcome.RETRY

    def test_nobody_there_may_be_tried_again(self, server):
        self.send(server, 1)
        config = self.config(server)
        server.__exit__()
        try:
            results = self.provider.send(self.messages(2), config=config, now=NOW)
        finally:
            server.__enter__()
        assert [result.outcome for result in results] == ["retry", "retry"]

    def test_secrets_are_in_no_text_of_the_settings(self, server):
        config = self.config(server)
        secrets = [
            value.get_secret_value()
            for value in dict(config).values()
            if hasattr(value, "get_secret_value") and value.get_secret_value()
        ]
        assert secrets
        assert not any(secret in repr(config) + str(config) for secret in secrets)

    def test_a_batch_fits_into_the_lease_of_a_claim(self, server):
        seconds = self.config(server).timeout_seconds * 3
        assert timedelta(seconds=seconds) < sending.LEASE


class KnowsDeadAddresses(HttpProviderContract):
    """A provider that says when nothing will ever reach an address; `dead` is what it answers."""

    dead: tuple[int, bytes]

    def test_a_dead_address_is_marked(self, server):
        status, body = self.dead
        self.refusals[1] = (status, {}, body)
        results = self.send(server, 2)
        assert [result.outcome for result in results] == ["refused", "accepted"]
        assert [result.is_dead_address for result in results] == [True, False]

"""What every channel provider keeps. Subclass it and give a provider, its settings and a server."""

from datetime import datetime
from uuid import UUID

from campaigns.contracts import Channel, OutgoingMessage, SendOutcome
from campaigns.extension_points import ChannelProvider
from tests.campaigns.builders import NOW, key


def make_message(number: int, *, channel: Channel = Channel.EMAIL, **parts) -> OutgoingMessage:
    settings = {
        "key": key(number),
        "channel": channel,
        "address": f"p{number}@example.com",
        "subject": f"Subject {number}",
        "text": f"Text {number}",
        "from_address": "shop@shop.example",
        **parts,
    }
    return OutgoingMessage(**settings)


class ProviderContract:
    """The tests of the contract. `server` is a local one that speaks the provider's wire format."""

    provider: ChannelProvider
    channel = Channel.EMAIL
    now: datetime = NOW

    def config(self, server):
        """The settings that lead to the server."""
        raise NotImplementedError

    def received(self, server) -> list[UUID]:
        """The keys of the messages the server took, in order."""
        raise NotImplementedError

    def refuse(self, server, number: int, *, permanently: bool) -> None:
        """Let the server refuse the message of this number."""
        raise NotImplementedError

    def messages(self, count: int) -> list[OutgoingMessage]:
        return [make_message(number, channel=self.channel) for number in range(1, count + 1)]

    def send(self, server, count: int):
        return self.provider.send(self.messages(count), config=self.config(server), now=self.now)

    def test_each_message_is_taken_once_in_order(self, server):
        results = self.send(server, 3)
        assert [result.outcome for result in results] == [SendOutcome.ACCEPTED] * 3
        assert self.received(server) == [key(1), key(2), key(3)]

    def test_no_message_is_no_call(self, server):
        assert self.provider.send([], config=self.config(server), now=self.now) == []
        assert self.received(server) == []

    def test_a_refused_message_leaves_the_others_alone(self, server):
        self.refuse(server, 2, permanently=True)
        results = self.send(server, 3)
        assert [result.outcome for result in results] == ["accepted", "refused", "accepted"]
        assert results[1].reason
        assert self.received(server) == [key(1), key(3)]

    def test_a_temporary_refusal_may_be_tried_again(self, server):
        self.refuse(server, 1, permanently=False)
        results = self.send(server, 2)
        assert [result.outcome for result in results] == ["retry", "accepted"]

    def test_a_reason_names_no_person(self, server):
        self.refuse(server, 1, permanently=True)
        assert "p1@example.com" not in self.send(server, 1)[0].reason

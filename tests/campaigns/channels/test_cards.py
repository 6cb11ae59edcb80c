"""Messages that we keep ourselves."""

import pytest

from campaigns.channels.models import Card
from campaigns.channels.providers.cards.provider import CardsConfig, CardsProvider
from campaigns.contracts import Channel
from tests.campaigns.builders import NOW, after, key, make_customer, make_words, plan
from tests.campaigns.channels.provider_contract import make_message

pytestmark = pytest.mark.django_db
CONFIG = CardsConfig(days=3)


def send(*messages):
    return CardsProvider().send(messages, config=CONFIG, now=NOW)


def message(number, person=None, **parts):
    """A message whose delivery exists when it has a person."""
    if person:
        template = make_words(f"T{number}", Channel.INAPP, subject="Hi", text="There")
        plan(person, template, key=key(number))
    return make_message(number, channel=Channel.INAPP, address="", **parts)


def test_a_card_is_kept_once_for_the_person_of_its_delivery():
    person = make_customer()
    first = message(1, person, subject='"Quoted", {odd}', values={"url": "https://a.example"})
    for _ in range(2):
        assert [result.outcome for result in send(first)] == ["accepted"]
    card = Card.objects.get()
    assert (card.customer_id, card.key, card.title) == (person.pk, key(1), '"Quoted", {odd}')
    assert (card.kind, card.url, card.expires_at) == ("card", "https://a.example", after(days=3))


def test_a_message_without_a_delivery_is_refused_and_the_others_are_kept():
    person = make_customer()
    results = send(message(1, person), message(2), message(3, person))
    assert [result.outcome for result in results] == ["accepted", "refused", "accepted"]
    assert send() == []


def test_it_can_be_asked_what_it_took():
    send(message(1, make_customer()))
    assert CardsProvider().look_up([key(1), key(2)], config=CONFIG) == {key(1): True, key(2): False}

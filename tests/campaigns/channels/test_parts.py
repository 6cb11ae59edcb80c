"""What messages of each channel are made of, and that a person gets them filled in."""

import pytest

from campaigns.channels.models import Card
from campaigns.content.models import TemplateVersion
from campaigns.contracts import Channel
from campaigns.deliveries import queries
from campaigns.deliveries.models import Delivery
from campaigns.deliveries.services.send import send_shard
from kernel.errors import Invalid
from tests.campaigns.builders import NOW, give_consent, make_customer, make_words, plan

pytestmark = pytest.mark.django_db


def send_all():
    while sum(send_shard(shard, now=NOW) for shard in queries.list_due_shards(now=NOW)):
        pass


@pytest.mark.parametrize(
    ("channel", "parts", "field"),
    [
        (Channel.SMS, {"text": " "}, "text"),
        (Channel.PUSH, {"text": "Body"}, "subject"),
        (Channel.PUSH, {"subject": "Title", "text": ""}, "text"),
        (Channel.SMS, {"text": "Hi", "url": "https://a.example"}, "fields.url"),
        (Channel.INAPP, {"subject": "T", "text": "B", "kind": "popup"}, "fields.kind"),
        (Channel.AUDIENCE, {"text": "", "subject": "123", "action": "drop"}, "fields.action"),
        (Channel.PUSH, {"subject": "T", "text": "B", "url": "{{ a | nofilter }}"}, "fields.url"),
    ],
)
def test_a_wrong_part_is_named(channel, parts, field):
    with pytest.raises(Invalid) as refused:
        make_words("Wrong", channel, **parts)
    assert refused.value.field == field
    assert not TemplateVersion.objects.exists()


def test_a_card_is_filled_for_its_person_and_its_link_is_tracked():
    template = make_words(
        "News", Channel.INAPP, subject="Hi {{ first_name }}", text="New tents", kind="banner",
        button="See", url="https://shop.example/{{ first_name | downcase }}",
    )  # fmt: skip
    person = make_customer("Ada", consent=None)
    plan(person, template)
    send_all()
    card = Card.objects.get()
    assert (card.customer_id, card.title, card.body) == (person.pk, "Hi Ada", "New tents")
    assert (card.kind, card.button) == ("banner", "See")
    assert card.url.startswith("http://127.0.0.1:8000/e/c/")
    assert Delivery.objects.get().status == "handed_over"


def test_a_field_whose_value_is_missing_holds_the_message_back():
    template = make_words("News", Channel.INAPP, subject="Hi", url="https://a.example/{{ slug }}")
    plan(make_customer(), template)
    send_all()
    assert Delivery.objects.values_list("status", "reason").get() == (
        "held_back",
        "missing_value:slug",
    )
    assert not Card.objects.exists()


@pytest.mark.parametrize(
    ("phone", "status", "reason"),
    [
        ("+49 (151) 234-5678", "held_back", "no_sender"),
        ("0151 2345678", "held_back", "no_address"),
        ("+1", "held_back", "no_address"),
    ],
)
def test_a_phone_number_must_be_one_of_the_world(phone, status, reason):
    person = make_customer(consent=None, phone=phone)
    give_consent(person, channel="sms")
    delivery = plan(person, make_words("Text", Channel.SMS))
    send_all()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.reason) == (status, reason)
    assert delivery.address == ("+491512345678" if reason == "no_sender" else "")


def test_a_card_for_the_store_needs_no_consent_and_a_text_message_does():
    person = make_customer(consent=None, phone="+491512345678")
    plan(person, make_words("Card", Channel.TASK, subject="Greet", place="Berlin"))
    text = plan(person, make_words("Text", Channel.SMS))
    send_all()
    text.refresh_from_db()
    assert (text.status, text.reason) == ("held_back", "no_consent")
    assert Card.objects.values_list("channel", "place", "body").get() == (
        "task", "Berlin", "Hi Ada",
    )  # fmt: skip

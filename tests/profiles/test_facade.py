"""What other apps may ask of people."""

from datetime import UTC, datetime, timedelta

import pytest

from kernel.errors import Invalid
from profiles import facade
from profiles.contracts import CustomerId, IdentityRef, SystemTouchpoint
from profiles.models import Customer, InboxItem, Touchpoint
from profiles.touchpoints.services.draining import drain_inbox
from tests.profiles.collecting import Sender, events_of, people

NOW = datetime.now(UTC)
ADA = IdentityRef(kind="email", value=" Ada@Example.com ")

pytestmark = pytest.mark.django_db


def test_a_person_is_created_once_and_found_again_by_any_spelling_of_the_address():
    first = facade.identify_customer(ADA, traits={"first_name": "Ada"}, now=NOW)
    again = facade.identify_customer(ADA, traits={"plan": "pro"}, now=NOW + timedelta(seconds=1))
    assert first == again
    found = facade.find_customer(IdentityRef(kind="email", value="ADA@example.com"))
    assert found is not None
    assert (found.id, found.display_name, found.email) == (first, "Ada", "ada@example.com")
    assert found.traits == {"first_name": "Ada", "plan": "pro"}
    assert events_of("email", "ada@example.com") == ["Identify", "Identify"]


def test_an_address_of_the_traits_identifies_too():
    person = facade.identify_customer(
        IdentityRef(kind="user_id", value="u1"),
        traits={"email": "ada@example.com", "phone": "+43 664 1234567"}, now=NOW,
    )  # fmt: skip
    assert facade.identify_customer(ADA, traits={}, now=NOW) == person
    assert people() == {
        frozenset({("user_id", "u1"), ("email", "ada@example.com"), ("phone", "+436641234567")})
    }


@pytest.mark.parametrize(("kind", "value"), [("email", "ada"), ("user_id", "null"),
                                             ("phone", "0664"), ("user_id", " ")])  # fmt: skip
def test_an_identifier_that_names_nobody_is_refused_and_creates_nobody(kind, value):
    with pytest.raises(Invalid) as refusal:
        facade.identify_customer(IdentityRef(kind=kind, value=value), traits={}, now=NOW)
    assert refusal.value.field == kind
    assert not Customer.objects.exists()


def test_facts_are_recorded_once_by_key_and_under_the_winner_of_a_merge(sender: Sender):
    sender.deliver({"type": "page", "anonymousId": "a1", "messageId": "1"})
    loser = CustomerId(Customer.objects.get().id)
    sender.deliver({"type": "track", "userId": "u1", "event": "X", "messageId": "2"})
    sender.deliver({"type": "identify", "userId": "u1", "anonymousId": "a1", "messageId": "3"})
    winner = Customer.objects.get(merged_into=None).id
    sent = SystemTouchpoint(customer_id=loser, event="Message Sent", key="delivery:1",
                            occurred_at=NOW, properties={"template": 7})  # fmt: skip
    stranger = SystemTouchpoint(customer_id=CustomerId(999_999), event="Message Sent",
                                key="delivery:2", occurred_at=NOW)  # fmt: skip
    assert facade.record_touchpoints([sent, sent, stranger], now=NOW) == 1
    assert facade.record_touchpoints([sent], now=NOW) == 0
    point = Touchpoint.objects.get(type=Touchpoint.Type.SYSTEM)
    assert (point.customer_id, point.event.name, point.properties) == (
        winner, "Message Sent", {"template": 7},
    )  # fmt: skip


def test_collected_messages_take_the_way_of_the_collection_api(sender: Sender):
    message = {"type": "track", "userId": "u1", "event": "Asked", "messageId": "m"}
    facade.collect_events(sender.source_id, [message, message], now=NOW)
    assert InboxItem.objects.get().message_count == 2
    drain_inbox(now=NOW)
    assert events_of("user_id", "u1") == ["Asked"]


def test_losers_answer_with_their_winner_and_strangers_are_absent(sender: Sender):
    sender.deliver({"type": "page", "anonymousId": "a1", "messageId": "1"})
    loser = CustomerId(Customer.objects.get().id)
    sender.deliver({"type": "track", "userId": "u1", "event": "X", "messageId": "2"})
    sender.deliver({"type": "identify", "userId": "u1", "anonymousId": "a1", "messageId": "3",
                    "traits": {"name": "Ada Lovelace"}})  # fmt: skip
    found = facade.get_customers([loser, CustomerId(999_999)])
    assert list(found) == [loser]
    assert found[loser].id == Customer.objects.get(merged_into=None).id
    assert found[loser].display_name == "Ada Lovelace"

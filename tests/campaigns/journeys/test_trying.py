from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse

from campaigns.deliveries.models import Delivery
from campaigns.journeys.models import Enrollment, JourneyVersion, Step
from campaigns.journeys.services import sandbox
from campaigns.journeys.services.drafting import open_draft, start_draft
from campaigns.journeys.services.publish import create_journey
from campaigns.journeys.services.sandbox import MadePerson, open_sandbox
from campaigns.journeys.services.trying import Deed, Try, try_as
from kernel.errors import Conflict
from profiles.customers.models import Customer
from profiles.touchpoints.models import Touchpoint
from tests.campaigns.builders import NOW, entry, key, make_cap, make_customer, make_template, plan

pytestmark = pytest.mark.django_db

CART = {"kind": "touchpoint", "event": "Product Added"}
ADDED_50 = {**CART, "match": [{"property": "total", "is": "at_least", "value": 50}]}
OUT = {"id": "out", "type": "exit"}
ADA = MadePerson(
    key=key(1), traits={"first_name": "Ada", "email": "ada@example.com"}, channels=("email",)
)


def cart(template, **settings):
    return {
        "holdout_percent": 50,
        "goal": {"event": "Order Completed", "days": 3, "leaves": True},
        "nodes": [
            entry(ADDED_50, next_="pause", **settings),
            {"id": "pause", "type": "wait", "seconds": 7200, "next": "hold"},
            {
                "id": "hold", "type": "hold", "seconds": 86_400, "timeout": "mail",
                "branches": [{"name": "back", "event": "Cart Viewed", "next": "out"}],
            },
            {
                "id": "mail", "type": "send", "template": str(template.key), "next": "out",
                "opened": "out", "no_consent": "out",
            },
            OUT,
        ],
    }  # fmt: skip


@pytest.fixture
def journey():
    return create_journey("Cart", key=key(77), actor="user:1", now=NOW)


def told(tried):
    return [(step.at - NOW, step.node, step.reason) for step in tried.steps[1:]]


HOUR = timedelta(hours=1)


def test_a_made_up_person_goes_the_way_the_engine_takes(journey):
    tried = try_as(journey, cart(make_template()), Try(person=ADA), now=NOW)
    assert told(tried) == [
        (0 * HOUR, "entry", "entered"),
        (2 * HOUR, "pause", "waited"),
        (26 * HOUR, "hold", "timed_out"),
        (98 * HOUR, "mail", "no_outcome"),
    ]
    (message,) = tried.messages
    assert (message.node, message.outcome, message.at) == ("mail", "sent", NOW + 26 * HOUR)
    assert message.words.subject == "Ada, come back"
    assert message.words.address == "ada@example.com"
    assert (tried.state, tried.node) == ("finished", "out")
    assert ("hold", "mail") in tried.ways
    assert ("hold", "out") not in tried.ways


@pytest.mark.parametrize(
    ("choices", "last", "at"),
    [
        ({"hold": "back"}, "event_arrived", 3 * HOUR),
        ({"mail": "opened"}, "message_opened", 27 * HOUR),
        ({"mail": "failed"}, "message_failed", 26 * HOUR),
    ],
)
def test_what_is_chosen_at_a_step_happens(journey, choices, last, at):
    tried = try_as(journey, cart(make_template()), Try(person=ADA, choices=choices), now=NOW)
    assert (tried.end, tried.steps[-1].at - NOW) == (last, at)


def test_the_gate_holds_back_as_it_would(journey):
    make_cap(count=1)
    template = make_template()
    nobody = MadePerson(key=key(2), traits={"first_name": "Bo", "email": "bo@example.com"})
    tried = try_as(journey, cart(template), Try(person=nobody), now=NOW)
    assert [m.reason for m in tried.messages] == ["no_consent"]
    real = make_customer("Cy")
    plan(real, template, status="handed_over", claimed_at=NOW - HOUR)
    tried = try_as(journey, cart(template), Try(person=real.pk), now=NOW)
    assert [(m.outcome, m.reason) for m in tried.messages] == [("held_back", "frequency_cap")]


def test_a_goal_ends_the_way_at_once(journey):
    deed = Deed(after=5 * HOUR, event="Order Completed")
    tried = try_as(journey, cart(make_template()), Try(person=ADA, deeds=(deed,)), now=NOW)
    assert (tried.end, tried.messages) == ("goal_reached", ())


def test_a_key_is_given_to_what_happens(journey):
    tried = try_as(
        journey, cart(make_template(), key="cart.id"),
        Try(person=ADA, choices={"hold": "back"}), now=NOW,
    )  # fmt: skip
    assert tried.end == "event_arrived"


def test_nothing_of_a_try_stays(journey):
    definition = cart(make_template())
    definition["nodes"][-2]["next"] = "mark"
    definition["nodes"] += [
        {"id": "mark", "type": "emit", "event": "Tried", "next": "note"},
        {"id": "note", "type": "update", "settings": [{"trait": "tried", "value": True}], "next": "out"},
    ]  # fmt: skip
    customer = make_customer()
    tried = try_as(journey, definition, Try(person=customer.pk), now=NOW)
    assert [step.reason for step in tried.steps[-2:]] == ["event_emitted", "traits_set"]
    for model in (Enrollment, Step, Delivery, JourneyVersion, Touchpoint):
        assert not model.objects.exists()
    assert "tried" not in Customer.objects.get().traits


def in_sandbox(statement):
    with open_sandbox():
        sandbox.seal()
        with connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_database_refuses_a_write_outside_of_the_sandbox():
    customer = make_customer()
    with pytest.raises(Conflict, match="outside of journeys"):
        in_sandbox("UPDATE public.profiles_customer SET traits = '{}'")
    customer.refresh_from_db()
    assert customer.traits["first_name"] == "Ada"


def test_another_fault_is_not_taken_for_a_write():
    with pytest.raises(DatabaseError, match="no_such_table"):
        in_sandbox("SELECT * FROM no_such_table")


def test_the_page_lights_the_way_and_asks_at_holds(client, colleague, journey):
    client.force_login(colleague)
    open_draft(journey, actor="user:1", now=NOW)
    start_draft(journey, cart(make_template()), actor="user:1", now=NOW)
    url = reverse("campaigns:journey-try", kwargs={"key": journey.key})
    text = client.get(url).content.decode()
    assert "Ada, come back" in text
    assert "after 1 d 2 h" in text
    assert "TriedMessage(" not in text
    posted = {
        "traits": "first_name = Bo\nemail = bo@example.com", "channels": ["email"], "trigger": 0,
        "time_zone": "UTC", "at_hold": "back",
    }  # fmt: skip
    text = client.post(url, posted).content.decode()
    assert "This way sends no message." in text
    assert '<option value="back" selected>' in text
    refused = client.post(url, {**posted, "traits": "first_name"})
    assert (refused.status_code, "has no name or no value" in refused.content.decode()) == (
        422,
        True,
    )

"""What becomes known about events by their arriving."""

from datetime import UTC, datetime

from kernel.events import run_subscriber
from profiles.models import EventDay, EventLibrary, EventSchema, Property
from profiles.schema.selectors import (
    find_event_id,
    list_examples,
    list_properties,
    suggest_events,
    suggest_properties,
)
from tests.profiles.collecting import Sender

NOW = datetime.now(UTC)


def learn():
    return run_subscriber("profiles.schema_discovery", now=NOW, own_transaction=True)


def bought(user="u1", at="2026-03-01T10:00:00Z", **properties):
    return {"type": "track", "userId": user, "event": "Bought", "timestamp": at,
            "properties": properties}  # fmt: skip


def types(event, name):
    row = next(row for row in list_properties(find_event_id(event)) if row.name == name)
    return dict(row.types)


def test_properties_become_known_with_their_types(sender: Sender):
    sender.deliver(
        bought(price=3, tags=["a"], box={"size": "m"}),
        bought(price="3", at="2026-03-02T10:00:00Z", sent="2026-03-01"),
        bought(price=None, gift=True),
    )
    assert learn() == 3
    found = {row.name: dict(row.types) for row in list_properties(find_event_id("Bought"))}
    assert found == {
        "price": {"number": 1, "text": 1, "null": 1}, "tags": {"list": 1}, "box": {"object": 1},
        "box.size": {"text": 1}, "sent": {"time": 1}, "gift": {"boolean": 1},
    }  # fmt: skip
    price = Property.objects.get(name="price")
    assert (price.first_at.isoformat(), price.last_at.isoformat()) == (
        "2026-03-01T10:00:00+00:00", "2026-03-02T10:00:00+00:00",
    )  # fmt: skip


def test_batches_add_up_and_are_counted_once(sender: Sender):
    sender.deliver(bought(price=1), bought(price=2, at="2026-03-02T10:00:00Z"))
    learn()
    sender.deliver(bought(price="x"))
    learn()
    assert learn() == 0
    days = EventDay.objects.order_by("day").values_list("day", "seen")
    assert [(day.isoformat(), seen) for day, seen in days] == [("2026-03-01", 2), ("2026-03-02", 1)]
    assert EventSchema.objects.values_list("seen", "examined").get() == (3, 3)
    assert types("Bought", "price") == {"number": 2, "text": 1}


def test_traits_are_the_properties_of_identify(sender: Sender):
    sender.deliver({"type": "identify", "userId": "u1", "traits": {"plan": "pro", "age": 7}})
    learn()
    assert sorted(suggest_properties("Identify")) == [("age", 1), ("plan", 1)]


def test_libraries_are_known_by_version(sender: Sender):
    for version in ("1.0", "1.0", "2.0"):
        context = {"library": {"name": "analytics-node", "version": version}}
        sender.deliver(bought() | {"context": context})
    learn()
    assert sorted(EventLibrary.objects.values_list("library", "seen")) == [
        ("analytics-node 1.0", 2), ("analytics-node 2.0", 1),
    ]  # fmt: skip


def test_names_that_hold_an_address_are_not_kept(sender: Sender):
    sender.deliver(bought(**{"ada@example.com": 1, "box": {"eve@example.com": 2}}))
    learn()
    assert list(Property.objects.values_list("name", flat=True)) == ["box"]


def test_one_event_keeps_a_limited_number_of_properties(sender: Sender):
    for start in range(0, 900, 300):
        sender.deliver(bought(**{f"p{n}": 1 for n in range(start, start + 300)}))
        learn()
    known = Property.objects.count()
    assert known == 600
    sender.deliver(bought(p1=1, q1=1))
    learn()
    assert Property.objects.count() == known
    assert Property.objects.get(name="p1").seen == 2


def test_a_large_batch_is_examined_in_part_and_counted_whole(sender: Sender):
    sender.deliver(*[bought(price=1) for _ in range(250)])
    learn()
    assert EventSchema.objects.values_list("seen", "examined").get() == (250, 200)
    assert Property.objects.get().seen == 200


def test_examples_for_viewers_are_values_that_three_people_share(sender: Sender):
    sender.deliver(
        *[bought(user=f"u{n}", size="m", card=f"card {n}") for n in range(3)], bought(size="xl")
    )
    event_id = find_event_id("Bought")
    assert list_examples(event_id, is_masked=True) == {"size": ["m"]}
    full = list_examples(event_id, is_masked=False)
    assert full == {"size": ["m", "xl"], "card": ["card 0", "card 1", "card 2"]}


def test_suggestions_come_by_frequency(sender: Sender):
    at = datetime.now(UTC).isoformat()
    sender.deliver(bought(at=at), bought(at=at), bought(at=at) | {"event": "Sold"})
    learn()
    assert suggest_events(now=datetime.now(UTC)) == [("Bought", 2), ("Sold", 1)]

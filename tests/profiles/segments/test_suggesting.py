"""What the builder suggests while somebody types."""

from datetime import UTC, datetime

from profiles.segments.selectors.suggesting import suggest
from tests.profiles.collecting import Sender
from tests.profiles.schema.test_discovering import bought, learn


def test_events_traits_properties_and_values_are_suggested(sender: Sender):
    now = datetime.now(UTC)
    at = now.isoformat()
    sender.deliver(
        bought(at=at, price=3), bought(at=at),
        {"type": "identify", "userId": "u1", "traits": {"city": "Graz"}},
        {"type": "identify", "userId": "u2", "traits": {"city": "Graz", "plan": "pro"}},
    )  # fmt: skip
    learn()
    assert suggest("events", now=now) == [("Bought", 2), ("Identify", 2)]
    assert suggest("traits", now=now) == [("city", 2), ("plan", 1)]
    assert suggest("properties:Bought", now=now) == [("price", 1)]
    assert suggest("values:city", now=now) == [("Graz", 2)]
    assert suggest("weather", now=now) == []

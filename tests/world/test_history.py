"""The world is the same for the same seed, ordered, and flat in memory."""

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from mcps_site.world.history import Plan, World, iter_history
from mcps_site.world.people import friends_of, make_person

START = datetime(2025, 11, 21, tzinfo=UTC)


def digest(seed: int) -> str:
    world = World(Plan(seed=seed, people=120, days=90, start=START))
    lines = (json.dumps(m, sort_keys=True) for day in iter_history(world) for m in day)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_one_seed_gives_one_history_and_another_seed_another() -> None:
    assert digest(7) == digest(7)
    assert digest(7) != digest(8)


def test_every_message_has_its_own_id_and_days_are_in_order() -> None:
    world = World(Plan(seed=3, people=300, days=60, start=START))
    messages = [message for day in iter_history(world) for message in day]
    times = [message["timestamp"] for message in messages]
    assert times == sorted(times)
    assert len({message["messageId"] for message in messages}) == len(messages)


def test_orders_follow_carts_and_only_known_people_order() -> None:
    world = World(Plan(seed=3, people=300, days=120, start=START))
    messages = [message for day in iter_history(world) for message in day]
    kinds = Counter(message.get("event", message["type"]) for message in messages)
    assert kinds["Product Viewed"] > kinds["Product Added"] >= kinds["Order Completed"] > 0
    assert all("userId" in m for m in messages if m.get("event") == "Order Completed")


@pytest.mark.parametrize("number", [0, 1, 119])
def test_near_friends_are_mutual(number: int) -> None:
    for friend in ((number + 1) % 120, (number - 1) % 120):
        assert friend in friends_of(7, number, 120)
        assert number in friends_of(7, friend, 120)


def test_a_person_sleeps_sometimes() -> None:
    for number in range(50):
        person = make_person(7, number, 365)
        awake = sum(person.is_awake(hour) for hour in range(24))
        assert awake == person.awake_hours < 24

"""Two loads of one seed store the same facts about the same people."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from mcps_site.world.history import Plan, World, iter_history
from profiles.touchpoints.services.draining import drain_inbox
from tests.profiles.collecting import Sender

START = datetime(2026, 1, 5, tzinfo=UTC)
FACTS = """
SELECT point.occurred_at, event.name, point.type, point.properties::text, point.revenue,
       (SELECT array_agg(who.kind || ':' || who.value ORDER BY who.kind, who.value)
        FROM profiles_identity AS who WHERE who.customer_id = point.customer_id)::text AS person,
       person.traits::text
FROM profiles_touchpoint AS point
JOIN profiles_event AS event ON event.id = point.event_id
JOIN profiles_customer AS person ON person.id = point.customer_id
ORDER BY 1, 2, 3, 4, 5, 6, 7
"""


def a_world(seed: int) -> World:
    return World(Plan(seed=seed, people=150, days=60, start=START))


def load(sender: Sender, seed: int, *, batch: int) -> tuple[int, str]:
    """Load a world and forget it again; return the number of its facts and their hash."""
    with transaction.atomic():
        for day in iter_history(a_world(seed)):
            for start in range(0, len(day), batch):
                sender.send(*day[start : start + batch])
        drain_inbox(now=datetime.now(UTC))
        with connection.cursor() as cursor:
            cursor.execute(FACTS)
            facts = cursor.fetchall()
        transaction.set_rollback(True)
    text = json.dumps(facts, default=str)
    return len(facts), hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.django_db
def test_two_loads_of_a_seed_are_equal_however_they_are_cut_and_another_seed_differs(sender):
    first = load(sender, 7, batch=1_000)
    assert load(sender, 7, batch=37) == first
    assert load(sender, 8, batch=1_000)[1] != first[1]
    sent = sum(len(day) for day in iter_history(a_world(7)))
    assert first[0] == sent > 1_000

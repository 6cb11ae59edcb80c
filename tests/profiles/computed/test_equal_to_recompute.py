"""Values kept up to date fact by fact equal a full computation, and what plain Python says."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from kernel.events import run_all_due
from profiles.computed import queries
from profiles.computed.rules.definition import parse_definition
from profiles.computed.services.defining import TraitDraft, create_trait
from profiles.computed.services.refreshing import refresh_due
from tests.profiles.computed.reference import expected
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.world import add_touch, store

pytestmark = pytest.mark.django_db
EVENTS = ["Order Completed", "Product Viewed"]


def days(number):
    return {"amount": number, "unit": "days"}


windows = st.sampled_from(
    [
        {"kind": "ever"},
        {"kind": "last", "span": days(7)},
        {"kind": "between", "nearest": days(2), "farthest": days(9)},
    ]
)
filters = st.sampled_from(
    [
        [],
        [{"property": "kind", "test": {"type": "text", "operator": "is", "values": ["a", "c"]}}],
    ]
)
figures = st.fixed_dictionaries(
    {
        "measure": st.sampled_from(
            [
                "sum",
                "average",
                "minimum",
                "maximum",
                "first",
                "last",
                "most_frequent",
                "unique_count",
                "unique_list",
            ]
        ),
        "property": st.sampled_from(["revenue", "size"]),
        "event": st.sampled_from(EVENTS),
        "where": filters,
        "window": windows,
    }
)
counts = st.fixed_dictionaries(
    {
        "measure": st.just("count"),
        "event": st.sampled_from(EVENTS),
        "where": filters,
        "window": windows,
    }
)
touches = st.fixed_dictionaries(
    {
        "event": st.sampled_from(EVENTS),
        "days_ago": st.integers(0, 12),
        "revenue": st.sampled_from([None, "0.00", "10.50", "99.99", "-5.00"]),
        "properties": st.fixed_dictionaries(
            {}, optional={"kind": st.sampled_from("abc"), "size": st.integers(1, 12)}
        ),
    }
)
steps = st.lists(
    st.lists(st.tuples(st.integers(0, 2), touches), max_size=4) | st.integers(1, 6), max_size=5
)


# Each example runs subscribers and timers for every step, so a quarter of the examples will do.
@settings(
    max_examples=settings().max_examples // 4,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(definition=figures | counts, steps=steps)
def test_kept_values_equal_a_recompute_and_plain_python(definition, steps):
    definition = {"kind": "figure", **definition}
    note(f"{definition}\n{steps}")
    with transaction.atomic():
        people = store([NOBODY] * 3)
        facts = {one: [] for one in people}
        now = NOW
        _advance(now)
        trait = create_trait(TraitDraft(name="t", slug="t", definition=definition), now=now)
        for step in steps:
            if isinstance(step, int):
                now += timedelta(days=step)
            else:
                for who, touch in step:
                    facts[people[who]].append(_add(people[who], touch, now))
            _advance(now)
            stored = queries.read_trait_values(trait.pk, people)
            fresh = queries.compute_for_everyone(parse_definition(definition), now=now)
            wanted = {one: expected(definition, facts[one], now) for one in people}
            wanted = {one: value for one, value in wanted.items() if value is not None}
            assert stored == {one: fresh[one] for one in people if one in fresh}
            assert stored == wanted
        trait.refresh_from_db()
        assert trait.value_count == len(queries.read_trait_values(trait.pk, people))
        transaction.set_rollback(True)


NOBODY = {
    "traits": {},
    "touches": [],
    "kinds": [],
    "suppressed": False,
    "consents": [],
    "member_since": {},
    "last_seen_at": NOW,
    "locale": None,
    "fate": "alive",
}


def _add(person, touch, now):
    at = now - timedelta(days=touch["days_ago"])
    plain = {name: touch[name] for name in ("event", "revenue", "properties")}
    number = add_touch(person, occurred_at=at, **plain)
    return number, touch["event"], at, touch["revenue"], touch["properties"]


def _advance(now):
    while run_all_due(now=now, own_transaction=True):
        pass
    while refresh_due(now=now):
        pass

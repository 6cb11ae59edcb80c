"""Small random journeys under kills, jumping clocks and two workers: each step happens exactly once."""

from datetime import timedelta
from functools import partial
from itertools import accumulate

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.deliveries.models import Decision, Delivery
from campaigns.journeys import selectors
from campaigns.journeys.models import Enrollment, Step
from campaigns.journeys.rules.documents import reachable
from campaigns.journeys.services.advance import advance_all
from kernel.testing import drain_facts, run_together
from profiles.touchpoints.models import Event, Touchpoint
from tests.campaigns.builders import NOW, after, entry, make_customer, make_template, publish
from tests.campaigns.journeys.crashing import KilledError, Killer, survive, work
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, touch, trail
from tests.campaigns.journeys.walking import Walker

GOAL = {"event": "Goal", "is_goal": True}


class DrawnKiller(Killer):
    """Kills at statements about timers: `gaps` are how many it lets pass from one kill to the next."""

    def __init__(self, gaps) -> None:
        super().__init__()
        self.numbers, self.met = set(accumulate(gaps)), 0

    def meet(self, statement, moment) -> None:
        self.met += "campaigns_timer" in statement
        if self.met in self.numbers:
            self.numbers.remove(self.met)
            raise KilledError(statement[:60])


def is_sound() -> None:
    for page in selectors.check_enrollments():
        assert page.broken == 0, page


KINDS = ["wait", "split", "hold", "loop", "emit", "condition", "send", "deliver"]


@st.composite
def graphs(draw):
    """Nodes that lead on to later ones, and by loops back to earlier ones."""
    count = draw(st.integers(2, 6))
    names = [f"n{place}" for place in range(count)]
    nodes = []
    for place, name in enumerate(names):
        ahead = st.sampled_from([*names[place + 1 :], "out"])
        node = {"id": name, "type": draw(st.sampled_from(KINDS))}
        if node["type"] == "wait":
            node |= {"seconds": draw(st.sampled_from([0, 60, 3600])), "next": draw(ahead)}
        elif node["type"] == "split":
            node["branches"] = [
                {"name": way, "percent": 50, "next": draw(ahead)} for way in ("left", "right")
            ]
        elif node["type"] == "hold":
            node["branches"] = [
                {"name": way, "event": way, "next": draw(ahead)} for way in ("A", "B")
            ]
            node |= {"seconds": 3600, "timeout": draw(ahead)}
        elif node["type"] == "loop":
            back = st.sampled_from(names[: place + 1])
            node |= {"most": draw(st.integers(1, 2)), "again": draw(back), "next": draw(ahead)}
        elif node["type"] == "condition":
            did = {"event": "A"}
            node |= {"happened_since_entry": did, "yes": draw(ahead), "no": draw(ahead)}
        elif node["type"] == "deliver":
            node |= {"type": "send", "sent": draw(ahead), "within": 86_400, "next": draw(ahead)}
        else:
            node["next"] = draw(ahead)
            if node["type"] == "emit":
                node["event"] = f"Emitted {name}"
        nodes.append(node)
    kept = reachable({"nodes": [entry(BOUGHT, next_="n0"), *nodes, OUT]})
    return [node for node in [*nodes, OUT] if node["id"] in kept]


ticks = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 59, 61, 3600, 7200, 90_000, -60, -4000]),  # the clock's next jump
        st.lists(st.sampled_from(["A", "B", "C", "Goal"]), max_size=2, unique=True),
        st.lists(st.integers(1, 12), max_size=6),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def decide(now) -> list[int]:
    """Decide about the messages whose outcome somebody awaits; returns whose."""
    waiting = Delivery.objects.filter(
        enrollment__state="active", decisions=None, journey_version__nodes__act="deliver"
    ).select_related("enrollment")
    mine = [d for d in waiting if d.enrollment and d.enrollment.step_no == d.step_no]
    for delivery in mine:
        Decision.objects.create(
            customer_id=delivery.customer_id, delivery=delivery, outcome="sent", reason="sent",
            decided_at=now,
        )  # fmt: skip
    return [delivery.customer_id for delivery in mine]


def check_walks(walkers) -> None:
    """Compare what is recorded with what must be: steps, their numbers, messages, events."""
    for customer, walker in walkers.items():
        assert trail(customer) == walker.trail
        enrollment = Enrollment.objects.get(customer=customer)
        assert enrollment.state == walker.state
        numbers = Step.objects.filter(enrollment_id=enrollment.pk).values_list("step_no", flat=True)
        assert sorted(numbers) == list(range(len(walker.trail)))
        assert Delivery.objects.filter(customer=customer).count() == len(walker.planned)
        emitted = Event.objects.filter(name__startswith="Emitted").values_list("id", flat=True)
        told = Touchpoint.objects.filter(customer_id=customer.pk, event_id__in=list(emitted))
        assert told.count() == walker.trail.count("event_emitted")


def begin(nodes, people):
    template = str(make_template(f"T{Delivery.objects.count()}{len(nodes)}").key)
    nodes = [{**n, "template": template} if n["type"] == "send" else n for n in nodes]
    first = nodes[0]["id"]
    journey = publish(entry(BOUGHT, next_=first), *nodes, leaves=[GOAL])
    known = {"entry": {"type": "entry", "next": first}, **{n["id"]: n for n in nodes}}
    customers = [make_customer(f"P{i}") for i in range(people)]
    return {
        customer: Walker(
            nodes=known, salt=f"journey:{journey.key}", key=str(customer.key), entered_at=NOW
        )
        for customer in customers
    }


@pytest.mark.django_db
@settings(
    max_examples=10, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(nodes=graphs(), moments=ticks)
def test_random_journeys_do_what_they_must_whatever_dies(nodes, moments, monkeypatch):
    with transaction.atomic():
        walkers = begin(nodes, 2)
        for customer in walkers:
            touch(customer, "Order Completed")
        now = NOW
        for jump, events, kills in [(0, [], range(1, 13)), *moments]:
            now += timedelta(seconds=jump)
            decided = decide(now)
            _live(now, kills, monkeypatch)
            for customer, walker in walkers.items():
                if customer.pk in decided:
                    walker.decided(now)
                walker.advance(now)
            for event in events:
                for customer, walker in walkers.items():
                    touch(customer, event, at=now)
                    walker.does(event, now)
                    walker.advance(now)
                _live(now, kills, monkeypatch)
            check_walks(walkers)
        transaction.set_rollback(True)


def _live(now, kills, monkeypatch) -> None:
    survive(lambda: work(now), is_sound, monkeypatch, DrawnKiller(kills))


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_the_readers_of_facts_do_each_step_once():
    awaited = [{"name": way, "event": way, "next": "again"} for way in ("A", "B")]
    template = str(make_template().key)
    half = [{"name": way, "percent": 50, "next": "hold"} for way in ("left", "right")]
    nodes = [
        {"id": "ab", "type": "split", "branches": half},
        {"id": "hold", "type": "hold", "seconds": 3600, "branches": awaited, "timeout": "again"},
        {"id": "again", "type": "loop", "most": 2, "again": "mail", "next": "out"},
        {"id": "mail", "type": "send", "template": template, "next": "pause"},
        {"id": "pause", "type": "wait", "seconds": 60, "next": "again"},
        OUT,
    ]
    journey = publish(entry(BOUGHT, next_="ab"), *nodes, leaves=[GOAL])
    people = [make_customer(f"P{i}") for i in range(60)]
    for person in people:
        touch(person, "Order Completed")
    drain_facts(NOW)
    for round_, event in enumerate(["C", "A", "Goal", "C", "C"]):
        for person in people[round_ :: 3 if event == "Goal" else 1]:
            touch(person, event, at=after(minutes=2 * round_))
        at, behind = after(minutes=2 * round_), after(minutes=2 * round_, seconds=-5)
        found = run_together(
            partial(_advance, at), partial(_advance, behind), partial(drain_facts, at)
        )
        assert [value for value in found if isinstance(value, Exception)] == []
    for minutes in (180, 182, 184):
        work(after(minutes=minutes))
        is_sound()
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"finished"}
    for enrollment in Enrollment.objects.filter(journey=journey):
        steps = Step.objects.filter(enrollment_id=enrollment.pk).order_by("step_no")
        assert [step.step_no for step in steps] == list(range(enrollment.step_no + 1))
        mails = Delivery.objects.filter(enrollment_id=enrollment.pk).count()
        assert mails == sum(step.reason == "message_planned" for step in steps)


def _advance(now) -> int:
    return sum(advance_all(now=now) for _ in range(3))

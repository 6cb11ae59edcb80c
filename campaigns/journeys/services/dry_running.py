"""Dry runs: the engine over real days of the past, in a sandbox, with the people a draft would let in."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from campaigns.journeys import trials
from campaigns.journeys.models import Enrollment, Journey
from campaigns.journeys.nodes.choose import Choose
from campaigns.journeys.nodes.condition import Condition
from campaigns.journeys.rules.definition import Definition
from campaigns.journeys.services import sandbox
from campaigns.journeys.services.publish import check_definition
from campaigns.journeys.services.sandbox import open_sandbox
from campaigns.journeys.services.simulating import Simulation, write_draft
from campaigns.journeys.trials import Span

MOST_PEOPLE: Final = 5_000
_WHOLE: Final = 10_000
# Caps look back at most so long.
_CAPS: Final = timedelta(days=92)
_PEOPLE: Final = "r.customer_id = ANY (%(people)s::bigint[])"
_IN_SPAN: Final = "> %(since)s::timestamptz AND {0} <= %(until)s::timestamptz"


def dry_run(
    journey: Journey, raw: Any, span: Span, *, now: datetime, step: timedelta | None = None,
    most_people: int = MOST_PEOPLE,
) -> dict[str, Any]:  # fmt: skip
    """Return what a definition would have done in a span of time: counts, ready to be stored.

    Who would have entered are the real people of the span with their real events; traits, consents
    and segments are those of today. Above `most_people` a stable sample of them is taken. Nobody
    opens or clicks, servers answer with nothing, providers take every message.

    Raises:
        Invalid: the definition has a fault.
        Conflict: a step would change something outside of journeys.
    """
    definition = check_definition(raw, now=now)
    triggers = definition.entry.triggers
    found = trials.count_candidates(triggers, span, share=_WHOLE)
    share = _WHOLE if found.people <= most_people else max(1, _WHOLE * most_people // found.people)
    people = trials.list_candidates(triggers, span, share=share)
    with open_sandbox():
        later = _fill(journey, definition, span, people)
        version = write_draft(journey, definition, now=span.since)
        clock = Simulation(step=step or _step(span), later=later)
        _plan_ends(clock, span)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE profiles_customer, profiles_consent, profiles_touchpoint")
        sandbox.seal()
        clock.skip_history()
        clock.run(since=span.since, until=span.until)
        return {
            "candidates": found.people,
            "people": len(people),
            "share": share / _WHOLE,
            "days": [asdict(row) for row in trials.count_entrants(version.pk)],
            "ways": [asdict(row) for row in trials.count_ways(version.pk)],
            "sends": [asdict(row) for row in trials.count_sends(version.pk)],
            "heavy": {str(n): count for n, count in trials.count_heavy(version.pk).items()},
            "inside": trials.count_inside(version.pk),
        }


def _step(span: Span) -> timedelta:
    """A minute for a day or two, five for more: the times of facts are rounded up to it."""
    return timedelta(minutes=1 if span.until - span.since <= timedelta(days=2) else 5)


def _fill(
    journey: Journey, definition: Definition, span: Span, people: list[int]
) -> list[tuple[str, str]]:
    """Put the people into the sandbox and their facts aside; returns what the clock has to move."""
    asked = {
        **sandbox.of_people(people), "since": span.since, "until": span.until,
        "journey": journey.pk, "caps": span.since - _CAPS,
    }  # fmt: skip
    sandbox.copy_rows("profiles_customer", "r.id = ANY (%(people)s::bigint[])", asked)
    for table in ("profiles_identity", "profiles_consent", "profiles_segment_member"):
        sandbox.copy_rows(table, _PEOPLE, asked)
    starts = {"starts_journeys": "true"} if span.with_imports else {}
    if _asks_history(definition):
        sandbox.copy_rows(
            "profiles_touchpoint", f"{_PEOPLE} AND r.occurred_at <= %(since)s::timestamptz", asked
        )
    sandbox.copy_rows(
        "campaigns_delivery",
        f"{_PEOPLE} AND r.claimed_at > %(caps)s::timestamptz AND r.claimed_at <= %(since)s::timestamptz",
        asked,
    )  # fmt: skip
    sandbox.copy_rows(
        "campaigns_enrollment",
        f"{_PEOPLE} AND r.journey_id = %(journey)s::bigint AND r.entered_at <= %(since)s::timestamptz",
        asked,
        instead={
            "journey_id": "-r.journey_id",
            "state": "CASE WHEN r.state IN ('finished', 'removed') AND r.finished_at > "
            "%(since)s::timestamptz THEN 'active' ELSE r.state END",
        },
    )
    sandbox.keep_for_later(
        "profiles_touchpoint", f"{_PEOPLE} AND r.occurred_at {_IN_SPAN.format('r.occurred_at')}",
        asked, instead=starts,
    )  # fmt: skip
    sandbox.keep_for_later(
        "profiles_segment_change", f"{_PEOPLE} AND r.at {_IN_SPAN.format('r.at')}", asked
    )
    sandbox.keep_for_later(
        "kernel_event",
        "r.subject ~ '^customer:[0-9]+$' AND substring(r.subject FROM 10)::bigint = "
        f"ANY (%(people)s::bigint[]) AND r.occurred_at {_IN_SPAN.format('r.occurred_at')}",
        asked,
        instead={"key": "NULL"},
    )
    sandbox.keep_for_later(
        "campaigns_delivery",
        f"{_PEOPLE} AND r.journey_id IS DISTINCT FROM %(journey)s::bigint "
        f"AND r.claimed_at {_IN_SPAN.format('r.claimed_at')}",
        asked,
    )
    return [
        ("profiles_touchpoint", "occurred_at"),
        ("profiles_segment_change", "at"),
        ("kernel_event", "occurred_at"),
        ("campaigns_delivery", "claimed_at"),
    ]


def _asks_history(definition: Definition) -> bool:
    """Say whether a rule may look at what people did before."""
    return any(
        isinstance(node, Choose) or (isinstance(node, Condition) and node.rule is not None)
        for node in definition.nodes
    )


def _plan_ends(clock: Simulation, span: Span) -> None:
    """End the ways that were under way before the span when they really ended."""
    earlier = Enrollment.objects.filter(state="active", finished_at__gt=span.since)
    ends = earlier.filter(finished_at__lte=span.until).values_list("finished_at", flat=True)
    for at in ends.distinct():
        if at is not None:
            clock.plan(at, _end_earlier)


def _end_earlier(at: datetime) -> None:
    """End what really ended by an instant; ways of the sandbox have no end while they are active."""
    Enrollment.objects.filter(state="active", finished_at__lte=at).update(state="finished")

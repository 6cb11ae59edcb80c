"""Moves people through their journeys, in sets."""

from datetime import datetime, time
from typing import Any

import structlog
from django.db import transaction

from campaigns.contracts import NodeAnswer, Visit
from campaigns.extension_points import journey_node_types
from campaigns.journeys import queries
from campaigns.journeys.queries import Advanced, Answer, AskedNode
from campaigns.journeys.rules.calendar import find_zone, next_local_time
from kernel.events import Bounds, wake
from profiles import facade as profiles
from profiles.contracts import CustomerId, SystemTouchpoint

log = structlog.get_logger()

BATCH = 5_000


def advance_due(*, now: datetime, batch: int = BATCH) -> Advanced:
    """Move one batch of the people whose timers are due, each by one node."""
    with transaction.atomic():
        done = queries.advance_due(batch=batch, now=now)
        if done.messages:
            wake("campaigns.send_due")
    return done


def answer_nodes(*, now: datetime, batch: int = BATCH) -> int:
    """Decide for one batch of people at each node that asks Python; returns how many moved."""
    return sum(
        _answer_node(node, now=now, batch=batch) for node in queries.list_asked_nodes(now=now)
    )


def advance_all(*, now: datetime) -> int:
    """Move everybody as far as they can go at this instant; returns the moves."""
    total = 0
    while True:
        done = advance_due(now=now)
        moved = done.moved + answer_nodes(now=now)
        total += moved
        if not moved and not done.claimed:
            return total


def leave_and_wake(bounds: Bounds, *, now: datetime) -> int:
    """Let a batch of touchpoints end ways and wake who waits for them; returns how many moved.

    Runs inside the transaction of the log's reader. Leaving comes first: a goal beats a branch.
    """
    left = queries.leave(bounds, now=now)
    woken = queries.wake(bounds)
    moved = queries.advance_answered(woken, now=now).moved if woken else 0
    if left or moved:
        log.info("journeys.facts_read", left=left, woken=moved)
        wake("campaigns.advance_journeys")
    return left + moved


def go_on_by_decision(bounds: Bounds, *, now: datetime) -> int:
    """Move those who stay until their message is decided about; returns how many moved.

    Runs inside the transaction of the log's reader.
    """
    return _go_on(queries.wake_by_decision(bounds), now=now)


def go_on_by_message_event(bounds: Bounds, *, now: datetime) -> int:
    """Move those who wait to see their message opened or clicked; returns how many moved.

    Runs inside the transaction of the log's reader.
    """
    return _go_on(queries.wake_by_message_event(bounds), now=now)


def _go_on(answers: list[Answer], *, now: datetime) -> int:
    if not answers:
        return 0
    moved = queries.advance_answered(answers, now=now).moved
    wake("campaigns.advance_journeys")
    return moved


@transaction.atomic
def _answer_node(node: AskedNode, *, now: datetime, batch: int) -> int:
    if node.act == "hold":
        found = queries.settle_arrivals(node, batch=batch, now=now)
        return queries.advance_answered(found, now=now).moved if found else 0
    visits = queries.claim_visits(node, batch=batch, now=now)
    if not visits:
        return 0
    if node.act == "until":
        queries.sleep_until(_instants(node.params, visits, now=now))
        return 0
    answers = _decide(node, visits, now=now)
    done = queries.advance_answered(
        [
            Answer(
                enrollment_id=visit.enrollment_id,
                step_no=visit.step_no,
                outlet=node.outlets.index(answers[visit.enrollment_id].outlet) + 1,
                reason=answers[visit.enrollment_id].reason,
            )
            for visit in visits
        ],
        now=now,
    )
    return done.moved


def _decide(node: AskedNode, visits: list[Visit], *, now: datetime) -> dict[int, NodeAnswer]:
    if node.type == "condition":
        return _decide_condition(node.params, visits, now=now)
    if node.type == "choose":
        return _decide_choice(node, visits, now=now)
    if node.type == "emit":
        return _emit(node, visits, now=now)
    kind = journey_node_types.get(node.type)
    return kind.decide(kind.params_type.model_validate(node.params), visits, now=now)


def _decide_condition(
    params: dict[str, Any], visits: list[Visit], *, now: datetime
) -> dict[int, NodeAnswer]:
    """Say yes or no for each visit: by what they did since they entered, or by a rule."""
    if "event" in params:
        yes = queries.list_who_did(
            visits,
            event=params["event"],
            path=params["path"],
            at_least=params["at_least"],
        )
    else:
        ids = [CustomerId(visit.customer_id) for visit in visits]
        inside: set[int] = set(profiles.evaluate_rule(params["rule"], ids, now=now))
        yes = {visit.enrollment_id for visit in visits if visit.customer_id in inside}
    return {
        visit.enrollment_id: NodeAnswer(outlet="yes", reason="condition_met")
        if visit.enrollment_id in yes
        else NodeAnswer(outlet="no", reason="condition_not_met")
        for visit in visits
    }


def _decide_choice(node: AskedNode, visits: list[Visit], *, now: datetime) -> dict[int, NodeAnswer]:
    """Take the first way whose segment the person is in."""
    answers: dict[int, NodeAnswer] = {}
    for outlet, segment in zip(node.outlets, node.params["segments"], strict=False):
        left = [CustomerId(v.customer_id) for v in visits if v.enrollment_id not in answers]
        condition = {"kind": "segment", "segment": segment}
        rule = {"version": 1, "root": {"kind": "group", "match": "all", "rules": [condition]}}
        inside: set[int] = set(profiles.evaluate_rule(rule, left, now=now))
        for visit in visits:
            if visit.enrollment_id not in answers and visit.customer_id in inside:
                answers[visit.enrollment_id] = NodeAnswer(outlet=outlet, reason=outlet)
    rest = NodeAnswer(outlet="otherwise", reason="no_branch_matched")
    return {visit.enrollment_id: answers.get(visit.enrollment_id, rest) for visit in visits}


def _emit(node: AskedNode, visits: list[Visit], *, now: datetime) -> dict[int, NodeAnswer]:
    """Record the event, once for each visit."""
    profiles.record_touchpoints(
        [
            SystemTouchpoint(
                customer_id=CustomerId(visit.customer_id),
                event=node.params["event"],
                key=f"journey:{visit.enrollment_id}:{visit.step_no}",
                occurred_at=now,
            )
            for visit in visits
        ],
        now=now,
    )
    return {v.enrollment_id: NodeAnswer(outlet="next", reason="event_emitted") for v in visits}


def _instants(
    params: dict[str, Any], visits: list[Visit], *, now: datetime
) -> list[tuple[Visit, datetime]]:
    """Work out when each person goes on, by their own clock."""
    people = profiles.get_customers(CustomerId(visit.customer_id) for visit in visits)
    zones = {key: person.time_zone for key, person in people.items()}
    return [
        (
            visit,
            next_local_time(
                now,
                at=time.fromisoformat(params["at"]),
                weekdays=params["weekdays"],
                zone=find_zone(zones.get(CustomerId(visit.customer_id)), fallback=params["zone"]),
            ),
        )
        for visit in visits
    ]

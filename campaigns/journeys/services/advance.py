"""Moves people through their journeys, in sets."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

import structlog
from django.db import transaction

from campaigns.contracts import NodeAnswer, Visit
from campaigns.journeys import queries, stops
from campaigns.journeys.nodes.webhook import GIVE_UP
from campaigns.journeys.queries import Advanced, Answer, AskedNode
from campaigns.journeys.services.deciding import decide
from campaigns.journeys.services.timing import find_instants
from campaigns.journeys.visits import plan_calls
from kernel.events import Bounds, wake

log = structlog.get_logger()

BATCH = 5_000
Decide: TypeAlias = Callable[[AskedNode, Sequence[Visit], datetime], dict[int, NodeAnswer]]


def _decide(node: AskedNode, visits: Sequence[Visit], now: datetime) -> dict[int, NodeAnswer]:
    return decide(node, visits, now=now)


def advance_due(*, now: datetime, batch: int = BATCH) -> Advanced:
    """Move one batch of the people whose timers are due, each to where they stay next."""
    with transaction.atomic():
        stops.lock_among()
        done = queries.advance_due(batch=batch, now=now)
        if done.messages:
            wake("campaigns.send_due")
    return done


def answer_nodes(*, now: datetime, batch: int = BATCH, by: Decide = _decide) -> int:
    """Decide for one batch of people at each node that asks Python; returns how many moved."""
    return sum(
        _answer_node(node, now=now, batch=batch, by=by)
        for node in queries.list_asked_nodes(now=now)
    )


def advance_all(*, now: datetime, by: Decide = _decide) -> int:
    """Move everybody as far as they can go at this instant; returns the moves.

    `by` decides at nodes that ask Python; a simulation keeps the effects to itself there.
    """
    total = 0
    while True:
        done = advance_due(now=now)
        moved = done.moved + answer_nodes(now=now, by=by)
        total += moved
        if not moved and not done.claimed:
            return total


def leave_and_wake(bounds: Bounds, *, now: datetime) -> int:
    """Let a batch of touchpoints end ways and wake who waits for them; returns how many moved.

    Runs inside the transaction of the log's reader. Leaving comes first: a goal beats a branch.
    """
    leavers = queries.list_leavers(bounds)
    if leavers:
        stops.lock_alone()
    else:
        stops.lock_among()
    left = queries.leave(leavers, now=now) if leavers else 0
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
    stops.lock_among()
    return _go_on(queries.wake_by_decision(bounds), now=now)


def go_on_by_message_event(bounds: Bounds, *, now: datetime) -> int:
    """Move those who wait to see their message opened or clicked; returns how many moved.

    Runs inside the transaction of the log's reader.
    """
    stops.lock_among()
    return _go_on(queries.wake_by_message_event(bounds), now=now)


def _go_on(answers: list[Answer], *, now: datetime) -> int:
    if not answers:
        return 0
    moved = queries.advance_answered(answers, now=now).moved
    wake("campaigns.advance_journeys")
    return moved


@transaction.atomic
def _answer_node(node: AskedNode, *, now: datetime, batch: int, by: Decide) -> int:
    stops.lock_among()
    if node.act == "hold":
        found = queries.settle_arrivals(node, batch=batch, now=now)
        return queries.advance_answered(found, now=now).moved if found else 0
    visits = queries.claim_visits(node, batch=batch, now=now)
    if not visits:
        return 0
    if node.act == "call":
        plan_calls(node, visits, now=now)
        queries.sleep_until([(visit, now + GIVE_UP) for visit in visits])
        wake("campaigns.make_calls")
        return 0
    if node.act == "until":
        dues = find_instants(node, visits, now=now)
        queries.sleep_until([(v, at) for v in visits if (at := dues.get(v.enrollment_id))])
        lacking = [visit for visit in visits if visit.enrollment_id not in dues]
        answer = NodeAnswer(outlet="otherwise", reason="date_missing")
        return _move(
            node, dict.fromkeys((v.enrollment_id for v in lacking), answer), lacking, now=now
        )
    return _move(node, by(node, visits, now), visits, now=now)


def _move(
    node: AskedNode, answers: dict[int, NodeAnswer], visits: list[Visit], *, now: datetime
) -> int:
    """Move each visit by its answer; returns how many moved."""
    rows = [
        Answer(
            enrollment_id=visit.enrollment_id,
            step_no=visit.step_no,
            outlet=node.outlets.index(answers[visit.enrollment_id].outlet) + 1,
            reason=answers[visit.enrollment_id].reason,
        )
        for visit in visits
    ]
    return queries.advance_answered(rows, now=now).moved if rows else 0

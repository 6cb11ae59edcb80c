"""Moves people through their journeys, in sets."""

from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from campaigns.contracts import NodeAnswer, Visit
from campaigns.extension_points import journey_node_types
from campaigns.journeys import queries
from campaigns.journeys.queries import Advanced, Answer, AskedNode
from kernel.events import wake
from profiles import facade as profiles
from profiles.contracts import CustomerId

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


@transaction.atomic
def _answer_node(node: AskedNode, *, now: datetime, batch: int) -> int:
    visits = queries.claim_visits(node, batch=batch, now=now)
    if not visits:
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

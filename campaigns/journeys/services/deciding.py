"""Which way each person takes at a node that asks Python, for many people at once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from campaigns.contracts import NodeAnswer, Visit
from campaigns.extension_points import journey_node_types
from campaigns.journeys import visits as queries
from campaigns.journeys.queries import AskedNode
from profiles import facade as profiles
from profiles.contracts import CustomerId, SystemTouchpoint

Answers = dict[int, NodeAnswer]
"""By enrollment."""


def decide(node: AskedNode, visits: Sequence[Visit], *, now: datetime) -> Answers:
    """Return the way of each visit and its reason; what the node does is done on the way."""
    own = _DECISIONS.get(node.type)
    if own is not None:
        return own(node, visits, now=now)
    kind = journey_node_types.get(node.type)
    return kind.decide(kind.params_type.model_validate(node.params), visits, now=now)


def _condition(node: AskedNode, visits: Sequence[Visit], *, now: datetime) -> Answers:
    """Say yes or no: by what they did, by what the journey knows, or by a rule."""
    params = node.params
    if "event" in params:
        event, path, at_least = params["event"], params["path"], params["at_least"]
        yes = queries.list_who_did(visits, event=event, path=path, at_least=at_least)
    elif "context" in params:
        yes = queries.list_who_knows(visits, path=params["context"])
    else:
        inside = _inside(params["rule"], visits, now=now)
        yes = {visit.enrollment_id for visit in visits if visit.customer_id in inside}
    return {
        visit.enrollment_id: NodeAnswer(outlet="yes", reason="condition_met")
        if visit.enrollment_id in yes
        else NodeAnswer(outlet="no", reason="condition_not_met")
        for visit in visits
    }


def _choose(node: AskedNode, visits: Sequence[Visit], *, now: datetime) -> Answers:
    """Take the first way whose rule holds for the person."""
    answers: Answers = {}
    for outlet, rule in zip(node.outlets, node.params["rules"], strict=False):
        left = [visit for visit in visits if visit.enrollment_id not in answers]
        inside = _inside(rule, left, now=now) if left else set()
        for visit in left:
            if visit.customer_id in inside:
                answers[visit.enrollment_id] = NodeAnswer(outlet=outlet, reason=outlet)
    rest = NodeAnswer(outlet="otherwise", reason="no_branch_matched")
    return {visit.enrollment_id: answers.get(visit.enrollment_id, rest) for visit in visits}


def _inside(rule: dict[str, Any], visits: Sequence[Visit], *, now: datetime) -> set[int]:
    ids = list(dict.fromkeys(CustomerId(visit.customer_id) for visit in visits))
    return set(profiles.evaluate_rule(rule, ids, now=now))


def _reach(node: AskedNode, visits: Sequence[Visit], **_: datetime) -> Answers:
    """Take the channel they prefer, else the first that reaches them."""
    params = node.params
    found = queries.list_reachable(
        visits, channels=params["channels"], trait=params["trait"], topic=params["topic"]
    )
    answers: Answers = {}
    for visit in visits:
        way = found.get(visit.customer_id)
        if way is None:
            answers[visit.enrollment_id] = NodeAnswer(outlet="otherwise", reason="no_channel")
        else:
            reason = "channel_preferred" if way.is_preferred else "channel_reaches"
            answers[visit.enrollment_id] = NodeAnswer(outlet=way.channel, reason=reason)
    return answers


def _loop(node: AskedNode, visits: Sequence[Visit], **_: datetime) -> Answers:
    """Go back until the person was here often enough."""
    passes = queries.count_passes(node, visits)
    return {
        visit.enrollment_id: NodeAnswer(outlet="again", reason="goes_again")
        if passes.get(visit.enrollment_id, 0) < node.params["most"]
        else NodeAnswer(outlet="next", reason="been_enough")
        for visit in visits
    }


def _emit(node: AskedNode, visits: Sequence[Visit], *, now: datetime) -> Answers:
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
    return answer_all(visits, "event_emitted")


def _update(node: AskedNode, visits: Sequence[Visit], *, now: datetime) -> Answers:
    """Set the traits, once for each visit."""
    profiles.set_traits(plan_traits(node, visits), now=now)
    return answer_all(visits, "traits_set")


def plan_traits(node: AskedNode, visits: Sequence[Visit]) -> dict[CustomerId, dict[str, Any]]:
    """Return the traits that an update sets; what an event did not say is left alone."""
    settings = node.params["settings"]
    contexts = queries.list_contexts(visits) if any(s["from_event"] for s in settings) else {}
    changes: dict[CustomerId, dict[str, Any]] = {}
    for visit in visits:
        event = contexts.get(visit.enrollment_id, {}).get("event") or {}
        traits = {
            setting["trait"]: event[setting["from_event"]]
            if setting["from_event"]
            else setting["value"]
            for setting in settings
            if not setting["from_event"] or setting["from_event"] in event
        }
        changes.setdefault(CustomerId(visit.customer_id), {}).update(traits)
    return {key: traits for key, traits in changes.items() if traits}


def answer_all(visits: Sequence[Visit], reason: str) -> Answers:
    """Return that everybody goes on by the only way."""
    answer = NodeAnswer(outlet="next", reason=reason)
    return {visit.enrollment_id: answer for visit in visits}


_DECISIONS: Final[dict[str, Callable[..., Answers]]] = {
    "condition": _condition,
    "choose": _choose,
    "reach": _reach,
    "loop": _loop,
    "emit": _emit,
    "update": _update,
}

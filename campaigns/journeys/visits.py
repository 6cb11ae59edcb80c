"""One typed function for each statement that helps to decide about visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from campaigns.contracts import Visit
from campaigns.journeys.queries import Answer, AskedNode
from kernel.sql import SqlFile, bigint_array, text_array

DECIDING = SqlFile(__file__, "deciding")
CALLS = SqlFile(__file__, "calls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """The channel that reaches a person, and whether it is the one they prefer."""

    customer_id: int
    channel: str
    is_preferred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedCall:
    """A call to be made now. `is_wanted` is false where the person has gone on or left."""

    id: int
    key: UUID
    enrollment_id: int
    step_no: int
    attempts: int
    node: str
    params: dict[str, Any]
    customer_key: UUID
    traits: dict[str, Any]
    ctx: dict[str, Any]
    journey_key: UUID
    is_wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnd:
    """How a call ended."""

    id: int
    node: str
    status: str
    answer_status: int | None = None
    answer: dict[str, Any] | None = None
    error: str = ""


def list_who_did(visits: Sequence[Visit], *, event: str, path: str, at_least: int) -> set[int]:
    """Return the enrollments whose person did something often enough since they entered."""
    params = {
        "ids": _ids(visits),
        "customer_ids": bigint_array(visit.customer_id for visit in visits),
        "entered": [visit.entered_at for visit in visits],
        "event": event,
        "path": path,
        "at_least": at_least,
    }
    return {row[0] for row in DECIDING.run("list_who_did", params)}


def list_who_knows(visits: Sequence[Visit], *, path: str) -> set[int]:
    """Return the enrollments whose context matches a JSON path."""
    rows = DECIDING.run("list_who_knows", {"ids": _ids(visits), "path": path})
    return {row[0] for row in rows}


def list_contexts(visits: Sequence[Visit]) -> dict[int, dict[str, Any]]:
    """Return what each enrollment knows."""
    return dict(DECIDING.run("list_contexts", {"ids": _ids(visits)}))


def count_passes(node: AskedNode, visits: Sequence[Visit]) -> dict[int, int]:
    """Return how often each enrollment has left a node; those that never did are missing."""
    params = {"ids": _ids(visits), "version_id": node.version_id, "node": node.node}
    return dict(DECIDING.run("count_passes", params))


def list_reachable(
    visits: Sequence[Visit], *, channels: Sequence[str], trait: str, topic: str
) -> dict[int, Reachable]:
    """Return the channel of each person whom one of the channels reaches, by customer."""
    params = {
        "ids": bigint_array(visit.customer_id for visit in visits),
        "channels": text_array(channels),
        "trait": trait,
        "topic": topic,
    }
    rows = DECIDING.all("list_reachable", params, into=Reachable)
    return {row.customer_id: row for row in rows}


def take_places(node: AskedNode, *, span: timedelta, now: datetime) -> datetime:
    """Take a span of a throttle's line and return when it begins; holds the line until the commit."""
    params = {"version_id": node.version_id, "node": node.node, "span": span, "now": now}
    begins_at: datetime = DECIDING.value("take_places", params)
    return begins_at


def plan_calls(node: AskedNode, visits: Sequence[Visit], *, now: datetime) -> None:
    """Plan one call for each visit."""
    params = {
        "ids": _ids(visits),
        "step_nos": bigint_array(visit.step_no for visit in visits),
        "version_id": node.version_id,
        "node": node.node,
        "now": now,
    }
    CALLS.run("plan_calls", params)


def claim_calls(*, batch: int, lease: timedelta, now: datetime) -> list[ClaimedCall]:
    """Take calls that are due; those of a lost worker are due again after the lease."""
    return CALLS.all("claim_calls", {"batch": batch, "lease": lease, "now": now}, into=ClaimedCall)


def put_off_call(call_id: int, *, due_at: datetime, error: str, answer_status: int | None) -> None:
    """Note a try that failed and when the next follows."""
    params = {"id": call_id, "due_at": due_at, "error": error, "answer_status": answer_status}
    CALLS.run("put_off_call", params)


def finish_call(end: CallEnd, *, now: datetime) -> list[Answer]:
    """Write the end of a call; returns whom it moves, for `advance_answered`."""
    params = {
        "id": end.id,
        "node": end.node,
        "status": end.status,
        "answer_status": end.answer_status,
        "answer": None if end.answer is None else msgspec.json.encode(end.answer).decode(),
        "error": end.error,
        "now": now,
    }
    return CALLS.all("finish_call", params, into=Answer)


def _ids(visits: Sequence[Visit]) -> str:
    return bigint_array(visit.enrollment_id for visit in visits)

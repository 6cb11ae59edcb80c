"""Settles deliveries that may have left: the provider is asked, else a person decides."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

import structlog
from django.db import transaction

from campaigns.channels.services import list_routes
from campaigns.contracts import Channel, DeliveryStatus, SendOutcome
from campaigns.deliveries import queries
from campaigns.deliveries.models import Delivery
from campaigns.deliveries.queries import Result, UnknownDelivery
from campaigns.deliveries.services.send import LEASE
from campaigns.extension_points import CanBeAsked
from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import wake

log = structlog.get_logger()

# Twice the lease of a claim: by then no worker can still be handing over.
_ASK_AFTER = timedelta(minutes=20)
_BATCH = 500
# A person who says “again” is not bound by the number of tries.
_NO_LIMIT = 32_767

# The local part of our Message-IDs is the key of the delivery.
_MESSAGE_ID = re.compile(r"\b([0-9a-f]{32})@")

_OUTCOMES = {
    "sent": (SendOutcome.ACCEPTED, "marked_sent"),
    "again": (SendOutcome.RETRY, "sent_again"),
}
_FAILED = {"again": "sent_again", "skip": "skipped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How many unknown messages count as sent now, and how many are sent again."""

    sent: int
    again: int


def ask_providers(*, now: datetime) -> int:
    """Ask the providers that can tell about unknown deliveries; returns how many are settled.

    What a provider took counts as handed over; what it never got is planned again, where the gate
    decides anew. Where the provider cannot tell, the delivery stays unknown. Safe to run twice.
    """
    settled, after = 0, 0
    while rows := queries.list_unknown(after=after, before=now - _ASK_AFTER, batch=_BATCH):
        after = rows[-1].id
        for _, group in groupby(sorted(rows, key=_route_of), key=_route_of):
            results = _ask(list(group))
            settled += queries.record_results(results, max_attempts=_NO_LIMIT, now=now)
    if settled:
        log.info("deliveries.unknown_settled", settled=settled)
    return settled


@transaction.atomic
def settle_unknown(key: UUID, *, verdict: str, reason: str, actor: str, now: datetime) -> Delivery:
    """Settle one unknown delivery by a person's word: it counts as sent, or is sent again.

    Raises:
        NotFound: no delivery has this key.
        Invalid: no reason is given, or the verdict is not “sent” or “again”.
        Conflict: the delivery is not unknown, or no more.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= 200:
        raise Invalid("reason", "Say in at most 200 characters how you know.")
    if verdict not in _OUTCOMES:
        raise Invalid("verdict", "Choose “Mark as sent” or “Send again”.")
    delivery = Delivery.objects.select_for_update().filter(key=key).first()
    if delivery is None:
        raise NotFound("This message does not exist.")
    if delivery.status != DeliveryStatus.UNKNOWN:
        raise Conflict("This message is settled already. Its decisions are under Message activity.")
    outcome, code = _OUTCOMES[verdict]
    result = Result(delivery_id=delivery.pk, outcome=outcome, reason=code)
    queries.record_results([result], max_attempts=_NO_LIMIT, now=now)
    delivery.refresh_from_db()
    record(
        actor=actor,
        verb=code,
        object_type="delivery",
        object_id=key,
        before={"status": DeliveryStatus.UNKNOWN.value},
        after={"status": delivery.status, "reason": reason},
        now=now,
    )
    return delivery


@transaction.atomic
def settle_failed(key: UUID, *, verdict: str, reason: str, actor: str, now: datetime) -> Delivery:
    """Settle one failed delivery by a person's word: it is sent again, or given up.

    Sent again, it passes the gate once more and goes to the person's address of today.

    Raises:
        NotFound: no delivery has this key.
        Invalid: no reason is given, or the verdict is not “again” or “skip”.
        Conflict: the delivery has not failed, or was given up.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= 200:
        raise Invalid("reason", "Say in at most 200 characters why.")
    if verdict not in _FAILED:
        raise Invalid("verdict", "Choose “Send again” or “Give it up”.")
    delivery = Delivery.objects.select_for_update().filter(key=key).first()
    if delivery is None:
        raise NotFound("This message does not exist.")
    code = _FAILED[verdict]
    former = delivery.reason
    if not queries.settle_failed([key], is_again=verdict == "again", reason=code, now=now):
        raise Conflict("This message is settled already. Its decisions are under Message activity.")
    if verdict == "again":
        wake("campaigns.send_due")
    delivery.refresh_from_db()
    record(
        actor=actor,
        verb=code,
        object_type="delivery",
        object_id=key,
        before={"status": DeliveryStatus.FAILED.value, "reason": former},
        after={"status": delivery.status, "reason": reason},
        now=now,
    )
    return delivery


@transaction.atomic
def settle_all_failed(keys: Sequence[UUID], *, verdict: str, now: datetime) -> int:
    """Settle many failed deliveries as `settle_failed` does one; returns how many. The caller records why."""
    done = queries.settle_failed(
        keys, is_again=verdict == "again", reason=_FAILED[verdict], now=now
    )
    if verdict == "again":
        wake("campaigns.send_due")
    return done


@transaction.atomic
def settle_by_log(lines: Iterable[str], *, is_whole: bool, actor: str, now: datetime) -> Settled:
    """Settle unknown e-mails by the log of a mail server, which names the Message-IDs it took.

    What the log names counts as sent. The rest is sent again only if the log is whole: if it
    covers the time since the oldest of them was claimed. Safe to run twice.
    """
    taken = {found for line in lines for found in _MESSAGE_ID.findall(line.lower())}
    sent, again, after = 0, 0, 0
    while rows := queries.list_unknown(after=after, before=now - LEASE, batch=_BATCH):
        after = rows[-1].id
        mails = [row for row in rows if row.channel == Channel.EMAIL]
        named = [row.id for row in mails if row.key.hex in taken]
        rest = [row.id for row in mails if row.key.hex not in taken] if is_whole else []
        results = [
            *(_result(each, SendOutcome.ACCEPTED, "in_server_log") for each in named),
            *(_result(each, SendOutcome.RETRY, "not_in_server_log") for each in rest),
        ]
        queries.record_results(results, max_attempts=_NO_LIMIT, now=now)
        sent, again = sent + len(named), again + len(rest)
    if sent or again:
        record(
            actor=actor, verb="settled", object_type="delivery", object_id="server_log",
            after={"sent": sent, "again": again}, now=now,
        )  # fmt: skip
        wake("campaigns.send_due")
    return Settled(sent=sent, again=again)


def _result(delivery_id: int, outcome: SendOutcome, reason: str) -> Result:
    return Result(delivery_id=delivery_id, outcome=outcome, reason=reason)


def _route_of(row: UnknownDelivery) -> tuple[str, int]:
    return row.channel, row.sender_id or 0


def _ask(rows: Sequence[UnknownDelivery]) -> list[Result]:
    sender_id = rows[0].sender_id
    route = list_routes(Channel(rows[0].channel), {sender_id})[sender_id]
    if route is None or not isinstance(route.provider, CanBeAsked):
        return []
    taken = route.provider.look_up([row.key for row in rows], config=route.config) or {}
    return [
        Result(
            delivery_id=row.id,
            outcome=SendOutcome.ACCEPTED if taken[row.key] else SendOutcome.RETRY,
            reason="provider_has_it" if taken[row.key] else "provider_never_got_it",
        )
        for row in rows
        if row.key in taken
    ]

"""Pausing senders and all sending. What is due waits meanwhile and leaves once sending goes on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.channels.models import Sender, SendingPause
from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import wake
from kernel.ui.shell import Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """What is paused now: everything, or these senders."""

    everything: SendingPause | None
    senders: tuple[Sender, ...]


def list_pauses() -> Pauses:
    """Return what is paused now."""
    return Pauses(
        everything=SendingPause.objects.first(),
        senders=tuple(Sender.objects.filter(is_paused=True).order_by("name")),
    )


@transaction.atomic
def set_sender_paused(key: UUID, *, is_paused: bool, actor: str, now: datetime) -> Sender:
    """Pause one sender or let it send again; its deliveries wait meanwhile. Safe to repeat.

    Raises:
        NotFound: no sender has this key.
    """
    sender = Sender.objects.select_for_update().filter(key=key).first()
    if sender is None:
        raise NotFound("This sender does not exist. Go back to the list of senders.")
    if sender.is_paused != is_paused:
        sender.is_paused = is_paused
        sender.save(update_fields=["is_paused"])
        record(
            actor=actor,
            verb="paused" if is_paused else "resumed",
            object_type="sender",
            object_id=key,
            before={"is_paused": not is_paused},
            after={"is_paused": is_paused},
            now=now,
        )
        wake("campaigns.send_due")
    return sender


@transaction.atomic
def pause_all(*, reason: str, actor: str, now: datetime) -> None:
    """Stop all sending on all channels, until `resume_all`.

    Raises:
        Invalid: no reason is given.
        Conflict: sending is paused already.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= 200:
        raise Invalid("reason", "Say in at most 200 characters why nothing may be sent.")
    _, is_new = SendingPause.objects.get_or_create(
        is_on=True, defaults={"paused_at": now, "paused_by": actor, "reason": reason}
    )
    if not is_new:
        raise Conflict("All sending is paused already.")
    record(
        actor=actor,
        verb="paused",
        object_type="sending",
        object_id="all",
        after={"reason": reason},
        now=now,
    )


@transaction.atomic
def resume_all(*, actor: str, now: datetime) -> None:
    """Let messages leave again. Senders that are paused one by one stay so. Safe to repeat."""
    if SendingPause.objects.all().delete()[0]:
        record(actor=actor, verb="resumed", object_type="sending", object_id="all", now=now)
        wake("campaigns.send_due")


def pause_badge() -> Badge | None:
    """Return the badge of the top bar while something is paused."""
    pauses = list_pauses()
    if pauses.everything:
        return Badge(label="Sending is paused", tone="danger", title=pauses.everything.reason)
    if pauses.senders:
        names = ", ".join(sender.name for sender in pauses.senders)
        return Badge(label="Sender paused", tone="warn", title=f"{names}: messages wait.")
    return None

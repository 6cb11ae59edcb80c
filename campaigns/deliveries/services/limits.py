"""The limits that the gate keeps: caps, quiet hours, the rules of all marketing. All audited."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from campaigns.contracts import DeliveryStatus
from campaigns.deliveries.models import Delivery, FrequencyCap, QuietHours, SendingRule, VolumeLimit
from kernel.audit import record
from kernel.errors import Conflict, NotFound

Limit = FrequencyCap | QuietHours | SendingRule | VolumeLimit
_KINDS: dict[type[Limit], str] = {
    FrequencyCap: "frequency_cap", QuietHours: "quiet_hours", SendingRule: "sending_rule",
    VolumeLimit: "volume_limit",
}  # fmt: skip


@transaction.atomic
def save_limit(limit: Limit, *, actor: str, now: datetime) -> None:
    """Store a limit that is new or changed; it holds from the next claim on.

    Raises:
        Conflict: a cap of this name, or quiet hours of this channel, are there already.
    """
    kind = type(limit)
    known = kind.objects.filter(pk=limit.pk).first() if limit.pk else None
    before = _plain(known) if known else None
    try:
        with transaction.atomic():
            limit.save()
    except IntegrityError as error:
        raise Conflict(f"There is one for “{limit}” already. Change that one.") from error
    if isinstance(limit, VolumeLimit):
        _release(limit, now=now)
    record(
        actor=actor, verb="changed" if known else "created", object_type=_KINDS[kind],
        object_id=limit.pk, before=before, after=_plain(limit), now=now,
    )  # fmt: skip


@transaction.atomic
def delete_limit(
    limit: FrequencyCap | QuietHours | VolumeLimit, *, actor: str, now: datetime
) -> None:
    """Take a limit away; decisions that named it keep its numbers, and nobody waits for it."""
    kind, number, before = type(limit), limit.pk, _plain(limit)
    if isinstance(limit, VolumeLimit):
        _release(limit, now=now)
    limit.delete()
    record(
        actor=actor, verb="deleted", object_type=_KINDS[kind], object_id=number, before=before,
        now=now,
    )  # fmt: skip


def get_cap(number: int) -> FrequencyCap:
    """Return one cap; raises `NotFound`."""
    found = FrequencyCap.objects.filter(pk=number).first()
    if found is None:
        raise NotFound("There is no such frequency cap. It may have been deleted.")
    return found


def get_quiet_hours(channel: str) -> QuietHours:
    """Return the quiet hours of a channel; raises `NotFound`."""
    found = QuietHours.objects.filter(channel=channel).first()
    if found is None:
        raise NotFound("This channel has no quiet hours.")
    return found


def get_volume_limit(number: int) -> VolumeLimit:
    """Return one volume limit; raises `NotFound`."""
    found = VolumeLimit.objects.filter(pk=number).first()
    if found is None:
        raise NotFound("There is no such throttle or budget. It may have been deleted.")
    return found


def get_sending_rule() -> SendingRule:
    """Return the rules of all marketing; before they are set, those that change nothing."""
    return SendingRule.objects.filter(is_on=True).first() or SendingRule()


def _release(limit: VolumeLimit, *, now: datetime) -> None:
    """Let what waits for a limit ask anew: it may have room now, or be gone."""
    waiting = Delivery.objects.filter(status=DeliveryStatus.PLANNED, waits_for=limit.pk)
    waiting.update(due_at=now, waits_for=None)


def _plain(limit: Limit) -> dict[str, Any]:
    return {name: str(value) for name, value in model_to_dict(limit).items() if name != "id"}

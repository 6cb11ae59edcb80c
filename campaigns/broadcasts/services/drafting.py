"""Drafts of broadcasts: made, changed step by step, started and stopped by staff."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from campaigns.broadcasts.models import Broadcast
from campaigns.broadcasts.rules import AT_ONCE, Status, Timing, decide_start
from campaigns.content.models import Template
from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import wake
from profiles import facade as profiles

_ENDED = (Status.DRAFT, Status.FINISHED, Status.STOPPED)
_FIELDS = {
    "name", "included", "excluded", "template", "tags", "priority", "timing", "send_at", "local_on",
    "local_time", "default_zone", "holdout_percent", "rollout", "step_minutes", "most_bounced",
    "most_complained", "most_unsubscribed", "goal_event", "goal_days",
}  # fmt: skip


@transaction.atomic
def create_broadcast(
    name: str, *, key: UUID, parts: Mapping[str, Any], actor: str, now: datetime
) -> Broadcast:
    """Create a draft; `parts` are the fields of a broadcast that are known already.

    Raises:
        Conflict: the name is taken.
        Invalid: a part cannot be; see `change_broadcast`.
    """
    broadcast = Broadcast(key=key, name=name.strip(), rollout=list(AT_ONCE), created_at=now)
    _set(broadcast, parts)
    _save(broadcast)
    record(
        actor=actor, verb="created", object_type="broadcast", object_id=key,
        after={"name": broadcast.name}, now=now,
    )  # fmt: skip
    return broadcast


@transaction.atomic
def change_broadcast(
    key: UUID, *, parts: Mapping[str, Any], actor: str, now: datetime
) -> Broadcast:
    """Change parts of a draft.

    Raises:
        NotFound: no broadcast has this key.
        Conflict: it is no draft any more, or the name is taken.
        Invalid: a segment is not in use, or the template is not published.
    """
    broadcast = _lock(key)
    if broadcast.status != Status.DRAFT:
        raise Conflict("This broadcast has been started. Stop it, and start another one.")
    before = {name: str(getattr(broadcast, name)) for name in parts}
    _set(broadcast, parts)
    _save(broadcast)
    record(
        actor=actor, verb="changed", object_type="broadcast", object_id=key,
        before=before, after={name: str(value) for name, value in parts.items()}, now=now,
    )  # fmt: skip
    return broadcast


@transaction.atomic
def start_broadcast(key: UUID, *, actor: str, now: datetime) -> Broadcast:
    """Start a draft: a job gathers the audience when its time has come, and plans the messages.

    Raises:
        NotFound: no broadcast has this key.
        Conflict: it was started before.
        Invalid: a part is missing, or its time has passed.
    """
    broadcast = _lock(key)
    if broadcast.status != Status.DRAFT:
        raise Conflict("This broadcast was started before.")
    template = broadcast.template
    if not broadcast.included:
        raise Invalid("included", "Choose at least one segment that gets the message.")
    if template is None or template.live_version_id is None:
        raise Invalid("template", "Choose a template that is published.")
    _check_time(broadcast, now=now)
    local = _local(broadcast)
    broadcast.template_version_id = template.live_version_id
    broadcast.status = Status.SCHEDULED
    broadcast.starts_at = decide_start(
        broadcast.timing, send_at=broadcast.send_at, local=local, now=now
    )
    broadcast.save()
    record(
        actor=actor, verb="started", object_type="broadcast", object_id=key,
        after={"starts_at": broadcast.starts_at.isoformat(), "template": str(template.key)},
        now=now,
    )  # fmt: skip
    wake("campaigns.advance_broadcasts")
    return broadcast


@transaction.atomic
def stop_broadcast(key: UUID, *, reason: str, actor: str, now: datetime) -> Broadcast:
    """Stop a broadcast for good: what is in the queue is held back, what left has left.

    Raises:
        NotFound: no broadcast has this key.
        Invalid: no reason is given.
        Conflict: it is a draft, or it has ended.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= 300:
        raise Invalid("reason", "Say in at most 300 characters why it is stopped.")
    broadcast = _lock(key)
    if broadcast.status in _ENDED:
        raise Conflict(f"This broadcast cannot be stopped: it is {broadcast.status}.")
    before = broadcast.status
    broadcast.status, broadcast.stop_reason, broadcast.finished_at = Status.STOPPED, reason, now
    broadcast.measured_at = None
    broadcast.save()
    record(
        actor=actor, verb="stopped", object_type="broadcast", object_id=key,
        before={"status": before}, after={"reason": reason}, now=now,
    )  # fmt: skip
    wake("campaigns.advance_broadcasts")
    return broadcast


def _lock(key: UUID) -> Broadcast:
    found = Broadcast.objects.select_for_update().filter(key=key).first()
    if found is None:
        raise NotFound("There is no such broadcast. Go back to the list of campaigns.")
    return found


def _set(broadcast: Broadcast, parts: Mapping[str, Any]) -> None:
    for name, value in parts.items():
        if name not in _FIELDS:
            raise Invalid(name, "A broadcast has no such part.")
        setattr(broadcast, name, value)
    if not broadcast.name or len(broadcast.name) > 120:
        raise Invalid("name", "Give it a name of at most 120 characters.")
    known = {int(segment.id) for segment in profiles.list_segments()}
    for field in ("included", "excluded"):
        if not set(getattr(broadcast, field)) <= known:
            raise Invalid(field, "One of these segments is not in use. Choose others.")
    _check_rollout(broadcast)


def _check_rollout(broadcast: Broadcast) -> None:
    shares = list(broadcast.rollout)
    if not shares or shares != sorted(set(shares)) or shares[0] < 1 or shares[-1] != 100:
        raise Invalid("rollout", "Give growing shares from 1 to 100, the last of them 100.")
    if not 0 <= broadcast.holdout_percent <= 50:
        raise Invalid("holdout_percent", "Hold out between 0 and 50 percent.")
    if not 1 <= broadcast.goal_days <= 90:
        raise Invalid("goal_days", "Measure between 1 and 90 days.")


def _check_time(broadcast: Broadcast, *, now: datetime) -> None:
    if broadcast.timing == Timing.AT and (broadcast.send_at is None or broadcast.send_at < now):
        raise Invalid("send_at", "Choose a time in the future.")
    if broadcast.timing == Timing.LOCAL:
        local = _local(broadcast)
        if local is None or local[0] < now.date():
            raise Invalid("local_on", "Choose a day and a time in the future.")


def _local(broadcast: Broadcast) -> Any:
    if broadcast.local_on is None or broadcast.local_time is None:
        return None
    return broadcast.local_on, broadcast.local_time


def _save(broadcast: Broadcast) -> None:
    try:
        with transaction.atomic():
            broadcast.save()
    except IntegrityError as error:
        raise Conflict(f"There is a broadcast called “{broadcast.name}” already.") from error


def find_template(key: UUID) -> Template:
    """Return a published template; raises `Invalid` when there is none of this key."""
    found = Template.objects.filter(key=key, live_version__isnull=False).first()
    if found is None:
        raise Invalid("template", "Choose a template that is published.")
    return found

"""Tags, by which staff find journeys."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from campaigns.journeys.models import Journey
from kernel.audit import record


@transaction.atomic
def set_tags(journey: Journey, tags: Iterable[str], *, actor: str, now: datetime) -> Journey:
    """Replace the tags by which staff find a journey."""
    locked = Journey.objects.select_for_update().get(pk=journey.pk)
    before = locked.tags
    locked.tags = sorted({tag.strip().lower() for tag in tags if tag.strip()})
    if locked.tags != before:
        locked.save(update_fields=["tags"])
        record(
            actor=actor, verb="tagged", object_type="journey", object_id=str(locked.key),
            before={"tags": before}, after={"tags": locked.tags}, now=now,
        )  # fmt: skip
    return locked

"""Looking for people who may be the same, for values that name many, and for over-merging."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction

from kernel.audit import record
from kernel.errors import Conflict, NotFound
from kernel.events import NewEvent, publish_many
from profiles.contracts import CustomerId
from profiles.duplicates import queries
from profiles.duplicates.models import Duplicate
from profiles.identities.models import BlockedValue, StitchHold
from profiles.identities.queries import delete_identity
from profiles.identities.rules import OVER_MERGE
from profiles.touchpoints.services.replaying import replay_quarantined

log = structlog.get_logger()

# More people than this share a value because it is everybody's, not because they are one.
MOST_ALIKE: Final = 5
# A person on a new phone brings two or three; a kiosk or a defect brings hundreds.
WINDOW: Final = timedelta(hours=1)
MOST_MERGES: Final = 10
MOST_IDENTIFIERS: Final = 40
_NEWEST: Final = 20_000


def look_for_duplicates(*, now: datetime) -> int:
    """Find pairs who may be one and values to block; return how many pairs are known.

    Two statements over all people. Safe to run twice; what staff decided stays.
    """
    with transaction.atomic():
        found = queries.find_duplicates(most=MOST_ALIKE, now=now)
        queries.suggest_blocked(most=MOST_ALIKE, now=now)
    log.info("duplicates.looked_for", pairs=found)
    return found


def dismiss_pair(pair_id: int, *, actor: str, now: datetime) -> None:
    """Note that two people are not the same; they are not suggested again.

    Raises:
        NotFound: there is no such open pair.
    """
    with transaction.atomic():
        pair = Duplicate.objects.select_for_update().filter(id=pair_id, state="open").first()
        if pair is None:
            raise NotFound("There is no such open pair. Somebody may have decided it already.")
        pair.state, pair.decided_at, pair.decided_by = Duplicate.State.DISMISSED, now, actor
        pair.save(update_fields=["state", "decided_at", "decided_by"])
        record(
            actor=actor, verb="dismissed", object_type="duplicate", object_id=pair_id,
            after={"one": pair.one_id, "other": pair.other_id}, now=now,
        )  # fmt: skip


def decide_value(value_id: int, *, block: bool, actor: str, now: datetime) -> None:
    """Block a value that names nobody, or leave it as it is.

    Whoever holds a blocked value loses it as an identifier; later events that name nobody else
    wait in quarantine. A blocked value can be let go again; then later events use it.

    Raises:
        NotFound: there is no such value.
    """
    state = BlockedValue.State.BLOCKED if block else BlockedValue.State.IGNORED
    with transaction.atomic():
        value = BlockedValue.objects.select_for_update().filter(id=value_id).first()
        if value is None:
            raise NotFound("There is no such value.")
        before = value.state
        value.state, value.decided_at, value.decided_by = state, now, actor
        value.save(update_fields=["state", "decided_at", "decided_by"])
        if block:
            delete_identity((value.kind, value.value))
        record(
            actor=actor, verb="decided", object_type="blocked_value", object_id=value_id,
            before={"state": before}, after={"state": state.value}, now=now,
        )  # fmt: skip


def watch_stitching(*, now: datetime) -> int:
    """Hold people to whom events joined too much within the hour; return how many.

    Each is published as `profiles.stitching_held`, which an alert can watch.
    """
    with transaction.atomic():
        held = queries.hold_gatherers(
            since=now - WINDOW, merges=MOST_MERGES, identifiers=MOST_IDENTIFIERS, newest=_NEWEST,
            now=now,
        )  # fmt: skip
        publish_many(
            "profiles.stitching_held",
            [
                NewEvent(subject=f"customer:{one.customer_id}", payload=one._asdict())
                for one in held
            ],
            now=now,
        )
    if held:
        log.warning("duplicates.stitching_held", people=len(held))
    return len(held)


def release_hold(hold_id: int, *, actor: str, now: datetime) -> None:
    """Let events join others to a person again, without a limit for a day.

    What waits in quarantine because it would have joined too much is replayed; what would join too
    much to somebody else stays there.

    Raises:
        Conflict: the person is not held any more.
    """
    with transaction.atomic():
        open_holds = StitchHold.objects.filter(id=hold_id, released_at=None)
        if not open_holds.update(released_at=now, released_by=actor):
            raise Conflict("This person is not held any more.")
        record(actor=actor, verb="released", object_type="stitch_hold", object_id=hold_id, now=now)
    if StitchHold.objects.filter(id=hold_id, is_full=True).exists():
        replay_quarantined(reason=OVER_MERGE, actor=actor, now=now)


class DuplicateData:
    """What is kept about likeness is derived: nothing to export, everything to erase."""

    key = "duplicates"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return when the person's stitching was held."""
        holds = StitchHold.objects.filter(customer_id=customer_id).order_by("id")
        return {"stitch_holds": [{"held_at": hold.held_at.isoformat()} for hold in holds]}

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Delete pairs, device moves and holds; must come before the identifiers go."""
        queries.erase_pairs(customer_ids)

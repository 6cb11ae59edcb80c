"""Members of an account are looked at again when it changes, or when they join it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from kernel.events import Bounds
from profiles.accounts.services import adopt_groups, set_account_traits
from profiles.segments.services.refreshing import plan_people
from profiles.touchpoints.services.recording import api_source_id


def follow_groups(bounds: Bounds, *, now: datetime) -> None:
    """Bring accounts up to a batch of group calls and make everybody concerned due."""
    concerned = adopt_groups(bounds, now=now)
    if concerned:
        plan_people(sorted(concerned), cause="account", now=now)


def change_account_traits(
    account_id: int, *, traits: Mapping[str, Any], actor: str, now: datetime
) -> None:
    """Set traits of an account as the source “REST API” and make its members due.

    Raises:
        Invalid: the traits are too large.
    """
    with transaction.atomic():
        members = set_account_traits(
            account_id, traits=traits, source_id=api_source_id(now=now), actor=actor, now=now
        )
        plan_people(sorted(members), cause="account", now=now)

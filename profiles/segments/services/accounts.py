"""Members of an account are looked at again when it changes, or when they join it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from kernel.events import Bounds, wake
from profiles.accounts.models import AccountTrait
from profiles.accounts.services import adopt_groups, set_account_traits
from profiles.accounts.trait_services import choose_type
from profiles.segments.queries.accounts import plan_field, plan_members
from profiles.touchpoints.services.recording import api_source_id

_TASK = "profiles.refresh_due_segments"


def follow_groups(bounds: Bounds, *, now: datetime) -> None:
    """Bring accounts up to a batch of group calls and make everybody concerned due."""
    concerned = adopt_groups(bounds, now=now)
    if concerned and plan_members(sorted(concerned), now=now):
        wake(_TASK)


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
        if plan_members(sorted(members), now=now):
            wake(_TASK)


def change_trait_type(slug: str, *, kind: str, actor: str, now: datetime) -> AccountTrait:
    """Let rules read a trait of accounts as another type; whoever has an account becomes due.

    Raises:
        NotFound: there is no such trait.
        Invalid: there is no such type.
    """
    with transaction.atomic():
        trait = choose_type(slug, kind=kind, actor=actor, now=now)
        if plan_field(trait.field, now=now):
            wake(_TASK)
    return trait

"""Names of what is known about accounts: learned with the first value, their type chosen by staff."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kernel.audit import record
from kernel.errors import Invalid, NotFound
from profiles.accounts import trait_queries
from profiles.accounts.models import AccountTrait
from profiles.accounts.rules import slug_of
from profiles.accounts.trait_queries import Unknown

# More than a person can choose from; a source that invents names makes no more than these.
MOST_TRAITS = 500


def learn_traits(found: Sequence[Unknown], *, now: datetime) -> None:
    """Let rules and messages name traits that are new. Run twice, it changes nothing more."""
    if not found:
        return
    taken = set(AccountTrait.objects.values_list("slug", flat=True))
    slugs: list[str] = []
    for one in found:
        slugs.append(slug_of(one.name, taken=taken))
        taken.add(slugs[-1])
    trait_queries.insert_traits(found, slugs=slugs, most=MOST_TRAITS, now=now)


def learn_held_traits(*, now: datetime) -> None:
    """Let rules and messages name what accounts hold since before traits got names.

    Reads every account; for the night. Safe to run twice.
    """
    learn_traits(trait_queries.list_unknown_held(), now=now)


def choose_type(slug: str, *, kind: str, actor: str, now: datetime) -> AccountTrait:
    """Let rules read a trait of accounts as another type from now on.

    Raises:
        NotFound: there is no such trait.
        Invalid: there is no such type.
    """
    if kind not in AccountTrait.Type.values:
        raise Invalid("type", f"Choose one of: {', '.join(AccountTrait.Type.values)}.")
    with transaction.atomic():
        trait = AccountTrait.objects.select_for_update().filter(slug=slug).first()
        if trait is None:
            raise NotFound("There is no such trait of accounts.")
        before, trait.type = trait.type, kind
        trait.save(update_fields=["type"])
        record(
            actor=actor, verb="changed", object_type="account trait", object_id=trait.pk,
            before={"type": before}, after={"type": kind}, now=now,
        )  # fmt: skip
    return trait

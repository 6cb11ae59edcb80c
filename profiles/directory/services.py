"""Views that staff save, what they do with many people at once, and the forgetting of names."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from kernel.audit import record
from kernel.errors import Invalid, NotFound
from profiles.contracts import CustomerId
from profiles.customers.models import Customer
from profiles.customers.services import erase_customers
from profiles.directory import queries
from profiles.directory.models import SavedView
from profiles.directory.rules import read_typed
from profiles.segments.models import Segment
from profiles.segments.services.listing import add_named
from profiles.touchpoints.services.recording import set_traits_of

MOST_AT_ONCE: Final = 500
MOST_LETTERS: Final = 200
MOST_VALUE: Final = 1_000


def save_view(name: str, *, query: str, is_shared: bool, owner: str, now: datetime) -> SavedView:
    """Keep filters under a name; a name that the owner has already means these filters now.

    Raises:
        Invalid: there is no name, or nothing is filtered.
    """
    if not name.strip():
        raise Invalid("name", "Give the view a name.")
    if not query or len(query) > 500:
        raise Invalid("name", "Choose at least one filter first, in up to 500 letters.")
    view, _ = SavedView.objects.update_or_create(
        owner=owner, name=name.strip()[:80],
        defaults={"query": query, "is_shared": is_shared, "created_at": now},
    )  # fmt: skip
    return view


def delete_view(view_id: int, *, owner: str) -> None:
    """Forget a view of one's own.

    Raises:
        NotFound: the person has no such view.
    """
    if not SavedView.objects.filter(id=view_id, owner=owner).delete()[0]:
        raise NotFound("You have no such view. Views of others stay.")


def list_chosen(keys: Sequence[UUID], segment_id: int, *, actor: str, now: datetime) -> int:
    """Add chosen people to a static list and return how many were new on it.

    Raises:
        Invalid: nobody is chosen, or too many.
        Conflict: it is no static list in use.
    """
    people = _chosen(keys)
    with transaction.atomic():
        report = add_named(segment_id, [str(person.key) for person in people], now=now)
        key = Segment.objects.values_list("key", flat=True).get(pk=segment_id)
        record(
            actor=actor, verb="extended", object_type="segment", object_id=key,
            after={"added": report.added}, now=now,
        )  # fmt: skip
    return report.added


def set_chosen(
    keys: Sequence[UUID], *, name: str, text: str, kind: str, actor: str, now: datetime
) -> int:
    """Set one trait of chosen people, as a touchpoint of each; return of how many. Audited.

    The history of each person keeps what was before.

    Raises:
        Invalid: nobody is chosen or too many, or name or value cannot be used.
    """
    people, name = _chosen(keys), read_trait(name)
    try:
        value = read_typed(text[:MOST_VALUE], kind)
    except ValueError as error:
        raise Invalid("value", str(error)) from error
    with transaction.atomic():
        set_traits_of({CustomerId(person.pk): {name: value} for person in people}, now=now)
        record(
            actor=actor, verb="traits_set", object_type="customers", object_id="list", now=now,
            after={"trait": name, "people": [str(person.key) for person in people]},
        )  # fmt: skip
    return len(people)


def read_trait(name: str) -> str:
    """Return the name of an attribute that may be set for many at once.

    Raises:
        Invalid: it is empty or too long, or tells people apart.
    """
    name = name.strip()
    if not name or len(name) > MOST_LETTERS or "\0" in name:
        raise Invalid("name", f"Name the attribute, in up to {MOST_LETTERS} letters.")
    if name in {"email", "phone"}:
        raise Invalid("name", f"“{name}” tells people apart, so it is set one by one.")
    return name


def erase_chosen(
    keys: Sequence[UUID], *, confirmed: str, actor: str, reason: str, now: datetime
) -> int:
    """Erase chosen people for good after their number was typed; return how many.

    Raises:
        Invalid: nobody is chosen or too many, the number is another, or there is no reason.
    """
    people = _chosen(keys)
    if confirmed.strip() != str(len(people)):
        raise Invalid("confirmation", f"Type {len(people)} to confirm how many are erased.")
    ids = [CustomerId(person.pk) for person in people]
    return len(erase_customers(ids, actor=actor, reason=reason, now=now))


def _chosen(keys: Sequence[UUID]) -> list[Customer]:
    if not keys or len(keys) > MOST_AT_ONCE:
        raise Invalid("people", f"Choose 1 to {MOST_AT_ONCE} people first.")
    people = Customer.objects.filter(key__in=keys, merged_into=None, erased_at=None)
    return list(people.order_by("id"))


class DirectoryData:
    """The searchable names repeat what the profile says: nothing to export, all to erase."""

    key = "directory"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return nothing: names and addresses are among traits and identities."""
        return {}

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Delete the searchable names."""
        queries.erase_names(customer_ids)

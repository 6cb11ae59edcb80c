"""Merging two people by hand: what it would do, doing it, undoing it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from kernel.audit import record
from kernel.errors import Conflict, Invalid
from profiles.contracts import CustomerId, CustomerSummary, MergePair, SystemTouchpoint
from profiles.customers.models import Merge
from profiles.customers.selectors import get_customers
from profiles.identities.queries import load_people
from profiles.identities.rules import USER_ID
from profiles.identities.services.merging import merge_people, part_people
from profiles.touchpoints.models import Touchpoint
from profiles.touchpoints.services.recording import record_touchpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """What a merge would do, before anything is changed."""

    winner: CustomerSummary
    loser: CustomerSummary
    identifiers: list[tuple[str, str]]
    touchpoints: int
    changed_traits: list[tuple[str, Any, Any]]
    warnings: list[str]


def preview_merge(*, winner_id: int, loser_id: int) -> MergePreview:
    """Return what merging would do; changes nothing.

    Raises:
        Invalid: both are the same person, or one does not exist.
    """
    people = get_customers([CustomerId(winner_id), CustomerId(loser_id)])
    winner, loser = people.get(CustomerId(winner_id)), people.get(CustomerId(loser_id))
    if winner is None or loser is None:
        raise Invalid("other", "There is no such person.")
    if winner.id == loser.id:
        raise Invalid("other", "Both are the same person already.")
    refs = load_people([winner.id, loser.id])
    gained = [(k, v) for k, values in sorted(refs[loser.id].refs.items()) for v in sorted(values)]
    changed = [
        (name, winner.traits.get(name), value)
        for name, value in sorted(loser.traits.items())
        if winner.traits.get(name) != value
    ]
    return MergePreview(
        winner=winner, loser=loser, identifiers=gained, changed_traits=changed,
        touchpoints=Touchpoint.objects.filter(customer_id=loser.id).count(),
        warnings=_warnings(refs[winner.id].refs, refs[loser.id].refs),
    )  # fmt: skip


def merge_explicitly(
    *, winner_id: int, loser_id: int, reason: str, actor: str, now: datetime
) -> MergePair:
    """Merge one person into another because somebody knows that they are the same.

    Raises:
        Invalid: there is no reason, or both are the same person.
        Conflict: one of them was merged or erased meanwhile.
    """
    if not reason.strip():
        raise Invalid("reason", "Say why they are the same person; it stays beside the merge.")
    preview = preview_merge(winner_id=winner_id, loser_id=loser_id)
    if preview.winner.id != winner_id or preview.loser.id != loser_id:
        raise Conflict("One of them was merged meanwhile. Look at both again.")
    with transaction.atomic():
        [pair] = merge_people(
            [(winner_id, loser_id)], kind=Merge.Kind.EXPLICIT, reason=reason.strip(), actor=actor,
            now=now,
        )  # fmt: skip
        _note(pair, "merged", actor=actor, now=now)
    return pair


def undo_merge(merge_id: int, *, actor: str, now: datetime) -> MergePair:
    """Part two people again; see `part_people`.

    Raises:
        NotFound: there is no such merge in force.
        Conflict: the winner was merged into somebody else since.
    """
    with transaction.atomic():
        pair = part_people(merge_id, actor=actor, now=now)
        _note(pair, "parted", actor=actor, now=now)
    return pair


def _note(pair: MergePair, verb: str, *, actor: str, now: datetime) -> None:
    """Put it on the audit trail and on the timelines, which also has segments look again."""
    people = [pair.winner_id] if verb == "merged" else [pair.winner_id, pair.loser_id]
    record_touchpoints(
        [
            SystemTouchpoint(
                customer_id=person, event=f"Profile {verb.capitalize()}", occurred_at=now,
                key=f"merge:{pair.merge_id}:{verb}:{person}", properties={"merge": pair.merge_id},
            )
            for person in people
        ],
        now=now,
    )  # fmt: skip
    record(
        actor=actor, verb=verb, object_type="customer", object_id=pair.winner_id,
        after={"merge": pair.merge_id, "loser": pair.loser_id}, now=now,
    )  # fmt: skip


def _warnings(winner: dict[str, set[str]], loser: dict[str, set[str]]) -> list[str]:
    found = []
    if winner.get(USER_ID) and loser.get(USER_ID):
        found.append(
            "Both have a user id of their own: events never join such people. Merge them only if "
            "you know that one person has two accounts."
        )
    for kind, noun in (("email", "e-mail addresses"), ("phone", "phone numbers")):
        mine, theirs = winner.get(kind), loser.get(kind)
        if mine and theirs and mine.isdisjoint(theirs):
            found.append(f"They have different {noun}.")
    return found

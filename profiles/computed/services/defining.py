"""Computed traits as staff keep them: create, change, archive, and the ready set of RFM scores."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import wake
from kernel.ids import new_key
from profiles.computed import queries
from profiles.computed.models import ComputedTrait, TraitStatus
from profiles.computed.rules.definition import Figure, Quintile, parse_definition, value_type
from profiles.computed.selectors.reading import list_users
from profiles.segments.rules.tree import InvalidRule

log = structlog.get_logger()
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,59}")
# More would make each touchpoint dear: every trait of its event is computed again.
MOST_LIVE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitDraft:
    """What staff say about a computed trait."""

    name: str
    slug: str
    definition: Any
    description: str = ""


class DefinitionRefused(Invalid):
    """A definition that cannot be used; `errors` holds each path and message."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        path, message = errors[0]
        super().__init__(f"definition.{path}", message)
        self.errors = errors
        self.places = [(f"definition.{place}", text) for place, text in errors]


def read_definition(document: Any) -> Figure | Quintile:
    """Read an authored definition; raises `DefinitionRefused` with all errors."""
    try:
        return parse_definition(document)
    except InvalidRule as error:
        raise DefinitionRefused([(one.path, one.message) for one in error.errors]) from None


def create_trait(draft: TraitDraft, *, at_once: bool = True, now: datetime) -> ComputedTrait:
    """Create a computed trait and compute it for everybody: in this transaction, or by a worker.

    One statement over all touchpoints of its event, in the lane. Otherwise the request lies in the
    row (`requested_at`) until `compute_requested` gets to it. Raises `Conflict` when name or slug is
    taken, `Invalid` for a wrong name or slug, `DefinitionRefused` for a wrong definition.
    """
    definition = read_definition(draft.definition)
    _check_words(draft)
    try:
        with transaction.atomic():
            if ComputedTrait.objects.filter(status=TraitStatus.LIVE).count() >= MOST_LIVE:
                raise Conflict(f"There are {MOST_LIVE} computed traits already. Archive one first.")
            trait = ComputedTrait.objects.create(
                key=new_key(now=now),
                slug=draft.slug,
                name=draft.name.strip(),
                description=draft.description.strip(),
                kind=definition.kind,
                event=definition.event,
                definition=definition.model_dump(mode="json", exclude_none=True),
                created_at=now,
                requested_at=now,
            )
            if at_once:
                queries.lock_lane()
                queries.rebuild_values(trait, now=now)
    except IntegrityError:
        raise Conflict(
            f"There is a computed trait named “{draft.name.strip()}” or “{draft.slug}” already."
        ) from None
    log.info("computed.created", trait_id=trait.pk)
    if not at_once:
        wake("profiles.refresh_computed")
    trait.refresh_from_db()
    return trait


def change_trait(trait_id: int, draft: TraitDraft, *, now: datetime) -> ComputedTrait:
    """Change a computed trait; a worker computes a changed definition again for everybody.

    Its slug stays, and its values until they are computed. The type of the value may not change while something uses it: raises `Conflict` that names it.
    """
    definition = read_definition(draft.definition)
    try:
        with transaction.atomic():
            trait = _lock_trait(trait_id)
            _check_words(TraitDraft(name=draft.name, slug=trait.slug, definition=None))
            _refuse_other_type(trait, definition)
            trait.name, trait.description = draft.name.strip(), draft.description.strip()
            trait.kind, trait.event = definition.kind, definition.event
            document = definition.model_dump(mode="json", exclude_none=True)
            if document != trait.definition:
                trait.definition, trait.requested_at = document, now
            trait.save()
    except IntegrityError:
        raise Conflict(f"There is a computed trait named “{draft.name.strip()}” already.") from None
    log.info("computed.changed", trait_id=trait.pk)
    wake("profiles.refresh_computed")
    return trait


def archive_trait(trait_id: int, *, now: datetime) -> None:  # noqa: ARG001 - a change has its time
    """Take a computed trait out of use and drop its values.

    Raises `Conflict` that names them while segments, journeys or templates use it.
    """
    with transaction.atomic():
        queries.lock_lane()
        trait = _lock_trait(trait_id)
        users = list_users(trait)
        if users:
            names = ", ".join(f"“{one.name}” ({one.kind})" for one in users)
            raise Conflict(f"“{trait.name}” cannot be archived: {names} use it.")
        queries.forget_values(trait.pk)
        trait.status, trait.value_count, trait.requested_at = TraitStatus.ARCHIVED, 0, None
        trait.save(update_fields=["status", "value_count", "requested_at"])
    log.info("computed.archived", trait_id=trait_id)


def create_rfm(event: str, *, at_once: bool = True, now: datetime) -> list[ComputedTrait]:
    """Create the four RFM scores over one event of the last year; those that exist stay.

    Returns what was created. Computed as by `create_trait`, and then each night.
    """
    made = []
    for of, name, words in _RFM:
        slug = "rfm" if of == "all" else f"rfm_{of}"
        if ComputedTrait.objects.filter(slug=slug).exists():
            continue
        window = {"kind": "last", "span": {"amount": 365, "unit": "days"}}
        draft = TraitDraft(
            name=name,
            slug=slug,
            description=words,
            definition={"kind": "quintile", "of": of, "event": event, "window": window},
        )
        made.append(create_trait(draft, at_once=at_once, now=now))
    return made


_RFM = (
    ("recency", "RFM recency", "5 for the fifth of customers who bought last."),
    ("frequency", "RFM frequency", "5 for the fifth of customers who buy most often."),
    ("monetary", "RFM monetary", "5 for the fifth of customers who spend most."),
    ("all", "RFM score", "The three scores as digits; 555 is the best customer."),
)


def _check_words(draft: TraitDraft) -> None:
    if not draft.name.strip():
        raise Invalid("name", "Give the computed trait a name.")
    if not _SLUG.fullmatch(draft.slug):
        raise Invalid(
            "slug", "A slug has up to 60 small letters, digits and “_” and starts with a letter."
        )


def _refuse_other_type(trait: ComputedTrait, definition: Figure | Quintile) -> None:
    old, new = value_type(parse_definition(trait.definition)), value_type(definition)
    users = list_users(trait) if old != new else []
    if users:
        names = ", ".join(f"“{one.name}”" for one in users)
        raise Conflict(f"The value would become a {new}, but {names} use it as a {old}.")


def _lock_trait(trait_id: int) -> ComputedTrait:
    trait = ComputedTrait.objects.select_for_update().filter(pk=trait_id).first()
    if trait is None or trait.status == TraitStatus.ARCHIVED:
        raise NotFound("There is no such computed trait, or it is archived.")
    return trait

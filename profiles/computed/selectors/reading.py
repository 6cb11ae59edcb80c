"""Reads of computed traits: for rules, messages, profiles, pages and the API."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kernel.errors import NotFound
from profiles.computed import queries
from profiles.computed.models import ComputedTrait, TraitStatus
from profiles.computed.rules.definition import (
    is_zero_without_facts,
    parse_definition,
    value_type,
)
from profiles.contracts import CustomerId, MadeField, ProfileFact, UsedBy
from profiles.segments.rules.values import moment_of
from profiles.segments.selectors.using import list_mentioning, list_registered_users

_FREQUENT = 20
_READ = {
    "number": "({alias}.value #>> '{}')::numeric",
    "text": "({alias}.value #>> '{}')",
    "date": "profiles_moment({alias}.value)",
    "list": "{alias}.value",
}


class ComputedFields:
    """Computed traits as fields of rules: `computed.SLUG`."""

    key = "computed"

    def list_fields(self) -> Sequence[MadeField]:
        """List the live traits as fields."""
        return [_field(trait) for trait in list_live()]

    def read(self, field: str, customer_ids: Sequence[CustomerId]) -> dict[CustomerId, Any]:
        """Return the stored value of each person; a count of nothing is 0."""
        slug = field.removeprefix("computed.")
        trait = ComputedTrait.objects.filter(slug=slug, status=TraitStatus.LIVE).first()
        if trait is None:
            return {}
        definition = parse_definition(trait.definition)
        found = queries.read_trait_values(trait.pk, customer_ids)
        if value_type(definition) == "date":
            found = {pk: moment_of(value) for pk, value in found.items()}
        if is_zero_without_facts(definition):
            found = {pk: found.get(pk, 0) for pk in customer_ids}
        return {CustomerId(pk): value for pk, value in found.items()}


class ComputedSection:
    """The computed traits of one person, as a card on the profile."""

    key = "computed"
    title = "Computed traits"

    def facts(self, customer_id: CustomerId, *, now: datetime) -> Sequence[ProfileFact]:
        """List the values that the person has, by name. Two statements."""
        values = queries.read_values([customer_id]).get(customer_id, {})
        traits = {trait.slug: trait for trait in list_live()}
        return [
            ProfileFact(label=traits[slug].name, value=show_value(value))
            for slug, value in values.items()
            if slug in traits
        ]


def list_live() -> list[ComputedTrait]:
    """Return the traits in use, by name."""
    return list(ComputedTrait.objects.filter(status=TraitStatus.LIVE).order_by("name"))


def list_traits(*, query: str = "", archived: bool = False) -> list[ComputedTrait]:
    """Return traits by name, those in use or those archived."""
    status = TraitStatus.ARCHIVED if archived else TraitStatus.LIVE
    found = ComputedTrait.objects.filter(status=status, name__icontains=query)
    return list(found.order_by("name")[:500])


def get_trait(key: UUID) -> ComputedTrait:
    """Return a trait; raises `NotFound`."""
    trait = ComputedTrait.objects.filter(key=key).first()
    if trait is None:
        raise NotFound("There is no such computed trait; it may have been deleted.")
    return trait


def values_for_messages(
    customer_ids: Iterable[CustomerId],
) -> dict[CustomerId, dict[str, Any]]:
    """Return the values of people by slug, a count of nothing as 0. Two statements."""
    ids = list(customer_ids)
    zeros = {trait.slug: 0 for trait in list_live() if is_zero_without_facts(_definition(trait))}
    stored = queries.read_values(ids)
    return {pk: zeros | {s: _whole(v) for s, v in stored.get(pk, {}).items()} for pk in ids}


def list_users(trait: ComputedTrait) -> list[UsedBy]:
    """Return the segments whose rules ask for a trait, and what other apps say uses it."""
    return list_users_of([trait])[trait.field]


def list_users_of(traits: Sequence[ComputedTrait]) -> dict[str, list[UsedBy]]:
    """Return what uses each of some traits, by field; a few statements for all of them."""
    segments = list_mentioning("made", {trait.field for trait in traits})
    registered = list_registered_users("computed", {trait.field: trait.pk for trait in traits})
    return {
        trait.field: segments.get(trait.field, []) + registered.get(trait.field, [])
        for trait in traits
    }


def frequent_values(trait: ComputedTrait) -> list[tuple[str, int]]:
    """Return the most frequent values with how many people have each. Reads all values."""
    found = queries.list_frequent_values(trait.pk, most=_FREQUENT)
    return [(show_value(value), people) for value, people in found]


def show_value(value: Any) -> str:
    """Write a value for people."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool | str):
        moment = moment_of(value)
        return str(value) if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{value:,}"


def _field(trait: ComputedTrait) -> MadeField:
    definition = _definition(trait)
    kind = value_type(definition)
    expression = _READ[kind]
    if is_zero_without_facts(definition):
        expression = f"coalesce({expression}, 0)"
    return MadeField(
        key=trait.field,
        label=trait.name,
        type=kind,
        join=(
            "LEFT JOIN profiles_computed_value {alias}"
            f" ON {{alias}}.trait_id = {trait.pk} AND {{alias}}.customer_id = c.id"
        ),
        expression=expression,
    )


def _definition(trait: ComputedTrait) -> Any:
    return parse_definition(trait.definition)


def _whole(value: Any) -> Any:
    """Return an exact number as messages print it: without a fraction where it is whole."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral() else value

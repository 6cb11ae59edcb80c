"""What is known of a person's attributes: where each came from, its history, its past."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from profiles.consent.queries import list_statements_at
from profiles.customers.models import Customer, TraitPolicy
from profiles.customers.trait_queries import list_entries, list_past_traits, sample_trait_names
from profiles.directory import queries
from profiles.directory.queries import Neighbors
from profiles.directory.rules import mask_email, mask_text, mask_value, type_of
from profiles.identities.models import Identity
from profiles.identities.rules import EMAIL, PHONE
from profiles.segments.selectors.timeline import list_memberships_at
from profiles.touchpoints.models import Source

# Entries read for the histories of one page; the API pages through all of them.
ENTRIES = 500
_SHOWN_VALUES = 20
SAMPLED_PEOPLE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One value in the history of an attribute; without a value it was removed."""

    value: str | None
    at: datetime
    recorded_at: datetime
    source: str
    prevailed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute with where it came from, which value is kept, and what was said before."""

    name: str
    value: str
    type: str
    set_at: datetime | None
    source: str
    policy: str
    history: list[Said] = field(default_factory=list)
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """One attribute among the newest people, with its policy."""

    name: str
    people: int
    types: list[str]
    rule: str
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastState:
    """What a person was at an instant."""

    at: datetime
    attributes: list[Attribute]
    identities: list[dict[str, Any]]
    segments: list[tuple[str, datetime]]
    consents: list[dict[str, Any]]


def list_attributes(customer: Customer, *, is_masked: bool) -> list[Attribute]:
    """Return a person's attributes by name, those that were removed last. Three statements."""
    sources = dict(Source.objects.values_list("id", "name"))
    policies = _policies()
    histories = _histories(customer.id, is_masked=is_masked)
    found = []
    for name, value in sorted(customer.traits.items()):
        micros, source_id = customer.trait_stamps.get(name, (None, None))
        found.append(
            Attribute(
                name=name,
                value=show_value(value, is_masked=is_masked),
                type=type_of(value),
                set_at=datetime.fromtimestamp(micros / 1e6, UTC) if micros is not None else None,
                source=sources.get(source_id, "unknown"),
                policy=policies.get(name, "Newest"),
                history=histories.get(name, []),
            )
        )
    gone = sorted(set(histories) - set(customer.traits))
    return found + [_removed(name, histories[name], policies) for name in gone]


def describe_past(customer_id: int, *, at: datetime, as_known: bool, is_masked: bool) -> PastState:
    """Return what a person was at an instant, by what is known today or by what was known then.

    `as_known` speaks of attributes only: identities, segments and consent always go by the time at
    which they were seen, entered and said.
    """
    policies = _policies()
    traits = list_past_traits(customer_id, at=at, as_known=as_known)
    return PastState(
        at=at,
        attributes=[
            Attribute(
                name=name,
                value=show_value(value, is_masked=is_masked),
                type=type_of(value),
                set_at=said_at,
                source=source or "a merge",
                policy=policies.get(name, "Newest"),
            )
            for name, value, said_at, source in traits
        ],
        identities=_identities_at(customer_id, at=at, is_masked=is_masked),
        segments=list_memberships_at(customer_id, at=at),
        consents=[
            {
                **said,
                "address": mask_email(said["address"]) or "" if is_masked else said["address"],
                "at": datetime.fromisoformat(said["at"]),
            }
            for said in list_statements_at(customer_id, at=at)
        ],
    )


def find_neighbors(customer_id: int, *, at: datetime) -> Neighbors:
    """Return what a person did at an instant, and when they did something before and after."""
    return queries.find_neighbors(customer_id, at=at)


def list_policies() -> list[PolicyLine]:
    """Return the attributes of the newest people and every one that has a policy, by name."""
    chosen = {policy.name: policy for policy in TraitPolicy.objects.all()}
    seen = {trait.name: trait for trait in sample_trait_names(people=SAMPLED_PEOPLE)}
    lines = []
    for name in sorted(chosen.keys() | seen.keys()):
        policy, trait = chosen.get(name), seen.get(name)
        lines.append(
            PolicyLine(
                name=name,
                people=trait.people if trait else 0,
                types=trait.types if trait else [],
                rule=policy.rule if policy else TraitPolicy.Rule.NEWEST,
                changed_by=policy.changed_by if policy else "",
                changed_at=policy.changed_at if policy else None,
            )
        )
    return lines


def show_value(value: Any, *, is_masked: bool) -> str:
    """Return an attribute's value as text, masked for those who may not see it."""
    shown = mask_value(value) if is_masked else value
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)


def _policies() -> dict[str, str]:
    return {one.name: str(one.get_rule_display()) for one in TraitPolicy.objects.all()}


def _histories(customer_id: int, *, is_masked: bool) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = {}
    for entry in list_entries(customer_id, before_id=None, limit=ENTRIES):
        for name, value in entry.traits.items():
            said = Said(
                value=None if value is None else show_value(value, is_masked=is_masked),
                at=entry.at,
                recorded_at=entry.recorded_at,
                source=entry.source or "unknown",
                prevailed=entry.prevailed,
            )
            found.setdefault(name, []).append(said)
    return {
        name: sorted(said, key=lambda one: one.at, reverse=True)[:_SHOWN_VALUES]
        for name, said in found.items()
    }


def _removed(name: str, history: Sequence[Said], policies: dict[str, str]) -> Attribute:
    newest = history[0]
    return Attribute(
        name=name, value="", type="", set_at=newest.at, source=newest.source, is_removed=True,
        policy=policies.get(name, "Newest"), history=list(history),
    )  # fmt: skip


def _identities_at(customer_id: int, *, at: datetime, is_masked: bool) -> list[dict[str, Any]]:
    rows = Identity.objects.filter(customer_id=customer_id, first_seen_at__lte=at)
    return [
        {"kind": row.kind.replace("_", " "), "value": _masked(row) if is_masked else row.value,
         "first_seen_at": row.first_seen_at}
        for row in rows.order_by("id")[:500]
    ]  # fmt: skip


def _masked(row: Identity) -> str:
    if row.kind == EMAIL:
        return mask_email(row.value) or ""
    return (mask_text(row.value) or "") if row.kind == PHONE else row.value

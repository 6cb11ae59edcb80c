"""Pairs, held people and shared values as pages and the API show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from profiles.contracts import CustomerId, CustomerSummary
from profiles.customers.selectors import get_customers
from profiles.directory.rules import mask_email, mask_text
from profiles.duplicates import queries
from profiles.identities.models import BlockedValue, StitchHold
from profiles.identities.rules import EMAIL

PAGE = 25
EVIDENCE = {
    "email": "same e-mail address", "email_alike": "e-mail addresses differ in dots or after a plus",
    "phone": "same phone number", "name_zip": "same name and postal code", "device": "same device",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One person of a pair."""

    key: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two people who may be the same, and what speaks for it in words."""

    id: int
    score: int
    one: Side
    other: Side
    evidence: list[str]
    kinds: list[str]
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """Somebody who is or was held."""

    hold: StitchHold
    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueLine:
    """A value that many people say is theirs."""

    stored: BlockedValue
    kind: str
    value: str


def list_pairs(
    *, after: tuple[int, int] | None, is_masked: bool, limit: int = PAGE
) -> tuple[list[Pair], str]:
    """Return a page of open pairs and where the next one starts, or an empty text."""
    rows = queries.list_open(after=after, limit=limit + 1)
    people = get_customers(
        CustomerId(person) for row in rows for person in (row.one_id, row.other_id)
    )
    shown = [
        Pair(
            id=row.id, score=row.score, found_at=row.found_at, kinds=row.evidence,
            one=_side(people[CustomerId(row.one_id)], is_masked=is_masked),
            other=_side(people[CustomerId(row.other_id)], is_masked=is_masked),
            evidence=[EVIDENCE[kind] for kind in row.evidence],
        )
        for row in rows[:limit]
        if CustomerId(row.one_id) in people and CustomerId(row.other_id) in people
    ]  # fmt: skip
    last = rows[limit - 1] if len(rows) > limit else None
    return shown, f"{last.score}-{last.id}" if last else ""


def describe_holds(holds: Sequence[StitchHold], *, is_masked: bool) -> list[HoldLine]:
    """Return holds with the names of their people; erased ones are left out."""
    people = get_customers(CustomerId(hold.customer_id) for hold in holds)
    lines = []
    for hold in holds:
        person = people.get(CustomerId(hold.customer_id))
        if person is not None:
            side = _side(person, is_masked=is_masked)
            lines.append(HoldLine(hold=hold, key=side.key, name=side.name))
    return lines


def describe_values(values: Sequence[BlockedValue], *, is_masked: bool) -> list[ValueLine]:
    """Return shared values, masked for those who may not see them."""
    return [
        ValueLine(
            stored=one, kind=one.kind.replace("_", " "),
            value=_masked(one.kind, one.value) if is_masked else one.value,
        )
        for one in values
    ]  # fmt: skip


def _masked(kind: str, value: str) -> str:
    return (mask_email(value) if kind == EMAIL else mask_text(value)) or ""


def _side(person: CustomerSummary, *, is_masked: bool) -> Side:
    name, email, phone = person.display_name, person.email, person.phone
    if is_masked:
        name, email, phone = mask_text(name) or "", mask_email(email), mask_text(phone)
    return Side(key=str(person.key), name=name, email=email or "", phone=phone or "")

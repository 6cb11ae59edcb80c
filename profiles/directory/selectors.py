"""Reads behind the pages of people."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from profiles.contracts import CustomerId, ProfileFact, TimelineEntry
from profiles.customers.models import Customer, Merge
from profiles.customers.rules import display_name
from profiles.directory import queries
from profiles.directory.queries import Narrowing, PersonRow, Search, TouchpointRow
from profiles.directory.rules import (
    icon_of,
    mask_email,
    mask_text,
    mask_value,
    merge_entries,
    parse_key,
    summarize_properties,
)
from profiles.extension_points import profile_sections, timeline_sources
from profiles.identities.models import Identity
from profiles.identities.rules import ANONYMOUS_ID, DEVICE_TOKEN, EMAIL, PHONE, USER_ID
from profiles.touchpoints.models import Source, Touchpoint
from profiles.touchpoints.rules.messages import normalize_phone

PAGE = 50
# Counting more would read too much for a page.
_MOST_COUNTED = 10_000
# Shorter texts are like too many names.
_SHORTEST_NAME = 3
# Later than anything that happened: where a timeline starts.
FROM_THE_END = timedelta(days=1)
_KINDS = (USER_ID, EMAIL, PHONE, ANONYMOUS_ID, DEVICE_TOKEN)
_BEHAVIOR = (Touchpoint.Type.TRACK, Touchpoint.Type.PAGE, Touchpoint.Type.SCREEN)
_ACTIVITY = (Touchpoint.Type.SYSTEM,)
_CHANGES = (Touchpoint.Type.IDENTIFY, Touchpoint.Type.GROUP, Touchpoint.Type.ALIAS)
_CONTACT_KINDS = {EMAIL, PHONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as pages show them; masked for those who may not see personal data."""

    id: int
    key: str
    name: str
    email: str | None
    phone: str | None
    user_id: str | None
    first_seen_at: datetime
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a timeline with its raw form, when it may be seen."""

    line: TimelineEntry
    raw: str = ""


def list_people(
    *,
    query: str,
    before_id: int | None,
    is_masked: bool,
    narrowing: Narrowing = Narrowing(),  # noqa: B008  frozen
) -> tuple[list[Person], int | None]:
    """Return one page of people and where the next one starts.

    A query is any identifier in full, `kind:value`, the key of a person, or, for those who may see
    personal data, a name or address that may have typos: then the most alike come first.
    """
    ids = find_ids(query) if query else None
    if query and not ids:
        alike = find_matches(query, is_masked=is_masked)
        found = queries.list_people(before_id=None, limit=PAGE, ids=alike, narrowing=narrowing)
        found.sort(key=lambda row: alike.index(row.id))
        return [_person(row, is_masked=False) for row in found], None
    rows = queries.list_people(before_id=before_id, limit=PAGE + 1, ids=ids, narrowing=narrowing)
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return [_person(row, is_masked=is_masked) for row in rows[:PAGE]], more


def count_people(narrowing: Narrowing) -> tuple[int, bool]:
    """Return how many people filters leave, and whether that is all: it counts up to 10,000."""
    counted = queries.count_people(most=_MOST_COUNTED + 1, narrowing=narrowing)
    return min(counted, _MOST_COUNTED), counted <= _MOST_COUNTED


def list_page(
    *, query: str, before_id: int | None, limit: int, is_masked: bool, narrowing: Narrowing
) -> list[Person]:
    """Return up to `limit` people before an id, newest first; see `list_people`."""
    ids = find_ids(query) if query else None
    rows = queries.list_people(before_id=before_id, limit=limit, ids=ids, narrowing=narrowing)
    return [_person(row, is_masked=is_masked) for row in rows]


def show_traits(customer: Customer, *, is_masked: bool) -> dict[str, Any]:
    """Return a person's traits by name, masked for those who may not see them."""
    return {
        name: mask_value(value) if is_masked else value for name, value in customer.traits.items()
    }


def find_ids(query: str) -> list[int]:
    """Return the people an identifier or key belongs to."""
    return queries.find_people(_search(query))


def find_matches(query: str, *, is_masked: bool) -> list[int]:
    """Return whom the list of people shows for a query: by identifier, else the most alike."""
    if found := find_ids(query):
        return found
    may_search = not is_masked and len(query) >= _SHORTEST_NAME
    return queries.search_names(query, limit=PAGE) if may_search else []


def find_person(key: UUID) -> Customer | None:
    """Return the person of a key, merged or not, or `None`."""
    return Customer.objects.select_related("merged_into").filter(key=key).first()


def describe_person(customer_id: int, *, is_masked: bool) -> Person | None:
    """Return one person as the header of their page shows them."""
    rows = queries.list_people(before_id=None, limit=1, ids=[customer_id])
    return _person(rows[0], is_masked=is_masked) if rows else None


def list_timeline(
    customer_id: int, *, before: datetime, show: str, is_masked: bool
) -> tuple[list[Entry], datetime | None]:
    """Return a page of everything about a person, newest first, and where the next one starts."""
    types = {"behavior": _BEHAVIOR, "changes": _CHANGES, "activity": _ACTIVITY}.get(show)
    raws: dict[int, str] = {}
    own: list[TimelineEntry] = []
    for row in queries.list_touchpoints(customer_id, before=before, limit=PAGE, types=types):
        entry = _entry(row, is_masked=is_masked)
        own.append(entry)
        raws[id(entry)] = "" if is_masked else _raw(row)
    others: list[Sequence[TimelineEntry]] = []
    if show in {"", "activity"}:
        others = [
            source.entries(CustomerId(customer_id), before=before, limit=PAGE)
            for _, source in timeline_sources.items()
        ]
    lines, more = merge_entries([own, *others], limit=PAGE)
    return [Entry(line=line, raw=raws.get(id(line), "")) for line in lines], more


def list_identities(customer_id: int, *, is_masked: bool) -> list[dict[str, Any]]:
    """Return a person's identifiers, the most telling first."""
    names = dict(Source.objects.values_list("id", "name"))
    rows = Identity.objects.filter(customer_id=customer_id).order_by("id")[:500]
    shown = [
        {
            "kind": row.kind.replace("_", " "), "first_seen_at": row.first_seen_at,
            "value": _masked(row.kind, row.value) if is_masked else row.value,
            "source": names.get(row.source_id, "unknown"), "rank": _rank(row.kind),
        }
        for row in rows
    ]  # fmt: skip
    return sorted(shown, key=lambda row: row["rank"])


def list_merges(customer_id: int) -> list[Merge]:
    """Return who was merged into a person, newest first."""
    rows = Merge.objects.filter(winner_id=customer_id).select_related("loser")
    return list(rows.order_by("-id")[:100])


def list_sections(customer_id: int, *, now: datetime) -> list[tuple[str, Sequence[ProfileFact]]]:
    """Return the cards that other slices add to a profile."""
    sections = [
        (section.title, section.facts(CustomerId(customer_id), now=now))
        for _, section in profile_sections.items()
    ]
    return [(title, facts) for title, facts in sections if facts]


def _search(query: str) -> Search:
    key = parse_key(query)
    kind, _, value = query.partition(":")
    values = {query, query.lower()}
    if phone := normalize_phone(query):
        values.add(phone)
    return Search(
        kinds=_KINDS, values=sorted(values), kind=kind.strip(), value=value.strip(),
        key=str(key) if key else "",
    )  # fmt: skip


def _person(row: PersonRow, *, is_masked: bool) -> Person:
    fallback = f"Person {str(row.key)[-6:]}"
    name = display_name(row.traits, email=row.email, fallback=fallback)
    if is_masked and name != fallback:
        name = mask_text(name) or fallback
    return Person(
        id=row.id, key=str(row.key), name=name, first_seen_at=row.first_seen_at,
        email=mask_email(row.email) if is_masked else row.email,
        phone=mask_text(row.phone) if is_masked else row.phone,
        user_id=row.user_id, last_at=row.last_at,
    )  # fmt: skip


def _entry(row: TouchpointRow, *, is_masked: bool) -> TimelineEntry:
    note = "" if is_masked else summarize_properties(row.properties)
    return TimelineEntry(
        at=row.occurred_at, kind=str(Touchpoint.Type(row.type).label), title=row.event, detail=note,
        icon=icon_of(row.event),
    )  # fmt: skip


def _raw(row: TouchpointRow) -> str:
    shown = {
        "properties": row.properties, "context": row.context, "source": row.source,
        "occurred_at": row.occurred_at.isoformat(), "received_at": row.received_at.isoformat(),
    }  # fmt: skip
    if row.original_at is not None:
        shown["original_at"] = row.original_at.isoformat()
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _masked(kind: str, value: str) -> str:
    if kind == EMAIL:
        return mask_email(value) or ""
    return (mask_text(value) or "") if kind in _CONTACT_KINDS else value


def _rank(kind: str) -> int:
    order = [USER_ID, EMAIL, PHONE]
    return order.index(kind) if kind in order else len(order)

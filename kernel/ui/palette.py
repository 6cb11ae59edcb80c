"""The command palette (Ctrl K): one search over everything that has a page.

Pages come from the navigation. Other sources (people, segments, journeys) register themselves
and are asked only when something was typed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse

from kernel.access.models import User
from kernel.registry import Registry
from kernel.ui import navigation

LIMIT: Final = 6
"""Results of one source; more would push the other sources out of sight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One page to jump to. `note` says in a few words what it is or why it matched."""

    label: str
    url: str
    icon: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where results come from.

    `search(query, user, limit)` returns at most `limit` results that this person may open,
    best first, in a few milliseconds: it runs on every keystroke.
    """

    name: str
    search: Callable[[str, User, int], Sequence[Result]]
    permission: str = "view"
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The results of one source."""

    name: str
    results: Sequence[Result]


SOURCES: Final[Registry[Source]] = Registry("palette source")


def register_source(source: Source) -> None:
    """Add a source; two of one name are a programming error."""
    SOURCES.register(source.name, source)


def search(query: str, *, user: User) -> list[Group]:
    """Return what matches, grouped by source; without a query, the pages."""
    words = query.split()
    groups = [Group(name="Pages", results=_pages(words, user))]
    if words:
        sources = sorted((s for _, s in SOURCES.items()), key=lambda each: (each.order, each.name))
        groups += [
            Group(name=source.name, results=source.search(query.strip(), user, LIMIT))
            for source in sources
            if user.has_perm(f"kernel.{source.permission}")
        ]
    return [group for group in groups if group.results]


def _pages(words: Sequence[str], user: User) -> list[Result]:
    return [
        Result(label=item.label, url=item.url, icon=item.icon, note=item.section)
        for item in navigation.list_items(user)
        if matches(words, f"{item.label} {item.section} {item.keywords}")
    ]


def find_named(
    rows: QuerySet[Any], query: str, *, limit: int, icon: str, page: str, note: Callable[[Any], str]
) -> list[Result]:
    """Return rows with a `name` that has every word of a query, in any case; one statement.

    `page` is the name of the address that takes the `key` of a row.
    """
    for word in query.split():
        rows = rows.filter(name__icontains=word)
    return [
        Result(label=row.name, note=note(row), icon=icon, url=reverse(page, args=[row.key]))
        for row in rows[:limit]
    ]


def matches(words: Sequence[str], text: str) -> bool:
    """Say whether each typed word begins some word of the text, in any case."""
    found = text.casefold().split()
    return all(any(part.startswith(word.casefold()) for part in found) for word in words)

"""Shows a message as one person would get it, before anything is sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.catalogs.selectors import find_items, sample_items
from campaigns.content.answering import Wish, render_all
from campaigns.content.rules.locales import locale_of, pick_locale
from campaigns.content.rules.rendering import (
    CompiledWords,
    PersonalLinks,
    Refusal,
    Rendered,
    present_values,
    trait_values,
)
from campaigns.content.rules.values import sample_values
from campaigns.coupons.services import sample_codes
from campaigns.extension_points import merge_sources
from profiles import facade as profiles
from profiles.contracts import CustomerId, CustomerSummary, IdentityRef

_KINDS = ("email", "user_id", "phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A message as one person would get it; `person` is empty when sample values stand in.

    `ways` tells for each segment that the words name whether the person is in it.
    """

    words: Rendered | Refusal
    person: str
    ways: dict[str, bool]


def find_person(text: str) -> CustomerSummary | None:
    """Return the person with this e-mail address, user id or phone number."""
    if not text:
        return None
    found = (profiles.find_customer(IdentityRef(kind=kind, value=text)) for kind in _KINDS)
    return next((person for person in found if person), None)


def locale_for(person: CustomerSummary, translated: Collection[str]) -> str:
    """Return the translation that a person gets; empty stands for the default words."""
    return pick_locale(locale_of(person.traits, person.locale), translated)


def preview_words(
    compiled: CompiledWords, *, person: CustomerSummary | None, now: datetime
) -> Preview:
    """Render words for a person, or with sample values.

    Nothing is sent and nothing recorded; links lead nowhere, and no coupon code is given away.
    """
    if person:
        values = person_values(compiled, [person], now=now)[person.id]
    else:
        values = sample_values(compiled.paths)
        for key, source in merge_sources.items():
            inside = values.get(key)
            values[key] = {**(inside if isinstance(inside, dict) else {}), **source.samples}
    links = PersonalLinks(unsubscribe="#", open_pixel="data:,", track=lambda target: target)
    wish = Wish(
        number=0, customer_id=person.id if person else None, compiled=compiled, values=values,
        links=links,
    )  # fmt: skip
    find = find_items if person else sample_items
    [words] = render_all([wish], claim=sample_codes, find=find, now=now)
    return Preview(
        words=words, person=person.display_name if person else "", ways=wish.asks.segments
    )


def person_values(
    compiled: CompiledWords, people: list[CustomerSummary], *, now: datetime
) -> dict[CustomerId, dict[str, Any]]:
    """Return what the words find for each person; only the sources they read are asked."""
    ids = [person.id for person in people]
    merged = {
        key: source.values(ids, now=now)
        for key, source in merge_sources.items()
        if key in compiled.names
    }
    found: dict[CustomerId, dict[str, Any]] = {}
    for person in people:
        traits = trait_values(person.traits)
        found[person.id] = {**traits, "customer": traits} | {
            key: present_values(by_person.get(person.id, {})) for key, by_person in merged.items()
        }
    return found

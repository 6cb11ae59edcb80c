"""Finds people by what names them: e-mail address, user id, phone number, or key."""

from collections.abc import Sequence
from uuid import UUID

from profiles.customers.models import Customer
from profiles.identities.queries import find_links
from profiles.identities.rules import EMAIL, PHONE, USER_ID
from profiles.touchpoints.rules.messages import normalize_phone


def find_named(texts: Sequence[str]) -> dict[str, int]:
    """Return who is behind each text that names somebody. Two statements.

    A text with “@” is an address; else a user id wins over a phone number and over a key.
    """
    refs = {text: _refs(text) for text in texts}
    links, _ = find_links([ref for some in refs.values() for ref in some])
    found = {
        text: next(links[ref].person_id for ref in some if ref in links)
        for text, some in refs.items()
        if any(ref in links for ref in some)
    }
    keys = {text: key for text in texts if text not in found and (key := _key(text))}
    if keys:
        rows = Customer.objects.filter(key__in=set(keys.values())).values_list("key", "id")
        known = dict(rows)
        found |= {text: known[key] for text, key in keys.items() if key in known}
    return found


def _refs(text: str) -> list[tuple[str, str]]:
    if "@" in text:
        return [(EMAIL, text.lower())]
    phone = normalize_phone(text)
    return [(USER_ID, text), *([(PHONE, phone)] if phone else [])]


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

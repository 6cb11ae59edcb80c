"""How a person is called on pages, decided from traits alone."""

from collections.abc import Mapping
from typing import Any


def display_name(traits: Mapping[str, Any], *, email: str | None, fallback: str) -> str:
    """Return the best name there is: name, first and last name, e-mail address, else the fallback.

    Segment's SDKs write `firstName`, others `first_name`; both are read.
    """
    name = _text(traits.get("name"))
    if name:
        return name
    first = _text(traits.get("firstName")) or _text(traits.get("first_name"))
    last = _text(traits.get("lastName")) or _text(traits.get("last_name"))
    return f"{first} {last}".strip() or email or _text(traits.get("email")) or fallback


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""

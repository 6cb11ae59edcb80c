"""What the pages of people show, decided from values alone."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from profiles.contracts import TimelineEntry

SEEN_CHOICES = {"1": "day", "7": "7 days", "30": "30 days", "90": "90 days"}
KNOWN_CHOICES = {"yes": True, "no": False}
_SHOWN_PROPERTIES = 4
_LONGEST_VALUE = 60
_MASK = "•••"
_DATE = re.compile(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?$")
_KEY = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_NUMBER = re.compile(r"^-?\d{1,15}(\.\d{1,9})?$")
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
_ICONS = (
    (re.compile(r"order|purchase|bought|checkout", re.IGNORECASE), "shopping-bag"),
    (re.compile(r"cart", re.IGNORECASE), "shopping-cart"),
    (re.compile(r"refund|return", re.IGNORECASE), "undo-2"),
    (re.compile(r"page|screen|view", re.IGNORECASE), "eye"),
    (re.compile(r"identify|sign|register", re.IGNORECASE), "user-check"),
    (re.compile(r"message|e-?mail|unsubscrib", re.IGNORECASE), "mail"),
    (re.compile(r"reward|coupon|gift", re.IGNORECASE), "gift"),
    (re.compile(r"refer|invit", re.IGNORECASE), "share-2"),
    (re.compile(r"group|account", re.IGNORECASE), "building-2"),
)


def icon_of(event: str) -> str:
    """Return the icon of an event by what its name speaks of."""
    return next((icon for pattern, icon in _ICONS if pattern.search(event)), "activity")


def summarize_properties(properties: Mapping[str, Any]) -> str:
    """Return the first plain properties as one line; a reason in words stands for its code."""
    parts = []
    for name, value in properties.items():
        if isinstance(value, dict | list) or value is None or value == "" or _is_key(value):
            continue
        if name == "reason" and "why" in properties:
            continue
        parts.append(_short(value) if name == "why" else f"{name} {_short(value)}")
        if len(parts) == _SHOWN_PROPERTIES:
            break
    return " · ".join(parts)


def _is_key(value: Any) -> bool:
    """Say whether a value is a key such as that of a message, which tells people nothing."""
    return isinstance(value, str) and _KEY.match(value) is not None


def type_of(value: Any) -> str:
    """Return the type of a trait's value in words; a text that is a time is a date."""
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, str):
        return "date" if _DATE.match(value) else "text"
    return "list" if isinstance(value, list) else "object"


def mask_email(email: str | None) -> str | None:
    """Return an address that cannot be written to: its first letters only."""
    if not email:
        return None
    local, _, domain = email.partition("@")
    return f"{local[:1]}{_MASK}@{domain[:1]}{_MASK}"


def mask_text(text: str | None) -> str | None:
    """Return a text of which only the first letter is left."""
    return f"{text[:1]}{_MASK}" if text else None


def mask_value(value: Any) -> Any:
    """Return a trait's value without what could name somebody: numbers and truth stay."""
    if isinstance(value, bool | int | float | Decimal) or value is None:
        return value
    return mask_text(str(value)) if isinstance(value, str) else _MASK


def merge_entries(
    sources: Sequence[Sequence[TimelineEntry]], *, limit: int
) -> tuple[list[TimelineEntry], datetime | None]:
    """Merge timelines, newest first, and return where the next page starts, or `None` at the end.

    A source that returned as many entries as were asked for may have more behind its oldest; the
    page ends there, so that nothing of any source is skipped.
    """
    full = [min(entry.at for entry in source) for source in sources if len(source) >= limit]
    horizon = max(full, default=None)
    merged = sorted(
        (entry for source in sources for entry in source if horizon is None or entry.at >= horizon),
        key=lambda entry: entry.at,
        reverse=True,
    )
    return merged, horizon


def read_instant(text: str) -> datetime | None:
    """Return the instant that a text is, in UTC where it names no zone, or `None`."""
    try:
        at = datetime.fromisoformat(text.strip().replace(" ", "+"))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def field_instant(at: datetime) -> str:
    """Return an instant as the browser's field takes it: milliseconds, rounded up.

    Rounded down, the event that happened at that very instant would be left out.
    """
    up = at.astimezone(UTC) + timedelta(microseconds=-at.microsecond % 1_000)
    return up.replace(tzinfo=None).isoformat(timespec="milliseconds")


def read_typed(text: str, kind: str) -> Any:
    """Return what a field says as a value of a trait; ValueError when it cannot be read so.

    `kind` is text, number, boolean, list (parted by commas) or nothing, which removes the trait.
    """
    text = text.strip().replace("\0", "")
    if kind == "nothing":
        return None
    if kind == "number":
        number = Decimal(text) if _NUMBER.match(text) else None
        if number is None:
            raise ValueError("Write a number, such as 12 or 3.5.")
        return int(number) if number == number.to_integral_value() else float(number)
    if kind == "boolean":
        if text.lower() not in _TRUTHS:
            raise ValueError("Write yes or no.")
        return _TRUTHS[text.lower()]
    if not text:
        raise ValueError("Write the value, or choose to remove the attribute.")
    return [part.strip() for part in text.split(",") if part.strip()] if kind == "list" else text


def seen_since(days: str, *, now: datetime) -> datetime | None:
    """Return from when on people were seen “in the last 7 days”, or `None` for any time."""
    return now - timedelta(days=int(days)) if days in SEEN_CHOICES else None


def parse_key(text: str) -> UUID | None:
    """Return the key that a text is, or `None`."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"

"""How a JSON value is read as a text, a number, a moment, a yes or no, or a list.

Each reader has a twin in SQL (`migrations/sql/segment_values_v1.sql`); a property test holds the
two equal. What cannot be read is missing, never an error.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TypeAlias

Json: TypeAlias = "bool | int | Decimal | str | Sequence[Json] | Mapping[str, Json] | None"
Value: TypeAlias = "Json | datetime"
"""What a condition is asked about: a JSON value, or a moment from a column."""

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_MOMENT = re.compile(
    r"([12][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"(?:[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{1,6})[0-9]*)?)?"
    r"(Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?)?"
)


def text_of(value: Value) -> str | None:
    """Read a text; numbers and booleans read as they are written in JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return None


def number_of(value: Value) -> Decimal | None:
    """Read a number, also one written as a text such as `"12.50"`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    return None


def boolean_of(value: Value) -> bool | None:
    """Read a yes or no, also from the texts `true` and `false`."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def moment_of(value: Value) -> datetime | None:
    """Read an ISO 8601 date or date and time; without an offset it is in UTC."""
    if isinstance(value, datetime):
        return value
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0").ljust(6, "0")),
            tzinfo=_zone(offset),
        )
    except ValueError:
        return None
    return moment.astimezone(UTC)


def texts_of(value: Value) -> list[str] | None:
    """Read a list of texts; what is not a list is missing, and so are nested elements."""
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence):
        return None
    return [text for text in map(text_of, value) if text is not None]


def at_path(document: Mapping[str, Json], path: str) -> Json:
    """Follow a dotted path (`address.city`, `items.0.sku`) into a document; absent is `None`.

    A key that holds the dots itself wins over the path.
    """
    if path in document:
        return document[path]
    current: Json = document
    for part in path.split("."):
        if isinstance(current, Mapping):
            current = current.get(part)
        elif isinstance(current, Sequence) and not isinstance(current, str):
            current = _element(current, part)
        else:
            return None
    return current


def _element(items: Sequence[Json], part: str) -> Json:
    if not re.fullmatch(r"[0-9]{1,4}", part):
        return None
    return items[int(part)] if int(part) < len(items) else None


def _zone(offset: str | None) -> timezone:
    if offset is None or offset == "Z":
        return UTC
    span = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    return timezone(span if offset[0] == "+" else -span)

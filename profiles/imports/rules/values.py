"""Reads the cells of rows as the chosen formats say, and words what is wrong with one."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from profiles.imports.rules.mapping import Formats, ValueType

TRUE = frozenset({"true", "yes", "y", "t", "1", "ja", "oui", "sí", "si"})
FALSE = frozenset({"false", "no", "n", "f", "0", "nein", "non"})
_PARTED_DATE = re.compile(
    r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$"
)
# Below this a number counts seconds, above it milliseconds.
_MILLISECONDS_FROM = 100_000_000_000


class BadCell(ValueError):
    """A cell that cannot be read as chosen; the text says what it would have to be."""


def read_value(cell: Any, kind: ValueType, formats: Formats) -> Any:
    """Return a cell as JSON takes it. What is typed already (from Parquet or JSON) stays so.

    Raises:
        BadCell: it is not written as chosen.
    """
    if kind == ValueType.NUMBER:
        return read_number(cell, formats)
    if kind == ValueType.BOOLEAN:
        return _read_boolean(cell)
    if kind == ValueType.DATE:
        return read_time(cell, formats)
    if isinstance(cell, date | Decimal):
        return str(cell) if isinstance(cell, Decimal) else cell.isoformat()
    return cell


def read_number(cell: Any, formats: Formats) -> int | float:
    """Return a number as the formats write it.

    Raises:
        BadCell: it is none.
    """
    if isinstance(cell, bool):
        raise BadCell("must be a number")
    if isinstance(cell, int | float):
        return cell
    if isinstance(cell, Decimal):
        return _plain(cell)
    text = str(cell).strip().replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-")
    if not _number_pattern(formats.decimal, formats.thousands).match(text):
        shown = f"1{formats.thousands}234{formats.decimal}5"
        raise BadCell(f"must be a number written like {shown}")
    if formats.thousands:
        text = text.replace(formats.thousands, "")
    return _plain(Decimal(text.replace(formats.decimal, ".")))


def read_time(cell: Any, formats: Formats) -> str:
    """Return a moment in ISO 8601 with its zone.

    Raises:
        BadCell: it is none, or written otherwise than chosen.
    """
    try:
        moment = _moment(cell, formats)
    except (ValueError, OverflowError, OSError):
        raise BadCell(f"must be a time written like {EXAMPLES[formats.dates]}") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(formats.time_zone))
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


EXAMPLES = {
    "iso": "2026-01-31 or 2026-01-31T09:00:00Z", "day_first": "31/01/2026 09:00",
    "month_first": "01/31/2026 09:00", "unix": "1769850000 (seconds or milliseconds since 1970)",
}  # fmt: skip


def _moment(cell: Any, formats: Formats) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  the caller adds the zone
    text = str(cell).strip()
    if formats.dates == "unix":
        number = float(text)
        return datetime.fromtimestamp(
            number / (1_000 if abs(number) >= _MILLISECONDS_FROM else 1), UTC
        )
    if formats.dates == "iso":
        return datetime.fromisoformat(text)
    found = _PARTED_DATE.match(text)
    if not found:
        raise BadCell
    first, second, year, hour, minute, seconds = (int(part or 0) for part in found.groups())
    day, month = (first, second) if formats.dates == "day_first" else (second, first)
    return datetime(year, month, day, hour, minute, seconds)  # noqa: DTZ001  the caller adds the zone


def _read_boolean(cell: Any) -> bool:
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().lower()
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise BadCell("must be yes or no, true or false, 1 or 0")


@cache
def _number_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    whole = r"\d{1,30}"
    if thousands:
        whole = rf"(?:\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|\d{{1,30}})"
    return re.compile(rf"^[+-]?{whole}(?:{re.escape(decimal)}\d{{1,30}})?$")


def _plain(number: Decimal) -> int | float:
    if not number.is_finite():
        raise BadCell("must be a finite number")
    return int(number) if number == number.to_integral_value() else float(number)

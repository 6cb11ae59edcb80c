"""Suggests what columns mean, from their names and the first cells."""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Cells
from typing import Any

from profiles.imports.rules.mapping import NAMED, Column, Formats, Kind, Mapping, Use, ValueType
from profiles.imports.rules.values import BadCell, read_number, read_time

_NAMES: dict[Use, frozenset[str]] = {
    Use.USER_ID: frozenset(
        [
            "userid",
            "customerid",
            "clientid",
            "memberid",
            "contactid",
            "personid",
            "customernumber",
            "kundennummer",
        ]
    ),
    Use.ANONYMOUS_ID: frozenset({"anonymousid", "visitorid", "cookieid"}),
    Use.EMAIL: frozenset(
        ["email", "emailaddress", "mail", "customeremail", "useremail", "contactemail"]
    ),
    Use.PHONE: frozenset(
        ["phone", "phonenumber", "mobile", "mobilephone", "telephone", "tel", "cell"]
    ),
    Use.EVENT: frozenset({"event", "eventname", "eventtype", "action"}),
    Use.TIME: frozenset(
        [
            "timestamp",
            "time",
            "occurredat",
            "eventtime",
            "createdat",
            "date",
            "datetime",
            "orderdate",
            "orderedat",
        ]
    ),
    Use.ROW_ID: frozenset({"messageid", "rowid", "eventid"}),
}
_NUMBER = re.compile(r"^[+-]?\d[\d.,' \u00a0\u202f]*$")
_LEADING_ZERO = re.compile(r"^[+-]?0\d")
_BOOLEANS = frozenset({"true", "false", "yes", "no", "ja", "nein", "oui", "non"})
# A few cells that are wrong must not hide what the column is.
_MOST_SHARE = 0.9
_EUROPEAN = re.compile(r"^[+-]?\d{1,3}(\.\d{3})*,\d+$|^[+-]?\d+,\d{1,2}$")
_ENGLISH = re.compile(r"^[+-]?\d{1,3}(,\d{3})*\.\d+$")
_PARTED = re.compile(r"^(\d{1,2})[./-](\d{1,2})[./-]\d{4}\b")


def suggest_mapping(
    columns: Sequence[str], rows: Sequence[Cells[str, Any]], *, kind: Kind, event: str = ""
) -> list[Column]:
    """Return a column for each name, used as its name and first cells suggest.

    An identity, the time and the event's name are each suggested once. `id` counts as the user id
    of people, and as the row's own id of events.
    """
    formats = suggest_formats(rows)
    taken: set[Use] = set()
    found = []
    for column in columns:
        use = _use(column, kind, has_event=bool(event))
        if use in taken and use not in NAMED:
            use = Use.TRAIT if kind == Kind.PEOPLE else Use.PROPERTY
        taken.add(use)
        cells = [row[column] for row in rows if row.get(column) not in (None, "")]
        found.append(
            Column(
                column=column, use=use, name=column[:200] if use in NAMED else "",
                type=_type(cells, formats) if use in NAMED else ValueType.TEXT,
            )
        )  # fmt: skip
    return found


def suggest_formats(rows: Sequence[Cells[str, Any]]) -> Formats:
    """Return how the numbers and dates of the first rows seem to be written."""
    texts = [cell.strip() for row in rows for cell in row.values() if isinstance(cell, str)]
    english = any(_ENGLISH.match(text) for text in texts)
    european = not english and any(_EUROPEAN.match(text) for text in texts)
    parted = [found.groups() for text in texts if (found := _PARTED.match(text))]
    dates = "iso"
    if parted:
        dates = "month_first" if any(int(second) > 12 for _, second in parted) else "day_first"
    decimal, thousands = (",", ".") if european else (".", "")
    if not european and any("," in text for text in texts if _ENGLISH.match(text)):
        thousands = ","
    return Formats.model_validate(
        {"decimal": decimal, "thousands": thousands, "dates": dates}
    )  # fmt: skip


def suggest_people(columns: Iterable[str]) -> Mapping | None:
    """Return a mapping of people for rows with typed cells, or `None` when nobody is named."""
    found = suggest_mapping(list(columns), [], kind=Kind.PEOPLE)
    try:
        return Mapping(kind=Kind.PEOPLE, columns=tuple(found))
    except ValueError:
        return None


def _use(column: str, kind: Kind, *, has_event: bool) -> Use:
    plain = re.sub(r"[^a-z0-9]", "", column.lower())
    if plain == "id":
        return Use.USER_ID if kind == Kind.PEOPLE else Use.ROW_ID
    for use, names in _NAMES.items():
        if plain in names:
            if kind == Kind.PEOPLE and use in {Use.EVENT, Use.TIME, Use.ROW_ID}:
                return Use.TRAIT
            if use == Use.EVENT and has_event:
                return Use.PROPERTY
            return use
    return Use.TRAIT if kind == Kind.PEOPLE else Use.PROPERTY


def _type(cells: Sequence[Any], formats: Formats) -> ValueType:
    if not cells or not all(isinstance(cell, str) for cell in cells):
        return ValueType.TEXT
    texts = [cell.strip() for cell in cells]
    if any(_LEADING_ZERO.match(text) for text in texts) and not any(map(_PARTED.match, texts)):
        return ValueType.TEXT
    if _are_most(_is_number(text, formats) for text in texts):
        return ValueType.NUMBER
    if _are_most(text.lower() in _BOOLEANS for text in texts):
        return ValueType.BOOLEAN
    if _are_most(_is_date(text, formats) for text in texts):
        return ValueType.DATE
    return ValueType.TEXT


def _are_most(fits: Iterable[bool]) -> bool:
    found = list(fits)
    return sum(found) >= _MOST_SHARE * len(found)


def _is_number(text: str, formats: Formats) -> bool:
    if not _NUMBER.match(text):
        return False
    try:
        read_number(text, formats)
    except BadCell:
        return False
    return True


def _is_date(text: str, formats: Formats) -> bool:
    try:
        read_time(text, formats)
    except BadCell:
        return False
    return len(text) >= 8

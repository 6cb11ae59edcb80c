"""Typed items of catalogs: what a field may hold, how a file of items is read, how one is asked for."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

TYPES: Final = ("text", "number", "boolean", "date", "list")
MAX_FIELDS: Final = 60
MAX_TEXT: Final = 4_000
# Columns that may hold the key of an item, the first that is there.
_KEYS: Final = ("key", "id", "sku")
_BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class BadItem(ValueError):
    """A value does not fit its field. `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class BadFile(ValueError):
    """The file cannot be read as items; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemField:
    """One value that items have; `type` is text, number, boolean, date or list."""

    name: str
    type: str
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAsk:
    """Items of a catalog: the one with a key (no `field`), or those whose field has a value."""

    catalog: str
    value: Any
    field: str = ""
    limit: int = 1

    @property
    def key(self) -> str:
        """The question as a text."""
        return json.dumps([self.catalog, self.field, self.value, self.limit], default=str)


def check_fields(fields: Sequence[ItemField]) -> None:
    """Raise `BadItem` for a field that cannot be: its name, its type, or twice the same."""
    names = [field.name for field in fields]
    if not 0 < len(names) <= MAX_FIELDS:
        raise BadItem("fields", f"A catalog has 1 to {MAX_FIELDS} fields.")
    for field in fields:
        if not field.name.isidentifier() or field.name == "key" or len(field.name) > 64:
            raise BadItem(
                "fields", f"“{field.name[:64]}” cannot name a field. Use letters, digits and _."
            )
        if field.type not in TYPES:
            known = ", ".join(TYPES)
            raise BadItem("fields", f"There is no type “{field.type}”. There are: {known}.")
        if names.count(field.name) > 1:
            raise BadItem("fields", f"“{field.name}” is there twice.")


def read_item(given: Mapping[str, Any], fields: Sequence[ItemField]) -> dict[str, Any]:
    """Return the values of an item as their types; what is empty is left out.

    Raises:
        BadItem: a value does not fit, is required and missing, or has no field.
    """
    known = {field.name for field in fields}
    unknown = sorted(set(given) - known)
    if unknown:
        raise BadItem(unknown[0], f"There is no field “{unknown[0]}”.")
    values = {}
    for field in fields:
        value = given.get(field.name)
        if value is None or value == "":
            if field.is_required:
                raise BadItem(field.name, f"“{field.name}” is empty.")
            continue
        values[field.name] = _READERS[field.type](field.name, value)
    return values


def read_items(name: str, body: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Return keys and values of the items of a CSV, JSON or JSON lines file, in its order.

    Raises:
        BadFile: it cannot be read, has no column for the key, or names a key twice.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile("The file is not UTF-8.") from None
    rows = _read_json(text) if text.lstrip()[:1] in {"[", "{"} else _read_csv(text)
    if not rows:
        raise BadFile(f"There are no items in “{name[:80]}”.")
    column = next((each for each in _KEYS if each in rows[0]), None)
    if column is None:
        raise BadFile("There is no column for the key: name one key, id or sku.")
    items, seen = [], set[str]()
    for number, row in enumerate(rows, start=1):
        key = str(row.pop(column, "") or "").strip()
        if not key or len(key) > 128:
            raise BadFile(f"Item {number} has no key of 1 to 128 characters.")
        if key in seen:
            raise BadFile(f"Item {number}: the key “{key}” is there twice.")
        seen.add(key)
        items.append((key, row))
    return items


def guess_fields(items: Sequence[Mapping[str, Any]]) -> list[ItemField]:
    """Return a field for each name among the items, of the first type that fits all its values."""
    names = dict.fromkeys(name for item in items for name in item)
    found = []
    for name in names:
        values = [value for item in items if (value := item.get(name)) is not None and value != ""]
        found.append(ItemField(name=name, type=_guess(values)))
    return found


def _guess(values: Sequence[Any]) -> str:
    for kind in ("boolean", "number", "date"):
        if values and all(_fits(kind, value) for value in values):
            return kind
    return "list" if any(isinstance(value, list) for value in values) else "text"


def _fits(kind: str, value: Any) -> bool:
    if kind == "boolean" and str(value).strip() in {"0", "1"}:
        return False
    try:
        _READERS[kind]("", value)
    except BadItem:
        return False
    return True


def _read_json(text: str) -> list[dict[str, Any]]:
    try:
        read = json.loads(text)
        rows = read if isinstance(read, list) else [read]
    except ValueError:
        try:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            raise BadFile("The file is neither JSON nor lines of JSON.") from None
    if not all(isinstance(row, dict) for row in rows):
        raise BadFile("Every item must be a JSON object.")
    return rows


def _read_csv(text: str) -> list[dict[str, Any]]:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, restkey="")
    rows = []
    for row in reader:
        if "" in row:
            raise BadFile(f"Line {reader.line_num} has more values than there are columns.")
        rows.append({str(name).strip(): value or "" for name, value in row.items()})
    return rows


def _text(name: str, value: Any) -> str:
    if isinstance(value, dict | list):
        raise BadItem(name, f"“{name}” is not text.")
    if len(str(value)) > MAX_TEXT:
        raise BadItem(name, f"“{name}” is longer than {MAX_TEXT:,} characters.")
    return str(value)


def _number(name: str, value: Any) -> int | float:
    if not isinstance(value, bool):
        try:
            number = float(str(value).strip())
        except ValueError:
            pass
        else:
            if math.isfinite(number):
                return int(number) if number.is_integer() and abs(number) < 2**53 else number
    raise BadItem(name, f"“{name}” is not a number: “{str(value)[:40]}”.")


def _boolean(name: str, value: Any) -> bool:
    found = value if isinstance(value, bool) else _BOOLEANS.get(str(value).strip().lower())
    if found is None:
        raise BadItem(name, f"“{name}” is neither true nor false: “{str(value)[:40]}”.")
    return found


def _date(name: str, value: Any) -> str:
    text = str(value).strip()
    try:
        return (date if len(text) == 10 else datetime).fromisoformat(text).isoformat()
    except ValueError:
        raise BadItem(
            name, f"“{name}” is not a date such as 2026-03-15: “{str(value)[:40]}”."
        ) from None


def _list(name: str, value: Any) -> list[str]:
    parts = value if isinstance(value, list) else str(value).split("|")
    return [_text(name, part).strip() for part in parts]


_READERS: Final = {
    "text": _text, "number": _number, "boolean": _boolean, "date": _date, "list": _list,
}  # fmt: skip

"""Values of a mapping: where they stand in a request, and what they are turned into."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
)

from profiles.touchpoints.rules.instants import from_micros, parse_instant
from profiles.webhooks.rules.paths import compile_path, find_all

Kind = Literal["any", "text", "number", "boolean", "time", "minor_units", "list", "lower"]
Scalar = str | int | float | bool

# ISO 4217: how many decimals an amount in the smallest unit has, where it is not two.
_DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND",
                     "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
_HEADER = re.compile(r"^[A-Za-z0-9-]{1,100}$")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule looks at: the item it is about, the whole body and the headers (small letters)."""

    item: Any
    body: Any
    headers: Mapping[str, str]


class CannotRead(ValueError):
    """A value that is there but cannot be used; `at` is the way to it inside the value."""

    def __init__(self, message: str, at: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at


def _path(text: str) -> str:
    compile_path(text)
    return text


def _header(name: str) -> str:
    if not _HEADER.match(name):
        raise ValueError("A header has letters, digits and dashes, such as X-GitHub-Event.")
    return name.lower()


Path = Annotated[str, AfterValidator(_path)]
Header = Annotated[str, AfterValidator(_header)]


class Strict(BaseModel):
    """A part of a mapping: unknown members are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Turned(Strict):
    """What a found value is turned into."""

    kind: Kind = Field("any", alias="as")
    currency: Path | None = None
    strip: str = Field("", max_length=50)
    values: dict[str, Scalar] | None = None
    required: bool = False
    default: Scalar | None = None

    def _turn(self, found: Sequence[Any], scope: Scope, *, place: str) -> Any:
        present = [value for value in found if value is not None and value != ""]
        if self.kind == "list" and present:
            return present[0] if len(present) == 1 and isinstance(present[0], list) else present
        if not present:
            if self.required and self.default is None:
                raise CannotRead(f"Nothing was found at {place}.")
            return self.default
        value = present[0]
        if self.strip and isinstance(value, str):
            value = value.removeprefix(self.strip)
        if self.values is not None:
            value = self.values.get(str(value), self.default)
        return value if value is None else _convert(value, self, scope)


class FromPath(_Turned):
    """What stands at a path of the item or, with `of: body`, of the whole body."""

    path: Path
    of: Literal["item", "body"] = "item"

    def read(self, scope: Scope) -> Any:
        """Return the value, or `None`."""
        document = scope.body if self.of == "body" else scope.item
        return self._turn(find_all(self.path, document), scope, place=self.path)


class FromHeader(_Turned):
    """What a header of the request says."""

    header: Header

    def read(self, scope: Scope) -> Any:
        """Return the value, or `None`."""
        found = scope.headers.get(self.header)
        return self._turn([found], scope, place=f"the header {self.header}")


class Constant(Strict):
    """A value that is always the same."""

    text: Scalar

    def read(self, scope: Scope) -> Any:
        """Return the value."""
        return self.text


class First(Strict):
    """The first of several that is there."""

    first: list["Value"] = Field(min_length=1, max_length=10)

    def read(self, scope: Scope) -> Any:
        """Return the value, or `None`."""
        for position, value in enumerate(self.first):
            found = read_part(value, scope, f".first[{position}]")
            if found is not None:
                return found
        return None


class Join(Strict):
    """Several values as one text; those that are missing are left out."""

    join: list["Value"] = Field(min_length=1, max_length=10)
    between: str = Field(" ", alias="with", max_length=10)

    def read(self, scope: Scope) -> Any:
        """Return the text, or `None` when all are missing."""
        parts = [
            read_part(value, scope, f".join[{position}]")
            for position, value in enumerate(self.join)
        ]
        return self.between.join(as_text(part) for part in parts if part is not None) or None


def read_part(value: "AnyValue", scope: Scope, at: str) -> Any:
    """Read a value; an error says where in the whole it stands."""
    try:
        return value.read(scope)
    except CannotRead as error:
        raise CannotRead(error.message, at + error.at) from None


AnyValue = FromPath | FromHeader | Constant | First | Join
_KINDS: dict[str, type[Strict]] = {
    "path": FromPath,
    "header": FromHeader,
    "text": Constant,
    "first": First,
    "join": Join,
}


def _spelled_out(raw: Any) -> Any:
    """Return the long form of a short one: “$…” is a path, any other scalar is itself."""
    if isinstance(raw, str):
        return {"path": raw} if raw.startswith("$") else {"text": raw}
    return {"text": raw} if isinstance(raw, bool | int | float) else raw


def _tag(raw: Any) -> str | None:
    if isinstance(raw, dict):
        return next((f"#{name}" for name in _KINDS if name in raw), None)
    return next((f"#{name}" for name, kind in _KINDS.items() if isinstance(raw, kind)), None)


Value = Annotated[
    Annotated[FromPath, Tag("#path")]
    | Annotated[FromHeader, Tag("#header")]
    | Annotated[Constant, Tag("#text")]
    | Annotated[First, Tag("#first")]
    | Annotated[Join, Tag("#join")],
    Discriminator(
        _tag,
        custom_error_type="value_form",
        custom_error_message="A value is a text, a number, a path such as “$.order.id”, or an "
        "object with “path”, “header”, “text”, “first” or “join”.",
    ),
    BeforeValidator(_spelled_out),
]
First.model_rebuild()
Join.model_rebuild()


def as_text(value: Any) -> str:
    """Return a value as people write it.

    Raises:
        CannotRead: it is an object or a list.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float):
        return str(value).strip()
    raise CannotRead("It is an object or a list, not a text. Name one of its parts.")


def as_time(value: Any) -> str:
    """Return a time as ISO 8601 in UTC; also reads epochs and the form of mail headers.

    Raises:
        CannotRead: it is no time.
    """
    try:
        return _iso(
            parse_instant(int(value) if isinstance(value, str) and value.isdecimal() else value)
        )
    except (ValueError, OverflowError):
        pass
    try:
        at = parsedate_to_datetime(str(value))
    except (ValueError, TypeError, IndexError):
        raise CannotRead("It is no time: write ISO 8601 or seconds since 1970.") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def _iso(micros: int | None) -> str:
    if micros is None:
        raise ValueError
    return from_micros(micros).isoformat()


def as_number(value: Any) -> int | float:
    """Return a number, also of a text such as “59.90”.

    Raises:
        CannotRead: it is none.
    """
    return _plain(_decimal(value))


def _decimal(value: Any) -> Decimal:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            pass
        else:
            if number.is_finite() and abs(number.adjusted()) < 18:
                return number
    raise CannotRead("It is no number.")


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _boolean(value: Any) -> bool:
    text = as_text(value).lower()
    if text in _TRUE | _FALSE:
        return text in _TRUE
    raise CannotRead("It is neither true nor false.")


def _convert(value: Any, how: _Turned, scope: Scope) -> Any:
    if how.kind == "minor_units":
        found = find_all(how.currency, scope.item) if how.currency else []
        currency = str(found[0]).upper() if found else ""
        return _plain(_decimal(value) / 10 ** _DECIMALS.get(currency, 2))
    return _CONVERSIONS[how.kind](value)


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "any": lambda value: value,
    "list": lambda value: [value],
    "text": as_text,
    "lower": lambda value: as_text(value).lower(),
    "number": as_number,
    "boolean": _boolean,
    "time": as_time,
}

"""Paging of lists by position: a page stays right while rows arrive, and page 1,000 costs no more.

Lists understand `?limit=` and `?cursor=` and answer `{"results", "next"}`; `page_of` describes that
answer and `PAGE` the question for OpenAPI.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer, Serializer, URLField
from rest_framework.utils.urls import replace_query_param

from kernel.errors import Invalid

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 500

PAGE: Final = [
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        description="How many rows a page holds.",
    ),
    OpenApiParameter(
        "cursor", description="Where the page starts; taken from “next” of the page before."
    ),
]

T = TypeVar("T")
M = TypeVar("M", bound=Model)
Parser = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for: rows behind `after`, at most `limit`; fetch one row more."""

    limit: int
    after: tuple[Any, ...] | None

    @property
    def fetch(self) -> int:
        """How many rows to read; the one above the limit only says that there is more."""
        return self.limit + 1


def read_page(request: Request, *, position: Sequence[Parser]) -> PageRequest:
    """Read limit and cursor of a request.

    Args:
        request: the request.
        position: one parser for each part of a row's position, such as `(datetime.fromisoformat,
            int)`; a parser refuses a wrong part by ValueError or TypeError.

    Raises:
        Invalid: limit or cursor is not usable.
    """
    cursor = request.query_params.get("cursor", "")
    return PageRequest(
        limit=_read_limit(request.query_params.get("limit", "")),
        after=decode_cursor(cursor, position) if cursor else None,
    )


def row_id(value: Any) -> int:
    """Read the id of a row in a cursor; refuses by ValueError what no row can have."""
    number = int(value)
    if not 0 < number < 2**63:
        raise ValueError
    return number


def page_body(
    request: Request, rows: Sequence[T], page: PageRequest,
    *, position: Callable[[T], tuple[Any, ...]], show: Callable[[T], Any],
) -> dict[str, Any]:  # fmt: skip
    """Build the answer from `page.fetch` rows; `position` names the place of a row."""
    shown = rows[: page.limit]
    cursor = encode_cursor(position(shown[-1])) if len(rows) > page.limit else None
    return {"results": [show(row) for row in shown], "next": _next(request, cursor)}


def newest_page(request: Request, rows: QuerySet[M], *, show: Callable[[M], Any]) -> dict[str, Any]:
    """Build the answer from a query set whose newest rows come first: those of the highest id."""
    page = read_page(request, position=[row_id])
    if page.after:
        rows = rows.filter(pk__lt=page.after[0])
    found = list(rows.order_by("-pk")[: page.fetch])
    return page_body(request, found, page, position=lambda row: (row.pk,), show=show)


@cache
def page_of(row: type[BaseSerializer[Any]]) -> Serializer[Any]:
    """Describe a page of such rows for OpenAPI; of `ThingSerializer` it is named `ThingPage`."""
    rows = row(many=True)
    following = URLField(allow_null=True, help_text="The next page; null on the last one.")
    return _described(row, {"results": rows, "next": following})


@cache
def whole_list_of(row: type[BaseSerializer[Any]]) -> Serializer[Any]:
    """Describe an answer that holds all rows at once for OpenAPI, named as a page is."""
    return _described(row, {"results": row(many=True)})


def _described(row: type[BaseSerializer[Any]], fields: dict[str, Any]) -> Serializer[Any]:
    name = row.__name__.removesuffix("Serializer")
    shape: Serializer[Any] = inline_serializer(f"{name}PageSerializer", fields)
    return shape


def encode_cursor(position: tuple[Any, ...]) -> str:
    """Write a position as text that fits into an address."""
    parts = [part.isoformat() if isinstance(part, date) else part for part in position]
    packed = json.dumps(parts, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode_cursor(text: str, position: Sequence[Parser]) -> tuple[Any, ...]:
    """Read what `encode_cursor` wrote.

    Raises:
        Invalid: the text is no cursor of this list.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        parts: list[Any] = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return tuple(parse(part) for parse, part in zip(position, parts, strict=True))
    except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError):
        raise Invalid(
            "cursor", "This cursor is not of this list. Follow “next” of the page before."
        ) from None


def _read_limit(text: str) -> int:
    if not text:
        return DEFAULT_LIMIT
    # `isdecimal` knows digits of all scripts, and so does `int`.
    limit = int(text) if text.isdecimal() and len(text) < 10 else 0
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid("limit", f"The limit must be a whole number from 1 to {MAX_LIMIT}.")
    return limit


def _next(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    return str(replace_query_param(request.build_absolute_uri(), "cursor", cursor))

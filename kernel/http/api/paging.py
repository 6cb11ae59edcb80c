"""Paging of lists by position: a page stays right while rows arrive, and page 1,000 costs no more.

`Keyset` serves query sets of DRF's generic views; `read_page` and `page_body` serve lists that a
statement returns. Both understand `?limit=` and `?cursor=` and answer `{"results", "next"}`.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from kernel.errors import Invalid

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 500

T = TypeVar("T")
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


class Keyset(BasePagination):
    """Pages a query set by `fields`, newest first; the fields together must be unique."""

    fields: ClassVar[tuple[str, ...]] = ("id",)

    def paginate_queryset(
        self,
        queryset: Any,
        request: Request,
        view: object = None,
    ) -> list[Any]:
        """Return the rows of the page asked for."""
        meta = queryset.model._meta  # noqa: SLF001 (Django documents it)
        self.request = request
        self.page = read_page(request, position=[meta.get_field(f).to_python for f in self.fields])
        if self.page.after is not None:
            queryset = queryset.filter(_behind(self.fields, self.page.after))
        self.rows = list(queryset.order_by(*(f"-{f}" for f in self.fields))[: self.page.fetch])
        return self.rows[: self.page.limit]

    def get_paginated_response(self, shown: Any) -> Response:
        """Build the answer around the serialized rows."""
        cursor = None
        if len(self.rows) > self.page.limit:
            cursor = encode_cursor(self._position(self.rows[self.page.limit - 1]))
        return Response({"results": shown, "next": _next(self.request, cursor)})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the answer for OpenAPI."""
        return page_schema(schema)

    def get_schema_operation_parameters(self, view: object) -> list[dict[str, Any]]:
        """Describe the parameters for OpenAPI."""
        return PAGE_PARAMETERS

    def _position(self, row: Model) -> tuple[Any, ...]:
        return tuple(getattr(row, field) for field in self.fields)


def _behind(fields: tuple[str, ...], after: tuple[Any, ...]) -> Q:
    behind = Q()
    for index, field in enumerate(fields):
        same = dict(zip(fields[:index], after[:index], strict=True))
        behind |= Q(**same, **{f"{field}__lt": after[index]})
    return behind


PAGE_PARAMETERS: Final[list[dict[str, Any]]] = [
    {
        "name": "limit", "in": "query", "required": False,
        "description": "How many rows a page holds.",
        "schema": {
            "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT,
        },
    },
    {
        "name": "cursor", "in": "query", "required": False,
        "description": "Where the page starts; taken from “next” of the page before.",
        "schema": {"type": "string"},
    },
]  # fmt: skip


def page_schema(rows: dict[str, Any]) -> dict[str, Any]:
    """Describe a page of rows for OpenAPI."""
    return {
        "type": "object",
        "required": ["results", "next"],
        "properties": {
            "results": rows,
            "next": {
                "type": "string", "format": "uri", "nullable": True,
                "description": "The address of the next page, or null on the last one.",
            },
        },
    }  # fmt: skip

"""The REST API of people and their touchpoints."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanAdminister, CanView, CanViewOrEdit, may
from kernel.errors import Invalid, NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.etags import answer_with_etag, etag_of, require_match
from kernel.http.api.keys import read_key
from kernel.http.api.paging import PAGE, page_body, page_of, read_page, row_id
from kernel.http.idempotency import idempotent
from profiles.contracts import CustomerId
from profiles.customers.models import Customer
from profiles.customers.services import erase_customers, export_customer
from profiles.directory import queries, selectors
from profiles.directory.queries import Narrowing, Slice, TouchpointRow
from profiles.directory.rules import KNOWN_CHOICES, parse_key, read_instant
from profiles.directory.selectors import Person
from profiles.directory.serializers import (
    CustomerDetailSerializer,
    CustomerSerializer,
    DoneSerializer,
    ReasonSerializer,
    TouchpointSerializer,
    TraitsSerializer,
)
from profiles.segments.selectors.summaries import find_segment_id
from profiles.touchpoints.models import Touchpoint
from profiles.touchpoints.services.recording import set_traits

_IDENTIFIER = OpenApiParameter(
    "identifier", str, description="Any id in full, `kind:value`, or a customer's key."
)
_SEGMENT = OpenApiParameter("segment", str, description="Only members of the segment of this key.")
_KNOWN = OpenApiParameter(
    "known", str, enum=["yes", "no"], description="Only known people, or only anonymous ones."
)
_SEEN_SINCE = OpenApiParameter(
    "seen_since", OpenApiTypes.DATETIME, description="Only people seen from this instant on."
)
_EVENT = OpenApiParameter("event", str, description="Only touchpoints of the event of this name.")
_FROM, _UNTIL = (
    OpenApiParameter(name, OpenApiTypes.DATETIME, description=f"Only touchpoints {text}.")
    for name, text in (("from", "that occurred from this instant on"), ("until", "before this one"))
)
_TAGS = ["Customers"]


class Customers(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_customers", tags=_TAGS,
        parameters=[*PAGE, _IDENTIFIER, _SEGMENT, _KNOWN, _SEEN_SINCE],
        responses=page_of(CustomerSerializer), summary="List people, newest first",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request, position=[row_id])
        text = request.query_params.get("identifier", "")
        if "\0" in text or len(text) > 255:
            raise Invalid("identifier", "An identifier has up to 255 characters and no NUL.")
        people = selectors.list_page(
            query=text.strip(), before_id=page.after[0] if page.after else None, limit=page.fetch,
            is_masked=not may(request.user, "view_personal_data"), narrowing=_narrowing(request),
        )  # fmt: skip
        body = page_body(request, people, page, position=lambda one: (one.id,), show=_show_person)
        return Response(body)


class OneCustomer(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_customer", tags=_TAGS, responses=CustomerDetailSerializer,
        summary="Show one person with traits and identities",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        customer = find_customer(key)
        is_masked = not may(request.user, "view_personal_data")
        body = _show_customer(customer, is_masked=is_masked)
        return answer_with_etag(request, body, etag=etag_of(body))

    @extend_schema(
        operation_id="set_traits", tags=_TAGS, request=TraitsSerializer, responses=DoneSerializer,
        summary="Set traits, as a touchpoint of the source “REST API”",
    )  # fmt: skip
    @idempotent
    def patch(self, request: Request, key: str) -> Response:
        customer = find_customer(key)
        if request.headers.get("If-Match"):
            require_match(request, etag=etag_of(_show_customer(customer, is_masked=False)))
        traits = read_body(TraitsSerializer, request)["traits"]
        set_traits(CustomerId(customer.id), traits=traits, now=timezone.now())
        return Response(DoneSerializer({"key": customer.key}).data)


class Touchpoints(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_touchpoints", tags=_TAGS, parameters=[*PAGE, _EVENT, _FROM, _UNTIL],
        responses=page_of(TouchpointSerializer), summary="List one person's touchpoints, newest first",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        customer = find_customer(key)
        page = read_page(request, position=[_instant, row_id])
        after = (page.after[0], page.after[1]) if page.after else None
        event = request.query_params.get("event", "").replace("\0", "")
        since, until = _instant_of(request, "from"), _instant_of(request, "until")
        wanted = Slice(event=event, since=since, until=until)
        rows = queries.list_touchpoints_behind(customer.id, wanted, after=after, limit=page.fetch)
        is_masked = not may(request.user, "view_personal_data")
        body = page_body(
            request, rows, page, position=lambda row: (row.occurred_at, row.id),
            show=lambda row: _show_touchpoint(row, is_masked=is_masked),
        )  # fmt: skip
        return Response(body)


class Export(APIView):
    permission_classes = (CanAdminister,)

    @extend_schema(
        operation_id="export_customer", tags=_TAGS, responses=OpenApiTypes.OBJECT,
        summary="Give everything stored about one person; audited",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        customer = find_customer(key)
        actor = actor_of(request.user)
        return Response(export_customer(CustomerId(customer.id), actor=actor, now=timezone.now()))


class Erase(APIView):
    permission_classes = (CanAdminister,)

    @extend_schema(
        operation_id="erase_customer", tags=_TAGS, request=ReasonSerializer, responses=DoneSerializer,
        summary="Erase one person for good",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        customer = find_customer(key)
        entries = read_body(ReasonSerializer, request)
        erase_customers(
            [CustomerId(customer.id)], actor=actor_of(request.user),
            reason=entries["reason"], now=timezone.now(),
        )  # fmt: skip
        return Response(DoneSerializer({"key": customer.key}).data)


def _narrowing(request: Request) -> Narrowing:
    key, known = request.query_params.get("segment", ""), request.query_params.get("known", "")
    if known and known not in KNOWN_CHOICES:
        raise Invalid("known", "It is “yes” or “no”.")
    uuid = parse_key(key)
    segment_id = find_segment_id(uuid) if uuid else None
    if key and segment_id is None:
        raise Invalid("segment", "There is no segment of this key.")
    return Narrowing(
        segment_id=segment_id, is_known=KNOWN_CHOICES.get(known),
        seen_since=_instant_of(request, "seen_since"),
    )  # fmt: skip


def _instant_of(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name, "")
    at = read_instant(text)
    if text and at is None:
        raise Invalid(name, "Write an instant such as 2026-03-01T12:00:00Z.")
    return at


def find_customer(key: str) -> Customer:
    customer = selectors.find_person(read_key(key, thing="customer"))
    if customer is not None and customer.merged_into is not None:
        customer = customer.merged_into
    if customer is None or customer.erased_at is not None:
        raise NotFound("There is no such customer.")
    return customer


def _show_person(person: Person) -> dict[str, Any]:
    return {
        "key": person.key, "name": person.name, "email": person.email, "phone": person.phone,
        "first_seen_at": person.first_seen_at, "last_seen_at": person.last_at,
    }  # fmt: skip


def _show_customer(customer: Customer, *, is_masked: bool) -> dict[str, Any]:
    person = selectors.describe_person(customer.id, is_masked=is_masked)
    if person is None:
        raise NotFound("There is no such customer.")
    return {
        **_show_person(person),
        "traits": selectors.show_traits(customer, is_masked=is_masked),
        "identities": [
            {name: row[name] for name in ("kind", "value", "first_seen_at")}
            for row in selectors.list_identities(customer.id, is_masked=is_masked)
        ],
        "time_zone": customer.time_zone, "locale": customer.locale,
    }  # fmt: skip


def _show_touchpoint(row: TouchpointRow, *, is_masked: bool) -> dict[str, Any]:
    return {
        "id": row.id, "event": row.event, "type": Touchpoint.Type(row.type).label,
        "source": row.source, "occurred_at": row.occurred_at, "received_at": row.received_at,
        "revenue": None if row.revenue is None else str(row.revenue),
        "properties": None if is_masked else row.properties,
        "context": None if is_masked else row.context,
    }  # fmt: skip


def _instant(value: Any) -> datetime:
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)

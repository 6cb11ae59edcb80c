"""The REST API of events: what they look like, what is planned, what was not as planned."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanViewOrPublish
from kernel.errors import Invalid, NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.etags import answer_with_etag, etag_of, require_match
from kernel.http.api.paging import PAGE, page_body, page_of, read_page
from kernel.http.idempotency import idempotent
from profiles.schema import selectors
from profiles.schema.rules import PlannedProperty
from profiles.schema.selectors import EventRow, PropertyRow
from profiles.schema.serializers import (
    ActionsSerializer,
    EventDetailSerializer,
    EventSerializer,
    NewPlanSerializer,
    PlanSerializer,
    ViolationSerializer,
)
from profiles.schema.services.planning import EventPlan, plan_event, set_actions, unplan_event

_TAGS = ["Schema"]
_MAX_ID = 2**31


class Events(APIView):
    permission_classes = (CanViewOrPublish,)

    @extend_schema(
        operation_id="list_events", tags=_TAGS, parameters=PAGE, responses=page_of(EventSerializer),
        summary="List events by name with how often they came",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request, position=[_text])
        rows = selectors.list_events(
            now=timezone.now(), after=page.after[0] if page.after else "", limit=page.fetch
        )
        body = page_body(
            request, rows, page, position=lambda row: (row.name,),
            show=lambda row: EventSerializer(row).data,
        )  # fmt: skip
        return Response(body)

    @extend_schema(
        operation_id="plan_event", tags=_TAGS, request=NewPlanSerializer,
        responses=EventDetailSerializer, summary="Plan an event by name, also before it comes",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        values = read_body(NewPlanSerializer, request)
        actor, now = actor_of(request.user), timezone.now()
        event_id = plan_event(values["name"], _plan(values), actor=actor, now=now)
        return Response(_show(event_id, now=now))


class OneEvent(APIView):
    permission_classes = (CanViewOrPublish,)

    @extend_schema(
        operation_id="get_event", tags=_TAGS, responses=EventDetailSerializer,
        summary="Show an event with its properties and its plan",
    )  # fmt: skip
    def get(self, request: Request, event_id: int) -> Response:
        body = _show(_known(event_id), now=timezone.now())
        return answer_with_etag(request, body, etag=_plan_etag(body))

    @extend_schema(
        operation_id="replace_plan", tags=_TAGS, request=PlanSerializer,
        responses=EventDetailSerializer, summary="Replace what is planned for an event",
    )  # fmt: skip
    def put(self, request: Request, event_id: int) -> Response:
        now = timezone.now()
        before = _show(_known(event_id), now=now)
        require_match(request, etag=_plan_etag(before))
        plan = _plan(read_body(PlanSerializer, request))
        plan_event(before["name"], plan, actor=actor_of(request.user), now=now)
        body = _show(event_id, now=now)
        return Response(body, headers={"ETag": _plan_etag(body)})

    @extend_schema(
        operation_id="unplan_event", tags=_TAGS, responses={204: None},
        summary="Take an event out of the plan",
    )  # fmt: skip
    def delete(self, request: Request, event_id: int) -> Response:
        unplan_event(_known(event_id), actor=actor_of(request.user), now=timezone.now())
        return Response(status=204)


class Violations(APIView):
    permission_classes = (CanViewOrPublish,)

    @extend_schema(
        operation_id="list_violations", tags=_TAGS, parameters=PAGE,
        responses=page_of(ViolationSerializer), summary="List what was not as planned, newest first",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request, position=[_instant, int])
        before = (page.after[0], page.after[1]) if page.after else None
        rows = selectors.list_violations(before=before, limit=page.fetch)
        body = page_body(
            request, rows, page, position=lambda row: (row.last_at, row.id),
            show=lambda row: ViolationSerializer(row).data,
        )  # fmt: skip
        return Response(body)


class Actions(APIView):
    permission_classes = (CanViewOrPublish,)

    @extend_schema(
        operation_id="get_plan_actions", tags=_TAGS, responses=ActionsSerializer,
        summary="Show what is done about violations in all sources",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        body = selectors.list_actions(None)
        return answer_with_etag(request, body, etag=etag_of(body))

    @extend_schema(
        operation_id="set_plan_actions", tags=_TAGS, request=ActionsSerializer,
        responses=ActionsSerializer, summary="Say what is done about violations in all sources",
    )  # fmt: skip
    def put(self, request: Request) -> Response:
        require_match(request, etag=etag_of(selectors.list_actions(None)))
        entries = read_body(ActionsSerializer, request)
        actor, now = actor_of(request.user), timezone.now()
        set_actions(entries, source_id=None, actor=actor, now=now)
        body = selectors.list_actions(None)
        return Response(body, headers={"ETag": etag_of(body)})


def _show(event_id: int, *, now: datetime) -> dict[str, Any]:
    event: EventRow = selectors.get_event(event_id, now=now)
    return {
        **EventSerializer(event).data,
        "properties": [_property(row) for row in selectors.list_properties(event_id) if row.seen],
        "plan": selectors.describe_plan(event_id),
    }


def _property(row: PropertyRow) -> dict[str, Any]:
    return {
        "name": row.name, "seen": row.seen, "types": dict(row.types), "first_at": row.first_at,
        "last_at": row.last_at,
    }  # fmt: skip


def _plan_etag(body: dict[str, Any]) -> str:
    """Name the version of the plan: the counts of an event change with every event."""
    return etag_of([body["id"], body["plan"]])


def _plan(values: dict[str, Any]) -> EventPlan:
    properties = values["properties"]
    names = [each["name"] for each in properties]
    if len(set(names)) != len(names):
        raise Invalid("properties", "A property is named twice.")
    return EventPlan(
        description=values["description"], owner=values["owner"],
        properties={
            each["name"]: PlannedProperty(
                each["name"], each["type"], each["is_required"], tuple(each["values"])
            )
            for each in properties
        },
        notes={each["name"]: each["description"] for each in properties},
    )  # fmt: skip


def _known(event_id: int) -> int:
    if event_id >= _MAX_ID:
        raise NotFound("There is no such event.")
    return event_id


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    return value


def _instant(value: Any) -> datetime:
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)

"""The REST API of broadcasts."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.broadcasts import selectors
from campaigns.broadcasts.serializers import (
    BroadcastSerializer,
    NewBroadcastSerializer,
    StopSerializer,
)
from campaigns.broadcasts.services import drafting
from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanView, CanViewOrEdit
from kernel.errors import Invalid
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.api.paging import whole_list_of
from kernel.http.idempotency import idempotent
from kernel.ids import new_key
from profiles import facade as profiles

_TAGS = ["Broadcasts"]


class Broadcasts(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_broadcasts", tags=_TAGS, responses=whole_list_of(BroadcastSerializer),
        summary="List the newest 200 broadcasts",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = BroadcastSerializer(selectors.list_broadcasts(), many=True).data
        return Response({"results": rows})

    @extend_schema(
        operation_id="create_broadcast", tags=_TAGS, request=NewBroadcastSerializer,
        responses=BroadcastSerializer, summary="Create a draft of a broadcast",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        parts = read_body(NewBroadcastSerializer, request)
        name, now = parts.pop("name"), timezone.now()
        parts["template"] = drafting.find_template(parts["template"])
        for field in ("included", "excluded"):
            parts[field] = _segment_ids(field, parts[field])
        made = drafting.create_broadcast(
            name, key=new_key(now=now), parts=parts, actor=actor_of(request.user), now=now
        )
        return Response(BroadcastSerializer(made).data)


class OneBroadcast(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="get_broadcast", tags=_TAGS, responses=BroadcastSerializer,
        summary="Show a broadcast with its figures",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        return Response(BroadcastSerializer(selectors.get_broadcast(_read(key))).data)


class Start(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="start_broadcast", tags=_TAGS, request=None, responses=BroadcastSerializer,
        summary="Start a draft: its messages leave when their time has come",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        actor, now = actor_of(request.user), timezone.now()
        started = drafting.start_broadcast(_read(key), actor=actor, now=now)
        return Response(BroadcastSerializer(started).data)


class Stop(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="stop_broadcast", tags=_TAGS, request=StopSerializer,
        responses=BroadcastSerializer, summary="Stop a broadcast for good",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        asked = read_body(StopSerializer, request)
        stopped = drafting.stop_broadcast(
            _read(key), reason=asked["reason"], actor=actor_of(request.user),
            now=timezone.now(),
        )  # fmt: skip
        return Response(BroadcastSerializer(stopped).data)


def _segment_ids(field: str, keys: list[Any]) -> list[int]:
    known = {segment.key: int(segment.id) for segment in profiles.list_segments()}
    if any(key not in known for key in keys):
        raise Invalid(field, "One of these segments is not in use.")
    return [known[key] for key in keys]


def _read(key: str) -> UUID:
    return read_key(key, thing="broadcast")

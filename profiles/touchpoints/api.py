"""The REST API of sources."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanAdminister, CanViewOrAdminister
from kernel.errors import NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.etags import answer_with_etag, etag_of, require_match
from kernel.http.api.keys import read_key
from kernel.http.api.paging import PAGE, newest_page, page_of
from kernel.http.idempotency import idempotent
from profiles.touchpoints.models import Source
from profiles.touchpoints.serializers import (
    MadeSourceSerializer,
    NewSourceSerializer,
    RenewalSerializer,
    SourceChangeSerializer,
    SourceSerializer,
)
from profiles.touchpoints.services import sources

_TAGS = ["Sources"]


class Sources(APIView):
    permission_classes = (CanViewOrAdminister,)

    @extend_schema(
        operation_id="list_sources", tags=_TAGS, parameters=PAGE,
        responses=page_of(SourceSerializer), summary="List sources",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return Response(newest_page(request, Source.objects.all(), show=_show))

    @extend_schema(
        operation_id="create_source", tags=_TAGS, request=NewSourceSerializer,
        responses={201: MadeSourceSerializer},
        summary="Make a source and show its write key, this once; audited",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        said = read_body(NewSourceSerializer, request)
        source, write_key = sources.create_source(
            said["name"], starts_journeys=said["starts_journeys"],
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        return Response(_show(source) | {"write_key": write_key}, status=201)


class OneSource(APIView):
    permission_classes = (CanViewOrAdminister,)

    @extend_schema(
        operation_id="get_source", tags=_TAGS, responses=SourceSerializer, summary="Show one source"
    )
    def get(self, request: Request, key: str) -> Response:
        body = _show(_find(key, is_changed=False))
        return answer_with_etag(request, body, etag=etag_of(body))

    @extend_schema(
        operation_id="change_source", tags=_TAGS, request=SourceChangeSerializer,
        responses=SourceSerializer,
        summary="Rename a source, or refuse what it sends; audited",
    )  # fmt: skip
    @idempotent
    def patch(self, request: Request, key: str) -> Response:
        source, now, actor = _find(key), timezone.now(), actor_of(request.user)
        if request.headers.get("If-Match"):
            require_match(request, etag=etag_of(_show(source)))
        said = read_body(SourceChangeSerializer, request)
        with transaction.atomic():
            sources.change_source(
                source, name=said.get("name", source.name),
                starts_journeys=said.get("starts_journeys", source.starts_journeys),
                actor=actor, now=now,
            )  # fmt: skip
            if "enabled" in said:
                sources.set_enabled(source.pk, is_enabled=said["enabled"], actor=actor, now=now)
        return Response(_show(_find(key)))


class RenewedKey(APIView):
    permission_classes = (CanAdminister,)

    @extend_schema(
        operation_id="renew_write_key", tags=_TAGS, request=RenewalSerializer,
        responses=MadeSourceSerializer,
        summary="Give a source a new write key and show it, this once; audited",
    )  # fmt: skip
    def post(self, request: Request, key: str) -> Response:
        said = read_body(RenewalSerializer, request)
        write_key = sources.renew_write_key(
            _find(key), overlap=timedelta(hours=said["overlap_hours"]),
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        return Response(_show(_find(key)) | {"write_key": write_key})


def _find(key: str, *, is_changed: bool = True) -> Source:
    wanted = read_key(key, thing="source")
    if is_changed:
        source = sources.find_source(wanted)
    else:
        source = Source.objects.filter(key=wanted).first()
    if source is None:
        raise NotFound("There is no such source" + (" that others send by." if is_changed else "."))
    return source


def _show(source: Source) -> dict[str, Any]:
    return dict(SourceSerializer(source).data)

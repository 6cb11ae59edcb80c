"""The REST API of exports: ask for a file, see how far it is, take the link to it."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanViewPersonalData
from kernel.errors import NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.api.paging import PAGE, newest_page, page_of
from kernel.http.idempotency import idempotent
from profiles.exports.models import Export
from profiles.exports.serializers import (
    ExportSerializer,
    NewExportSerializer,
)
from profiles.exports.services.asking import Wish, ask_export, delete_export, make_token

_TAGS = ["Exports"]


class Exports(APIView):
    permission_classes = (CanViewPersonalData,)

    @extend_schema(
        operation_id="list_exports", tags=_TAGS, parameters=PAGE, responses=page_of(ExportSerializer),
        summary="List exports, newest first",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = Export.objects.select_related("segment")
        return Response(newest_page(request, rows, show=_show))

    @extend_schema(
        operation_id="create_export", tags=_TAGS, request=NewExportSerializer,
        responses={202: ExportSerializer}, summary="Ask for a file of people or touchpoints; audited",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        said = read_body(NewExportSerializer, request)
        wish = Wish(
            what=said["what"], form=said["format"], segment_key=said["segment"],
            since=said["from"], until=said["until"], seen_since=said["seen_since"],
            is_known=said["known"], search=said["search"],
        )  # fmt: skip
        export = ask_export(wish, actor=actor_of(request.user), now=timezone.now())
        return Response(_show(export), status=202)


class OneExport(APIView):
    permission_classes = (CanViewPersonalData,)

    @extend_schema(
        operation_id="get_export", tags=_TAGS, responses=ExportSerializer,
        summary="Show how far an export is, with a new link to its file",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        wanted = read_key(key, thing="export")
        export = Export.objects.select_related("segment").filter(key=wanted).first()
        if export is None:
            raise NotFound("There is no such export.")
        link = None
        if export.status == Export.Status.READY:
            token = make_token(export, actor=actor_of(request.user), now=timezone.now())
            link = settings.PUBLIC_URL + reverse("profiles:export_file", args=[token])
        return Response({**_show(export), "download_url": link})

    @extend_schema(
        operation_id="delete_export", tags=_TAGS, responses={204: None},
        summary="Delete an export's file before its time, or give up making it; audited",
    )  # fmt: skip
    def delete(self, request: Request, key: str) -> Response:
        wanted = read_key(key, thing="export")
        delete_export(wanted, actor=actor_of(request.user), now=timezone.now())
        return Response(status=204)


def _show(export: Export) -> dict[str, Any]:
    return dict(ExportSerializer(export).data)

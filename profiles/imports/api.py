"""The REST API of uploads: send a file, say what its columns mean, check it, take it in."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanView, CanViewOrEdit
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.api.paging import PAGE, newest_page, page_body, page_of, read_page, row_id
from kernel.http.idempotency import idempotent
from profiles.imports.models import Upload
from profiles.imports.rules.mapping import Kind
from profiles.imports.rules.suggesting import suggest_formats, suggest_mapping
from profiles.imports.serializers import (
    MappedUploadSerializer,
    NewUploadSerializer,
    ProblemSerializer,
    UploadMappingSerializer,
    UploadSerializer,
)
from profiles.imports.services import uploads
from profiles.imports.services.reading import read_sample

_TAGS = ["Uploads"]


class Uploads(APIView):
    permission_classes = (CanViewOrEdit,)
    parser_classes = (MultiPartParser, JSONParser)

    @extend_schema(
        operation_id="list_uploads", tags=_TAGS, parameters=PAGE, responses=page_of(UploadSerializer),
        summary="List uploads, newest first",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = Upload.objects.select_related("source")
        return Response(newest_page(request, rows, show=_show))

    @extend_schema(
        operation_id="create_upload", tags=_TAGS, request={"multipart/form-data": NewUploadSerializer},
        responses={201: UploadSerializer}, summary="Send a file; nothing is taken in yet",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        said = read_body(NewUploadSerializer, request)
        made = uploads.create_upload(
            said["file"], name=said["file"].name, kind=said["kind"], source=said["source"],
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        return Response(_show(made), status=201)


class OneUpload(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_upload", tags=_TAGS, responses=UploadSerializer,
        summary="Show an upload and how far it is",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        return Response(_show(_find(key)))

    @extend_schema(
        operation_id="discard_upload", tags=_TAGS, responses={204: None},
        summary="Delete a file of which nothing was taken in",
    )  # fmt: skip
    def delete(self, request: Request, key: str) -> Response:
        actor = actor_of(request.user)
        uploads.discard_upload(_find(key).key, actor=actor, now=timezone.now())
        return Response(status=204)


class UploadMapping(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_upload_mapping", tags=_TAGS, responses=MappedUploadSerializer,
        summary="Show what the columns mean, or what they seem to mean",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        upload = _find(key)
        if upload.mapping:
            return Response({**upload.mapping, "is_suggested": False})
        sample = read_sample(upload)
        columns = suggest_mapping(sample.columns, sample.rows, kind=Kind(upload.kind))
        return Response({
            "columns": [column.model_dump(mode="json") for column in columns], "event": "",
            "formats": suggest_formats(sample.rows).model_dump(mode="json"), "is_suggested": True,
        })  # fmt: skip

    @extend_schema(
        operation_id="check_upload", tags=_TAGS, request=UploadMappingSerializer,
        responses={202: UploadSerializer},
        summary="Say what the columns mean and check the whole file; nothing is taken in",
    )  # fmt: skip
    @idempotent
    def put(self, request: Request, key: str) -> Response:
        upload = _find(key)
        entries = read_body(UploadMappingSerializer, request)
        mapping = {**entries, "kind": upload.kind}
        uploads.start_check(
            upload.key, mapping=mapping, actor=actor_of(request.user), now=timezone.now()
        )
        return Response(_show(_find(key)), status=202)


class _Deed(APIView):
    """Something that publishers do to an upload."""

    permission_classes = (CanPublish,)

    def act(self, request: Request, key: str, service: Callable[..., Upload]) -> Response:
        service(_find(key).key, actor=actor_of(request.user), now=timezone.now())
        return Response(_show(_find(key)), status=202)


class StartedUpload(_Deed):
    @extend_schema(
        operation_id="start_upload", tags=_TAGS, request=None, responses={202: UploadSerializer},
        summary="Take a checked file in, in the background",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        return self.act(request, key, uploads.start_import)


class StoppedUpload(_Deed):
    @extend_schema(
        operation_id="stop_upload", tags=_TAGS, request=None, responses={202: UploadSerializer},
        summary="Stop a check or an import after the rows it is at",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        return self.act(request, key, uploads.stop_upload)


class ResumedUpload(_Deed):
    @extend_schema(
        operation_id="resume_upload", tags=_TAGS, request=None, responses={202: UploadSerializer},
        summary="Go on with an import behind the last row that was taken in",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        return self.act(request, key, uploads.resume_import)


class UploadProblems(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_upload_problems", tags=_TAGS, parameters=PAGE,
        responses=page_of(ProblemSerializer), summary="List what is wrong with which row and column",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        page = read_page(request, position=[row_id])
        rows = _find(key).problems.order_by("id")
        if page.after:
            rows = rows.filter(id__gt=page.after[0])
        body = page_body(
            request, list(rows[: page.fetch]), page, position=lambda row: (row.pk,),
            show=lambda row: ProblemSerializer(row).data,
        )  # fmt: skip
        return Response(body)


def _find(key: str) -> Upload:
    return uploads.get_upload(read_key(key, thing="upload"))


def _show(upload: Upload) -> dict[str, Any]:
    return dict(UploadSerializer(upload).data)

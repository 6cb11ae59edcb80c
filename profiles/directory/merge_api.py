"""The REST API of merges and of people who may be the same."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanView, may
from kernel.errors import Invalid, NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.etags import answer_with_etag, etag_of
from kernel.http.api.paging import PAGE, newest_page, page_body, page_of, read_page, row_id
from kernel.http.idempotency import idempotent
from profiles.customers.models import Merge
from profiles.directory.api import find_customer
from profiles.directory.duplicate_selectors import Pair, Side, list_pairs
from profiles.directory.merge_serializers import (
    DismissedSerializer,
    DuplicateSerializer,
    MergePreviewSerializer,
    MergeSerializer,
    NewMergeSerializer,
)
from profiles.duplicates.services import dismiss_pair
from profiles.touchpoints.services.explicit_merges import (
    merge_explicitly,
    preview_merge,
    undo_merge,
)

_TAGS = ["Merges"]
_CUSTOMER = OpenApiParameter("customer", str, description="Only merges of the person of this key.")
_WINNER = OpenApiParameter("winner", str, required=True, description="The key of who would stay.")
_LOSER = OpenApiParameter("loser", str, required=True, description="The key of who would go.")


class Merges(APIView):
    def get_permissions(self) -> list[Any]:
        return [CanView() if self.request.method == "GET" else CanPublish()]

    @extend_schema(
        operation_id="list_merges", tags=_TAGS, parameters=[*PAGE, _CUSTOMER],
        responses=page_of(MergeSerializer), summary="List merges, newest first",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = Merge.objects.select_related("winner", "loser")
        if key := request.query_params.get("customer", ""):
            rows = rows.filter(winner_id=_person(key, field="customer"))
        is_masked = not may(request.user, "view_personal_data")
        body = newest_page(request, rows, show=lambda row: _show_merge(row, is_masked=is_masked))
        return Response(body)

    @extend_schema(
        operation_id="create_merge", tags=_TAGS, request=NewMergeSerializer,
        responses={201: MergeSerializer}, summary="Merge two people; it can be undone",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        asked = read_body(NewMergeSerializer, request)
        pair = merge_explicitly(
            winner_id=_person(str(asked["winner"]), field="winner"),
            loser_id=_person(str(asked["loser"]), field="loser"),
            reason=asked["reason"], actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        made = Merge.objects.select_related("winner", "loser").get(pk=pair.merge_id)
        return Response(_show_merge(made, is_masked=False), status=status.HTTP_201_CREATED)


class MergePreviews(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="preview_merge", tags=_TAGS, parameters=[_WINNER, _LOSER],
        responses=MergePreviewSerializer, summary="Say what a merge would do; changes nothing",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        shown = preview_merge(
            winner_id=_person(request.query_params.get("winner", ""), field="winner"),
            loser_id=_person(request.query_params.get("loser", ""), field="loser"),
        )
        body = {
            "winner": shown.winner.key, "loser": shown.loser.key, "touchpoints": shown.touchpoints,
            "identifiers": len(shown.identifiers), "warnings": shown.warnings,
            "changed_traits": [name for name, *_ in shown.changed_traits],
        }  # fmt: skip
        return answer_with_etag(request, body, etag=etag_of(body))


class UndoneMerges(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="undo_merge", tags=_TAGS, request=None, responses=MergeSerializer,
        summary="Undo a merge; both are again what they would be without it",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, merge_id: str) -> Response:
        number = _number(merge_id)
        undo_merge(number, actor=actor_of(request.user), now=timezone.now())
        undone = Merge.objects.select_related("winner", "loser").get(pk=number)
        return Response(_show_merge(undone, is_masked=False))


class Duplicates(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_duplicates", tags=_TAGS, parameters=PAGE,
        responses=page_of(DuplicateSerializer), summary="List people who may be the same",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request, position=[_score, row_id])
        after = (page.after[0], page.after[1]) if page.after else None
        pairs, _ = list_pairs(
            after=after, limit=page.fetch, is_masked=not may(request.user, "view_personal_data")
        )
        body = page_body(
            request, pairs, page, position=lambda pair: (pair.score, pair.id), show=_show_pair
        )
        return Response(body)


class DismissedDuplicates(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="dismiss_duplicate", tags=_TAGS, request=None, responses=DismissedSerializer,
        summary="Say that two people are not the same",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, pair_id: str) -> Response:
        number = _number(pair_id)
        dismiss_pair(number, actor=actor_of(request.user), now=timezone.now())
        return Response({"id": number})


def _person(key: str, *, field: str) -> int:
    try:
        return find_customer(key).id
    except NotFound:
        raise Invalid(field, "There is no customer of this key.") from None


def _number(text: str) -> int:
    try:
        return row_id(text)
    except ValueError:
        raise NotFound("There is nothing of this number.") from None


def _score(value: Any) -> int:
    score = int(value)
    if not 0 <= score <= 99:
        raise ValueError
    return score


def _show_merge(row: Merge, *, is_masked: bool) -> dict[str, Any]:
    return {
        "id": row.pk, "winner": row.winner.key, "loser": row.loser.key, "kind": row.kind,
        "reason": None if is_masked else row.reason, "merged_at": row.merged_at,
        "undone_at": row.undone_at,
    }  # fmt: skip


def _show_pair(pair: Pair) -> dict[str, Any]:
    return {
        "id": pair.id, "one": _show_side(pair.one), "other": _show_side(pair.other),
        "evidence": pair.kinds, "score": pair.score, "found_at": pair.found_at,
    }  # fmt: skip


def _show_side(side: Side) -> dict[str, str]:
    return {"key": side.key, "name": side.name, "email": side.email, "phone": side.phone}

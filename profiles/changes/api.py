"""The REST API of trait changes: set an attribute for everybody who matches, stop it, undo it."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanViewPersonalData
from kernel.errors import Invalid, NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.api.paging import PAGE, newest_page, page_of
from kernel.http.idempotency import idempotent
from profiles.changes import services
from profiles.changes.models import TraitChange
from profiles.changes.serializers import NewTraitChangeSerializer, TraitChangeSerializer
from profiles.directory.queries import Narrowing
from profiles.segments.selectors.summaries import find_segment_id

_TAGS = ["Customers"]


class TraitChanges(APIView):
    def get_permissions(self) -> list[Any]:
        return [CanPublish() if self.request.method == "POST" else CanViewPersonalData()]

    @extend_schema(
        operation_id="list_trait_changes", tags=_TAGS, parameters=PAGE,
        responses=page_of(TraitChangeSerializer), summary="List changes of many people, newest first",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = TraitChange.objects.select_related("segment")
        return Response(newest_page(request, rows, show=_show))

    @extend_schema(
        operation_id="create_trait_change", tags=_TAGS, request=NewTraitChangeSerializer,
        responses={202: TraitChangeSerializer},
        summary="Set a trait for everybody who matches, in the background; audited",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        said = read_body(NewTraitChangeSerializer, request)
        segment_id = find_segment_id(said["segment"]) if said["segment"] else None
        if said["segment"] and segment_id is None:
            raise Invalid("segment", "There is no segment of this key.")
        narrowing = Narrowing(
            segment_id=segment_id, seen_since=said["seen_since"], is_known=said["known"]
        )
        wish = services.Wish(trait=said["trait"], value=said["value"], narrowing=narrowing)
        change = services.ask_change(wish, actor=actor_of(request.user), now=timezone.now())
        return Response(_show(change), status=202)


class OneTraitChange(APIView):
    permission_classes = (CanViewPersonalData,)

    @extend_schema(
        operation_id="get_trait_change", tags=_TAGS, responses=TraitChangeSerializer,
        summary="Show how far a change is",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        wanted = read_key(key, thing="trait change")
        change = TraitChange.objects.select_related("segment").filter(key=wanted).first()
        if change is None:
            raise NotFound("There is no such change of an attribute.")
        return Response(_show(change))


class StoppedTraitChange(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="stop_trait_change", tags=_TAGS, request=None,
        responses=TraitChangeSerializer, summary="Leave the rest of the people as they are; audited",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        wanted = read_key(key, thing="trait change")
        return Response(
            _show(services.stop_change(wanted, actor=actor_of(request.user), now=timezone.now()))
        )


class UndoneTraitChange(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="undo_trait_change", tags=_TAGS, request=None, responses=TraitChangeSerializer,
        summary="Put back what people had before, in the background; audited",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        wanted = read_key(key, thing="trait change")
        return Response(
            _show(services.undo_change(wanted, actor=actor_of(request.user), now=timezone.now()))
        )


def _show(change: TraitChange) -> dict[str, Any]:
    return dict(TraitChangeSerializer(change).data)

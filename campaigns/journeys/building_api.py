"""The REST API of journeys that are built: which there are, drafts, versions, publishing."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.journeys import selectors
from campaigns.journeys.models import Journey, JourneyVersion
from campaigns.journeys.selectors import JourneyRow
from campaigns.journeys.serializers import (
    DraftSerializer,
    JourneySerializer,
    JourneyTagsSerializer,
    NewJourneySerializer,
    PublishedSerializer,
    VersionDefinitionSerializer,
    VersionSerializer,
)
from campaigns.journeys.services import drafting
from campaigns.journeys.services.tagging import set_tags
from kernel.access.actors import actor_of
from kernel.access.permissions import CanEdit, CanPublish, CanView, CanViewOrEdit
from kernel.errors import NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.idempotency import idempotent
from kernel.ids import new_key

_TAGS = ["Journeys"]


class Journeys(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_journeys", tags=_TAGS, responses=JourneySerializer(many=True),
        summary="All journeys with the numbers of their live versions; `?tag=` chooses",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        tag = request.query_params.get("tag", "")
        return Response([_shown(row) for row in selectors.list_journeys(tag=tag)])

    @extend_schema(
        operation_id="create_journey", tags=_TAGS, request=NewJourneySerializer,
        responses=JourneySerializer, summary="Create a journey with a draft",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        asked = read_body(NewJourneySerializer, request)
        name, definition = asked["name"], asked.get("definition")
        actor, now = actor_of(request.user), timezone.now()
        made = drafting.create_with_draft(
            name, definition, key=new_key(now=now), actor=actor, now=now
        )
        return Response(_one(made))


class OneJourney(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_journey", tags=_TAGS, responses=JourneySerializer,
        summary="One journey with the numbers of its live version",
    )  # fmt: skip
    def get(self, _request: Request, key: str) -> Response:
        return Response(_one(_find(key)))

    @extend_schema(
        operation_id="delete_journey", tags=_TAGS,
        responses={204: OpenApiResponse(description="It is deleted.")},
        summary="Delete a journey that was never published",
    )  # fmt: skip
    def delete(self, request: Request, key: str) -> Response:
        drafting.delete_journey(_find(key), actor=actor_of(request.user), now=timezone.now())
        return Response(status=204)


class Tags(APIView):
    permission_classes = (CanEdit,)

    @extend_schema(
        operation_id="set_journey_tags", tags=_TAGS, request=JourneyTagsSerializer,
        responses=JourneySerializer, summary="Replace the tags of a journey",
    )  # fmt: skip
    def put(self, request: Request, key: str) -> Response:
        asked = read_body(JourneyTagsSerializer, request)
        tags, actor = asked["tags"], actor_of(request.user)
        return Response(_one(set_tags(_find(key), tags, actor=actor, now=timezone.now())))


class Draft(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_journey_draft", tags=_TAGS, responses=DraftSerializer,
        summary="The draft of a journey; without one, what a new draft would begin as",
    )  # fmt: skip
    def get(self, _request: Request, key: str) -> Response:
        return Response({"definition": drafting.shown_definition(_find(key))})

    @extend_schema(
        operation_id="replace_journey_draft", tags=_TAGS, request=DraftSerializer,
        responses=DraftSerializer, summary="Replace the draft of a journey",
    )  # fmt: skip
    @idempotent
    def put(self, request: Request, key: str) -> Response:
        asked = read_body(DraftSerializer, request)
        definition = drafting.replace_draft(
            _find(key), asked["definition"], actor=actor_of(request.user),
            now=timezone.now(),
        )  # fmt: skip
        return Response({"definition": definition})


class Publication(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="publish_journey_draft", tags=_TAGS, request=None,
        responses=PublishedSerializer, summary="Publish the draft of a journey",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        actor, now = actor_of(request.user), timezone.now()
        draft = drafting.open_draft(_find(key), actor=actor, now=now)
        done = drafting.publish_draft(draft, actor=actor, now=now)
        return Response({"version": done.version, "enrolled": done.enrolled})


class Versions(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_journey_versions", tags=_TAGS, responses=VersionSerializer(many=True),
        summary="The published versions of a journey, newest first",
    )  # fmt: skip
    def get(self, _request: Request, key: str) -> Response:
        journey = _find(key)
        rows = journey.versions.order_by("-number").defer("definition")
        return Response([_version(journey, row) for row in rows])


class OneVersion(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="get_journey_version", tags=_TAGS, responses=VersionDefinitionSerializer,
        summary="One published version with its definition",
    )  # fmt: skip
    def get(self, _request: Request, key: str, number: int) -> Response:
        journey = _find(key)
        row = journey.versions.filter(number=number).first() if number < 2**31 else None
        if row is None:
            raise NotFound("There is no such version of this journey.")
        return Response({**_version(journey, row), "definition": row.definition})


def _find(key: str) -> Journey:
    return selectors.get_journey(read_key(key, thing="journey"))


def _one(journey: Journey) -> dict[str, Any]:
    return next(_shown(row) for row in selectors.list_journeys() if row.key == journey.key)


def _shown(row: JourneyRow) -> dict[str, Any]:
    return {
        "key": str(row.key), "name": row.name, "status": row.status, "version": row.version,
        "tags": row.tags, "entered": row.entered, "inside": row.inside, "held_out": row.held_out,
        "finished": row.finished,
    }  # fmt: skip


def _version(journey: Journey, row: JourneyVersion) -> dict[str, Any]:
    return {
        "number": row.number, "published_at": row.published_at,
        "is_live": row.pk == journey.live_version_id,
    }  # fmt: skip

"""The REST API of journeys that run: which there are, drafts, stopping, and who is inside."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.journeys import selectors
from campaigns.journeys.models import Enrollment
from campaigns.journeys.selectors import JourneyRow
from campaigns.journeys.serializers import (
    DraftSerializer,
    EnrollmentPageSerializer,
    JourneySerializer,
    PublishedSerializer,
    RunStepSerializer,
    StatusSerializer,
)
from campaigns.journeys.services import drafting, pausing
from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanView, CanViewOrEdit
from kernel.http.api.keys import read_key
from kernel.http.api.paging import page_body, read_page, row_id
from kernel.http.idempotency import idempotent


class Journeys(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_journeys", tags=["Journeys"], responses=JourneySerializer(many=True),
        summary="All journeys with the numbers of their live versions",
    )  # fmt: skip
    def get(self, _request: Request) -> Response:
        return Response([_shown(row) for row in selectors.list_journeys()])


class Draft(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="replace_journey_draft", tags=["Journeys"], request=DraftSerializer,
        responses=DraftSerializer, summary="Replace the draft of a journey",
    )  # fmt: skip
    @idempotent
    def put(self, request: Request, key: str) -> Response:
        asked = DraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        definition = drafting.replace_draft(
            selectors.get_journey(read_key(key, thing="journey")), asked.validated_data["definition"],
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        return Response({"definition": definition})


class Publication(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="publish_journey_draft", tags=["Journeys"], request=None,
        responses=PublishedSerializer, summary="Publish the draft of a journey",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        actor, now = actor_of(request.user), timezone.now()
        draft = drafting.open_draft(
            selectors.get_journey(read_key(key, thing="journey")), actor=actor, now=now
        )
        done = drafting.publish_draft(draft, actor=actor, now=now)
        return Response({"version": done.version, "enrolled": done.enrolled})


class Status(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="set_journey_status", tags=["Journeys"], request=StatusSerializer,
        responses=StatusSerializer, summary="Pause, resume or end a journey",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        asked = StatusSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        status, inside = asked.validated_data["status"], asked.validated_data["people_inside"]
        journey, actor = (
            selectors.get_journey(read_key(key, thing="journey")),
            actor_of(request.user),
        )
        if status == "live":
            overdue_leave = inside == "leave"
            pausing.resume_journey(
                journey, actor=actor, now=timezone.now(), overdue_leave=overdue_leave
            )
        else:
            stop = pausing.pause_journey if status == "paused" else pausing.end_journey
            stop(journey, actor=actor, now=timezone.now(), inside=inside)
        return Response({"status": status, "people_inside": inside})


class Enrollments(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_journey_enrollments", tags=["Journeys"],
        responses=EnrollmentPageSerializer, summary="Who went through a journey, newest first",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        page = read_page(request, position=(row_id,))
        journey = selectors.get_journey(read_key(key, thing="journey"))
        rows = selectors.list_enrollments(
            journey.pk, before=page.after[0] if page.after else None, limit=page.fetch
        )
        body = page_body(request, rows, page, position=lambda row: (row.pk,), show=_enrollment)
        return Response(body)


class Run(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_journey_run", tags=["Journeys"], responses=RunStepSerializer(many=True),
        summary="Every step of one run, in order, with its reason",
    )  # fmt: skip
    def get(self, _request: Request, key: str, enrollment_id: int) -> Response:
        journey = selectors.get_journey(read_key(key, thing="journey"))
        found = selectors.get_enrollment(enrollment_id, journey_id=journey.pk)
        steps = selectors.list_run(found.pk)
        return Response(RunStepSerializer(steps, many=True).data)


def _shown(row: JourneyRow) -> dict[str, Any]:
    return {
        "key": str(row.key), "name": row.name, "status": row.status, "version": row.version,
        "entered": row.entered, "inside": row.inside, "held_out": row.held_out,
        "finished": row.finished,
    }  # fmt: skip


def _enrollment(row: Enrollment) -> dict[str, Any]:
    return {
        "id": row.pk, "person": str(row.customer_key), "state": row.state, "arm": row.arm,
        "entered_at": row.entered_at, "finished_at": row.finished_at,
    }  # fmt: skip

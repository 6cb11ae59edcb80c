"""The REST API of journeys that run: stopping, who is inside, who stands where, and what came of it."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.journeys import results, selectors
from campaigns.journeys.models import Enrollment
from campaigns.journeys.results import ConversionCount
from campaigns.journeys.rules.definition import parse_definition
from campaigns.journeys.serializers import (
    EnrollmentSerializer,
    PersonAtSerializer,
    ReachedSerializer,
    ResultsSerializer,
    RunStepSerializer,
    StandingActSerializer,
    StatusSerializer,
)
from campaigns.journeys.services import moving, pausing
from campaigns.journeys.standing import Place
from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanView, CanViewOrPublish
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.api.paging import PAGE, newest_page, page_of
from kernel.http.idempotency import idempotent
from kernel.stats.estimates import Estimate
from kernel.stats.proportions import Counts, wilson
from profiles import facade as profiles
from profiles.contracts import CustomerId


class Status(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="set_journey_status", tags=["Journeys"], request=StatusSerializer,
        responses=StatusSerializer, summary="Pause, resume or end a journey",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        asked = read_body(StatusSerializer, request)
        status, inside = asked["status"], asked["people_inside"]
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
        operation_id="list_journey_enrollments", tags=["Journeys"], parameters=PAGE,
        responses=page_of(EnrollmentSerializer), summary="Who went through a journey, newest first",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        journey = selectors.get_journey(read_key(key, thing="journey"))
        rows = Enrollment.objects.filter(journey=journey)
        return Response(newest_page(request, rows, show=_enrollment))


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


class StandingPeople(APIView):
    permission_classes = (CanViewOrPublish,)

    @extend_schema(
        operation_id="list_journey_people_at", tags=["Journeys"],
        responses=PersonAtSerializer(many=True),
        summary="Who stands at a step of the live version: the newest fifty",
    )  # fmt: skip
    def get(self, _request: Request, key: str, node: str) -> Response:
        place = _place(key, node)
        people = selectors.list_people_at(place.node.version, place.node.node)
        known = profiles.get_customers(CustomerId(person.customer_id) for person in people)
        rows = [
            {
                "id": person.id, "person": known[CustomerId(person.customer_id)].key,
                "entered_at": person.entered_at, "due_at": person.due_at,
            }
            for person in people if CustomerId(person.customer_id) in known
        ]  # fmt: skip
        return Response(PersonAtSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="act_on_journey_people", tags=["Journeys"], request=StandingActSerializer,
        responses=ReachedSerializer,
        summary="Send people at a step on, move them or take them out; or count whom it would reach",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str, node: str) -> Response:
        found = read_body(StandingActSerializer, request)
        place = _place(key, node, found["enrollments"])
        if found["is_preview"]:
            return Response({"people": moving.count_reached(place, found["what"])})
        done = moving.act_on_people(
            place, found["what"], target=found["target"], reason=found["reason"],
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        return Response({"people": done})


class Results(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="get_journey_results", tags=["Journeys"], responses=ResultsSerializer,
        summary="Conversions of the live version by arm, step and way, and its messages",
    )  # fmt: skip
    def get(self, _request: Request, key: str) -> Response:
        version = selectors.get_journey(read_key(key, thing="journey")).live_version
        if version is None:
            return Response({"version": None, "conversions": [], "messages": []})
        names = dict(version.nodes.values_list("node", "name"))
        goal = parse_definition(version.definition).goal
        counts = results.count_conversions(version, goal, now=timezone.now()) if goal else []
        conversions = [
            {**_interval(row), "of": row.kind, "step": names.get(row.node), "way": row.way}
            for row in counts if row.kind != "open"
        ]  # fmt: skip
        messages = [
            {"step": names[row.node], "outcome": row.kind, "messages": row.messages}
            for row in results.count_messages(version.pk)
        ]
        body = {"version": version.number, "conversions": conversions, "messages": messages}
        return Response(ResultsSerializer(body).data)


def _interval(row: ConversionCount) -> dict[str, Any]:
    """Return the counts with the share and its 95% interval; a row always has people."""
    share = wilson(Counts(converted=row.converted, exposed=row.people))
    found = share if isinstance(share, Estimate) else None
    return {
        "people": row.people, "converted": row.converted, "share": found and found.value,
        "low": found and found.low, "high": found and found.high,
    }  # fmt: skip


def _place(key: str, node: str, ids: Sequence[int] = ()) -> Place:
    return moving.find_place(selectors.get_journey(read_key(key, thing="journey")), node, ids)


def _enrollment(row: Enrollment) -> dict[str, Any]:
    return {
        "id": row.pk, "person": str(row.customer_key), "state": row.state, "arm": row.arm,
        "entered_at": row.entered_at, "finished_at": row.finished_at,
    }  # fmt: skip

"""The REST API of what failed in journeys."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.journeys import selectors
from campaigns.journeys.failures import Group, count_errors
from campaigns.journeys.serializers import (
    ErrorCountSerializer,
    ErrorsActSerializer,
    SettledErrorsSerializer,
)
from campaigns.journeys.services import mending
from kernel.access.actors import actor_of
from kernel.access.permissions import CanViewOrPublish
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.idempotency import idempotent


class Errors(APIView):
    permission_classes = (CanViewOrPublish,)

    @extend_schema(
        operation_id="list_journey_errors", tags=["Journeys"],
        responses=ErrorCountSerializer(many=True),
        summary="What failed in a journey, by step and reason, the latest first",
    )  # fmt: skip
    def get(self, _request: Request, key: str) -> Response:
        journey = selectors.get_journey(read_key(key, thing="journey"))
        return Response(ErrorCountSerializer(count_errors(journey.pk), many=True).data)

    @extend_schema(
        operation_id="settle_journey_errors", tags=["Journeys"], request=ErrorsActSerializer,
        responses=SettledErrorsSerializer,
        summary="Try errors of one step and reason again, skip them or take their people out",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        found = read_body(ErrorsActSerializer, request)
        journey = selectors.get_journey(read_key(key, thing="journey"))
        group = Group(
            journey_id=journey.pk, kind=found["kind"], version=found["version"],
            step=found["step"], reason=found["error"],
        )  # fmt: skip
        if found["is_preview"]:
            return Response({"done": mending.count_reached(group, found["what"])})
        done = mending.act_on_errors(
            group, found["what"], reason=found["reason"], actor=actor_of(request.user),
            now=timezone.now(),
        )  # fmt: skip
        return Response({"done": done})

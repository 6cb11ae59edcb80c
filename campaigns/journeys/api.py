"""The REST API of journeys."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.journeys import selectors
from campaigns.journeys.serializers import EnteredSerializer, EntrySerializer
from campaigns.journeys.services.enroll import let_in_by_call
from kernel.access.permissions import CanEdit
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.idempotency import idempotent
from profiles.contracts import IdentityRef


class Entries(APIView):
    permission_classes = (CanEdit,)

    @extend_schema(
        operation_id="enter_journey", tags=["Journeys"], request=EntrySerializer,
        responses=EnteredSerializer, summary="Let one person into a live journey",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        found = read_body(EntrySerializer, request)
        entered = let_in_by_call(
            selectors.get_journey(read_key(key, thing="journey")),
            IdentityRef(kind=found["person"]["kind"], value=found["person"]["value"]),
            traits=found["traits"],
            properties=found["properties"],
            now=timezone.now(),
        )
        return Response({"entered": entered})

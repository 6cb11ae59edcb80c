"""The REST API of senders: which there are and how they fare; pausing them."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.channels.models import Sender
from campaigns.channels.pausing import set_sender_paused
from campaigns.channels.serializers import PausedSerializer, SenderSerializer
from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanView
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key

_TAGS = ["Senders"]


class Senders(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_senders", tags=_TAGS, responses=SenderSerializer(many=True),
        summary="List senders and how they fare",
    )  # fmt: skip
    def get(self, _request: Request) -> Response:
        rows = Sender.objects.order_by("channel", "name")
        return Response(SenderSerializer(rows, many=True).data)


class Pausing(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="set_sender_paused", tags=_TAGS, request=PausedSerializer,
        responses=SenderSerializer, summary="Pause a sender, or let it send again",
    )  # fmt: skip
    def put(self, request: Request, key: str) -> Response:
        asked = read_body(PausedSerializer, request)
        sender = set_sender_paused(
            read_key(key, thing="sender"), is_paused=asked["is_paused"],
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        return Response(SenderSerializer(sender).data)

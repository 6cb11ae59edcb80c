"""The REST API of messages: activity, one person's messages, one message."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.deliveries import messages, selectors
from campaigns.deliveries.rules import OUTCOMES
from campaigns.deliveries.serializers import (
    ActivitySerializer,
    MessageSerializer,
)
from kernel.access.permissions import CanView
from kernel.errors import Invalid
from kernel.http.api.keys import read_key
from kernel.http.api.paging import PAGE, page_body, page_of, read_page, row_id

_TAGS = ["Messages"]


class Activity(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_message_activity", tags=_TAGS, responses=page_of(ActivitySerializer),
        parameters=[*PAGE, OpenApiParameter("outcome", enum=list(OUTCOMES))],
        summary="List the decisions about messages, newest first, each with its reason and numbers",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request, position=[row_id])
        rows = selectors.list_activity(
            before=page.after[0] if page.after else messages.LAST_ID,
            outcome=_one_of("outcome", request.query_params.get("outcome", ""), OUTCOMES),
            limit=page.fetch,
        )
        body = page_body(
            request, rows, page, position=lambda row: (row.id,),
            show=lambda row: ActivitySerializer(row).data,
        )  # fmt: skip
        return Response(body)


class PersonMessages(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_messages_of_customer", tags=_TAGS, responses=page_of(MessageSerializer),
        parameters=[
            *PAGE, OpenApiParameter("channel"),
            OpenApiParameter("place", enum=list(messages.PLACES)),
        ],
        summary="List a person's messages, newest first: why each was sent, or held back",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        page = read_page(request, position=[row_id])
        rows = messages.list_of_person(
            read_key(key, thing="customer"),
            before=page.after[0] if page.after else messages.LAST_ID,
            channel=request.query_params.get("channel", ""),
            place=_one_of("place", request.query_params.get("place", ""), messages.PLACES),
            limit=page.fetch,
        )
        body = page_body(
            request, rows, page, position=lambda row: (row.id,),
            show=lambda row: MessageSerializer(row).data,
        )  # fmt: skip
        return Response(body)


class OneMessage(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="get_message", tags=_TAGS, responses=MessageSerializer,
        summary="Show one message with every decision and what came back",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        found = messages.get_message(read_key(key, thing="message"))
        return Response(MessageSerializer(found).data)


def _one_of(field: str, text: str, known: object) -> str:
    if text and text not in list(known):  # type: ignore[call-overload]
        raise Invalid(field, f"Choose one of these, or none: {', '.join(list(known))}.")  # type: ignore[call-overload]
    return text

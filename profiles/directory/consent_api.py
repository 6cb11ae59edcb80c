"""The REST API of consent: what one person said, the topics, and suppressed addresses."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanView, CanViewOrEdit, CanViewPersonalData, may
from kernel.http.api.bodies import read_body
from kernel.http.api.paging import PAGE, page_body, page_of, read_page, row_id
from kernel.http.idempotency import idempotent
from profiles.consent import opt_ins
from profiles.consent import preference_queries as queries
from profiles.consent.models import ConsentState, Suppression, Topic
from profiles.consent.preference_queries import EntryRow, Question
from profiles.consent.queries import Statement
from profiles.consent.rules import mask_address
from profiles.consent.selectors import list_suppressions
from profiles.consent.services import record_statement, release_by_hand, suppress_by_hand
from profiles.contracts import CustomerId
from profiles.customers.models import Customer
from profiles.directory.api import find_customer

_TAGS = ["Consent"]
_CHANNEL = r"^[a-z][a-z0-9_]*$"


class StatementSerializer(serializers.Serializer[Any]):
    channel = serializers.RegexField(_CHANNEL, max_length=32)
    topic = serializers.SlugField(max_length=64, allow_blank=True, default="")
    address = serializers.CharField(max_length=320, allow_blank=True, default="")
    state = serializers.ChoiceField(
        [*ConsentState.values, "requested"],
        help_text="“requested” asks the owner of the address to confirm (double opt-in).",
    )
    said_in = serializers.CharField(
        max_length=100, help_text="Where it was said; part of the proof."
    )
    text_version = serializers.CharField(max_length=100, allow_blank=True, default="")
    proof = serializers.DictField(default=dict, help_text="What proves it: form, place, document.")


class EntrySerializer(StatementSerializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()


class RecordedSerializer(serializers.Serializer[Any]):
    state = serializers.CharField(help_text="What holds now: the state, or that it was asked for.")


class TopicSerializer(serializers.ModelSerializer[Topic]):
    class Meta:
        model = Topic
        fields = ("key", "name", "description", "archived_at")


class TopicListSerializer(serializers.Serializer[Any]):
    results = TopicSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class SuppressionSerializer(serializers.Serializer[Any]):
    channel = serializers.RegexField(_CHANNEL, max_length=32)
    address = serializers.CharField(max_length=320)
    reason = serializers.CharField(max_length=200)
    created_at = serializers.DateTimeField(read_only=True)


class ReleaseSerializer(serializers.Serializer[Any]):
    channel = serializers.RegexField(_CHANNEL, max_length=32)
    address = serializers.CharField(max_length=320)


class ChangedSerializer(serializers.Serializer[Any]):
    changed = serializers.BooleanField(help_text="False when it was so already.")


class Consents(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_consents", tags=_TAGS, parameters=PAGE, responses=page_of(EntrySerializer),
        summary="List what one person said about consent, newest first",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        customer, page = find_customer(key), read_page(request, position=[row_id])
        before = page.after[0] if page.after else None
        rows = queries.list_entries(customer.id, before_id=before, most=page.fetch)
        is_masked = not may(request.user, "view_personal_data")
        body = page_body(
            request, rows, page, position=lambda row: (row.id,),
            show=lambda row: _show_entry(row, is_masked=is_masked),
        )  # fmt: skip
        return Response(body)

    @extend_schema(
        operation_id="record_consent", tags=_TAGS, request=StatementSerializer,
        responses={201: RecordedSerializer}, summary="Record what one person said, or ask them",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        customer = find_customer(key)
        state = _record(customer, read_body(StatementSerializer, request))
        return Response({"state": state}, status=201)


class Topics(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_consent_topics", tags=_TAGS, responses=TopicListSerializer,
        summary="List the topics of the preference center",
    )  # fmt: skip
    def get(self, _request: Request) -> Response:
        rows = TopicSerializer(Topic.objects.order_by("name"), many=True).data
        return Response({"results": rows, "next": None})


class Suppressions(APIView):
    permission_classes = (CanViewPersonalData,)

    @extend_schema(
        operation_id="list_suppressions", tags=_TAGS, parameters=PAGE,
        responses=page_of(SuppressionSerializer), summary="List suppressed addresses, newest first",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request, position=[row_id])
        before = page.after[0] if page.after else None
        rows = list_suppressions(query="", before_id=before, most=page.fetch)
        body = page_body(
            request, rows, page, position=lambda row: (row.id,), show=_show_suppression
        )
        return Response(body)


class ChangeSuppressions(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="suppress_address", tags=_TAGS, request=SuppressionSerializer,
        responses=ChangedSerializer, summary="Let nobody be written to at an address",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        said = read_body(SuppressionSerializer, request)
        changed = suppress_by_hand(
            said["channel"], said["address"].lower(), reason=said["reason"],
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        return Response({"changed": changed})

    @extend_schema(
        operation_id="release_address", tags=_TAGS, request=ReleaseSerializer,
        responses=ChangedSerializer, summary="Let an address be written to again",
    )  # fmt: skip
    def put(self, request: Request) -> Response:
        said, actor = read_body(ReleaseSerializer, request), actor_of(request.user)
        changed = release_by_hand(
            said["channel"], said["address"].lower(), actor=actor, now=timezone.now()
        )
        return Response({"changed": changed})


def _record(customer: Customer, said: dict[str, Any]) -> str:
    now, state = timezone.now(), said.pop("state")
    said["source"] = said.pop("said_in")
    person = CustomerId(customer.id)
    if state != "requested":
        record_statement(Statement(customer_id=person, state=state, at=now, **said))
        return str(state)
    said.pop("proof")
    asked = opt_ins.ask(Question(customer_id=person, **said), now=now)
    return "requested" if asked else "already asked or given"


def _show_entry(row: EntryRow, *, is_masked: bool) -> dict[str, Any]:
    names = ("id", "channel", "topic", "state", "text_version", "proof", "at")
    shown = {"said_in": row.source, **{name: getattr(row, name) for name in names}}
    return {**shown, "address": mask_address(row.address) if is_masked else row.address}


def _show_suppression(row: Suppression) -> dict[str, Any]:
    return {
        "channel": row.channel, "address": row.address, "reason": row.reason,
        "created_at": row.created_at,
    }  # fmt: skip

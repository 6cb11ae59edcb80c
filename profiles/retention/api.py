"""The REST API of retention rules."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanAdminister
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.idempotency import idempotent
from profiles.retention.models import RetentionRule
from profiles.retention.serializers import (
    NewRetentionRuleSerializer,
    RetentionRuleSerializer,
    RetentionRulesSerializer,
)
from profiles.retention.services import Choice, choose_rule, lift_rule

_TAGS = ["Retention"]


class RetentionRules(APIView):
    permission_classes = (CanAdminister,)

    @extend_schema(
        operation_id="list_retention_rules", tags=_TAGS, responses=RetentionRulesSerializer,
        summary="List for how long touchpoints of events and sources are kept",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = RetentionRule.objects.select_related("event", "source").order_by("id")
        return Response({"results": RetentionRuleSerializer(rows, many=True).data})

    @extend_schema(
        operation_id="choose_retention_rule", tags=_TAGS, request=NewRetentionRuleSerializer,
        responses={201: RetentionRuleSerializer},
        summary="Keep touchpoints of an event, a source or both for so many days; audited",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        said = read_body(NewRetentionRuleSerializer, request)
        choice = Choice(event=said["event"], source_key=said["source"], keep_days=said["keep_days"])
        rule = choose_rule(choice, actor=actor_of(request.user), now=timezone.now())
        return Response(RetentionRuleSerializer(rule).data, status=201)


class OneRetentionRule(APIView):
    permission_classes = (CanAdminister,)

    @extend_schema(
        operation_id="lift_retention_rule", tags=_TAGS, responses={204: None},
        summary="Lift a rule; what it has forgotten does not come back; audited",
    )  # fmt: skip
    def delete(self, request: Request, key: str) -> Response:
        wanted = read_key(key, thing="retention rule")
        lift_rule(wanted, actor=actor_of(request.user), now=timezone.now())
        return Response(status=204)

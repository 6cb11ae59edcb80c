"""The REST API of what the gate keeps: caps, quiet hours, throttles and budgets, the rule of all."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.views import APIView

from campaigns.deliveries.models import FrequencyCap, QuietHours, VolumeLimit
from campaigns.deliveries.serializers import (
    CapSerializer,
    QuietHoursSerializer,
    SendingRuleSerializer,
    VolumeLimitSerializer,
)
from campaigns.deliveries.services import limits
from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanView
from kernel.errors import NotFound
from kernel.http.idempotency import idempotent

_TAGS = ["Sending limits"]


class _Limits(APIView):
    model: ClassVar[type[models.Model]]
    serializer: ClassVar[type[ModelSerializer[Any]]]

    def get_permissions(self) -> list[Any]:
        return [CanView() if self.request.method == "GET" else CanPublish()]

    def get(self, _request: Request) -> Response:
        rows = self.model._default_manager.order_by("pk")  # noqa: SLF001 (Django's public name)
        return Response(self.serializer(rows, many=True).data)

    @idempotent
    def post(self, request: Request) -> Response:
        return _save(self.serializer(data=request.data), request, status=201)


class _OneLimit(APIView):
    permission_classes = (CanPublish,)
    model: ClassVar[type[models.Model]]
    serializer: ClassVar[type[ModelSerializer[Any]]]

    def put(self, request: Request, number: int) -> Response:
        return _save(self.serializer(self._find(number), data=request.data), request)

    def delete(self, request: Request, number: int) -> Response:
        limits.delete_limit(self._find(number), actor=actor_of(request.user), now=timezone.now())
        return Response(status=204)

    def _find(self, number: int) -> Any:
        found = self.model._default_manager.filter(pk=number).first()  # noqa: SLF001
        if found is None:
            raise NotFound("There is no such limit. It may have been deleted.")
        return found


class Rule(APIView):
    def get_permissions(self) -> list[Any]:
        return [CanView() if self.request.method == "GET" else CanPublish()]

    @extend_schema(
        operation_id="get_sending_rule", tags=_TAGS, responses=SendingRuleSerializer,
        summary="Show what holds for all marketing",
    )  # fmt: skip
    def get(self, _request: Request) -> Response:
        return Response(SendingRuleSerializer(limits.get_sending_rule()).data)

    @extend_schema(
        operation_id="replace_sending_rule", tags=_TAGS, request=SendingRuleSerializer,
        responses=SendingRuleSerializer, summary="Change what holds for all marketing",
    )  # fmt: skip
    def put(self, request: Request) -> Response:
        return _save(SendingRuleSerializer(limits.get_sending_rule(), data=request.data), request)


def _save(asked: ModelSerializer[Any], request: Request, *, status: int = 200) -> Response:
    asked.is_valid(raise_exception=True)
    kind: Any = asked.Meta.model
    limit = asked.instance or kind()
    for name, value in asked.validated_data.items():
        setattr(limit, name, value)
    limits.save_limit(limit, actor=actor_of(request.user), now=timezone.now())
    return Response(type(asked)(limit).data, status=status)


def _views(
    model: type[models.Model], serializer: type[ModelSerializer[Any]], noun: str, words: str
) -> tuple[type[APIView], type[APIView]]:
    """Return the list and the single view of one kind of limit."""
    many: dict[str, Any] = {"tags": _TAGS, "responses": serializer(many=True)}
    one: dict[str, Any] = {"tags": _TAGS, "request": serializer, "responses": serializer}
    parts = {"model": model, "serializer": serializer}
    listed = extend_schema_view(
        get=extend_schema(operation_id=f"list_{noun}", summary=f"List {words}", **many),
        post=extend_schema(
            operation_id=f"create_{noun}", summary=f"Create {words}",
            **one | {"responses": {201: serializer}},
        ),
    )(type(f"{noun}_list", (_Limits,), parts))  # fmt: skip
    single = extend_schema_view(
        put=extend_schema(operation_id=f"replace_{noun}", summary=f"Replace {words}", **one),
        delete=extend_schema(
            operation_id=f"delete_{noun}", summary=f"Delete {words}", tags=_TAGS,
            responses={204: None},
        ),
    )(type(f"{noun}_single", (_OneLimit,), parts))  # fmt: skip
    return listed, single


Caps, OneCap = _views(FrequencyCap, CapSerializer, "frequency_caps", "frequency caps")
AllQuietHours, OneQuietHours = _views(
    QuietHours, QuietHoursSerializer, "quiet_hours", "quiet hours"
)
Volumes, OneVolume = _views(
    VolumeLimit, VolumeLimitSerializer, "volume_limits", "throttles and budgets"
)

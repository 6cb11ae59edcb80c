"""The API about itself: who is asking, what there is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.api_keys import ApiClient
from kernel.access.permissions import CanView, may, require
from kernel.access.roles import PERMISSIONS, ROLE_CHOICES
from kernel.access.staff import role_of
from kernel.http.api.reference import build_reference


class CallerSerializer(serializers.Serializer[dict[str, object]]):
    kind = serializers.ChoiceField(choices=["api_key", "staff"])
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLE_CHOICES)
    permissions = serializers.ListField(child=serializers.CharField())


class Me(APIView):
    permission_classes = [CanView]

    @extend_schema(
        operation_id="get_caller", tags=["API"], responses=CallerSerializer,
        summary="Show who is asking, and what this caller may do",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        # Django's stubs know people only; a key's client stands in the same place.
        caller: Any = request.user
        is_key = isinstance(caller, ApiClient)
        role = caller.role if is_key else role_of(caller)
        body = {
            "kind": "api_key" if is_key else "staff",
            "name": caller.name if is_key else caller.email,
            "role": role,
            "permissions": [name for name in PERMISSIONS if may(caller, name)],
        }
        return Response(CallerSerializer(body).data)


@require_GET
@require("view")
def reference(request: HttpRequest) -> HttpResponse:
    schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    groups = build_reference(schema)
    return render(request, "api/reference.html", {"groups": groups})

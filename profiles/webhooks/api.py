"""The REST API of webhook sources: their mapping, and how the last requests went."""

import json
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanView, CanViewOrPublish
from kernel.http.api.bodies import read_body
from kernel.http.api.etags import answer_with_etag, etag_of, require_match
from kernel.http.api.keys import read_key
from kernel.http.idempotency import idempotent
from profiles.webhooks import selectors
from profiles.webhooks.models import Webhook
from profiles.webhooks.rules.mapping import BadMapping
from profiles.webhooks.rules.writing import write_json
from profiles.webhooks.serializers import (
    DeliveriesSerializer,
    MappingSerializer,
    SavedMappingSerializer,
)
from profiles.webhooks.services.settings import save_mapping

_TAGS = ["Sources"]


class SourceMapping(APIView):
    permission_classes = (CanViewOrPublish,)

    @extend_schema(
        operation_id="get_mapping", tags=_TAGS, responses=SavedMappingSerializer,
        summary="Show what becomes of the requests of a webhook source",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        webhook = _find(key)
        return answer_with_etag(request, _show(webhook), etag=_etag(webhook))

    @extend_schema(
        operation_id="set_mapping", tags=_TAGS, request=MappingSerializer,
        responses=SavedMappingSerializer, summary="Replace the mapping of a webhook source",
    )  # fmt: skip
    @idempotent
    def put(self, request: Request, key: str) -> Response:
        webhook = _find(key)
        require_match(request, etag=_etag(webhook))
        entries = read_body(MappingSerializer, request)
        try:
            save_mapping(
                webhook, write_json(entries["mapping"]),
                version=webhook.mapping_version, actor=actor_of(request.user), now=timezone.now(),
            )  # fmt: skip
        except BadMapping as bad:
            found = [f"{problem.path}: {problem.message}" for problem in bad.problems]
            raise ValidationError({"mapping": found}) from None
        return Response(_show(_find(key)))


class Deliveries(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_deliveries", tags=_TAGS, responses=DeliveriesSerializer,
        summary="List how the last 20 requests of a webhook source went",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        rows = selectors.list_deliveries(_find(key))
        return Response(DeliveriesSerializer({"results": rows}).data)


def _find(key: str) -> Webhook:
    return selectors.get_webhook(read_key(key, thing="webhook"))


def _show(webhook: Webhook) -> dict[str, Any]:
    return {"mapping": json.loads(webhook.mapping), "version": webhook.mapping_version}


def _etag(webhook: Webhook) -> str:
    return etag_of(webhook.source_id, webhook.mapping_version)

"""The REST API of coupon pools."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.coupons import selectors, services
from campaigns.coupons.selectors import Level
from campaigns.coupons.serializers import (
    AddedSerializer,
    CodesSerializer,
    PoolSerializer,
)
from kernel.access.actors import actor_of
from kernel.access.permissions import CanViewOrEdit
from kernel.http.api.bodies import read_body
from kernel.http.api.paging import whole_list_of
from kernel.http.idempotency import idempotent
from kernel.ids import new_key

_TAGS = ["Coupon pools"]


class Pools(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_coupon_pools", tags=_TAGS, responses=whole_list_of(PoolSerializer),
        summary="List the coupon pools with how full they are",
    )  # fmt: skip
    def get(self, _request: Request) -> Response:
        return Response({"results": [_shown(level) for level in selectors.list_levels()]})

    @extend_schema(
        operation_id="create_coupon_pool", tags=_TAGS, request=PoolSerializer,
        responses=PoolSerializer, summary="Create an empty coupon pool",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        asked, now = read_body(PoolSerializer, request), timezone.now()
        made = services.create_pool(
            key=new_key(now=now), actor=actor_of(request.user), now=now, **asked
        )
        return Response(_shown(Level(pool=made, free=0)))


class Codes(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="add_coupon_codes", tags=_TAGS, request=CodesSerializer,
        responses=AddedSerializer, summary="Add codes to a pool",
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        asked = read_body(CodesSerializer, request)
        added = services.add_codes(
            selectors.get_pool(slug), asked["codes"], actor=actor_of(request.user),
            now=timezone.now(),
        )  # fmt: skip
        return Response({"added": added})


def _shown(level: Level) -> dict[str, Any]:
    return {
        "slug": level.pool.slug, "name": level.pool.name, "warn_below": level.pool.warn_below,
        "total": level.pool.total, "free": level.free, "is_low": level.is_low,
    }  # fmt: skip

"""The REST API of catalogs and coupon pools."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.content import catalogs, coupons
from campaigns.content.coupons import Level
from campaigns.content.rules.items import ItemField
from campaigns.content.source_models import Catalog
from campaigns.content.source_serializers import (
    AddedSerializer,
    CatalogPageSerializer,
    CatalogSerializer,
    CodesSerializer,
    ItemPageSerializer,
    ItemsSerializer,
    PoolPageSerializer,
    PoolSerializer,
    UpsertedSerializer,
)
from kernel.access.actors import actor_of
from kernel.access.permissions import CanViewOrEdit
from kernel.http.api.bodies import read_body
from kernel.http.api.paging import page_body, read_page
from kernel.http.idempotency import idempotent
from kernel.ids import new_key

_CATALOGS = ["Catalogs"]
_POOLS = ["Coupon pools"]


class Catalogs(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_catalogs", tags=_CATALOGS, responses=CatalogPageSerializer,
        summary="List the catalogs with their fields",
    )  # fmt: skip
    def get(self, _request: Request) -> Response:
        rows = CatalogSerializer(Catalog.objects.order_by("name"), many=True).data
        return Response({"results": rows})

    @extend_schema(
        operation_id="create_catalog", tags=_CATALOGS, request=CatalogSerializer,
        responses=CatalogSerializer, summary="Create an empty catalog",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        asked, now = read_body(CatalogSerializer, request), timezone.now()
        made = catalogs.create_catalog(
            asked["name"], slug=asked["slug"], key=new_key(now=now),
            fields=[ItemField(**field) for field in asked["fields"]],
            actor=actor_of(request.user), now=now,
        )  # fmt: skip
        return Response(CatalogSerializer(made).data)


class Items(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_catalog_items", tags=_CATALOGS, responses=ItemPageSerializer,
        summary="List the items of a catalog by key",
    )  # fmt: skip
    def get(self, request: Request, slug: str) -> Response:
        page = read_page(request, position=(str,))
        rows = catalogs.get_catalog(slug).items.order_by("key")
        if page.after:
            rows = rows.filter(key__gt=page.after[0])
        body = page_body(
            request, list(rows[: page.fetch]), page, position=lambda row: (row.key,),
            show=lambda row: {"key": row.key, "values": row.values},
        )  # fmt: skip
        return Response(body)

    @extend_schema(
        operation_id="upsert_catalog_items", tags=_CATALOGS, request=ItemsSerializer,
        responses=UpsertedSerializer, summary="Add items by key, or replace their values",
    )  # fmt: skip
    def put(self, request: Request, slug: str) -> Response:
        asked = read_body(ItemsSerializer, request)
        done = catalogs.upsert_items(
            catalogs.get_catalog(slug), [(item["key"], item["values"]) for item in asked["items"]],
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        return Response(asdict(done))


class OneItem(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="delete_catalog_item", tags=_CATALOGS, request=None, responses={204: None},
        summary="Take an item out of a catalog",
    )  # fmt: skip
    def delete(self, request: Request, slug: str, key: str) -> Response:
        catalogs.delete_items(
            catalogs.get_catalog(slug), [key], actor=actor_of(request.user), now=timezone.now()
        )
        return Response(status=204)


class Pools(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_coupon_pools", tags=_POOLS, responses=PoolPageSerializer,
        summary="List the coupon pools with how full they are",
    )  # fmt: skip
    def get(self, _request: Request) -> Response:
        return Response({"results": [_shown(level) for level in coupons.list_levels()]})

    @extend_schema(
        operation_id="create_coupon_pool", tags=_POOLS, request=PoolSerializer,
        responses=PoolSerializer, summary="Create an empty coupon pool",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        asked, now = read_body(PoolSerializer, request), timezone.now()
        made = coupons.create_pool(
            key=new_key(now=now), actor=actor_of(request.user), now=now, **asked
        )
        return Response(_shown(Level(pool=made, free=0)))


class Codes(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="add_coupon_codes", tags=_POOLS, request=CodesSerializer,
        responses=AddedSerializer, summary="Add codes to a pool",
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        asked = read_body(CodesSerializer, request)
        added = coupons.add_codes(
            coupons.get_pool(slug), asked["codes"], actor=actor_of(request.user),
            now=timezone.now(),
        )  # fmt: skip
        return Response({"added": added})


def _shown(level: Level) -> dict[str, Any]:
    return {
        "slug": level.pool.slug, "name": level.pool.name, "warn_below": level.pool.warn_below,
        "total": level.pool.total, "free": level.free, "is_low": level.is_low,
    }  # fmt: skip

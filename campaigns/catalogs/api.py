"""The REST API of catalogs."""

from dataclasses import asdict

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.catalogs import selectors, services
from campaigns.catalogs.models import Catalog
from campaigns.catalogs.rules import ItemField
from campaigns.catalogs.serializers import (
    CatalogSerializer,
    ItemSerializer,
    ItemsSerializer,
    UpsertedSerializer,
)
from kernel.access.actors import actor_of
from kernel.access.permissions import CanViewOrEdit
from kernel.http.api.bodies import read_body
from kernel.http.api.paging import PAGE, page_body, page_of, read_page, whole_list_of
from kernel.http.idempotency import idempotent
from kernel.ids import new_key

_TAGS = ["Catalogs"]


class Catalogs(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_catalogs", tags=_TAGS, responses=whole_list_of(CatalogSerializer),
        summary="List the catalogs with their fields",
    )  # fmt: skip
    def get(self, _request: Request) -> Response:
        rows = CatalogSerializer(Catalog.objects.order_by("name"), many=True).data
        return Response({"results": rows})

    @extend_schema(
        operation_id="create_catalog", tags=_TAGS, request=CatalogSerializer,
        responses=CatalogSerializer, summary="Create an empty catalog",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        asked, now = read_body(CatalogSerializer, request), timezone.now()
        made = services.create_catalog(
            asked["name"], slug=asked["slug"], key=new_key(now=now),
            fields=[ItemField(**field) for field in asked["fields"]],
            actor=actor_of(request.user), now=now,
        )  # fmt: skip
        return Response(CatalogSerializer(made).data)


class Items(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_catalog_items", tags=_TAGS, parameters=PAGE,
        responses=page_of(ItemSerializer),
        summary="List the items of a catalog by key",
    )  # fmt: skip
    def get(self, request: Request, slug: str) -> Response:
        page = read_page(request, position=(str,))
        rows = selectors.get_catalog(slug).items.order_by("key")
        if page.after:
            rows = rows.filter(key__gt=page.after[0])
        body = page_body(
            request, list(rows[: page.fetch]), page, position=lambda row: (row.key,),
            show=lambda row: {"key": row.key, "values": row.values},
        )  # fmt: skip
        return Response(body)

    @extend_schema(
        operation_id="upsert_catalog_items", tags=_TAGS, request=ItemsSerializer,
        responses=UpsertedSerializer, summary="Add items by key, or replace their values",
    )  # fmt: skip
    def put(self, request: Request, slug: str) -> Response:
        asked = read_body(ItemsSerializer, request)
        done = services.upsert_items(
            selectors.get_catalog(slug), [(item["key"], item["values"]) for item in asked["items"]],
            actor=actor_of(request.user), now=timezone.now(),
        )  # fmt: skip
        return Response(asdict(done))


class OneItem(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="delete_catalog_item", tags=_TAGS, request=None, responses={204: None},
        summary="Take an item out of a catalog",
    )  # fmt: skip
    def delete(self, request: Request, slug: str, key: str) -> Response:
        services.delete_items(
            selectors.get_catalog(slug), [key], actor=actor_of(request.user), now=timezone.now()
        )
        return Response(status=204)

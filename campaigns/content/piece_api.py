"""The REST API of brand kits and shared blocks."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.content import branding, renewing, sharing
from campaigns.content.branding import KitDraft
from campaigns.content.piece_serializers import (
    BlockSerializer,
    ChangedBlockSerializer,
    KitSerializer,
    NewBlockSerializer,
    RenewalSerializer,
    WrittenKitSerializer,
)
from campaigns.content.rules.shared import BlockKind
from campaigns.content.sharing import BlockDraft
from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanViewOrEdit
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.api.paging import whole_list_of
from kernel.http.idempotency import idempotent
from kernel.ids import new_key

_TAGS = ["Brand kits and shared blocks"]


class BrandKits(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_brand_kits", tags=_TAGS, responses=whole_list_of(KitSerializer),
        summary="List the brand kits, the default one first",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return Response({"results": KitSerializer(branding.list_kits(), many=True).data})

    @extend_schema(
        operation_id="create_brand_kit", tags=_TAGS, request=WrittenKitSerializer,
        responses=KitSerializer, summary="Create a brand kit",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        draft, now = _read_kit(request), timezone.now()
        made = branding.create_kit(
            draft, key=new_key(now=now), actor=actor_of(request.user), now=now
        )
        return Response(KitSerializer(made).data)


class OneBrandKit(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_brand_kit", tags=_TAGS, responses=KitSerializer,
        summary="Show a brand kit",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        return Response(KitSerializer(branding.get_kit(read_key(key, thing="brand kit"))).data)

    @extend_schema(
        operation_id="save_brand_kit", tags=_TAGS, request=WrittenKitSerializer,
        responses=KitSerializer, summary="Save a brand kit; changed values become a version",
    )  # fmt: skip
    @idempotent
    def put(self, request: Request, key: str) -> Response:
        kit = branding.get_kit(read_key(key, thing="brand kit"))
        actor, now = actor_of(request.user), timezone.now()
        saved = branding.save_kit(kit, _read_kit(request), actor=actor, now=now)
        return Response(KitSerializer(saved).data)


class BrandKitRenewal(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="renew_brand_kit", tags=_TAGS, request=None, responses=whole_list_of(RenewalSerializer),
        summary="Publish the templates again that have an older version of a brand kit",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        kit = branding.get_kit(read_key(key, thing="brand kit"))
        return _renew(request, renewing.list_kit_uses(kit))


class SharedBlocks(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="list_shared_blocks", tags=_TAGS, responses=whole_list_of(BlockSerializer),
        summary="List the shared blocks",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return Response({"results": BlockSerializer(sharing.list_blocks(), many=True).data})

    @extend_schema(
        operation_id="create_shared_block", tags=_TAGS, request=NewBlockSerializer,
        responses=BlockSerializer, summary="Create a shared block",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        parts, now = read_body(NewBlockSerializer, request), timezone.now()
        draft = BlockDraft(**{**parts, "kind": BlockKind(parts["kind"])})
        made = sharing.create_block(
            draft, key=new_key(now=now), actor=actor_of(request.user), now=now
        )
        return Response(BlockSerializer(made).data)


class OneSharedBlock(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_shared_block", tags=_TAGS, responses=BlockSerializer,
        summary="Show a shared block",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        block = sharing.get_block(read_key(key, thing="shared block"))
        return Response(BlockSerializer(block).data)

    @extend_schema(
        operation_id="save_shared_block", tags=_TAGS, request=ChangedBlockSerializer,
        responses=BlockSerializer, summary="Save a shared block; changed words become a version",
    )  # fmt: skip
    @idempotent
    def put(self, request: Request, key: str) -> Response:
        block = sharing.get_block(read_key(key, thing="shared block"))
        asked = read_body(ChangedBlockSerializer, request)
        saved = sharing.save_block(block, **asked, actor=actor_of(request.user), now=timezone.now())
        return Response(BlockSerializer(saved).data)


class SharedBlockRenewal(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="renew_shared_block", tags=_TAGS, request=None,
        responses=whole_list_of(RenewalSerializer),
        summary="Publish the templates again that have an older version of a shared block",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        block = sharing.get_block(read_key(key, thing="shared block"))
        return _renew(request, renewing.list_block_uses(block))


def _renew(request: Request, uses: list[renewing.Use]) -> Response:
    done = renewing.renew_templates(uses, actor=actor_of(request.user), now=timezone.now())
    return Response({"results": RenewalSerializer(done, many=True).data})


def _read_kit(request: Request) -> KitDraft:
    said = read_body(WrittenKitSerializer, request)
    return KitDraft(
        name=said["name"],
        values=branding.read_values(said["values"]),
        sender=said["sender"],
        is_default=said["is_default"],
    )

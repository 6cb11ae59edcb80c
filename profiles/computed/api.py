"""The REST API of computed traits: definitions, and the values of one person."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanView, CanViewPersonalData, may
from kernel.audit import record
from kernel.errors import Forbidden, NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.keys import read_key
from kernel.http.api.paging import whole_list_of
from kernel.http.idempotency import idempotent
from profiles.computed.models import ComputedTrait
from profiles.computed.rules.definition import parse_definition
from profiles.computed.selectors import reading
from profiles.computed.serializers import (
    ChangedTraitSerializer,
    NewTraitSerializer,
    TraitSerializer,
    ValuesSerializer,
)
from profiles.computed.services import defining
from profiles.computed.services.people import plain
from profiles.contracts import CustomerId
from profiles.customers.models import Customer
from profiles.segments.selectors.finding import find_named

_TAGS = ["Computed traits"]


class Traits(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_computed_traits", tags=_TAGS, responses=whole_list_of(TraitSerializer),
        summary="List the computed traits in use, by name",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return Response({"results": [_show(trait) for trait in reading.list_live()]})

    @extend_schema(
        operation_id="create_computed_trait", tags=_TAGS, request=NewTraitSerializer,
        responses={201: TraitSerializer}, summary="Create a computed trait; `computation` tells when it is computed",
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        _require_publish(request)
        draft = defining.TraitDraft(**read_body(NewTraitSerializer, request))
        made = defining.create_trait(draft, at_once=False, now=timezone.now())
        _audit(request, "created", made)
        return Response(_show(made), status=201)


class OneTrait(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="get_computed_trait", tags=_TAGS, responses=TraitSerializer,
        summary="Show one computed trait",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        return Response(_show(_find(key)))

    @extend_schema(
        operation_id="change_computed_trait", tags=_TAGS, request=ChangedTraitSerializer,
        responses=TraitSerializer, summary="Change a computed trait; a changed definition is computed again",
    )  # fmt: skip
    @idempotent
    def patch(self, request: Request, key: str) -> Response:
        _require_publish(request)
        found = _find(key)
        entries = read_body(ChangedTraitSerializer, request)
        now_kept = {
            "name": found.name, "description": found.description, "definition": found.definition,
        }  # fmt: skip
        draft = defining.TraitDraft(slug=found.slug, **(now_kept | entries))
        saved = defining.change_trait(found.pk, draft, now=timezone.now())
        _audit(request, "changed", saved)
        return Response(_show(saved))

    @extend_schema(
        operation_id="archive_computed_trait", tags=_TAGS, responses={204: None},
        summary="Archive a computed trait; 409 while something uses it",
    )  # fmt: skip
    def delete(self, request: Request, key: str) -> Response:
        _require_publish(request)
        found = _find(key)
        defining.archive_trait(found.pk, now=timezone.now())
        _audit(request, "archived", found)
        return Response(status=204)


class Values(APIView):
    permission_classes = (CanViewPersonalData,)

    @extend_schema(
        operation_id="get_computed_values", tags=_TAGS, responses=ValuesSerializer,
        summary="Give the computed values of one person",
    )  # fmt: skip
    def get(self, request: Request, person: str) -> Response:
        customer = Customer.objects.filter(pk__in=list(find_named([person]).values())).first()
        if customer is None or customer.erased_at:
            raise NotFound("There is no such customer.")
        pk = CustomerId(customer.merged_into_id or customer.pk)
        values = reading.values_for_messages([pk])[pk]
        key = customer.merged_into.key if customer.merged_into else customer.key
        return Response({"customer": key, "values": {s: plain(v) for s, v in values.items()}})


def _find(key: str) -> ComputedTrait:
    return reading.get_trait(read_key(key, thing="computed trait"))


def _show(trait: ComputedTrait) -> dict[str, Any]:
    return {
        "key": trait.key, "slug": trait.slug, "name": trait.name,
        "description": trait.description, "status": trait.status,
        "definition": trait.definition, "people": trait.value_count,
        "computation": trait.computation, "requested_at": trait.requested_at,
        "sentence": parse_definition(trait.definition).words(), "computed_at": trait.computed_at,
    }  # fmt: skip


def _require_publish(request: Request) -> None:
    if not may(request.user, "publish"):
        raise Forbidden("Changing computed traits needs the role publisher.")


def _audit(request: Request, verb: str, trait: ComputedTrait) -> None:
    record(
        actor=actor_of(request.user), verb=verb, object_type="computed_trait",
        object_id=trait.key, after={"definition": trait.definition}, now=timezone.now(),
    )  # fmt: skip

"""The REST API of traits: their policies, the history of one person's, and a person's past."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanView, may
from kernel.errors import Invalid
from kernel.http.api.bodies import read_body
from kernel.http.api.etags import answer_with_etag, etag_of, require_match
from kernel.http.api.paging import PAGE, page_body, page_of, read_page, row_id
from profiles.customers.models import TraitPolicy
from profiles.customers.trait_queries import EntryRow, list_entries, list_past_traits
from profiles.customers.trait_services import choose_policy
from profiles.directory.api import find_customer
from profiles.directory.rules import mask_value, read_instant
from profiles.directory.serializers import (
    KeptTraitSerializer,
    PastCustomerSerializer,
    PolicySerializer,
    TraitEntrySerializer,
    TraitListSerializer,
)
from profiles.directory.trait_selectors import PolicyLine, describe_past, list_policies

_AT = OpenApiParameter("at", str, required=True, description="An instant in ISO 8601.")
_KNOWN = OpenApiParameter(
    "known", str, enum=["today", "then"],
    description="Whether traits go by all that is known today (default) or by what was known then.",
)  # fmt: skip


class Traits(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_traits", tags=["Traits"], responses=TraitListSerializer,
        summary="List the traits of the newest people with their policies",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        body = {"results": [_show_line(line) for line in list_policies()], "next": None}
        return answer_with_etag(request, body, etag=etag_of(body))


class TraitPolicies(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="choose_trait_policy", tags=["Traits"], request=PolicySerializer,
        responses=KeptTraitSerializer, summary="Choose which value of a trait is kept from now on",
    )  # fmt: skip
    def put(self, request: Request, name: str) -> Response:
        entries = read_body(PolicySerializer, request)
        stored = TraitPolicy.objects.filter(name=name[:200]).first() if "\0" not in name else None
        require_match(request, etag=etag_of(stored.rule if stored else None))
        rule = entries["policy"]
        policy = choose_policy(name, rule=rule, actor=actor_of(request.user), now=timezone.now())
        line = PolicyLine(name=policy.name, people=0, types=[], rule=policy.rule)
        return Response(_show_line(line), headers={"ETag": etag_of(policy.rule)})


class TraitHistory(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_trait_history", tags=["Traits"], parameters=PAGE,
        responses=page_of(TraitEntrySerializer),
        summary="List what sources said about one person's traits, newest first",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        customer = find_customer(key)
        page = read_page(request, position=[row_id])
        rows = list_entries(
            customer.id, before_id=page.after[0] if page.after else None, limit=page.fetch
        )
        is_masked = not may(request.user, "view_personal_data")
        body = page_body(
            request, rows, page, position=lambda row: (row.id,),
            show=lambda row: _show_entry(row, is_masked=is_masked),
        )  # fmt: skip
        return Response(body)


class PastCustomer(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="get_past_customer", tags=["Customers"], parameters=[_AT, _KNOWN],
        responses=PastCustomerSerializer,
        summary="Show a person's traits, identities, segments and consent at an instant",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        customer = find_customer(key)
        at = read_instant(request.query_params.get("at", ""))
        if at is None:
            raise Invalid("at", "Say an instant in ISO 8601, as 2026-01-31T09:00:00Z.")
        known = request.query_params.get("known", "today")
        if known not in {"today", "then"}:
            raise Invalid("known", "It is “today” or “then”.")
        is_masked = not may(request.user, "view_personal_data")
        as_known = known == "then"
        state = describe_past(customer.id, at=at, as_known=as_known, is_masked=is_masked)
        traits = list_past_traits(customer.id, at=at, as_known=as_known)
        body = {
            "key": customer.key, "at": at, "identities": state.identities,
            "traits": {name: mask_value(value) if is_masked else value for name, value, *_ in traits},
            "segments": [{"name": name, "since": since} for name, since in state.segments],
            "consents": state.consents,
        }  # fmt: skip
        return answer_with_etag(request, body, etag=etag_of(body))


def _show_line(line: PolicyLine) -> dict[str, Any]:
    return {"name": line.name, "policy": line.rule, "people": line.people, "types": line.types}


def _show_entry(row: EntryRow, *, is_masked: bool) -> dict[str, Any]:
    traits = {n: mask_value(v) for n, v in row.traits.items()} if is_masked else row.traits
    return {
        "id": row.id, "traits": traits, "prevailed": row.prevailed, "source": row.source,
        "said_at": row.at, "recorded_at": row.recorded_at,
    }  # fmt: skip

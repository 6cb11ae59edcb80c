"""The REST API of accounts and their members."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.access.actors import actor_of
from kernel.access.permissions import CanPublish, CanView, CanViewOrEdit, may
from kernel.errors import Invalid, NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.etags import answer_with_etag, etag_of, require_match
from kernel.http.api.keys import read_key
from kernel.http.api.paging import PAGE, page_body, page_of, read_page, row_id
from kernel.http.idempotency import idempotent
from profiles.accounts import queries
from profiles.accounts.queries import AccountRow, MemberRow
from profiles.accounts.selectors import name_of
from profiles.accounts.trait_selectors import list_account_traits
from profiles.contracts import CustomerId, CustomerSummary
from profiles.customers.selectors import get_customers
from profiles.directory.account_serializers import (
    AccountDetailSerializer,
    AccountMemberSerializer,
    AccountSerializer,
    AccountTraitListSerializer,
    AccountTraitSerializer,
    AccountTraitTypeSerializer,
)
from profiles.directory.api import find_customer
from profiles.directory.rules import mask_email, mask_text, mask_value
from profiles.directory.serializers import DoneSerializer, TraitsSerializer
from profiles.segments.services.accounts import change_account_traits, change_trait_type

_QUERY = OpenApiParameter("query", str, description="An id in full, or how the name begins.")
_CUSTOMER = OpenApiParameter(
    "customer", str, description="Only accounts of the person of this key."
)
_TAGS = ["Accounts"]


class Accounts(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_accounts", tags=_TAGS, parameters=[*PAGE, _QUERY, _CUSTOMER],
        responses=page_of(AccountSerializer), summary="List accounts, newest first",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request, position=[row_id])
        query = request.query_params.get("query", "").strip()
        if "\0" in query or len(query) > 255:
            raise Invalid("query", "A query has up to 255 characters and no NUL.")
        key = request.query_params.get("customer", "")
        rows = queries.list_accounts(
            limit=page.fetch, before_id=page.after[0] if page.after else None, query=query,
            customer_id=_person_id(key),
        )  # fmt: skip
        body = page_body(request, rows, page, position=lambda row: (row.id,), show=_show_row)
        return Response(body)


class OneAccount(APIView):
    permission_classes = (CanViewOrEdit,)

    @extend_schema(
        operation_id="get_account", tags=_TAGS, responses=AccountDetailSerializer,
        summary="Show one account with its traits",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        body = _show_account(_find(key), is_masked=not may(request.user, "view_personal_data"))
        return answer_with_etag(request, body, etag=etag_of(body))

    @extend_schema(
        operation_id="set_account_traits", tags=_TAGS, request=TraitsSerializer,
        responses=DoneSerializer, summary="Set traits of an account",
    )  # fmt: skip
    @idempotent
    def patch(self, request: Request, key: str) -> Response:
        account = _find(key)
        if request.headers.get("If-Match"):
            require_match(request, etag=etag_of(_show_account(account, is_masked=False)))
        entries = read_body(TraitsSerializer, request)
        change_account_traits(
            account.id, traits=entries["traits"], actor=actor_of(request.user),
            now=timezone.now(),
        )  # fmt: skip
        return Response(DoneSerializer({"key": account.key}).data)


class Members(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_account_members", tags=_TAGS, parameters=PAGE,
        responses=page_of(AccountMemberSerializer), summary="List the people of an account",
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        account = _find(key)
        page = read_page(request, position=[row_id])
        after_id = page.after[0] if page.after else 0
        rows = queries.list_members(account.id, after_id=after_id, limit=page.fetch)
        people = get_customers([CustomerId(row.customer_id) for row in rows])
        is_masked = not may(request.user, "view_personal_data")
        body = page_body(
            request, rows, page, position=lambda row: (row.customer_id,),
            show=lambda row: _show_member(row, people, is_masked=is_masked),
        )  # fmt: skip
        return Response(body)


class AccountTraits(APIView):
    permission_classes = (CanView,)

    @extend_schema(
        operation_id="list_account_traits", tags=_TAGS, responses=AccountTraitListSerializer,
        summary="List what rules and messages may ask of accounts",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        results = AccountTraitSerializer(list_account_traits(), many=True).data
        body = {"results": results, "next": None}
        return answer_with_etag(request, body, etag=etag_of(body))


class OneAccountTrait(APIView):
    permission_classes = (CanPublish,)

    @extend_schema(
        operation_id="choose_account_trait_type", tags=_TAGS, request=AccountTraitTypeSerializer,
        responses=AccountTraitSerializer, summary="Choose how rules read a trait of accounts",
    )  # fmt: skip
    def patch(self, request: Request, slug: str) -> Response:
        entries = read_body(AccountTraitTypeSerializer, request)
        trait = change_trait_type(
            slug, kind=entries["type"], actor=actor_of(request.user),
            now=timezone.now(),
        )  # fmt: skip
        return Response(AccountTraitSerializer(trait).data)


def _find(key: str) -> AccountRow:
    account = queries.find_account(read_key(key, thing="account"))
    if account is None:
        raise NotFound("There is no such account.")
    return account


def _person_id(key: str) -> int | None:
    try:
        return find_customer(key).id if key else None
    except NotFound:
        raise Invalid("customer", "There is no customer of this key.") from None


def _show_row(row: AccountRow) -> dict[str, Any]:
    return {
        "key": row.key, "id": row.external_id, "name": name_of(row), "members": row.members,
        "first_seen_at": row.first_seen_at, "last_seen_at": row.last_seen_at,
    }  # fmt: skip


def _show_account(row: AccountRow, *, is_masked: bool) -> dict[str, Any]:
    traits = {n: mask_value(v) for n, v in row.traits.items()} if is_masked else row.traits
    return {**_show_row(row), "traits": traits}


def _show_member(
    row: MemberRow, people: dict[CustomerId, CustomerSummary], *, is_masked: bool
) -> dict[str, Any]:
    person = people.get(CustomerId(row.customer_id))
    name, email = (person.display_name, person.email) if person else (None, None)
    return {
        "key": person.key if person else None,
        "name": mask_text(name) if is_masked else name,
        "email": mask_email(email) if is_masked else email,
        "since": row.since, "last_seen_at": row.last_seen_at,
    }  # fmt: skip

"""The client API: what a signed-in end user may see and change about themselves."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.client_api.base import ClientUser, ClientView
from kernel.errors import NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.etags import answer_with_etag, etag_of
from profiles.clients.serializers import (
    OwnProfileSerializer,
    OwnTraitsSerializer,
    PreferencesSerializer,
    StatementsSerializer,
)
from profiles.clients.services import change_own_preferences, change_own_traits, find_access
from profiles.consent.models import Consent
from profiles.contracts import CustomerId
from profiles.customers.selectors import get_customers

_TAGS = ["Client"]


class OwnProfile(ClientView):
    scope = "profile"

    @extend_schema(
        operation_id="get_own_profile", tags=_TAGS, responses=OwnProfileSerializer,
        summary="Show the traits that users may read of themselves",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        body = _show_profile(_user(request))
        return answer_with_etag(request, body, etag=etag_of(body))

    @extend_schema(
        operation_id="set_own_traits", tags=_TAGS, request=OwnTraitsSerializer,
        responses=OwnProfileSerializer, summary="Set traits that users may write of themselves",
    )  # fmt: skip
    def patch(self, request: Request) -> Response:
        entries = read_body(OwnTraitsSerializer, request)
        user = _user(request)
        change_own_traits(user, entries["traits"], now=timezone.now())
        return Response(_show_profile(user))


class OwnPreferences(ClientView):
    scope = "preferences"

    @extend_schema(
        operation_id="get_own_preferences", tags=_TAGS, responses=PreferencesSerializer,
        summary="Show what the user said about channels and topics",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return Response(_show_preferences(_user(request)))

    @extend_schema(
        operation_id="set_own_preferences", tags=_TAGS, request=StatementsSerializer,
        responses=PreferencesSerializer, summary="Give or withdraw consent by channel and topic",
    )  # fmt: skip
    def put(self, request: Request) -> Response:
        entries = read_body(StatementsSerializer, request)
        user = _user(request)
        change_own_preferences(user, entries["preferences"], now=timezone.now())
        return Response(_show_preferences(user))


def _user(request: Request) -> ClientUser:
    # Django's stubs know people only; the user of a token stands in the same place.
    caller: Any = request.user
    user: ClientUser = caller
    return user


def _show_profile(user: ClientUser) -> dict[str, Any]:
    person = get_customers([CustomerId(user.id)]).get(CustomerId(user.id))
    if person is None:
        raise NotFound("Nothing is known about this user.", code="unknown_user")
    readable = set(find_access(user.source_id).readable)
    traits = {name: value for name, value in person.traits.items() if name in readable}
    return {"key": str(person.key), "traits": traits}


def _show_preferences(user: ClientUser) -> dict[str, Any]:
    rows = Consent.objects.filter(customer_id=user.id).order_by("channel", "topic", "id")
    # What was said for one address of several is not a preference of the whole channel.
    found = rows.filter(address="").values("channel", "topic", "state", "changed_at")
    return PreferencesSerializer({"preferences": list(found)}).data

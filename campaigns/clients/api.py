"""The client API of messages: the inbox of an end user, and the devices they let us push to."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.channels.devices import DeviceDraft, forget_device, list_devices
from campaigns.clients.selectors import count_unread, find_public_key, list_inbox
from campaigns.clients.serializers import (
    ActSerializer,
    AllReadSerializer,
    DeviceSerializer,
    DevicesSerializer,
    InboxMessageSerializer,
    InboxSerializer,
    NewDeviceSerializer,
    WebPushSerializer,
)
from campaigns.clients.services import add_device, mark_all_read, mark_card
from campaigns.contracts import Channel
from kernel.client_api.base import ClientUser, ClientView
from kernel.errors import NotFound
from kernel.http.api.bodies import read_body
from kernel.http.api.etags import answer_with_etag, etag_of
from kernel.http.api.keys import read_key
from kernel.http.api.paging import PAGE, page_body, read_page
from profiles.contracts import CustomerId

_TAGS = ["Client"]


class Inbox(ClientView):
    scope = "inbox"

    @extend_schema(
        operation_id="list_inbox", tags=_TAGS, parameters=PAGE, responses=InboxSerializer,
        summary="List the messages in the user's inbox, newest first",
        description="Send the ETag of the last answer as If-None-Match: an unchanged inbox is "
        "answered with 304.",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        owner, now = _owner(request), timezone.now()
        page = read_page(request, position=[int])
        cards = list_inbox(
            owner, before=page.after[0] if page.after else None, limit=page.fetch, now=now
        )
        body = page_body(
            request, cards, page, position=lambda card: (card.pk,),
            show=lambda card: InboxMessageSerializer(card).data,
        )  # fmt: skip
        body["unread"] = count_unread(owner, now=now)
        return answer_with_etag(request, body, etag=etag_of(body))


class InboxMessage(ClientView):
    scope = "inbox"

    @extend_schema(
        operation_id="mark_inbox_message", tags=_TAGS, request=ActSerializer,
        responses=InboxMessageSerializer, summary="Mark a message as read, clicked or dismissed",
    )  # fmt: skip
    def post(self, request: Request, key: str) -> Response:
        act = read_body(ActSerializer, request)["act"]
        card = mark_card(_owner(request), read_key(key, thing="message"), act, now=timezone.now())
        return Response(InboxMessageSerializer(card).data)


class WholeInbox(ClientView):
    scope = "inbox"

    @extend_schema(
        operation_id="mark_inbox_read", tags=_TAGS, request=None, responses=AllReadSerializer,
        summary="Mark every message as read",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        return Response({"read": mark_all_read(_owner(request), now=timezone.now())})


class Devices(ClientView):
    scope = "devices"

    @extend_schema(
        operation_id="list_devices", tags=_TAGS, responses=DevicesSerializer,
        summary="List the devices of the user",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        devices = list_devices(_owner(request))
        return Response({"results": DeviceSerializer(devices, many=True).data})

    @extend_schema(
        operation_id="register_device", tags=_TAGS, request=NewDeviceSerializer,
        responses={201: DeviceSerializer},
        summary="Register a phone or a browser of the user, or bring it up to date",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        said, owner = read_body(NewDeviceSerializer, request), _owner(request)
        draft = DeviceDraft(
            channel=Channel(said["channel"]),
            address=said["address"],
            secrets=said.get("keys", {}),
            platform=said["platform"],
        )
        key = add_device(owner, draft, consent=said.get("consent"), now=timezone.now())
        device = next(device for device in list_devices(owner) if device.key == key)
        return Response(DeviceSerializer(device).data, status=201)


class OneDevice(ClientView):
    scope = "devices"

    @extend_schema(
        operation_id="forget_device", tags=_TAGS, responses={204: None},
        summary="Push no more to a device",
    )  # fmt: skip
    def delete(self, request: Request, key: str) -> Response:
        if not forget_device(_owner(request), read_key(key, thing="device"), now=timezone.now()):
            raise NotFound("The user has no such device.")
        return Response(status=204)


class WebPush(ClientView):
    scope = "devices"

    @extend_schema(
        operation_id="get_webpush", tags=_TAGS, responses=WebPushSerializer,
        summary="Show the public key that a page subscribes with, and the service worker",
    )  # fmt: skip
    def get(self, _request: Request) -> Response:
        worker = f"{settings.PUBLIC_URL}{reverse('api_webpush_worker')}"
        return Response({"public_key": find_public_key(), "worker_url": worker})


@require_safe
def webpush_worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker, which a page's own one brings in by `importScripts`."""
    page = render(request, "campaigns/public/webpush_worker.js", content_type="text/javascript")
    page.headers["Access-Control-Allow-Origin"] = "*"
    page.headers["Cache-Control"] = "public, max-age=3600"
    page.headers["Service-Worker-Allowed"] = "/"
    return page


def _owner(request: Request) -> CustomerId:
    # Django's stubs know people only; the user of a token stands in the same place.
    caller: Any = request.user
    user: ClientUser = caller
    return CustomerId(user.id)

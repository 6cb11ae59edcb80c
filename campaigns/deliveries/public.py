"""Public pages of messages: the open pixel, tracked links, unsubscribing. Each needs its token."""

import base64
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.content.rules.tokens import BadToken, Scope, Token, read_token
from campaigns.contracts import EventKind
from campaigns.deliveries.links import signing_key
from campaigns.deliveries.models import Delivery
from campaigns.deliveries.rules import is_bot_act
from campaigns.deliveries.services.feedback import record_act, unsubscribe

_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@require_safe
def open_pixel(request: HttpRequest, token: str) -> HttpResponse:
    """Record that a message was opened; the picture comes whatever the token is."""
    now = timezone.now()
    delivery = _find_delivery(Scope.OPEN, token, now=now)
    if delivery and request.method == "GET":
        record_act(
            delivery[0],
            EventKind.OPENED,
            key=_key("opened", delivery[0], now),
            is_bot=_is_bot(request, delivery[0], now),
            now=now,
        )
    return HttpResponse(_PIXEL, content_type="image/gif", headers={"Cache-Control": "no-store"})


@require_safe
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """Record a click and lead on to the signed target."""
    now = timezone.now()
    found = _find_delivery(Scope.CLICK, token, now=now)
    if found is None:
        return _gone(request)
    delivery, said = found
    if request.method == "GET":
        record_act(
            delivery,
            EventKind.CLICKED,
            key=f"{_key('clicked', delivery, now)}:{said.text}",
            url=said.text,
            is_bot=_is_bot(request, delivery, now),
            now=now,
        )
    answer = HttpResponseRedirect(said.text)
    answer["Cache-Control"] = "no-store"
    return answer


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Answer GET with a page that changes nothing and POST by unsubscribing (RFC 8058)."""
    now = timezone.now()
    found = _find_delivery(Scope.UNSUBSCRIBE, token, now=now)
    if found is None:
        return _gone(request)
    delivery = found[0]
    is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    if request.method == "POST":
        unsubscribe(
            delivery,
            whole_channel=request.POST.get("scope") == "channel",
            method="one_click" if is_one_click else "unsubscribe_page",
            now=now,
        )
    context = {"delivery": delivery, "is_done": request.method == "POST"}
    return render(request, "campaigns/public/unsubscribe.html", context)


def _find_delivery(scope: Scope, token: str, *, now: datetime) -> tuple[Delivery, Token] | None:
    try:
        said = read_token(signing_key(settings.SECRET_KEY), scope, token, now=now)
    except BadToken:
        return None
    delivery = Delivery.objects.filter(pk=said.delivery_id).first()
    return (delivery, said) if delivery else None


def _key(kind: str, delivery: Delivery, now: datetime) -> str:
    """Return a key by which the same act within one second counts once."""
    return f"{kind}:{delivery.pk}:{now:%Y%m%d%H%M%S}"


def _is_bot(request: HttpRequest, delivery: Delivery, now: datetime) -> bool:
    agent = request.headers.get("User-Agent", "")
    return is_bot_act(agent, handed_over_at=delivery.handed_over_at, at=now)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "campaigns/public/gone.html", status=404)

"""Public pages of messages: the open pixel, tracked links, unsubscribing. Each needs its token."""

import base64
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.content.rules.tokens import BadToken, Scope, Token, read_token
from campaigns.contracts import EventKind
from campaigns.deliveries.links import personal_links, signing_key
from campaigns.deliveries.marking import mark_link
from campaigns.deliveries.messages import find_words
from campaigns.deliveries.models import Delivery
from campaigns.deliveries.rules import is_bot_act
from campaigns.deliveries.services.feedback import (
    fell_into_trap,
    record_act,
    record_trap,
    unsubscribe,
)

# The message brings inline styles, which no page of ours may have; it gets no script and no cookie.
_VIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; "
    "frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox "
    "allow-top-navigation-by-user-activation"
)
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
def view(request: HttpRequest, token: str) -> HttpResponse:
    """Show a message in the browser as it was sent. Nothing is recorded: programs open links, too."""
    now = timezone.now()
    found = _find_delivery(Scope.VIEW, token, now=now)
    links = replace(personal_links(found[0].pk, now=now), open_pixel="data:,") if found else None
    words = find_words(found[0].key, links=links) if found and links else None
    if words is None:
        return _gone(request)
    kind = "text/html" if words.html else "text/plain"
    answer = HttpResponse(words.html or words.text, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Security-Policy"] = _VIEW_POLICY
    answer._csp_exempt = True  # type: ignore[attr-defined]  # noqa: SLF001 (django-csp's own switch)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
def trap(_request: HttpRequest, token: str) -> HttpResponse:
    """Record that a program followed the link that nobody sees; see `fell_into_trap`."""
    now = timezone.now()
    found = _find_delivery(Scope.TRAP, token, now=now)
    if found:
        record_trap(found[0], now=now)
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


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
    answer = HttpResponseRedirect(mark_link(said.text, delivery_id=delivery.pk))
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
    if is_bot_act(agent, handed_over_at=delivery.handed_over_at, at=now):
        return True
    return fell_into_trap(delivery, at=now)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "campaigns/public/gone.html", status=404)

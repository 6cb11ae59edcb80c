"""Page: how a source's web pages, servers and apps are connected, and the keys of its user tokens."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import DomainError, NotFound
from profiles.clients.models import ClientKey
from profiles.clients.rules import read_trait_names
from profiles.clients.services import (
    MOST_KEYS,
    find_access,
    issue_client_key,
    revoke_client_key,
    set_access,
)
from profiles.touchpoints.models import Source


@require_GET
@require("view")
def connect(request: HttpRequest, key: UUID) -> HttpResponse:
    return render(request, "profiles/clients/connect.html", _context(_find(key)))


@require_POST
@require("administer")
def new_key(request: HttpRequest, key: UUID) -> HttpResponseBase:
    source = _find(key)
    try:
        made, secret = issue_client_key(source, actor=actor_of(request.user), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("profiles:source_connect", key=key)
    shown = _context(source) | {"made": made, "secret": secret}
    return render(request, "profiles/clients/connect.html", shown)


@require_POST
@require("administer")
def revoke_key(request: HttpRequest, key: UUID) -> HttpResponseBase:
    key_id = request.POST.get("key_id", "")[:32].replace("\0", "")
    revoke_client_key(key_id, source=_find(key), actor=actor_of(request.user), now=timezone.now())
    messages.success(request, f"The key {key_id} is revoked. Tokens signed with it are refused.")
    return redirect("profiles:source_connect", key=key)


@require_POST
@require("administer")
def change_access(request: HttpRequest, key: UUID) -> HttpResponseBase:
    source = _find(key)
    texts = {
        name: request.POST.get(name, "").replace("\0", "") for name in ("readable", "writable")
    }
    try:
        names = {name: read_trait_names(text, field=name) for name, text in texts.items()}
        set_access(source, **names, actor=actor_of(request.user), now=timezone.now())
    except DomainError as error:
        context = _context(source) | {"problem": error.message} | texts
        return render(request, "profiles/clients/connect.html", context, status=422)
    messages.success(request, "Saved. Apps see it with their next request.")
    return redirect("profiles:source_connect", key=key)


def _find(key: UUID) -> Source:
    source = Source.objects.filter(key=key, kind=Source.Kind.API).first()
    if source is None:
        raise NotFound("There is no such source that sends events by the collection API.")
    return source


def _context(source: Source) -> dict[str, Any]:
    access = find_access(source.id)
    return {
        "source": source, "live_url": f"{reverse('profiles:events')}?source={source.id}",
        "url": settings.PUBLIC_URL.rstrip("/"),
        "keys": ClientKey.objects.filter(source=source).order_by("revoked_at", "-id")[:20],
        "most": MOST_KEYS, "readable": "\n".join(access.readable),
        "writable": "\n".join(access.writable), "write_key": "YOUR_WRITE_KEY",
    }  # fmt: skip

"""Pages: the settings of a source: its name, a new write key, and whether it may send."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import DomainError, NotFound
from profiles.touchpoints.forms import RenewalForm, SourceForm
from profiles.touchpoints.models import Source
from profiles.touchpoints.services import sources

_PAGE = "profiles/touchpoints/source_settings.html"


@require_http_methods(["GET", "POST"])
@require("administer")
def settings(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show the settings of a source and save its name."""
    source = _find(key)
    saved = {"name": source.name, "starts_journeys": source.starts_journeys}
    form = SourceForm(request.POST or None, initial=saved)
    if request.method == "POST" and form.is_valid():
        try:
            sources.change_source(
                source, **form.cleaned_data, actor=actor_of(request.user), now=timezone.now()
            )
        except DomainError as error:
            form.add_error("name", error.message)
        else:
            messages.success(request, "Saved.")
            return redirect("profiles:source_settings", key=key)
    status = 422 if form.is_bound else 200
    return render(request, _PAGE, _context(source) | {"form": form}, status=status)


@require_POST
@never_cache
@require("administer")
def renew_key(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the new write key, this once."""
    source, renewal = _find(key), RenewalForm(request.POST)
    shown: dict[str, Any] = {"renewal": renewal}
    if renewal.is_valid():
        overlap = timedelta(days=renewal.cleaned_data["overlap"])
        write_key = sources.renew_write_key(
            source, overlap=overlap, actor=actor_of(request.user), now=timezone.now()
        )
        source, shown = _find(key), {"write_key": write_key}
    status = 200 if "write_key" in shown else 422
    return render(request, _PAGE, _context(source) | shown, status=status)


@require_POST
@require("administer")
def state(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Let a source send, or refuse what it sends."""
    source, is_enabled = _find(key), request.POST.get("enabled") == "yes"
    sources.set_enabled(
        source.pk, is_enabled=is_enabled, actor=actor_of(request.user), now=timezone.now()
    )
    became = "may send again" if is_enabled else "may send no more; what it sends is refused"
    messages.success(request, f"“{source.name}” {became}.")
    return redirect("profiles:source_settings", key=key)


def _find(key: UUID) -> Source:
    source = sources.find_source(key)
    if source is None:
        raise NotFound("There is no such source that others send by.")
    return source


def _context(source: Source) -> dict[str, Any]:
    until = source.former_key_until
    saved = {"name": source.name, "starts_journeys": source.starts_journeys}
    return {
        "source": source, "form": SourceForm(initial=saved), "renewal": RenewalForm(),
        "former_until": until if until and until > timezone.now() else None,
    }  # fmt: skip

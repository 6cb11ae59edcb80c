"""The languages of templates: adding and removing them while writing, and where they are missing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from campaigns.content import translating
from campaigns.content.languages import report_languages
from campaigns.content.selectors import get_template
from campaigns.content.views.writing import edit_address
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict, DomainError, Invalid
from profiles.facade import list_segments


@require_GET
@require("view")
def languages(request: HttpRequest) -> HttpResponse:
    """Show which templates lack which languages, among everybody or a segment."""
    segments = {str(segment.key): segment.name for segment in list_segments()}
    chosen = request.GET.get("segment", "")
    segment = UUID(chosen) if chosen in segments else None
    context: dict[str, Any] = {
        "segments": segments,
        "chosen": chosen,
        "report": report_languages(segment=segment, now=timezone.now()),
    }
    return render(request, "campaigns/content/languages.html", context)


@require_POST
@require("edit")
def add(request: HttpRequest, key: UUID) -> HttpResponse:
    found, locale = get_template(key), ""
    try:
        draft = translating.add_locale(
            found, request.POST.get("locale", ""), actor=actor_of(request.user), now=timezone.now()
        )
    except (Conflict, Invalid) as error:
        messages.warning(request, error.message)
    else:
        locale = draft.locale
    return redirect(edit_address(found, locale=locale))


@require_POST
@require("edit")
def copy(request: HttpRequest, key: UUID) -> HttpResponse:
    found, locale = get_template(key), request.POST.get("locale", "")
    try:
        translating.copy_default(found, locale, actor=actor_of(request.user), now=timezone.now())
    except DomainError as error:
        messages.warning(request, error.message)
    return redirect(edit_address(found, locale=locale))


@require_POST
@require("edit")
def remove(request: HttpRequest, key: UUID) -> HttpResponse:
    found = get_template(key)
    try:
        translating.remove_locale(
            found, request.POST.get("locale", ""), actor=actor_of(request.user), now=timezone.now()
        )
    except DomainError as error:
        messages.warning(request, error.message)
    return redirect(edit_address(found))

"""Pages of staff about templates, and the preview that a frame shows."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from campaigns.content import selectors
from campaigns.content.models import Template
from campaigns.content.rules.rendering import Refusal
from campaigns.content.services import preview_template
from kernel.access.permissions import require

# The message brings inline styles, which no page of ours may have; so it lives in a frame whose
# policy allows them and nothing else.
PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; "
    "frame-ancestors 'self'; sandbox"
)


@require_GET
@require("view")
def templates(request: HttpRequest) -> HttpResponse:
    context = {"templates": selectors.list_templates()}
    return render(request, "campaigns/content/list.html", context)


@require_GET
@require("view")
def template(request: HttpRequest, key: UUID) -> HttpResponse:
    found = _find(key)
    person = request.GET.get("person", "").strip()[:254]
    shown = preview_template(found, person=person, now=timezone.now())
    context = {
        "template": found,
        "versions": found.versions.order_by("-number"),
        "person": person,
        "preview": shown,
        "is_refused": isinstance(shown.words, Refusal),
    }
    return render(request, "campaigns/content/detail.html", context)


@require_GET
@xframe_options_sameorigin
@require("view")
def preview(request: HttpRequest, key: UUID) -> HttpResponse:
    person = request.GET.get("person", "").strip()[:254]
    shown = preview_template(_find(key), person=person, now=timezone.now())
    page = shown.words.reason if isinstance(shown.words, Refusal) else shown.words.html
    answer = HttpResponse(page)
    answer.headers["Content-Security-Policy"] = PREVIEW_POLICY
    answer._csp_exempt = True  # type: ignore[attr-defined]  # noqa: SLF001 (django-csp's own switch)
    return answer


def _find(key: UUID) -> Template:
    found = Template.objects.select_related("live_version").filter(key=key).first()
    if found is None or found.live_version is None:
        raise Http404("There is no such template, or nothing of it is published.")
    return found

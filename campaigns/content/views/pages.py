"""Pages of staff about templates: the list, one template, its versions, and the preview in a frame."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from campaigns.content import selectors
from campaigns.content.models import Template
from campaigns.content.previewing import Preview, find_person, locale_for, preview_words
from campaigns.content.rules.differences import compare_parts
from campaigns.content.rules.rendering import Refusal
from campaigns.content.selectors import get_compiled_words
from campaigns.content.self_tests import list_test_senders
from campaigns.template_tabs import template_tabs
from kernel.access.permissions import may, require
from kernel.errors import NotFound
from kernel.http.numbers import read_number
from kernel.ids import new_key
from profiles.contracts import CustomerSummary

# The message brings inline styles, which no page of ours may have; so it lives in a frame whose
# policy allows them and nothing else.
PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; "
    "frame-ancestors 'self'; sandbox"
)


@require_GET
@require("view")
def templates(request: HttpRequest) -> HttpResponse:
    tabs = template_tabs("campaigns:templates")
    tag, is_archived = request.GET.get("tag", ""), "archived" in request.GET
    context = {
        "templates": selectors.list_templates(tag=tag, is_archived=is_archived),
        "tags": selectors.list_tags(),
        "tag": tag,
        "is_archived": is_archived,
        "tabs": tabs,
    }
    return render(request, "campaigns/content/list.html", context)


@require_GET
@require("view")
def template(request: HttpRequest, key: UUID) -> HttpResponse:
    found = selectors.get_template(key)
    context: dict[str, Any] = {
        "template": found,
        "versions": found.versions.order_by("-number"),
        "draft": found.drafts.filter(locale="").first(),
        "used_by": selectors.list_users(found),
        "person": asked_person(request),
    }
    if found.live_version_id:
        shown, names, locale = _preview_live(request, found)
        tags = selectors.list_locales(found.live_version_id)
        words = f"in “{locale}”" if locale else "in the default words"
        context |= {
            "preview": shown, "names": names, "is_refused": isinstance(shown.words, Refusal),
            "locale": locale, "test": new_key(now=timezone.now()),
            "senders": list_test_senders(),
            "said_as": f"{shown.person or 'With sample values'}{f', {words}' if tags else ''}",
            "languages": [
                (tag or f"Default ({found.language})", f"?locale={tag}", tag == locale, "")
                for tag in ("", *tags)
            ],
        }  # fmt: skip
    return render(request, "campaigns/content/detail.html", context)


@require_GET
@xframe_options_sameorigin
@require("view")
def preview(request: HttpRequest, key: UUID) -> HttpResponse:
    found = selectors.get_template(key)
    if not found.live_version_id:
        raise NotFound("Nothing of this template is published.")
    shown, *_ = _preview_live(request, found)
    return framed(shown.words.reason if isinstance(shown.words, Refusal) else shown.words.html)


@require_GET
@require("view")
def versions(request: HttpRequest, key: UUID) -> HttpResponse:
    """List the versions, and what changed between two of them."""
    found = selectors.get_template(key)
    rows = list(found.versions.order_by("-number"))
    newer = _number(request, "to", rows[0].number if rows else 0)
    older = _number(request, "from", newer - 1)
    by_number = {row.number: row for row in rows}
    before, after = by_number.get(older), by_number.get(newer)
    context = {
        "template": found,
        "versions": rows,
        "older": older,
        "newer": newer,
        "parts": compare_parts(selectors.parts_of(before), selectors.parts_of(after))
        if before and after
        else None,
    }
    return render(request, "campaigns/content/versions.html", context)


def asked_person(request: HttpRequest) -> str:
    """Return the person staff want to preview for; only roles that see personal data may."""
    asked = request.POST.get("person", request.GET.get("person", "")).strip()[:254]
    return asked if may(request.user, "view_personal_data") else ""


def framed(page: str) -> HttpResponse:
    """Answer with a message for a frame, under a policy of its own."""
    answer = HttpResponse(page)
    answer.headers["Content-Security-Policy"] = PREVIEW_POLICY
    answer._csp_exempt = True  # type: ignore[attr-defined]  # noqa: SLF001 (django-csp's own switch)
    return answer


def _preview_live(request: HttpRequest, found: Template) -> tuple[Preview, list[str], str]:
    """Preview for a person in the language they get, or with sample values in the one asked for."""
    person: CustomerSummary | None = find_person(asked_person(request))
    translated = selectors.list_locales(found.live_version_id or 0)
    asked = request.GET.get("locale", "")
    locale = locale_for(person, translated) if person else asked if asked in translated else ""
    compiled = get_compiled_words(found.live_version_id or 0, locale)
    shown = preview_words(compiled, person=person, now=timezone.now())
    return shown, list(compiled.paths), locale


def seen_place(request: HttpRequest) -> int:
    """Return which edit of the draft the page showed; -1, which is none, where it does not say."""
    seen = read_number(request.POST.get("seen", ""))
    return -1 if seen is None else seen


def _number(request: HttpRequest, name: str, default: int) -> int:
    asked = read_number(request.GET.get(name, ""), most_digits=6)
    return default if asked is None else asked

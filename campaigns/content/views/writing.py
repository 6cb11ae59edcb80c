"""Writing templates: a draft that saves itself, its preview, what it reads, publishing."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from campaigns.content import editing
from campaigns.content.audience import count_lacks
from campaigns.content.branding import list_voices
from campaigns.content.compiling import line_of
from campaigns.content.composing import BLOCKS
from campaigns.content.forms import DraftForm, NewTemplateForm, label_of, locale_of_field
from campaigns.content.models import Template, WorkingDraft
from campaigns.content.previewing import find_person, locale_for, preview_words
from campaigns.content.reviewing import check_draft, finish, review_drafts
from campaigns.content.rules.rendering import Refusal
from campaigns.content.selectors import get_template
from campaigns.content.self_tests import list_test_senders
from campaigns.content.translating import list_draft_locales
from campaigns.content.views.pages import asked_person, framed, seen_place
from campaigns.content.views.panel import composer
from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import Conflict, Invalid, NotFound
from kernel.http.htmx import wants_partial
from kernel.ids import new_key
from profiles.facade import list_segments

SHOWN = (("desktop", "Desktop"), ("phone", "Phone"), ("dark", "Dark"), ("text", "Plain text"))
# Programs without a dark style of the sender's turn the colors round; this shows how that looks.
_DARK = (
    "<style>html{background:#fff;filter:invert(.92) hue-rotate(180deg)}"
    "img{filter:invert(1) hue-rotate(180deg)}</style>"
)


@require("edit")
def new_template(request: HttpRequest) -> HttpResponse:
    form = NewTemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, found = timezone.now(), form.cleaned_data
        channel, message_class = editing.check_purpose(found["channel"], found["message_class"])
        purpose = editing.Purpose(
            channel=channel, message_class=message_class, topic=found["topic"],
            language=found["language"],
        )  # fmt: skip
        is_composed = found["made_of"] == BLOCKS
        try:
            made = editing.start_template(
                found["name"], key=new_key(now=now), purpose=purpose,
                actor=actor_of(request.user), now=now, is_composed=is_composed,
            )  # fmt: skip
        except Conflict as error:
            form.add_error("name", error.message)
        else:
            return redirect("campaigns:template-edit", key=made.key)
    status = 422 if form.errors else 200
    return render(request, "campaigns/content/new.html", {"form": form}, status=status)


@require("edit")
def edit(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the draft; a post saves it and answers with the preview, problems and checks."""
    found, actor, now = get_template(key), actor_of(request.user), timezone.now()
    try:
        draft = editing.open_draft(found, actor=actor, now=now, locale=asked_locale(request))
    except NotFound as error:
        messages.warning(request, error.message)
        return redirect("campaigns:template-edit", key=key)
    if request.method != "POST":
        return editor_page(request, draft, result_of(request, draft))
    form = DraftForm(draft, request.POST)
    refused = ""
    if form.is_valid():
        try:
            draft = editing.save_draft(
                draft, form.written(), seen=seen_place(request), actor=actor, now=now,
            )  # fmt: skip
        except Conflict as error:
            refused = error.message
    else:
        refused = "Not saved: " + " ".join(
            str(text) for texts in form.errors.values() for text in texts
        )
    result = result_of(request, draft, refused=refused)
    if wants_partial(request):
        return render(request, "campaigns/content/_result.html", result)
    if refused:
        return editor_page(request, draft, result, form=form)
    shown = {name: result[name] for name in ("locale", "show", "person")}
    return redirect(edit_address(found, **shown))


@require_GET
@xframe_options_sameorigin
@require("edit")
def draft_preview(request: HttpRequest, key: UUID) -> HttpResponse:
    draft = find_asked_draft(request, key)
    try:
        finished = finish(draft)
    except Invalid as error:
        return framed(error.message)
    shown = preview_words(
        finished.compiled, person=find_person(asked_person(request)), now=timezone.now()
    )
    page = shown.words.reason if isinstance(shown.words, Refusal) else shown.words.html
    return framed(f"{page}{_DARK}" if request.GET.get("show") == "dark" else page)


@require_GET
@require("edit")
def values(request: HttpRequest, key: UUID) -> HttpResponse:
    """Count how much of an audience lacks each value that the draft reads."""
    draft = find_asked_draft(request, key)
    segments = {str(segment.key): segment.name for segment in list_segments()}
    chosen = request.GET.get("segment", "")
    context: dict[str, Any] = {
        "template": draft.template, "locale": draft.locale, "segments": segments, "chosen": chosen,
    }  # fmt: skip
    try:
        finished = finish(draft)
    except Invalid as error:
        context["refused"] = error.message
    else:
        segment = UUID(chosen) if chosen in segments else None
        context["lacks"] = count_lacks(finished.compiled, segment=segment, now=timezone.now())
    return render(request, "campaigns/content/values.html", context)


@require_POST
@require("publish")
def publish(request: HttpRequest, key: UUID) -> HttpResponse:
    """Publish the draft; faults keep it back, warnings are shown once to be confirmed."""
    found = get_template(key)
    review = review_drafts(found)
    if review.faults or (review.warnings and "anyway" not in request.POST):
        faults = [(label_of(found, each.part), each) for each in review.faults]
        context = {"template": found, "faults": faults, "warnings": review.warnings}
        status = 422 if faults else 200
        return render(request, "campaigns/content/review.html", context, status=status)
    try:
        version = editing.publish_draft(found, actor=actor_of(request.user), now=timezone.now())
    except Invalid as error:
        part, locale = label_of(found, error.field), locale_of_field(error.field)
        messages.error(request, f"Not published. {part}: {error.message}")
        return redirect(edit_address(found, locale=locale))
    except Conflict as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, f"Version {version.number} is live for new messages.")
    return redirect("campaigns:template", key=key)


@require_POST
@require("edit")
def discard(request: HttpRequest, key: UUID) -> HttpResponse:
    found = get_template(key)
    try:
        editing.discard_drafts(found, actor=actor_of(request.user), now=timezone.now())
    except Conflict as error:
        messages.warning(request, error.message)
    return redirect("campaigns:template", key=key)


def edit_address(template: Template, **asked: str) -> str:
    """Return the address of the editor, with what it shows; what is empty is left out."""
    address = reverse("campaigns:template-edit", kwargs={"key": template.key})
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{address}?{query}" if query else address


def asked_locale(request: HttpRequest) -> str:
    return request.GET.get("locale", "")[:16]


def find_asked_draft(request: HttpRequest, key: UUID) -> WorkingDraft:
    """Return the draft in the language that the address names."""
    draft = editing.find_draft(get_template(key), locale=asked_locale(request))
    if draft is None:
        raise NotFound("There is no such draft of this template.")
    return draft


def editor_page(
    request: HttpRequest,
    draft: WorkingDraft,
    result: dict[str, Any],
    *,
    form: DraftForm | None = None,
    **composing: Any,
) -> HttpResponse:
    """Show the editor; where a draft is made of blocks, its composer as well."""
    found, locale = draft.template, draft.locale
    context = {
        "form": form or DraftForm(draft),
        "may_publish": may(request.user, "publish"),
        "voices": list_voices(),
        "languages": [
            (
                tag or f"Default ({found.language})",
                edit_address(found, locale=tag),
                tag == locale,
                "",
            )
            for tag in ["", *list_draft_locales(found)]
        ],
        **result,
    }
    if draft.source_format == BLOCKS:
        chosen = composing.get("chosen", request.GET.get("block", ""))
        context |= composer(draft, chosen, composing.get("panel"))
    status = 422 if result["refused"] else 200
    return render(request, "campaigns/content/edit.html", context, status=status)


def result_of(request: HttpRequest, draft: WorkingDraft, *, refused: str = "") -> dict[str, Any]:
    """Return what the right side shows: problems by line, or the message and its checks."""
    asked = request.POST.get("show", request.GET.get("show", ""))
    person = asked_person(request)
    context: dict[str, Any] = {
        "template": draft.template,
        "draft": draft,
        "locale": draft.locale,
        "refused": refused,
        "show": asked if asked in dict(SHOWN) else "desktop",
        "shown": SHOWN,
        "person": person,
        "may_choose_person": may(request.user, "view_personal_data"),
    }
    try:
        finished = finish(draft)
    except Invalid as error:
        line = line_of(error.message)
        part = label_of(draft.template, error.field)
        return context | {"problem": error.message, "part": part, "line": line}
    reader = find_person(person)
    shown = preview_words(finished.compiled, person=reader, now=timezone.now())
    return context | {
        "preview": shown,
        "gets": locale_for(reader, list_draft_locales(draft.template)) if reader else draft.locale,
        "is_refused": isinstance(shown.words, Refusal),
        "checks": check_draft(draft, finished),
        "paths": finished.compiled.paths,
        "test": new_key(now=timezone.now()),
        "senders": list_test_senders(),
    }
